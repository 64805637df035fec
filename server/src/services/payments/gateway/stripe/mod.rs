//! Stripe as the gateway: one payment intent for each payment, captured by hand.
//!
//! The intent is made and its name stored before it is confirmed: then a crash at any moment leaves one that can be
//! found, and cancelling it beats a confirmation that is still under way. Every step first reads how things stand, and
//! asks for a change under a key of payment and step; so it makes no difference how often it is taken.

mod api;
mod transfers;

use super::{Authorization, Capture, Charge, Gateway, GatewayStatus, Void};
use crate::Error;
use crate::config::Stripe as Settings;
use crate::store::{Migration, Store};
use api::{Api, Intent, Named, Refusal, Refused};
use async_trait::async_trait;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, Set};
use serde::Serialize;
use shared::payments::Decline;
use shared::{Currency, Money, PaymentId, Rejection};
use std::collections::BTreeMap;

/// After how many tries a step gets a new key: Stripe remembers a failure of its own under the old one for a day. Safe,
/// since each try reads first whether the one before did it after all.
const TRIES_PER_KEY: i64 = 8;

/// The tables, step by step.
pub const MIGRATION: Migration = Migration {
    name: "0003_stripe",
    sql: "
        create table stripe_intents (payment_id uuid primary key, intent text not null unique);
        create table stripe_accounts (seller_id uuid primary key, account text not null unique, ready boolean not null);",
};

/// Stripe's names for our payments.
pub mod intents {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "stripe_intents")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub payment_id: Uuid,
        pub intent: String,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

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
struct Refund<'a> {
    payment_intent: &'a str,
    metadata: BTreeMap<&'a str, String>,
}

#[derive(Serialize)]
struct Nothing {}

/// Stripe.
pub struct Stripe {
    store: Store,
    api: Api,
    public_url: String,
}

impl Stripe {
    /// Stripe, with its names for payments in this database; people come back from their bank to `public_url`.
    ///
    /// # Errors
    /// If the key or the address cannot be used.
    pub fn new(store: Store, settings: &Settings, public_url: &str) -> Result<Self, Error> {
        Ok(Stripe { store, api: Api::new(settings)?, public_url: public_url.to_owned() })
    }

    async fn known(&self, payment: PaymentId) -> Result<Option<String>, Error> {
        let row = intents::Entity::find_by_id(payment.uuid()).one(self.store.read()).await?;
        Ok(row.map(|row| row.intent))
    }

    /// How the intent stands, which is made if there is none.
    async fn intent(&self, charge: &Charge) -> Result<Intent, Error> {
        match self.known(charge.payment_id).await? {
            Some(intent) => Ok(self.read(&intent).await?),
            None => self.create(charge).await,
        }
    }

    async fn read(&self, intent: &str) -> Result<Intent, Refused> {
        read(&self.api, intent).await
    }

    async fn create(&self, charge: &Charge) -> Result<Intent, Error> {
        let form = CreateIntent {
            amount: charge.amount.minor,
            currency: charge.amount.currency.code().to_lowercase(),
            capture_method: "manual",
            payment_method_types: ["card"],
            payment_method: charge.method.as_str(),
            metadata: names(charge),
        };
        let created = self.api.post::<Intent>("/payment_intents", &form, &key(charge, "create")).await;
        let intent = created.map_err(|refused| match refused {
            Refused::No { .. } => {
                tracing::warn!(payment = %charge.payment_id, %refused, "it cannot be paid");
                Rejection::CardDeclined(Decline::Generic).into()
            }
            other => Error::from(other),
        })?;
        let (payment, name) = (charge.payment_id, intent.id.clone());
        let write = self.store.write(self.store.root_cause(), move |tx| {
            Box::pin(async move {
                let row = intents::ActiveModel { payment_id: Set(payment.uuid()), intent: Set(name) };
                let first = OnConflict::column(intents::Column::PaymentId).do_nothing().to_owned();
                intents::Entity::insert(row).on_conflict(first).exec_without_returning(tx.db()).await?;
                Ok(())
            })
        });
        write.await?;
        // Whoever stored first decides which intent it is.
        match self.known(payment).await? {
            Some(stored) if stored != intent.id => Ok(self.read(&stored).await?),
            _ => Ok(intent),
        }
    }

    /// Asks for a change of an intent, and says how it stands after that. A refusal is read from how it stands, too.
    async fn change(&self, charge: &Charge, intent: &str, step: &str, form: &impl Serialize) -> Result<Intent, Error> {
        let path = format!("/payment_intents/{intent}/{step}");
        match self.api.post(&path, form, &key(charge, step)).await {
            Ok(intent) => Ok(intent),
            Err(Refused::InUse) => Err(Refused::InUse.into()),
            Err(refused) => {
                let stands = self.read(intent).await?;
                match refused {
                    // Nothing came of it so far, and the same can be asked again.
                    Refused::Unclear(_) if !is_after(&stands, step) => Err(refused.into()),
                    _ => Ok(stands),
                }
            }
        }
    }
}

/// Whether an intent shows that a step was taken, or refused for good.
fn is_after(intent: &Intent, step: &str) -> bool {
    match step {
        "confirm" => !is_untried(intent),
        "capture" => matches!(intent.status.as_str(), "succeeded" | "canceled"),
        _ => intent.status == "canceled" || intent.status == "succeeded",
    }
}

/// Whether an intent waits for its first confirmation.
fn is_untried(intent: &Intent) -> bool {
    matches!(intent.status.as_str(), "requires_payment_method" | "requires_confirmation")
        && intent.last_payment_error.is_none()
}

/// The idempotency key of a payment's step.
fn key(charge: &Charge, step: &str) -> String {
    match charge.tries / TRIES_PER_KEY {
        0 => format!("{}/{step}", charge.payment_id),
        again => format!("{}/{step}/{again}", charge.payment_id),
    }
}

/// What names our side in Stripe's books.
fn names(charge: &Charge) -> BTreeMap<&'static str, String> {
    BTreeMap::from([("payment_id", charge.payment_id.to_string()), ("order_id", charge.order_id.to_string())])
}

/// What Stripe's word for a refusal means to the person.
fn decline(refusal: Option<&Refusal>) -> Decline {
    let Some(refusal) = refusal else { return Decline::Closed };
    match (refusal.code.as_deref(), refusal.decline_code.as_deref()) {
        (_, Some("insufficient_funds")) | (Some("insufficient_funds"), _) => Decline::InsufficientFunds,
        (Some("processing_error"), _) | (_, Some("processing_error" | "issuer_not_available")) => {
            Decline::ProcessingError
        }
        (Some("payment_intent_authentication_failure" | "authentication_required"), _)
        | (_, Some("authentication_required")) => Decline::AuthenticationFailed,
        _ => Decline::Generic,
    }
}

/// How an intent stands, in our words.
fn status(intent: &Intent) -> Result<GatewayStatus, Error> {
    Ok(match intent.status.as_str() {
        "requires_payment_method" | "requires_confirmation" if is_untried(intent) => GatewayStatus::Undecided,
        "requires_payment_method" => GatewayStatus::Declined(decline(intent.last_payment_error.as_ref())),
        "requires_action" => {
            let page = intent.next_action.as_ref().and_then(|next| next.redirect_to_url.as_ref());
            GatewayStatus::RequiresAction(page.and_then(|page| page.url.clone()))
        }
        "requires_capture" => GatewayStatus::Authorized,
        "canceled" => GatewayStatus::Voided,
        "succeeded" => {
            let refunded = intent.latest_charge.as_ref().is_some_and(|charge| charge.amount_refunded >= intent.amount);
            if refunded { GatewayStatus::Refunded } else { GatewayStatus::Captured }
        }
        other => return Err(Error::failed(format!("Stripe calls an intent {other}"))),
    })
}

fn authorization(intent: &Intent) -> Result<Authorization, Error> {
    Ok(match status(intent)? {
        GatewayStatus::RequiresAction(page) => Authorization::RequiresAction(page),
        GatewayStatus::Declined(decline) => Authorization::Declined(decline),
        // An authorization stays one whatever became of it.
        GatewayStatus::Authorized | GatewayStatus::Captured | GatewayStatus::Refunded => Authorization::Authorized,
        GatewayStatus::Voided => Authorization::Declined(decline(intent.last_payment_error.as_ref())),
        GatewayStatus::Undecided => return Err(Error::failed("Stripe has not decided")),
    })
}

#[async_trait]
impl Gateway for Stripe {
    async fn authorize(&self, charge: &Charge) -> Result<Authorization, Error> {
        let intent = match self.intent(charge).await {
            Err(Error::Rejected(Rejection::CardDeclined(decline))) => return Ok(Authorization::Declined(decline)),
            intent => intent?,
        };
        if !is_untried(&intent) {
            return authorization(&intent);
        }
        let return_url = format!("{}/orders/{}", self.public_url, charge.order_id);
        let form = Confirm { return_url };
        let intent = self.change(charge, &intent.id, "confirm", &form).await?;
        match is_untried(&intent) {
            // Refused without a word in the intent: this is no method that it can be confirmed with.
            true => Ok(Authorization::Declined(Decline::Generic)),
            false => authorization(&intent),
        }
    }

    async fn capture(&self, charge: &Charge) -> Result<Capture, Error> {
        let mut intent = self.intent(charge).await?;
        if intent.status == "requires_capture" {
            intent = self.change(charge, &intent.id, "capture", &Nothing {}).await?;
        }
        if intent.status == "requires_capture" {
            // It was refused, and will be: then nothing is to stay set aside.
            intent = self.change(charge, &intent.id, "cancel", &Nothing {}).await?;
        }
        match status(&intent)? {
            GatewayStatus::Captured | GatewayStatus::Refunded => Ok(Capture::Captured),
            GatewayStatus::Authorized => Err(Error::failed("Stripe has not taken it")),
            _ => Ok(Capture::Gone),
        }
    }

    async fn void(&self, charge: &Charge) -> Result<Void, Error> {
        let mut intent = self.intent(charge).await?;
        if !matches!(intent.status.as_str(), "canceled" | "succeeded") {
            intent = self.change(charge, &intent.id, "cancel", &Nothing {}).await?;
        }
        match status(&intent)? {
            GatewayStatus::Captured | GatewayStatus::Refunded => Ok(Void::AlreadyCaptured),
            GatewayStatus::Voided => Ok(Void::Voided),
            _ => Err(Error::failed("Stripe has not cancelled it")),
        }
    }

    async fn refund(&self, charge: &Charge) -> Result<(), Error> {
        let intent = self.intent(charge).await?;
        match status(&intent)? {
            GatewayStatus::Refunded => return Ok(()),
            GatewayStatus::Captured => {}
            _ => return Err(Error::failed(format!("nothing of payment {} was captured", charge.payment_id))),
        }
        let form = Refund { payment_intent: &intent.id, metadata: names(charge) };
        match self.api.post::<Named>("/refunds", &form, &key(charge, "refund")).await {
            Ok(_) => Ok(()),
            Err(Refused::No { code, .. }) if code == "charge_already_refunded" => Ok(()),
            Err(refused) => Err(refused.into()),
        }
    }

    async fn close(&self, charge: &Charge) -> Result<Authorization, Error> {
        let mut intent = match self.intent(charge).await {
            Err(Error::Rejected(Rejection::CardDeclined(decline))) => return Ok(Authorization::Declined(decline)),
            intent => intent?,
        };
        if matches!(status(&intent)?, GatewayStatus::Undecided | GatewayStatus::RequiresAction(_)) {
            intent = self.change(charge, &intent.id, "cancel", &Nothing {}).await?;
        }
        authorization(&intent)
    }

    async fn query(&self, charge: &Charge) -> Result<GatewayStatus, Error> {
        match self.known(charge.payment_id).await? {
            Some(intent) => status(&self.read(&intent).await?),
            None => Ok(GatewayStatus::Undecided),
        }
    }
}

/// What Stripe's books say of a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Booked {
    /// The payment.
    pub payment: PaymentId,
    /// How it stands, in our word.
    pub state: &'static str,
    /// What was to be paid.
    pub amount: Money,
}

/// What Stripe's books say of a payment that it was told of, for whoever compares them with ours.
///
/// # Errors
/// If it does not answer, or counts in a currency that we do not know.
pub async fn booked(settings: &Settings, payment: PaymentId, intent: String) -> Result<Booked, Error> {
    let intent = read(&Api::new(settings)?, &intent).await?;
    let unknown = || Error::failed(format!("Stripe counts in {}", intent.currency));
    let currency = intent.currency.to_uppercase().parse::<Currency>().map_err(|_| unknown())?;
    let state = match status(&intent)? {
        GatewayStatus::Undecided => "nothing",
        GatewayStatus::RequiresAction(_) => "requires_action",
        GatewayStatus::Declined(_) => "declined",
        GatewayStatus::Authorized => "authorized",
        GatewayStatus::Captured => "captured",
        GatewayStatus::Voided => "voided",
        GatewayStatus::Refunded => "refunded",
    };
    Ok(Booked { payment, state, amount: Money::new(intent.amount, currency) })
}

async fn read(api: &Api, intent: &str) -> Result<Intent, Refused> {
    api.get(&format!("/payment_intents/{intent}"), Some("expand[]=latest_charge")).await
}

impl Stripe {
    /// Our payment of an intent.
    ///
    /// # Errors
    /// If the database is away.
    pub async fn payment_of(&self, intent: &str) -> Result<Option<PaymentId>, Error> {
        let found = intents::Entity::find().filter(intents::Column::Intent.eq(intent));
        Ok(found.one(self.store.read()).await?.map(|row| row.payment_id.into()))
    }
}
