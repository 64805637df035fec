//! Orders: who holds or owns which ticket, and until when. The only authority on holds.
//!
//! Here are the requests; `rules` decides, `events` reacts to other services, `schema` stores.

mod events;
#[cfg(test)]
mod place_tests;
mod rules;
mod schema;
#[cfg(test)]
mod tests;

pub use schema::MIGRATIONS;

use crate::messaging::Subscriptions;
use crate::rpc::Registry;
use crate::services::ServiceHandler;
use crate::store::{Millis, Store, Text, Tx, Version};
use crate::{Caller, Error};
use async_trait::async_trait;
use rules::OrderLifecycle;
use schema::OrderRow;
use shared::orders::{
    CancelOrder, GetOrder, HeldTicket, ListOrders, Order, OrderChanged, OrderLine, OrderState, PaymentSummary,
    PlaceOrder, RefundSale,
};
use shared::{Money, OrderId, Paginated, PaymentId, Rejection, TicketId, UserId};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

/// How long placing an order waits for the replica of a ticket that the buyer has seen already.
const REPLICATION_TIMEOUT: Duration = Duration::from_secs(2);
/// How many requests may wait for that at once; more are answered with what is known.
const MAX_WAITING_REQUESTS: usize = 256;

pub struct Orders {
    store: Store,
    hold: Duration,
    waiting_requests: Semaphore,
}

/// An order that the replicas of its tickets do not allow.
struct Outdated {
    rejection: Rejection,
    /// Whether what is missing may still arrive.
    may_change: bool,
}

impl Orders {
    /// The service on its database; an unpaid order holds its tickets for `hold`.
    pub fn new(store: Store, hold: Duration) -> Arc<Self> {
        Arc::new(Orders { store, hold, waiting_requests: Semaphore::new(MAX_WAITING_REQUESTS) })
    }

    async fn place(self: Arc<Self>, caller: Caller, request: PlaceOrder) -> Result<Order, Error> {
        let buyer = caller.person()?;
        if let Some(outdated) = self.outdated(buyer, &request).await? {
            // A repetition is answered with the order that it placed, whatever its tickets have become since.
            let repeated = self.store.has_effect(&caller, &request).await?;
            let may_be_placed = repeated || outdated.may_change && self.wait_for_replicas(buyer, &request).await?;
            if !may_be_placed {
                return Err(outdated.rejection.into());
            }
        }
        let id = self.try_place(&caller, buyer, request).await?;
        self.order_view(schema::order(self.store.read(), id).await?).await
    }

    /// Why the replicas of its tickets do not allow an order, if newer ones could.
    async fn outdated(&self, buyer: UserId, request: &PlaceOrder) -> Result<Option<Outdated>, Error> {
        let replicas = schema::ticket_replicas(self.store.read(), &request.ticket_ids).await?;
        let placed = rules::place(request, &replicas, buyer, self.store.environment().now());
        let Some(rejection) = placed.err().filter(rules::may_be_outdated) else { return Ok(None) };
        let known: BTreeSet<_> = replicas.iter().map(|replica| replica.ticket.id).collect();
        let mut missing = request.ticket_ids.iter().filter(|id| !known.contains(*id));
        let may_change = missing.all(|id| self.store.may_arrive(id.uuid()));
        Ok(Some(Outdated { rejection, may_change }))
    }

    /// Waits until the replicas of its tickets allow an order. This only reads, since an order for a ticket that does not
    /// exist must not cost a commit.
    async fn wait_for_replicas(&self, buyer: UserId, request: &PlaceOrder) -> Result<bool, Error> {
        let ids: Vec<_> = request.ticket_ids.iter().map(|id| id.uuid()).collect();
        let timeout_at = self.store.environment().now() + REPLICATION_TIMEOUT;
        let arrived = self.store.wait_for((&ids, &self.waiting_requests), timeout_at, || async {
            Ok(self.outdated(buyer, request).await?.is_none().then_some(()))
        });
        Ok(arrived.await?.is_some())
    }

    /// Places the order in one transaction, or writes nothing.
    async fn try_place(&self, caller: &Caller, buyer: UserId, request: PlaceOrder) -> Result<OrderId, Error> {
        let (key_owner, hold) = (caller.clone(), self.hold);
        let write = self.store.write(caller, move |tx| {
            Box::pin(async move {
                let order = request.clone();
                tx.idempotent(&key_owner, &request, move |tx| Box::pin(create_order(tx, buyer, order, hold))).await
            })
        });
        write.await
    }

    async fn get(self: Arc<Self>, caller: Caller, request: GetOrder) -> Result<Order, Error> {
        let person = caller.person()?;
        let order = schema::order(self.store.read(), request.id).await?;
        require_buyer(&order, person)?;
        self.order_view(order).await
    }

    async fn list(self: Arc<Self>, caller: Caller, request: ListOrders) -> Result<Paginated<Order>, Error> {
        let offset = Paginated::<Order>::offset(request.cursor.as_deref());
        let orders = schema::orders_of_buyer(self.store.read(), caller.person()?, offset).await?;
        Ok(Paginated::cut(self.order_views(orders).await?, offset))
    }

    async fn cancel(self: Arc<Self>, caller: Caller, request: CancelOrder) -> Result<Order, Error> {
        let person = caller.person()?;
        let write = self.store.write(&caller, move |tx| {
            Box::pin(async move {
                let order = schema::order(tx.db(), request.id).await?;
                require_buyer(&order, person)?;
                let cancelled = rules::cancel(order.lifecycle())?;
                transition(tx, order, cancelled).await
            })
        });
        self.order_view(write.await?).await
    }

    async fn refund_sale(self: Arc<Self>, caller: Caller, request: RefundSale) -> Result<(), Error> {
        let seller = caller.person()?;
        let write = self.store.write(&caller, move |tx| {
            Box::pin(async move {
                let ticket = schema::ticket_replicas(tx.db(), &[request.ticket_id]).await?.pop();
                if ticket.ok_or(Rejection::NotFound)?.ticket.seller_id != seller {
                    return Err(Rejection::NotYours.into());
                }
                let order = schema::live_order_of_ticket(tx.db(), request.ticket_id).await?;
                let order = order.ok_or(Rejection::NotSold)?;
                let lines = schema::lines_with_tickets(tx.db(), order.id).await?;
                let tickets: Vec<_> = lines.into_iter().map(|(_, ticket)| ticket).collect();
                let refunded = rules::refund_sale(order.lifecycle(), &tickets, seller, tx.now())?;
                transition(tx, order, refunded).await.map(drop)
            })
        });
        write.await
    }

    async fn order_view(&self, order: OrderRow) -> Result<Order, Error> {
        self.order_views(vec![order]).await?.pop().ok_or(Rejection::NotFound.into())
    }

    /// The orders as their buyer sees them. Two queries, however many orders.
    async fn order_views(&self, orders: Vec<OrderRow>) -> Result<Vec<Order>, Error> {
        let (db, server_now) = (self.store.read(), self.store.environment().now());
        let ids: Vec<_> = orders.iter().map(|order| order.id).collect();
        let mut lines: BTreeMap<_, Vec<OrderLine>> = BTreeMap::new();
        for line in schema::lines_of_orders(db, &ids).await? {
            lines.entry(line.order_id).or_default().push(serde_json::from_str(&line.snapshot)?);
        }
        let mut latest_payments = BTreeMap::new();
        for payment in schema::payments_of_orders(db, &ids).await? {
            let summary = PaymentSummary { id: payment.payment_id.into(), state: payment.state.0 };
            // Payments come oldest first, so the latest one stays.
            latest_payments.insert(payment.order_id, summary);
        }
        let view = |order: OrderRow| Order {
            id: order.id.into(),
            buyer_id: order.buyer_id.into(),
            state: order.state.0,
            reason: order.reason.map(|reason| reason.0),
            lines: lines.remove(&order.id).unwrap_or_default(),
            total: Money::new(order.total, order.currency.0),
            placed_at: order.placed_at.0,
            expires_at: order.expires_at.0,
            extended: order.extended,
            payment: latest_payments.remove(&order.id),
            server_now,
            version: order.version.0,
        };
        Ok(orders.into_iter().map(view).collect())
    }
}

fn require_buyer(order: &OrderRow, person: UserId) -> Result<(), Rejection> {
    if order.buyer_id == person.uuid() { Ok(()) } else { Err(Rejection::NotYours) }
}

async fn create_order(tx: &Tx, buyer: UserId, request: PlaceOrder, hold: Duration) -> Result<OrderId, Error> {
    let tickets = schema::ticket_replicas(tx.db(), &request.ticket_ids).await?;
    let total = rules::place(&request, &tickets, buyer, tx.now())?;
    let id: OrderId = tx.new_id();
    for ticket in &tickets {
        schema::insert_line(tx, id, ticket).await?;
    }
    // All tickets are for one show: `rules::place` accepts nothing else.
    schema::take_allowance(tx, buyer, tickets[0].ticket.show.id, tickets.len()).await?;
    let order = OrderRow {
        id: id.uuid(),
        buyer_id: buyer.uuid(),
        state: Text(OrderState::Held),
        reason: None,
        total: total.minor,
        currency: Text(total.currency),
        placed_at: Millis(tx.now()),
        expires_at: Millis(tx.now() + hold),
        extended: false,
        payment_id: None,
        version: Version::FIRST,
    };
    schema::insert_order(tx, order.clone()).await?;
    publish(tx, &order).await?;
    Ok(id)
}

/// Stores an order's next version and publishes it. An order that is over releases its tickets.
async fn transition(tx: &Tx, mut order: OrderRow, after: OrderLifecycle) -> Result<OrderRow, Error> {
    let before = order.lifecycle();
    order.set_lifecycle(after);
    let order = schema::update_order(tx, order).await?;
    if after.state.is_over() && !before.state.is_over() {
        schema::release_lines(tx, &order).await?;
    }
    publish(tx, &order).await?;
    Ok(order)
}

async fn publish(tx: &Tx, order: &OrderRow) -> Result<(), Error> {
    let lines = schema::lines_with_tickets(tx.db(), order.id).await?;
    let Some((_, first)) = lines.first() else { return Err(Error::failed("order without lines")) };
    let show = first.ticket.show.clone();
    let held_ticket = |(line, replica): (schema::LineRow, rules::TicketReplica)| HeldTicket {
        ticket_id: TicketId::new(line.ticket_id),
        seller_id: replica.ticket.seller_id,
        seat: replica.ticket.seat,
        price: Money::new(line.price, order.currency.0),
        price_version: line.price_version.0,
    };
    let event = OrderChanged {
        id: order.id.into(),
        version: order.version.0,
        buyer_id: order.buyer_id.into(),
        state: order.state.0,
        reason: order.reason.map(|reason| reason.0),
        show,
        lines: lines.into_iter().map(held_ticket).collect(),
        total: Money::new(order.total, order.currency.0),
        expires_at: order.expires_at.0,
        payment_id: order.payment_id.map(PaymentId::new),
    };
    tx.publish(&event).await
}

/// The events that this service handles.
pub fn subscriptions() -> Subscriptions {
    Subscriptions::default()
        .on(|tx, _, ticket| Box::pin(events::ticket_changed(tx, ticket)))
        .on(|tx, _, payment| Box::pin(events::payment_changed(tx, payment)))
        .on(|tx, _, due| Box::pin(events::deadline_due(tx, due)))
}

#[async_trait]
impl ServiceHandler for Orders {
    fn store(&self) -> &Store {
        &self.store
    }

    fn subscriptions(&self) -> Subscriptions {
        subscriptions()
    }

    fn counted_table(&self) -> Option<&'static str> {
        Some("orders")
    }

    fn register(self: Arc<Self>, registry: &mut Registry) {
        registry.register(&self, Orders::place);
        registry.register(&self, Orders::get);
        registry.register(&self, Orders::list);
        registry.register(&self, Orders::cancel);
        registry.register(&self, Orders::refund_sale);
    }
}
