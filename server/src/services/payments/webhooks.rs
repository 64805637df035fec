//! Stripe's webhook events: those about payments are stored once as they arrive, and handled from the table.
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
use serde_json::Value;
use sha2::Sha256;
use shared::value::Secret;
use shared::{Instant, PaymentId, Rejection};
use std::time::Duration;

/// The largest age of a signature, as in Stripe's own libraries.
const SIGNATURE_TOLERANCE: Duration = Duration::from_secs(300);
/// How many events are handled in one commit.
const BATCH: u64 = 100;

/// The longest header `Stripe-Signature`, in bytes. Stripe sends a timestamp and a signature of 64 digits for each of at most two
/// secrets and two schemes, about 300 bytes.
const MAX_SIGNATURE_BYTES: usize = 2048;
/// How many signatures are compared. Stripe sends two while the secret is rotated.
const MAX_SIGNATURES: usize = 8;

/// An event with Stripe's signature.
///
/// An account of Stripe may be shared with other programs, so a signed event can be about anything and have any shape: only
/// [`Event::id`] and [`Event::kind`] are required.
#[derive(Debug)]
pub struct Event {
    id: String,
    kind: String,
    json: Value,
    body: String,
}

impl Event {
    /// Verifies and parses an event.
    ///
    /// # Errors
    /// [`Rejection::Malformed`] if the signature is missing, wrong or too old, or the body is not an event.
    pub fn verify(body: String, signature: &str, secret: &Secret, now: Instant) -> Result<Self, Rejection> {
        verify_signature(body.as_bytes(), signature, secret, now)?;
        let json: Value = serde_json::from_str(&body).map_err(|error| Rejection::Malformed(error.to_string()))?;
        let (Some(id), Some(kind)) = (json["id"].as_str(), json["type"].as_str()) else {
            return Err(Rejection::Malformed("it is not an event".to_owned()));
        };
        Ok(Event { id: id.to_owned(), kind: kind.to_owned(), json, body })
    }

    /// Whether an event of this kind can be about a payment.
    pub fn concerns_payments(&self) -> bool {
        rules::concerns_payments(&self.kind)
    }

    /// The id of the payment intent that the event is about. In other objects it may be a reference or the expanded object
    /// (<https://docs.stripe.com/api/expanding_objects>); a thin event refers to its object
    /// (<https://docs.stripe.com/event-destinations#thin-events>).
    pub fn intent(&self) -> Option<&str> {
        let object = self.object();
        let reference = &object["payment_intent"];
        let candidates = [&object["id"], reference, &reference["id"], &self.json["related_object"]["id"]];
        candidates.into_iter().filter_map(Value::as_str).find(|id| id.starts_with("pi_"))
    }

    /// The payment that the metadata names, unless another program wrote them.
    pub fn payment(&self) -> Option<PaymentId> {
        self.object()["metadata"]["payment_id"].as_str()?.parse().ok()
    }

    fn object(&self) -> &Value {
        &self.json["data"]["object"]
    }

    /// Stores the event, unless it is stored already.
    ///
    /// # Errors
    /// If the database is unavailable: Stripe then sends the event again.
    pub async fn store(self, store: &Store, payment: PaymentId) -> Result<(), Error> {
        let write = store.write(store.root_cause(), move |tx| {
            Box::pin(async move {
                let row = webhook_events::ActiveModel {
                    event_id: Set(self.id),
                    kind: Set(self.kind),
                    payment_id: Set(payment.uuid()),
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

/// Checks the header `Stripe-Signature` (<https://docs.stripe.com/webhooks#verify-manually>). Anybody can send one, so the cheap
/// checks come first, and the body is hashed once, however many signatures there are.
fn verify_signature(body: &[u8], signature: &str, secret: &Secret, now: Instant) -> Result<(), Rejection> {
    let refused = |why: &str| Err(Rejection::Malformed(why.to_owned()));
    if signature.len() > MAX_SIGNATURE_BYTES {
        return refused("the header Stripe-Signature is too long");
    }
    let part = |wanted: &'static str| {
        let parts = signature.split(',').filter_map(|part| part.trim().split_once('='));
        parts.filter(move |(name, _)| *name == wanted).map(|(_, value)| value)
    };
    let signed_at = part("t").next().and_then(|text| Some((text, text.parse::<i64>().ok()?)));
    let Some((timestamp, seconds)) = signed_at else { return refused("it is not signed") };
    if seconds.abs_diff(now.millis() / 1000) > SIGNATURE_TOLERANCE.as_secs() {
        return refused("the signature is old");
    }
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.reveal().as_bytes()).expect("a key has any length");
    mac.update(timestamp.as_bytes());
    mac.update(b".");
    mac.update(body);
    // While the secret is rotated, Stripe signs with the old and the new one. The comparison takes the same time wherever the
    // signatures differ.
    let matches = |claimed: &str| hex::decode(claimed).is_ok_and(|claimed| mac.clone().verify_slice(&claimed).is_ok());
    if part("v1").take(MAX_SIGNATURES).any(matches) { Ok(()) } else { refused("the signature is not Stripe's") }
}

/// Handles the events that have arrived: their payments become due now.
///
/// # Errors
/// If the database is unavailable.
pub async fn handle(store: &Store) -> Result<(), Error> {
    loop {
        let unhandled = webhook_events::Entity::find()
            .filter(webhook_events::Column::HandledAt.is_null())
            // The first version, after a rollback to it, stores events about anything.
            .filter(webhook_events::Column::PaymentId.is_not_null())
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
        schema::schedule_now(tx, event.payment_id.into()).await?;
        let handled = webhook_events::Entity::update_many()
            .col_expr(webhook_events::Column::HandledAt, Expr::value(Millis(tx.now())))
            .filter(webhook_events::Column::EventId.eq(event.event_id));
        handled.exec(tx.db()).await?;
    }
    Ok(())
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

    fn verify(signature: &str) -> Result<Event, Rejection> {
        Event::verify(BODY.to_owned(), signature, &secret(), NOW)
    }

    fn parse(body: &str) -> Event {
        let signature = signed(body, NOW.millis() / 1000);
        Event::verify(body.to_owned(), &signature, &secret(), NOW).expect("a signed event")
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

    #[test]
    fn the_number_of_signatures_that_are_compared_is_bounded() {
        let good = signed(BODY, NOW.millis() / 1000);
        let (timestamp, signature) = good.split_once(',').expect("two parts");

        let with_others = |others: usize| format!("{timestamp},{}{signature}", "v1=00,".repeat(others));

        assert!(verify(&with_others(MAX_SIGNATURES - 1)).is_ok());
        assert!(verify(&with_others(MAX_SIGNATURES)).is_err());
        assert!(verify(&format!("{good},{}", "v0=".repeat(MAX_SIGNATURE_BYTES))).is_err());
    }

    #[test]
    fn the_intent_is_found_in_every_shape_of_event() {
        for (object, intent) in [
            (r#"{"id":"pi_1"}"#, Some("pi_1")),
            (r#"{"id":"ch_1","payment_intent":"pi_2"}"#, Some("pi_2")),
            (r#"{"id":"ch_1","payment_intent":{"id":"pi_3","object":"payment_intent"}}"#, Some("pi_3")),
            (r#"{"id":"ch_1","payment_intent":null}"#, None),
            (r#"{"id":7,"payment_intent":["pi_4"]}"#, None),
            ("null", None),
        ] {
            let event = parse(&format!(r#"{{"id":"evt_1","type":"charge.updated","data":{{"object":{object}}}}}"#));
            assert_eq!(event.intent(), intent, "{object}");
        }
        let thin =
            r#"{"id":"evt_1","type":"v1.charge.updated","related_object":{"id":"pi_5","type":"payment_intent"}}"#;
        assert_eq!(parse(thin).intent(), Some("pi_5"));
    }

    #[test]
    fn metadata_of_another_program_name_no_payment() {
        for metadata in
            [r#"{"payment_id":"order-77"}"#, r#"{"payment_id":""}"#, r#"{"payment_id":7}"#, "{}", "null", "[]"]
        {
            let object = format!(r#"{{"id":"pi_1","metadata":{metadata}}}"#);
            let event = parse(&format!(r#"{{"id":"evt_1","type":"charge.updated","data":{{"object":{object}}}}}"#));
            assert_eq!(event.payment(), None, "{metadata}");
        }
    }
}
