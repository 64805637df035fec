//! The reactions of `orders` to other services' events.

use super::rules::{self, DeadlineDecision, TicketView};
use super::{schema, transition};
use crate::Error;
use crate::store::Tx;
use shared::OrderId;
use shared::expiration::ExpirationDue;
use shared::payments::PaymentChanged;
use shared::tickets::TicketChanged;

pub async fn ticket_changed(tx: &Tx, event: TicketChanged) -> Result<(), Error> {
    schema::apply_ticket(tx, &event).await?;
    match schema::live_order_of_ticket(tx.db(), event.ticket.id).await? {
        Some(order) => reevaluate(tx, order).await,
        None => Ok(()),
    }
}

pub async fn payment_changed(tx: &Tx, event: PaymentChanged) -> Result<(), Error> {
    schema::apply_payment(tx, &event).await?;
    reevaluate(tx, schema::order(tx.db(), event.order_id).await?).await
}

pub async fn deadline_due(tx: &Tx, event: ExpirationDue) -> Result<(), Error> {
    let order = schema::order(tx.db(), event.order_id).await?;
    match rules::deadline_due(order.lifecycle(), event.deadline, tx.now()) {
        DeadlineDecision::Expire(expired) => transition(tx, order, expired).await.map(drop),
        DeadlineDecision::RetryAt(deadline) => Err(Error::NotReady(Some(deadline))),
        DeadlineDecision::Ignore => Ok(()),
    }
}

/// Decides an order's next state from all its tickets and payments, whichever of them changed.
async fn reevaluate(tx: &Tx, order: schema::OrderRow) -> Result<(), Error> {
    let order_id = OrderId::new(order.id);
    let lines = schema::lines_with_tickets(tx.db(), order.id).await?;
    let tickets: Vec<TicketView> =
        lines.iter().map(|(line, ticket)| rules::ticket_view(order_id, line.price_version.0, ticket)).collect();
    let payments = schema::payments_of_orders(tx.db(), &[order.id]).await?;
    let payments: Vec<_> = payments.iter().map(schema::PaymentRow::replica).collect();
    let before = order.lifecycle();
    let after = rules::next_lifecycle(before, &tickets, &payments);
    if after == before {
        return Ok(());
    }
    transition(tx, order, after).await.map(drop)
}
