//! What Stripe tells by itself. It is stored as it came, once, and handled from the table.
//!
//! WebhookEvent only makes us look: the payment that it is about is read from Stripe again, and only that counts. So it makes no
//! difference how often news comes, how late, in which order, and what else it says.

use super::{rules, schema};
use crate::Error;
use crate::store::{Store, Tx};
use hmac::{Hmac, Mac};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set};
use serde::Deserialize;
use sha2::Sha256;
use shared::value::Secret;
use shared::{Instant, PaymentId, Rejection};
use std::time::Duration;
use uuid::Uuid;

/// How far the time of a signature may be from ours, in seconds (Stripe's own libraries take as much).
const TOLERANCE_SECONDS: i64 = 300;
/// How many are handled in one step.
const BATCH: u64 = 100;
/// How long they are kept.
const RETENTION: Duration = Duration::from_secs(30 * 24 * 3600);

/// What came.
pub mod received {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "webhooks")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub event_id: String,
        pub kind: String,
        /// The payment that it is about, if it is one of ours.
        pub payment_id: Option<Uuid>,
        pub body: String,
        pub received_at: i64,
        pub handled_at: Option<i64>,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// What is read of an event.
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
    metadata: Option<Names>,
}

#[derive(Deserialize)]
struct Names {
    payment_id: Option<Uuid>,
}

/// WebhookEvent of Stripe's, known to be Stripe's.
pub struct WebhookEvent {
    event: Event,
    body: String,
}

impl WebhookEvent {
    /// Reads news that came with this header.
    ///
    /// # Errors
    /// [`Rejection::Malformed`] if Stripe did not sign it, or not lately, or it is no event.
    pub fn read(body: String, signature: &str, secret: &Secret, now: Instant) -> Result<Self, Rejection> {
        check(body.as_bytes(), signature, secret, now)?;
        let event = serde_json::from_str(&body).map_err(|error| Rejection::Malformed(error.to_string()))?;
        Ok(WebhookEvent { event, body })
    }

    /// Stripe's name for the payment that it is about.
    pub fn intent(&self) -> Option<&str> {
        let object = &self.event.data.object;
        let own = object.id.as_deref().filter(|id| id.starts_with("pi_"));
        own.or(object.payment_intent.as_deref())
    }

    /// Our name for it, as far as the news says it.
    pub fn payment(&self) -> Option<PaymentId> {
        self.event.data.object.metadata.as_ref()?.payment_id.map(PaymentId::new)
    }

    /// Stores it; what came before is left as it is.
    ///
    /// # Errors
    /// If the database is away: then Stripe tells it again.
    pub async fn store(self, store: &Store, payment: Option<PaymentId>) -> Result<(), Error> {
        let write = store.write(store.root_cause(), move |tx| {
            Box::pin(async move {
                let row = received::ActiveModel {
                    event_id: Set(self.event.id),
                    kind: Set(self.event.r#type),
                    payment_id: Set(payment.map(PaymentId::uuid)),
                    body: Set(self.body),
                    received_at: Set(tx.now().millis()),
                    handled_at: Set(None),
                };
                let first = OnConflict::column(received::Column::EventId).do_nothing().to_owned();
                received::Entity::insert(row).on_conflict(first).exec_without_returning(tx.db()).await?;
                Ok(())
            })
        });
        write.await
    }
}

/// Checks Stripe's signature (<https://docs.stripe.com/webhooks#verify-manually>).
fn check(body: &[u8], signature: &str, secret: &Secret, now: Instant) -> Result<(), Rejection> {
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
        // Takes as long whatever is wrong with it.
        bytes(claimed).is_some_and(|claimed| mac.verify_slice(&claimed).is_ok())
    };
    // Two secrets count while one is replaced by the other.
    if !part("v1").any(matches) {
        return Err(refused("the signature is not Stripe's"));
    }
    match seconds.abs_diff(now.millis() / 1000) <= TOLERANCE_SECONDS.unsigned_abs() {
        true => Ok(()),
        false => Err(refused("the signature is old")),
    }
}

/// The bytes of a text in hexadecimal.
fn bytes(hex: &str) -> Option<Vec<u8>> {
    let whole = hex.is_ascii() && hex.len().is_multiple_of(2);
    let pairs = (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok());
    if whole { pairs.collect() } else { None }
}

/// Handles what has come: the payments that it is about are looked at now.
///
/// # Errors
/// If the database is away.
pub async fn handle(store: &Store) -> Result<(), Error> {
    loop {
        let waiting = received::Entity::find()
            .filter(received::Column::HandledAt.is_null())
            .order_by_asc(received::Column::ReceivedAt)
            .limit(BATCH)
            .all(store.read())
            .await?;
        if waiting.is_empty() {
            return Ok(());
        }
        store.write(store.root_cause(), move |tx| Box::pin(look_at(tx, waiting))).await?;
    }
}

async fn look_at(tx: &Tx, news: Vec<received::Model>) -> Result<(), Error> {
    for row in news {
        if let Some(payment) = row.payment_id.filter(|_| rules::is_news_of_money(&row.kind)) {
            schema::look_now(tx, payment.into()).await?;
        }
        let handled =
            received::Entity::update_many().col_expr(received::Column::HandledAt, Expr::value(tx.now().millis()));
        handled.filter(received::Column::EventId.eq(row.event_id)).exec(tx.db()).await?;
    }
    let old = received::Column::ReceivedAt.lt((tx.now() - RETENTION).millis());
    let forget = received::Entity::delete_many().filter(old).filter(received::Column::HandledAt.is_not_null());
    Ok(forget.exec(tx.db()).await.map(drop)?)
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
        format!("t={at},v1={}", crate::store::hex(&mac.finalize().into_bytes()))
    }

    fn read(signature: &str) -> Result<WebhookEvent, Rejection> {
        WebhookEvent::read(BODY.to_owned(), signature, &secret(), NOW)
    }

    #[test]
    fn news_counts_only_if_stripe_signed_it_lately() {
        let now = NOW.millis() / 1000;
        let good = signed(BODY, now);
        assert_eq!(read(&good).ok().and_then(|news| news.intent().map(str::to_owned)).as_deref(), Some("pi_1"));
        assert!(read(&signed(BODY, now - 300)).is_ok() && read(&signed(BODY, now + 300)).is_ok());
        assert!(read(&format!("{good},v0=00,v1=00")).is_ok(), "one of several is enough");
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
            assert!(matches!(read(&wrong), Err(Rejection::Malformed(_))), "{wrong}");
        }
    }
}
