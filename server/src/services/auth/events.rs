//! Reactions to orders and payments: mails to the users whom a change concerns.

use super::mail::queue;
use super::mail::templates::{self, MailContent};
use super::{rules, schema};
use crate::Error;
use crate::store::Tx;
use shared::Envelope;
use shared::orders::OrderChanged;
use shared::payments::PaymentChanged;
use std::sync::Arc;

pub async fn order_changed(tx: &Tx, envelope: &Envelope, order: OrderChanged, site_url: Arc<str>) -> Result<(), Error> {
    if rules::is_worth_mailing(envelope.occurred_at, tx.now()) {
        enqueue(tx, templates::for_order(&order, &site_url)).await?;
    }
    Ok(())
}

pub async fn payment_changed(
    tx: &Tx,
    envelope: &Envelope,
    payment: PaymentChanged,
    site_url: Arc<str>,
) -> Result<(), Error> {
    if rules::is_worth_mailing(envelope.occurred_at, tx.now()) {
        enqueue(tx, templates::for_payment(&payment, &site_url)).await?;
    }
    Ok(())
}

async fn enqueue(tx: &Tx, contents: impl IntoIterator<Item = MailContent>) -> Result<(), Error> {
    for content in contents {
        if schema::email_of(tx.db(), content.recipient_id).await?.is_some() {
            queue::enqueue(tx, content).await?;
        } else {
            let (user, kind) = (content.recipient_id, content.kind);
            tracing::warn!(%user, %kind, "mail skipped: its recipient has no account");
        }
    }
    Ok(())
}
