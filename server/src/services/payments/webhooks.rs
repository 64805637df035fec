//! Stripe's webhook events: stored once as they arrive, and handled from the table.
//!
//! An event only makes its payment due: the worker then reads the payment from Stripe. So duplicate, late and reordered
//! events do no harm, and nothing else in an event is trusted.

use super::rules;
use super::schema::{self, webhook_events};
use crate::Error;
use crate::store::{Millis, Store, Tx};
use hmac::{Hmac, Mac};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set};
use serde::Deserialize;
use sha2::Sha256;
use shared::value::Secret;
use shared::{Instant, PaymentId, Rejection};
use std::time::Duration;
use uuid::Uuid;

/// The largest age of a signature, as in Stripe's own libraries.
const SIGNATURE_TOLERANCE: Duration = Duration::from_secs(300);
/// How many events are handled in one commit.
const BATCH: u64 = 100;
/// How long handled events are kept.
const RETENTION: Duration = Duration::from_secs(30 * 24 * 3600);

/// The fields of an event that are read.
#[derive(Deserialize)]
struct Event {
    id: String,
    r#type: String,
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    object: Object,
}

#[derive(Deserialize)]
struct Object {
    id: Option<String>,
    payment_intent: Option<String>,
    #[serde(default)]
    metadata: Option<Metadata>,
}

#[derive(Deserialize)]
struct Metadata {
    payment_id: Option<Uuid>,
}

/// An event with Stripe's signature.
pub struct WebhookEvent {
    event: Event,
    body: String,
}

impl WebhookEvent {
    /// Verifies and parses an event.
    ///
    /// # Errors
    /// [`Rejection::Malformed`] if the signature is missing, wrong or too old, or the body is not an event.
    pub fn verify(body: String, signature: &str, secret: &Secret, now: Instant) -> Result<Self, Rejection> {
        verify_signature(body.as_bytes(), signature, secret, now)?;
        let event = serde_json::from_str(&body).map_err(|error| Rejection::Malformed(error.to_string()))?;
        Ok(WebhookEvent { event, body })
    }

    /// The id of the payment intent that the event is about.
    pub fn intent(&self) -> Option<&str> {
        let object = &self.event.data.object;
        let own = object.id.as_deref().filter(|id| id.starts_with("pi_"));
        own.or(object.payment_intent.as_deref())
    }

    /// The payment that the metadata names.
    pub fn payment(&self) -> Option<PaymentId> {
        self.event.data.object.metadata.as_ref()?.payment_id.map(PaymentId::new)
    }

    /// Stores the event, unless it is stored already.
    ///
    /// # Errors
    /// If the database is unavailable: Stripe then sends the event again.
    pub async fn store(self, store: &Store, payment: Option<PaymentId>) -> Result<(), Error> {
        let write = store.write(store.root_cause(), move |tx| {
            Box::pin(async move {
                let row = webhook_events::ActiveModel {
                    event_id: Set(self.event.id),
                    kind: Set(self.event.r#type),
                    payment_id: Set(payment.map(PaymentId::uuid)),
                    body: Set(self.body),
                    received_at: Set(Millis(tx.now())),
                    handled_at: Set(None),
                };
                let first = OnConflict::column(webhook_events::Column::EventId).do_nothing().to_owned();
                webhook_events::Entity::insert(row).on_conflict(first).exec_without_returning(tx.db()).await?;
                Ok(())
            })
        });
        write.await
    }
}

/// Checks the header `Stripe-Signature` (<https://docs.stripe.com/webhooks#verify-manually>).
fn verify_signature(body: &[u8], signature: &str, secret: &Secret, now: Instant) -> Result<(), Rejection> {
    let refused = |why: &str| Rejection::Malformed(why.to_owned());
    let part = |wanted: &'static str| {
        let parts = signature.split(',').filter_map(|part| part.trim().split_once('='));
        parts.filter(move |(name, _)| *name == wanted).map(|(_, value)| value)
    };
    let signed_at = part("t").next().ok_or_else(|| refused("it is not signed"))?;
    let seconds: i64 = signed_at.parse().map_err(|_| refused("it is not signed"))?;
    let matches = |claimed: &str| {
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.reveal().as_bytes()).expect("a key has any length");
        mac.update(signed_at.as_bytes());
        mac.update(b".");
        mac.update(body);
        // Compares in constant time, so that timing reveals nothing about the right signature.
        hex::decode(claimed).is_ok_and(|claimed| mac.verify_slice(&claimed).is_ok())
    };
    // While the secret is rotated, Stripe signs with the old and the new one.
    if !part("v1").any(matches) {
        return Err(refused("the signature is not Stripe's"));
    }
    if seconds.abs_diff(now.millis() / 1000) <= SIGNATURE_TOLERANCE.as_secs() {
        Ok(())
    } else {
        Err(refused("the signature is old"))
    }
}

/// Handles the events that have arrived: their payments become due now.
///
/// # Errors
/// If the database is unavailable.
pub async fn handle(store: &Store) -> Result<(), Error> {
    loop {
        let unhandled = webhook_events::Entity::find()
            .filter(webhook_events::Column::HandledAt.is_null())
            .order_by_asc(webhook_events::Column::ReceivedAt)
            .limit(BATCH)
            .all(store.read())
            .await?;
        if unhandled.is_empty() {
            return Ok(());
        }
        store.write(store.root_cause(), move |tx| Box::pin(handle_batch(tx, unhandled))).await?;
    }
}

async fn handle_batch(tx: &Tx, events: Vec<webhook_events::Model>) -> Result<(), Error> {
    for event in events {
        if let Some(payment) = event.payment_id.filter(|_| rules::concerns_payments(&event.kind)) {
            schema::schedule_now(tx, payment.into()).await?;
        }
        let handled = webhook_events::Entity::update_many()
            .col_expr(webhook_events::Column::HandledAt, Expr::value(Millis(tx.now())))
            .filter(webhook_events::Column::EventId.eq(event.event_id));
        handled.exec(tx.db()).await?;
    }
    let outdated = webhook_events::Entity::delete_many()
        .filter(webhook_events::Column::ReceivedAt.lt(Millis(tx.now() - RETENTION)))
        .filter(webhook_events::Column::HandledAt.is_not_null());
    Ok(outdated.exec(tx.db()).await.map(drop)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-24T12:00:00Z.
    const NOW: Instant = Instant::from_millis(1_795_521_600_000);
    const BODY: &str = r#"{"id":"evt_1","type":"payment_intent.succeeded","data":{"object":{"id":"pi_1"}}}"#;

    fn secret() -> Secret {
        "whsec_test".to_owned().into()
    }

    fn signed(body: &str, at: i64) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(secret().reveal().as_bytes()).expect("a key has any length");
        mac.update(format!("{at}.{body}").as_bytes());
        format!("t={at},v1={}", hex::encode(mac.finalize().into_bytes()))
    }

    fn verify(signature: &str) -> Result<WebhookEvent, Rejection> {
        WebhookEvent::verify(BODY.to_owned(), signature, &secret(), NOW)
    }

    #[test]
    fn an_event_is_accepted_only_with_a_recent_signature_of_stripe() {
        let now = NOW.millis() / 1000;
        let good = signed(BODY, now);
        assert_eq!(verify(&good).ok().and_then(|event| event.intent().map(str::to_owned)).as_deref(), Some("pi_1"));
        assert!(verify(&signed(BODY, now - 300)).is_ok() && verify(&signed(BODY, now + 300)).is_ok());
        assert!(verify(&format!("{good},v0=00,v1=00")).is_ok(), "one of several is enough");
        let year = 365 * 24 * 3600;
        for wrong in [
            String::new(),
            "t=,v1=".to_owned(),
            format!("t={now}"),
            format!("v1={}", "0".repeat(64)),
            format!("t={now},v1={}", "0".repeat(64)),
            format!("t={now},v1=xyz"),
            good.replace("v1=", "v0="),
            good.replace(&now.to_string(), &(now + 1).to_string()),
            signed("{}", now),
            signed(BODY, now - 301),
            signed(BODY, now + 301),
            signed(BODY, now - year),
        ] {
            assert!(matches!(verify(&wrong), Err(Rejection::Malformed(_))), "{wrong}");
        }
    }
}
