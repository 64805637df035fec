//! Reactions to orders and payments: mails to the users whom a change concerns.

use super::mail::{Texts, queue, templates};
use super::rules;
use super::schema::users;
use crate::Error;
use crate::messaging::Delivery;
use crate::store::Tx;
use shared::UserId;
use shared::orders::OrderChanged;
use shared::payments::PaymentChanged;
use shared::tickets::PassChanged;
use std::sync::Arc;

pub async fn order_changed(tx: &Tx, order: Delivery<OrderChanged>, site_url: Arc<str>) -> Result<(), Error> {
    if !rules::is_worth_mailing(order.occurred_at, tx.now()) {
        return Ok(());
    }
    for mail in templates::for_order(&order.event) {
        if let Some(texts) = texts_of(tx, mail.recipient_id).await? {
            queue::enqueue(tx, mail.write(texts, &site_url)).await?;
        }
    }
    Ok(())
}

pub async fn payment_changed(tx: &Tx, payment: Delivery<PaymentChanged>, site_url: Arc<str>) -> Result<(), Error> {
    if !rules::is_worth_mailing(payment.occurred_at, tx.now()) {
        return Ok(());
    }
    let Some(texts) = texts_of(tx, payment.event.payer_id).await? else { return Ok(()) };
    match templates::for_payment(&payment.event, texts, &site_url) {
        Some(mail) => queue::enqueue(tx, mail).await,
        None => Ok(()),
    }
}

/// Mails the link that accepts a gift. Its recipient may have no account: then in the language of the giver.
pub async fn pass_changed(tx: &Tx, pass: Delivery<PassChanged>, site_url: Arc<str>) -> Result<(), Error> {
    let Some(transfer) = pass.event.transfer.as_ref() else { return Ok(()) };
    let giver = users::find(tx.db(), pass.event.owner_id).await?.filter(|giver| giver.verified_at.is_some());
    let Some(giver) = giver.filter(|_| rules::is_worth_mailing(pass.occurred_at, tx.now())) else { return Ok(()) };
    let address = transfer.recipient.as_str();
    let recipient = users::verified(tx.db(), address).await?;
    let texts = Texts::of(&recipient.as_ref().unwrap_or(&giver).language()?);
    let content = templates::pass_offered(&pass.event, transfer, &giver.email, texts, &site_url);
    queue::enqueue_once_to(tx, address, content).await
}

/// The texts in the language of a user who may be mailed. `None` for an account that is closed, or whose address nobody has
/// proved: a sign-up with a stranger's address must not make this site write to it.
async fn texts_of(tx: &Tx, user: UserId) -> Result<Option<Texts>, Error> {
    let recipient = users::find(tx.db(), user).await?.filter(|user| user.verified_at.is_some());
    if recipient.is_none() {
        tracing::debug!(%user, "mail skipped: its recipient has no verified address");
    }
    recipient.map(|recipient| Ok(Texts::of(&recipient.language()?))).transpose()
}
