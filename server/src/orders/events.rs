//! What `orders` does when others speak: confirm, extend, complete, refund, expire.

use super::{change, copies_of, rules, schema};
use crate::Error;
use crate::store::{Tx, from_word};
use shared::expiration::DeadlineDue;
use shared::orders::OrderState;
use shared::payments::PaymentChanged;
use shared::tickets::TicketChanged;
use shared::{OrderId, PaymentId};

/// A ticket is new, or not as it was.
pub async fn ticket_changed(tx: &Tx, news: &TicketChanged) -> Result<(), Error> {
    if !schema::store_ticket(tx, news).await? {
        return Ok(());
    }
    match schema::live_order_of(tx.db(), news.ticket.id).await? {
        Some(row) => look_again(tx, row).await,
        None => Ok(()),
    }
}

/// A payment is new, or not as it was.
pub async fn payment_changed(tx: &Tx, news: &PaymentChanged) -> Result<(), Error> {
    match schema::store_payment(tx, news).await? {
        true => look_again(tx, schema::order(tx.db(), news.order_id).await?).await,
        false => Ok(()),
    }
}

/// A deadline has passed, says `expiration`.
pub async fn deadline_due(tx: &Tx, news: &DeadlineDue) -> Result<(), Error> {
    let row = schema::order(tx.db(), news.order_id).await?;
    let life = schema::life_of(&row)?;
    match rules::due(life, news.deadline, tx.now()) {
        rules::Due::Expire => change(tx, row, rules::Life { state: OrderState::Expired, ..life }, None).await.map(drop),
        rules::Due::NotYet => Err(Error::Early(Some(life.expires_at))),
        rules::Due::Nothing => Ok(()),
    }
}

/// Decides an order's next step from all that is known of its tickets and payments.
async fn look_again(tx: &Tx, row: schema::orders::Model) -> Result<(), Error> {
    let life = schema::life_of(&row)?;
    let order = OrderId::new(row.id);
    let lines = schema::lines_of(tx.db(), &[row.id]).await?;
    let copies = copies_of(tx, &lines).await?;
    let heard = lines.iter().zip(&copies);
    let standings: Vec<rules::Standing> =
        heard.map(|(line, copy)| rules::standing(order, line.terms.cast_unsigned(), copy)).collect();
    let mut payments = Vec::new();
    for payment in schema::payments_of(tx.db(), &[row.id]).await? {
        payments.push((PaymentId::new(payment.payment_id), from_word(&payment.state)?));
    }
    let (after, reason) = rules::after_news(life, &standings, &payments);
    match after == life {
        true => Ok(()),
        false => change(tx, row, after, reason).await.map(drop),
    }
}
