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
use crate::telemetry::metrics::StateGauge;
use crate::{Caller, Cause, Error};
use async_trait::async_trait;
use rules::OrderLifecycle;
use schema::OrderRow;
use shared::orders::{
    CancelOrder, GetOrder, HeldTicket, ListOrders, Order, OrderChanged, OrderState, PaymentSummary, PlaceOrder,
    RefundSale,
};
use shared::page::position;
use shared::tickets::TicketState;
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

/// Why an order cannot be placed.
struct Refused {
    rejection: Rejection,
    /// Whether news of its tickets may arrive that allow it.
    may_change: bool,
}

impl Orders {
    /// The service on its database; an unpaid order holds its tickets for `hold`.
    pub fn new(store: Store, hold: Duration) -> Arc<Self> {
        Arc::new(Orders { store, hold, waiting_requests: Semaphore::new(MAX_WAITING_REQUESTS) })
    }

    async fn place(self: Arc<Self>, caller: Caller, request: PlaceOrder) -> Result<Order, Error> {
        let buyer = caller.person()?;
        if let Err(refused) = self.placeable(buyer, &request).await? {
            // A repetition is answered with the order that it placed, whatever its tickets have become since.
            let may_be_placed = self.store.has_effect(&caller, &request).await?
                || refused.may_change && self.wait_for_replicas(buyer, &request).await?;
            if !may_be_placed {
                return Err(refused.rejection.into());
            }
        }
        let (id, placed) = self.try_place(&caller, buyer, request).await?;
        match placed {
            Some((order, lines)) => self.view(order, &lines, None),
            None => self.order_view(schema::order(self.store.read(), id).await?).await,
        }
    }

    /// Whether the tickets allow an order. This only reads: most of those who want a ticket do not get it.
    async fn placeable(&self, buyer: UserId, request: &PlaceOrder) -> Result<Result<(), Refused>, Error> {
        let replicas = schema::ticket_replicas(self.store.read(), &request.ticket_ids).await?;
        let placed = rules::place(request, &replicas, buyer, self.store.environment().now());
        let placed = match placed {
            Ok(_) => self.not_taken(&replicas).await?,
            Err(rejection) => Err(rejection),
        };
        let Err(rejection) = placed else { return Ok(Ok(())) };
        let known: BTreeSet<_> = replicas.iter().map(|replica| replica.ticket.id).collect();
        let mut missing = request.ticket_ids.iter().filter(|id| !known.contains(*id));
        let may_change = rules::may_be_outdated(&rejection) && missing.all(|id| self.store.may_arrive(id.uuid()));
        Ok(Err(Refused { rejection, may_change }))
    }

    /// Refuses tickets that another order has. A replica may be outdated, so the lines decide.
    async fn not_taken(&self, replicas: &[rules::TicketReplica]) -> Result<Result<(), Rejection>, Error> {
        if replicas.iter().all(|replica| replica.ticket.state == TicketState::OnSale) {
            return Ok(Ok(()));
        }
        let ids: Vec<_> = replicas.iter().map(|replica| replica.ticket.id).collect();
        let is_free = schema::live_lines(self.store.read(), &ids).await?.is_empty();
        Ok(if is_free { Ok(()) } else { Err(rules::taken(replicas)) })
    }

    /// Waits until the replicas of its tickets allow an order. This only reads, since an order for a ticket that does not
    /// exist must not cost a commit.
    async fn wait_for_replicas(&self, buyer: UserId, request: &PlaceOrder) -> Result<bool, Error> {
        let ids: Vec<_> = request.ticket_ids.iter().map(|id| id.uuid()).collect();
        let timeout_at = self.store.environment().now() + REPLICATION_TIMEOUT;
        let arrived = self.store.wait_for((&ids, &self.waiting_requests), timeout_at, || async {
            Ok(self.placeable(buyer, request).await?.ok())
        });
        Ok(arrived.await?.is_some())
    }

    /// Places the order in one transaction, or writes nothing. Returns the order with its lines if it is new.
    async fn try_place(
        &self,
        caller: &Caller,
        buyer: UserId,
        request: PlaceOrder,
    ) -> Result<(OrderId, Option<(OrderRow, Vec<schema::LineRow>)>), Error> {
        let (key_owner, hold) = (caller.clone(), self.hold);
        let write = self.store.write(caller, move |tx| {
            Box::pin(async move {
                let order = request.clone();
                let placing =
                    tx.idempotent(&key_owner, &request, move |tx| Box::pin(create_order(tx, buyer, order, hold)));
                placing.await
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
        let before = position(request.cursor.as_deref())?;
        let orders = schema::orders_of_buyer(self.store.read(), caller.person()?, before).await?;
        Ok(Paginated::cut(self.order_views(orders).await?, |order| order.id))
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
                let lines = schema::lines_with_tickets(tx.db(), &[order.id]).await?;
                let tickets: Vec<_> = lines.into_values().flatten().map(|(_, ticket)| ticket).collect();
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
        let db = self.store.read();
        let ids: Vec<_> = orders.iter().map(|order| order.id).collect();
        let mut lines: BTreeMap<_, Vec<schema::LineRow>> = BTreeMap::new();
        for line in schema::lines_of_orders(db, &ids).await? {
            lines.entry(line.order_id).or_default().push(line);
        }
        let mut latest_payments = BTreeMap::new();
        for payment in schema::payments_of_orders(db, &ids).await? {
            let summary = PaymentSummary { id: payment.payment_id.into(), state: payment.state.0 };
            // Payments come oldest first, so the latest one stays.
            latest_payments.insert(payment.order_id, summary);
        }
        let view = |order: OrderRow| {
            let (lines, payment) = (lines.remove(&order.id).unwrap_or_default(), latest_payments.remove(&order.id));
            self.view(order, &lines, payment)
        };
        orders.into_iter().map(view).collect()
    }

    fn view(
        &self,
        order: OrderRow,
        lines: &[schema::LineRow],
        payment: Option<PaymentSummary>,
    ) -> Result<Order, Error> {
        Ok(Order {
            id: order.id.into(),
            buyer_id: order.buyer_id.into(),
            state: order.state.0,
            reason: order.reason.map(|reason| reason.0),
            lines: lines.iter().map(|line| serde_json::from_str(&line.snapshot)).collect::<Result<_, _>>()?,
            total: Money::new(order.total, order.currency.0),
            placed_at: order.placed_at.0,
            expires_at: order.expires_at.0,
            extended: order.extended,
            payment,
            server_now: self.store.environment().now(),
            version: order.version.0,
        })
    }
}

fn require_buyer(order: &OrderRow, person: UserId) -> Result<(), Rejection> {
    if order.buyer_id == person.uuid() { Ok(()) } else { Err(Rejection::NotYours) }
}

/// Places an order on the replicas of its tickets. They are read in this write: an event that changed them later finds the order,
/// and an earlier one is seen here.
async fn create_order(
    tx: &Tx,
    buyer: UserId,
    request: PlaceOrder,
    hold: Duration,
) -> Result<(OrderId, (OrderRow, Vec<schema::LineRow>)), Error> {
    let tickets = schema::ticket_replicas(tx.db(), &request.ticket_ids).await?;
    let total = rules::place(&request, &tickets, buyer, tx.now())?;
    let id: OrderId = tx.new_id();
    let lines = schema::insert_lines(tx, id, &tickets).await?;
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
    tx.publish(&event_of(&order, lines.iter().cloned().zip(tickets).collect())?).await?;
    Ok((id, (order, lines)))
}

/// An order with its lines, and its state after a change.
struct Transition {
    order: OrderRow,
    lines: Vec<(schema::LineRow, rules::TicketReplica)>,
    after: OrderLifecycle,
    cause: Cause,
}

/// Stores an order's next version and publishes it.
async fn transition(tx: &Tx, order: OrderRow, after: OrderLifecycle) -> Result<OrderRow, Error> {
    let lines = schema::lines_with_tickets(tx.db(), &[order.id]).await?.remove(&order.id).unwrap_or_default();
    let cause = tx.cause();
    let mut orders = transition_all(tx, vec![Transition { order, lines, after, cause }]).await?;
    orders.pop().ok_or_else(|| Error::failed("the order was not stored"))
}

/// Stores the next version of each of these orders and publishes it. An order that is over releases its tickets.
async fn transition_all(tx: &Tx, transitions: Vec<Transition>) -> Result<Vec<OrderRow>, Error> {
    let (mut orders, mut events) = (Vec::new(), Vec::new());
    for Transition { mut order, lines, after, cause } in transitions {
        if after.state.is_over() && !order.state.0.is_over() {
            schema::release_lines(tx, &order, &lines).await?;
        }
        order.set_lifecycle(after);
        order.version = order.version.next();
        events.push((cause, event_of(&order, lines)?));
        orders.push(order);
    }
    schema::update_orders(tx, &orders).await?;
    tx.publish_all(events.iter().map(|(cause, event)| (*cause, event))).await?;
    Ok(orders)
}

fn event_of(order: &OrderRow, lines: Vec<(schema::LineRow, rules::TicketReplica)>) -> Result<OrderChanged, Error> {
    let Some((_, first)) = lines.first() else { return Err(Error::failed("order without lines")) };
    let show = first.ticket.show.clone();
    let held_ticket = |(line, replica): (schema::LineRow, rules::TicketReplica)| HeldTicket {
        ticket_id: TicketId::new(line.ticket_id),
        seller_id: replica.ticket.seller_id,
        seat: replica.ticket.seat,
        price: Money::new(line.price, order.currency.0),
        price_version: line.price_version.0,
    };
    Ok(OrderChanged {
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
    })
}

/// The events that this service handles.
pub fn subscriptions() -> Subscriptions {
    Subscriptions::default()
        .on(|tx, tickets| Box::pin(events::tickets_changed(tx, tickets)))
        .on(|tx, payments| Box::pin(events::payments_changed(tx, payments)))
        .on(|tx, passed| Box::pin(events::deadlines_due(tx, passed)))
}

#[async_trait]
impl ServiceHandler for Orders {
    fn store(&self) -> &Store {
        &self.store
    }

    fn subscriptions(&self) -> Subscriptions {
        subscriptions()
    }

    fn state_gauge(&self) -> Option<StateGauge> {
        Some(schema::STATE_GAUGE)
    }

    fn register(self: Arc<Self>, registry: &mut Registry) {
        registry.register(&self, Orders::place);
        registry.register(&self, Orders::get);
        registry.register(&self, Orders::list);
        registry.register(&self, Orders::cancel);
        registry.register(&self, Orders::refund_sale);
    }
}
