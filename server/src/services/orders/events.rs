//! What `orders` does when others speak: confirm, extend, complete, refund, expire.

use super::{change, replicas_of, rules, schema};
use crate::Error;
use crate::store::{Tx, from_word};
use shared::expiration::ExpirationDue;
use shared::orders::OrderState;
use shared::payments::PaymentChanged;
use shared::tickets::TicketChanged;
use shared::{OrderId, PaymentId};

/// A ticket is new, or not as it was.
pub async fn ticket_changed(tx: &Tx, news: TicketChanged) -> Result<(), Error> {
    if !schema::apply_ticket(tx, &news).await? {
        return Ok(());
    }
    match schema::live_order_of(tx.db(), news.ticket.id).await? {
        Some(row) => reevaluate(tx, row).await,
        None => Ok(()),
    }
}

/// A payment is new, or not as it was.
pub async fn payment_changed(tx: &Tx, news: PaymentChanged) -> Result<(), Error> {
    match schema::apply_payment(tx, &news).await? {
        true => reevaluate(tx, schema::order(tx.db(), news.order_id).await?).await,
        false => Ok(()),
    }
}

/// A deadline has passed, says `expiration`.
pub async fn deadline_due(tx: &Tx, news: ExpirationDue) -> Result<(), Error> {
    let row = schema::order(tx.db(), news.order_id).await?;
    let lifecycle = schema::lifecycle_of(&row)?;
    match rules::due(lifecycle, news.deadline, tx.now()) {
        rules::Due::Expire => {
            change(tx, row, rules::OrderLifecycle { state: OrderState::Expired, ..lifecycle }, None).await.map(drop)
        }
        rules::Due::NotYet => Err(Error::NotReady(Some(lifecycle.expires_at))),
        rules::Due::Nothing => Ok(()),
    }
}

/// Decides an order's next step from all that is known of its tickets and payments.
async fn reevaluate(tx: &Tx, row: schema::orders::Model) -> Result<(), Error> {
    let lifecycle = schema::lifecycle_of(&row)?;
    let order = OrderId::new(row.id);
    let lines = schema::lines_of(tx.db(), &[row.id]).await?;
    let replicas = replicas_of(tx, &lines).await?;
    let heard = lines.iter().zip(&replicas);
    let ticket_views: Vec<rules::TicketView> =
        heard.map(|(line, copy)| rules::ticket_view(order, line.terms.cast_unsigned(), copy)).collect();
    let mut payments = Vec::new();
    for payment in schema::payments_of(tx.db(), &[row.id]).await? {
        payments.push((PaymentId::new(payment.payment_id), from_word(&payment.state)?));
    }
    let (after, reason) = rules::after_news(lifecycle, &ticket_views, &payments);
    match after == lifecycle {
        true => Ok(()),
        false => change(tx, row, after, reason).await.map(drop),
    }
}
