//! Stripe as the gateway: one payment intent per payment, captured manually.
//!
//! The intent is created and its id stored before it is confirmed. So a crash at any moment leaves an intent that can be
//! found, and cancelling it wins against a confirmation that is still in progress. Every step first reads the intent, and
//! changes it under an idempotency key made of payment and step, so it can be repeated at any time.

mod api;
mod transfers;

use super::{Authorization, Capture, Charge, Gateway, GatewayStatus, Void};
use crate::Error;
use crate::config::StripeSettings as Settings;
use crate::services::payments::schema::stripe_intents;
use crate::store::Store;
use api::{Api, CallError, CardError, Intent, List, Object};
use async_trait::async_trait;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, Set};
use serde::Serialize;
use shared::payments::Decline;
use shared::{Money, PaymentId};
use std::collections::BTreeMap;

/// After so many attempts a step gets a new idempotency key, because Stripe replays an internal error for a day. This is
/// safe: every attempt first reads whether an earlier one took effect.
const ATTEMPTS_PER_KEY: i64 = 8;

#[derive(Serialize)]
struct CreateIntent<'a> {
    amount: i64,
    currency: String,
    capture_method: &'a str,
    payment_method_types: [&'a str; 1],
    payment_method: &'a str,
    metadata: BTreeMap<&'a str, String>,
}

#[derive(Serialize)]
struct Confirm {
    return_url: String,
}

#[derive(Serialize)]
struct CreateRefund<'a> {
    payment_intent: &'a str,
    metadata: BTreeMap<&'a str, String>,
}

#[derive(Serialize)]
struct Empty {}

/// Why there is no intent to work with.
#[derive(Debug, thiserror::Error)]
enum IntentError {
    #[error(transparent)]
    Stripe(#[from] CallError),
    #[error(transparent)]
    Store(#[from] Error),
}

impl From<IntentError> for Error {
    fn from(error: IntentError) -> Self {
        match error {
            IntentError::Stripe(error) => error.into(),
            IntentError::Store(error) => error,
        }
    }
}

/// An intent after a change was requested.
struct Changed {
    intent: Intent,
    /// Why Stripe refused the change, if the intent does not show its effect.
    refused: Option<CallError>,
}

impl Changed {
    fn accepted(self) -> Result<Intent, Error> {
        match self.refused {
            None => Ok(self.intent),
            Some(refused) => Err(refused.into()),
        }
    }
}

pub struct Stripe {
    store: Store,
    api: Api,
    public_url: String,
}

impl Stripe {
    /// Stripe, with the ids of its objects in `store`. Banks send buyers back to `public_url`.
    ///
    /// # Errors
    /// If the key or the address is unusable.
    pub fn new(store: Store, settings: &Settings, public_url: &str) -> Result<Self, Error> {
        Ok(Stripe { store, api: Api::new(settings)?, public_url: public_url.to_owned() })
    }

    /// The payment of an intent, if it is one of ours.
    ///
    /// # Errors
    /// If the database is unavailable.
    pub async fn payment_of(&self, intent: &str) -> Result<Option<PaymentId>, Error> {
        let found = stripe_intents::Entity::find().filter(stripe_intents::Column::Intent.eq(intent));
        Ok(found.one(self.store.read()).await?.map(|row| row.payment_id.into()))
    }

    async fn intent_id(&self, payment: PaymentId) -> Result<Option<String>, Error> {
        let row = stripe_intents::Entity::find_by_id(payment.uuid()).one(self.store.read()).await?;
        Ok(row.map(|row| row.intent))
    }

    /// The intent of a payment, created if there is none.
    async fn intent(&self, charge: &Charge) -> Result<Intent, IntentError> {
        match self.intent_id(charge.payment_id).await? {
            Some(id) => Ok(read(&self.api, &id).await?),
            None => self.create(charge).await,
        }
    }

    async fn create(&self, charge: &Charge) -> Result<Intent, IntentError> {
        let form = CreateIntent {
            amount: charge.amount.minor,
            currency: charge.amount.currency.code().to_lowercase(),
            capture_method: "manual",
            payment_method_types: ["card"],
            payment_method: charge.method.as_str(),
            metadata: metadata(charge),
        };
        let intent: Intent = self.api.post("/payment_intents", &form, &key(charge, "create")).await?;
        let (payment, id) = (charge.payment_id, intent.id.clone());
        let write = self.store.write(self.store.root_cause(), move |tx| {
            Box::pin(async move {
                let row = stripe_intents::ActiveModel { payment_id: Set(payment.uuid()), intent: Set(id) };
                let first = OnConflict::column(stripe_intents::Column::PaymentId).do_nothing().to_owned();
                stripe_intents::Entity::insert(row).on_conflict(first).exec_without_returning(tx.db()).await?;
                Ok(())
            })
        });
        write.await?;
        // Another process may have stored its intent first; that one counts.
        match self.intent_id(payment).await? {
            Some(stored) if stored != intent.id => Ok(read(&self.api, &stored).await?),
            _ => Ok(intent),
        }
    }

    /// Requests a change of an intent. After an error the intent is read: it may show that the change took effect.
    async fn change(&self, charge: &Charge, id: &str, step: &str, form: &impl Serialize) -> Result<Changed, Error> {
        let path = format!("/payment_intents/{id}/{step}");
        let error = match self.api.post(&path, form, &key(charge, step)).await {
            Ok(intent) => return Ok(Changed { intent, refused: None }),
            Err(CallError::InFlight) => return Err(Error::InFlight),
            Err(error) => error,
        };
        let intent = read(&self.api, id).await?;
        if is_settled(&intent, step) {
            Ok(Changed { intent, refused: None })
        } else if error.refusal().is_some() {
            Ok(Changed { intent, refused: Some(error) })
        } else {
            Err(error.into())
        }
    }

    async fn cancel(&self, charge: &Charge, intent: &Intent) -> Result<Intent, Error> {
        self.change(charge, &intent.id, "cancel", &Empty {}).await?.accepted()
    }
}

/// Whether an intent shows that a step took effect, or never can.
fn is_settled(intent: &Intent, step: &str) -> bool {
    match step {
        "confirm" => !is_unconfirmed(intent),
        _ => matches!(intent.status.as_str(), "succeeded" | "canceled"),
    }
}

/// Whether an intent waits for its first confirmation.
fn is_unconfirmed(intent: &Intent) -> bool {
    matches!(intent.status.as_str(), "requires_payment_method" | "requires_confirmation")
        && intent.last_payment_error.is_none()
}

/// The idempotency key of a payment's step.
fn key(charge: &Charge, step: &str) -> String {
    match charge.attempts / ATTEMPTS_PER_KEY {
        0 => format!("{}/{step}", charge.payment_id),
        renewal => format!("{}/{step}/{renewal}", charge.payment_id),
    }
}

/// Metadata linking the Stripe object to our records.
fn metadata(charge: &Charge) -> BTreeMap<&'static str, String> {
    BTreeMap::from([("payment_id", charge.payment_id.to_string()), ("order_id", charge.order_id.to_string())])
}

fn decline(card: &CardError) -> Decline {
    match (card.code.as_deref(), card.decline_code.as_deref()) {
        (_, Some("insufficient_funds")) | (Some("insufficient_funds"), _) => Decline::InsufficientFunds,
        (Some("processing_error"), _) | (_, Some("processing_error" | "issuer_not_available")) => {
            Decline::ProcessingError
        }
        (Some("payment_intent_authentication_failure" | "authentication_required"), _)
        | (_, Some("authentication_required")) => Decline::AuthenticationFailed,
        _ => Decline::Generic,
    }
}

/// The decline of an intent that is over; one that was never declined has been closed.
fn decline_of(intent: &Intent) -> Decline {
    intent.last_payment_error.as_ref().map_or(Decline::Closed, decline)
}

fn status(intent: &Intent) -> Result<GatewayStatus, Error> {
    Ok(match intent.status.as_str() {
        "requires_payment_method" | "requires_confirmation" if is_unconfirmed(intent) => GatewayStatus::Undecided,
        "requires_payment_method" => GatewayStatus::Declined(decline_of(intent)),
        "requires_action" => {
            let redirect = intent.next_action.as_ref().and_then(|next| next.redirect_to_url.as_ref());
            GatewayStatus::RequiresAction(redirect.and_then(|redirect| redirect.url.clone()))
        }
        "requires_capture" => GatewayStatus::Authorized,
        "canceled" => GatewayStatus::Voided,
        "succeeded" => {
            let refunded = intent.latest_charge.as_ref().is_some_and(|charge| charge.amount_refunded >= intent.amount);
            if refunded { GatewayStatus::Refunded } else { GatewayStatus::Captured }
        }
        other => return Err(Error::failed(format!("intent {} has the unexpected status {other}", intent.id))),
    })
}

impl Stripe {
    fn status(&self, intent: &Intent) -> Result<GatewayStatus, Error> {
        let status = status(intent)?;
        if let GatewayStatus::RequiresAction(Some(url)) = &status {
            self.api.check_page(url)?;
        }
        Ok(status)
    }

    fn authorization(&self, intent: &Intent) -> Result<Authorization, Error> {
        Ok(match self.status(intent)? {
            GatewayStatus::RequiresAction(url) => Authorization::RequiresAction(url),
            GatewayStatus::Declined(decline) => Authorization::Declined(decline),
            // Idempotent: the answer does not change with what happened later.
            GatewayStatus::Authorized | GatewayStatus::Captured | GatewayStatus::Refunded => Authorization::Authorized,
            GatewayStatus::Voided => Authorization::Declined(decline_of(intent)),
            GatewayStatus::Undecided => return Err(Error::failed(format!("intent {} is still undecided", intent.id))),
        })
    }
}

#[async_trait]
impl Gateway for Stripe {
    async fn authorize(&self, charge: &Charge) -> Result<Authorization, Error> {
        let intent = match self.intent(charge).await {
            Err(IntentError::Stripe(CallError::CardDeclined(card))) => {
                return Ok(Authorization::Declined(decline(&card)));
            }
            intent => intent?,
        };
        if !is_unconfirmed(&intent) {
            return self.authorization(&intent);
        }
        let return_url = format!("{}/orders/{}", self.public_url, charge.order_id);
        let changed = self.change(charge, &intent.id, "confirm", &Confirm { return_url }).await?;
        match changed.refused {
            // A card that cannot be confirmed at all leaves no error in the intent.
            Some(CallError::CardDeclined(card)) => Ok(Authorization::Declined(decline(&card))),
            _ => self.authorization(&changed.accepted()?),
        }
    }

    async fn capture(&self, charge: &Charge) -> Result<Capture, Error> {
        let mut intent = self.intent(charge).await?;
        if intent.status == "requires_capture" {
            let changed = self.change(charge, &intent.id, "capture", &Empty {}).await?;
            if let Some(refused) = &changed.refused {
                refused.log();
            }
            intent = changed.intent;
        }
        if intent.status == "requires_capture" {
            // Stripe refused the capture and would refuse it again, so the money must not stay reserved.
            intent = self.cancel(charge, &intent).await?;
        }
        match status(&intent)? {
            GatewayStatus::Captured | GatewayStatus::Refunded => Ok(Capture::Captured),
            GatewayStatus::Authorized => Err(Error::failed(format!("intent {} is not captured", intent.id))),
            _ => Ok(Capture::Gone),
        }
    }

    async fn void(&self, charge: &Charge) -> Result<Void, Error> {
        let mut intent = self.intent(charge).await?;
        if !matches!(intent.status.as_str(), "canceled" | "succeeded") {
            intent = self.cancel(charge, &intent).await?;
        }
        match status(&intent)? {
            GatewayStatus::Captured | GatewayStatus::Refunded => Ok(Void::AlreadyCaptured),
            GatewayStatus::Voided => Ok(Void::Voided),
            _ => Err(Error::failed(format!("intent {} is not cancelled", intent.id))),
        }
    }

    async fn refund(&self, charge: &Charge) -> Result<(), Error> {
        let intent = self.intent(charge).await?;
        match status(&intent)? {
            GatewayStatus::Refunded => return Ok(()),
            GatewayStatus::Captured => {}
            _ => {
                let id = charge.payment_id;
                return Err(Error::failed(format!("payment {id} was not captured, so there is no refund")));
            }
        }
        let form = CreateRefund { payment_intent: &intent.id, metadata: metadata(charge) };
        match self.api.post::<Object>("/refunds", &form, &key(charge, "refund")).await {
            Ok(_) => Ok(()),
            Err(error) if error.refusal() == Some("charge_already_refunded") => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    async fn close(&self, charge: &Charge) -> Result<Authorization, Error> {
        let mut intent = match self.intent(charge).await {
            Err(IntentError::Stripe(CallError::CardDeclined(card))) => {
                return Ok(Authorization::Declined(decline(&card)));
            }
            // There is no intent, and never will be: nothing is left that could be authorized.
            Err(IntentError::Stripe(error @ CallError::InvalidRequest { .. })) => {
                error.log();
                return Ok(Authorization::Declined(Decline::Closed));
            }
            intent => intent?,
        };
        if matches!(status(&intent)?, GatewayStatus::Undecided | GatewayStatus::RequiresAction(_)) {
            intent = self.cancel(charge, &intent).await?;
        }
        self.authorization(&intent)
    }

    async fn query(&self, charge: &Charge) -> Result<GatewayStatus, Error> {
        match self.intent_id(charge.payment_id).await? {
            Some(id) => self.status(&read(&self.api, &id).await?),
            None => Ok(GatewayStatus::Undecided),
        }
    }
}

/// A payment as Stripe records it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentSnapshot {
    pub payment: PaymentId,
    /// The state at Stripe, in our terms.
    pub state: &'static str,
    pub amount: Money,
}

/// Reads a payment from Stripe, for the audit.
///
/// # Errors
/// If Stripe does not answer, or uses a currency that we do not know.
pub async fn snapshot(settings: &Settings, payment: PaymentId, intent: String) -> Result<PaymentSnapshot, Error> {
    let intent = read(&Api::new(settings)?, &intent).await?;
    let unknown = || Error::failed(format!("intent {} has the unexpected currency {}", intent.id, intent.currency));
    let currency = intent.currency.to_uppercase().parse().map_err(|_| unknown())?;
    let state = match status(&intent)? {
        GatewayStatus::Undecided => "nothing",
        GatewayStatus::RequiresAction(_) => "requires_action",
        GatewayStatus::Declined(_) => "declined",
        GatewayStatus::Authorized => "authorized",
        GatewayStatus::Captured => "captured",
        GatewayStatus::Voided => "voided",
        GatewayStatus::Refunded => "refunded",
    };
    Ok(PaymentSnapshot { payment, state, amount: Money::new(intent.amount, currency) })
}

/// Reads something that every key of the program must be able to read.
///
/// # Errors
/// If Stripe does not answer, or refuses the key.
pub async fn check(settings: &Settings) -> Result<(), Error> {
    let intents: Result<List, CallError> = Api::new(settings)?.get("/payment_intents", Some("limit=1")).await;
    intents.map(drop).map_err(Error::from)
}

async fn read(api: &Api, intent: &str) -> Result<Intent, CallError> {
    api.get(&format!("/payment_intents/{intent}"), Some("expand[]=latest_charge")).await
}
