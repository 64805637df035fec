//! What `auth` does when others speak: it knows where people can be reached, so it writes to them.

use super::mail::templates::{self, Letter};
use super::{rules, schema};
use crate::Error;
use crate::store::Tx;
use shared::orders::OrderChanged;
use shared::payments::PaymentChanged;
use shared::{Envelope, Event};

/// An order is new, or not as it was.
pub async fn order_changed(tx: &Tx, envelope: &Envelope, site: &str) -> Result<(), Error> {
    let Some(order) = news::<OrderChanged>(tx, envelope).await? else { return Ok(()) };
    write(tx, templates::of_order(&order, site)).await
}

/// A payment is new, or not as it was.
pub async fn payment_changed(tx: &Tx, envelope: &Envelope, site: &str) -> Result<(), Error> {
    let Some(payment) = news::<PaymentChanged>(tx, envelope).await? else { return Ok(()) };
    write(tx, templates::of_payment(&payment, site)).await
}

/// The event in the envelope, if it is worth a letter: newer than all that was heard of its aggregate, and not from long
/// ago, as when events are said again to a service that did not listen to them in its time.
async fn news<E: Event>(tx: &Tx, envelope: &Envelope) -> Result<Option<E>, Error> {
    let event: E = envelope.decode().map_err(Error::failed)?;
    let newest = schema::record_version(tx, E::SUBJECT, event.aggregate(), event.version()).await?;
    Ok((newest && rules::is_news(envelope.occurred_at, tx.now())).then_some(event))
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
