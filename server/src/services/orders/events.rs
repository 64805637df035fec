//! The reactions of `orders` to other services' events.

use super::rules::{self, DeadlineDecision, OrderLifecycle, TicketView};
use super::schema::OrderRow;
use super::{Transition, schema, transition_all};
use crate::messaging::Delivery;
use crate::store::Tx;
use crate::{Cause, Error};
use shared::expiration::ExpirationDue;
use shared::payments::PaymentChanged;
use shared::tickets::TicketChanged;
use shared::{OrderId, Rejection};
use std::collections::HashMap;
use uuid::Uuid;

/// What has changed an order.
type Causes = HashMap<Uuid, Cause>;

pub async fn tickets_changed(tx: &Tx, changes: Vec<Delivery<TicketChanged>>) -> Result<(), Error> {
    schema::apply_tickets(tx, changes.iter().map(|change| &change.event)).await?;
    let causes: Causes = changes.iter().map(|change| (change.event.ticket.id.uuid(), change.cause)).collect();
    let tickets: Vec<_> = changes.iter().map(|change| change.event.ticket.id).collect();
    let lines = schema::live_lines(tx.db(), &tickets).await?;
    reevaluate(tx, lines.iter().map(|line| (line.order_id, causes[&line.ticket_id])).collect()).await
}

pub async fn payments_changed(tx: &Tx, changes: Vec<Delivery<PaymentChanged>>) -> Result<(), Error> {
    schema::apply_payments(tx, changes.iter().map(|change| &change.event)).await?;
    reevaluate(tx, changes.iter().map(|change| (change.event.order_id.uuid(), change.cause)).collect()).await
}

pub async fn deadlines_due(tx: &Tx, passed: Vec<Delivery<ExpirationDue>>) -> Result<(), Error> {
    let deadlines: HashMap<_, _> = passed.iter().map(|due| (due.event.order_id.uuid(), due.event.deadline)).collect();
    let causes = passed.iter().map(|due| (due.event.order_id.uuid(), due.cause)).collect();
    let mut expired = Vec::new();
    for order in known_orders(tx, &causes).await? {
        match rules::deadline_due(order.lifecycle(), deadlines[&order.id], tx.now()) {
            DeadlineDecision::Expire(after) => expired.push((order, after)),
            DeadlineDecision::RetryAt(deadline) => return Err(Error::NotReady(Some(deadline))),
            DeadlineDecision::Ignore => {}
        }
    }
    let lines = schema::lines_with_tickets(tx.db(), &ids(&expired)).await?;
    apply(tx, expired, lines, &causes).await
}

/// Decides each order's next state from all its tickets and payments, whichever of them changed.
async fn reevaluate(tx: &Tx, causes: Causes) -> Result<(), Error> {
    let orders = known_orders(tx, &causes).await?;
    let ids: Vec<Uuid> = causes.keys().copied().collect();
    let lines = schema::lines_with_tickets(tx.db(), &ids).await?;
    let mut payments: HashMap<_, Vec<_>> = HashMap::new();
    for payment in schema::payments_of_orders(tx.db(), &ids).await? {
        payments.entry(payment.order_id).or_default().push(payment.replica());
    }
    let next = |order: &OrderRow| {
        let view = |(line, ticket): &(schema::LineRow, rules::TicketReplica)| {
            rules::ticket_view(OrderId::new(order.id), line.price_version.0, ticket)
        };
        let tickets: Vec<TicketView> = lines.get(&order.id).into_iter().flatten().map(view).collect();
        rules::next_lifecycle(order.lifecycle(), &tickets, payments.get(&order.id).map_or(&[], Vec::as_slice))
    };
    let changed =
        orders.into_iter().map(|order| (next(&order), order)).filter(|(after, order)| *after != order.lifecycle());
    apply(tx, changed.map(|(after, order)| (order, after)).collect(), lines, &causes).await
}

/// The orders that something has changed.
async fn known_orders(tx: &Tx, causes: &Causes) -> Result<Vec<OrderRow>, Error> {
    let ids: Vec<Uuid> = causes.keys().copied().collect();
    let orders = schema::orders_by_id(tx.db(), &ids).await?;
    if orders.len() == ids.len() { Ok(orders) } else { Err(Rejection::NotFound.into()) }
}

fn ids(changed: &[(OrderRow, OrderLifecycle)]) -> Vec<Uuid> {
    changed.iter().map(|(order, _)| order.id).collect()
}

async fn apply(
    tx: &Tx,
    changed: Vec<(OrderRow, OrderLifecycle)>,
    mut lines: HashMap<Uuid, Vec<(schema::LineRow, rules::TicketReplica)>>,
    causes: &Causes,
) -> Result<(), Error> {
    let transition = |(order, after): (OrderRow, OrderLifecycle)| {
        let (lines, cause) = (lines.remove(&order.id).unwrap_or_default(), causes[&order.id]);
        Transition { order, lines, after, cause }
    };
    transition_all(tx, changed.into_iter().map(transition).collect()).await.map(drop)
}
