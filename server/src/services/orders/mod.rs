//! Orders: who holds or owns which ticket, and until when. The only authority on holds.
//!
//! Here are the requests; `rules` decides, `events` reacts to other services, `schema` stores.

mod events;
mod place;
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
use crate::store::{Store, Tx};
use crate::telemetry::metrics::StateGauge;
use crate::{Caller, Cause, Error};
use async_trait::async_trait;
use rules::OrderLifecycle;
use schema::OrderRow;
use shared::orders::{CancelOrder, GetOrder, HeldTicket, ListOrders, Order, OrderChanged, PaymentSummary};
use shared::page::position;
use shared::{Money, Paginated, PaymentId, Rejection, TicketId, UserId};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

pub struct Orders {
    store: Store,
    hold: Duration,
    waiting_requests: Semaphore,
}

impl Orders {
    /// The service on its database; an unpaid order holds its tickets for `hold`.
    pub fn new(store: Store, hold: Duration) -> Arc<Self> {
        Arc::new(Orders { store, hold, waiting_requests: Semaphore::new(place::MAX_WAITING_REQUESTS) })
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
            captured: order.captured,
            payment,
            server_now: self.store.environment().now(),
            version: order.version.0,
        })
    }
}

fn require_buyer(order: &OrderRow, person: UserId) -> Result<(), Rejection> {
    if order.buyer_id == person.uuid() { Ok(()) } else { Err(Rejection::NotYours) }
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
        captured: order.captured,
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
    }
}
