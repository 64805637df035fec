//! What `auth` does when others speak: it knows where people can be reached, so it writes to them.

use super::mail::templates::{self, Letter};
use super::{rules, schema};
use crate::Error;
use crate::store::Tx;
use shared::Envelope;
use shared::orders::OrderChanged;
use shared::payments::PaymentChanged;

pub async fn order_changed(tx: &Tx, envelope: &Envelope, order: OrderChanged, site: String) -> Result<(), Error> {
    if !rules::is_recent(envelope.occurred_at, tx.now()) {
        return Ok(());
    }
    write(tx, templates::of_order(&order, &site)).await
}

pub async fn payment_changed(tx: &Tx, envelope: &Envelope, payment: PaymentChanged, site: String) -> Result<(), Error> {
    if !rules::is_recent(envelope.occurred_at, tx.now()) {
        return Ok(());
    }
    write(tx, templates::of_payment(&payment, &site)).await
}

async fn write(tx: &Tx, letters: impl IntoIterator<Item = Letter>) -> Result<(), Error> {
    for letter in letters {
        match schema::address(tx.db(), letter.to).await? {
            Some(_) => schema::insert_mail(tx, letter).await?,
            None => tracing::warn!(person = %letter.to, kind = ?letter.kind, "nobody by that id can be written to"),
        }
    }
    Ok(())
}
