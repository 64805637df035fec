//! The sandbox: a gateway that moves no money, with Stripe's well-known test cards.
//!
//! It plays an outside party: it keeps its own books and shares no transaction with the payments that ask it. That the
//! books lie in the same database file is a convenience of test mode.

use super::{Authorization, Capture, Charge, Gateway, GatewayStatus, Void};
use crate::Error;
use crate::services::payments::ledger::payouts::{Payout, PayoutOutcome, PayoutProvider};
use crate::store::{Store, Tx, from_word, word};
use async_trait::async_trait;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, IntoActiveModel, Set};
use serde::{Deserialize, Serialize};
use shared::payments::Decline;
use shared::{PaymentId, Rejection, UserId};

/// What the sandbox's books say of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Booked {
    RequiresAction,
    Authorized,
    Declined,
    Captured,
    Voided,
    Refunded,
}

/// The rows.
mod books {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "sandbox_books")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub payment_id: Uuid,
        pub state: String,
        pub decline: Option<String>,
        /// In minor units; nothing for a payment that was closed before it was asked for.
        pub amount: i64,
        pub currency: Option<String>,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// The sandbox gateway.
pub struct Sandbox {
    store: Store,
}

impl Sandbox {
    /// A sandbox with its books in this database.
    pub fn new(store: Store) -> Self {
        Sandbox { store }
    }

    /// The person confirms, or does not, that it is them: what happens on the bank's page otherwise.
    ///
    /// # Errors
    /// [`Rejection::NotFound`] if the payment does not wait for a person.
    pub async fn authenticate(&self, payment: PaymentId, approve: bool) -> Result<(), Error> {
        let write = self.store.write(self.store.root_cause(), move |tx| {
            Box::pin(async move {
                let row = find(tx.db(), payment).await?.ok_or(Rejection::NotFound)?;
                match (state_of(&row)?, approve) {
                    (Booked::RequiresAction, true) => set(tx, row, Booked::Authorized, None).await,
                    (Booked::RequiresAction, false) => {
                        set(tx, row, Booked::Declined, Some(Decline::AuthenticationFailed)).await
                    }
                    // Decided already: a second click.
                    _ => Ok(()),
                }
            })
        });
        write.await
    }

    async fn step<T: Send + 'static>(
        &self,
        payment: PaymentId,
        decide: fn(Booked) -> (Option<Booked>, T),
    ) -> Result<T, Error> {
        let write = self.store.write(self.store.root_cause(), move |tx| {
            Box::pin(async move {
                let unknown = || Error::failed(format!("the sandbox knows no payment {payment}"));
                let row = find(tx.db(), payment).await?.ok_or_else(unknown)?;
                let (becomes, answer) = decide(state_of(&row)?);
                if let Some(becomes) = becomes {
                    set(tx, row, becomes, None).await?;
                }
                Ok(answer)
            })
        });
        write.await
    }
}

/// What a test card leads to; nothing for the one that never answers.
fn outcome(method: &str) -> Option<(Booked, Option<Decline>)> {
    let declined = |reason| Some((Booked::Declined, Some(reason)));
    match method {
        "pm_card_visa" => Some((Booked::Authorized, None)),
        "pm_card_authenticationRequired" => Some((Booked::RequiresAction, None)),
        "pm_card_chargeDeclinedInsufficientFunds" => declined(Decline::InsufficientFunds),
        "pm_card_chargeDeclinedProcessingError" => declined(Decline::ProcessingError),
        "pm_card_neverAnswers" => None,
        _ => declined(Decline::Generic),
    }
}

async fn find(db: &impl ConnectionTrait, payment: PaymentId) -> Result<Option<books::Model>, Error> {
    Ok(books::Entity::find_by_id(payment.uuid()).one(db).await?)
}

fn state_of(row: &books::Model) -> Result<Booked, Error> {
    from_word(&row.state)
}

async fn set(tx: &Tx, row: books::Model, state: Booked, decline: Option<Decline>) -> Result<(), Error> {
    let mut row = row.into_active_model();
    row.state = Set(word(state));
    if let Some(decline) = decline {
        row.decline = Set(Some(word(decline)));
    }
    Ok(row.update(tx.db()).await.map(drop)?)
}

fn authorization(row: &books::Model) -> Result<Authorization, Error> {
    Ok(match state_of(row)? {
        // This site's own page stands for the bank's.
        Booked::RequiresAction => Authorization::RequiresAction(None),
        Booked::Declined => {
            let reason = row.decline.as_deref().map(from_word).transpose()?;
            Authorization::Declined(reason.unwrap_or(Decline::Generic))
        }
        // An authorization stays one whatever became of it: the same key, the same answer.
        Booked::Authorized | Booked::Captured | Booked::Voided | Booked::Refunded => Authorization::Authorized,
    })
}

#[async_trait]
impl Gateway for Sandbox {
    async fn authorize(&self, charge: &Charge) -> Result<Authorization, Error> {
        let charge = charge.clone();
        let write = self.store.write(self.store.root_cause(), move |tx| {
            Box::pin(async move {
                if let Some(row) = find(tx.db(), charge.payment_id).await? {
                    return authorization(&row).map(Some);
                }
                let Some((state, decline)) = outcome(charge.method.as_str()) else { return Ok(None) };
                let row = books::Model {
                    payment_id: charge.payment_id.uuid(),
                    state: word(state),
                    decline: decline.map(word),
                    amount: charge.amount.minor,
                    currency: Some(word(charge.amount.currency)),
                };
                row.clone().into_active_model().reset_all().insert(tx.db()).await?;
                authorization(&row).map(Some)
            })
        });
        match write.await? {
            Some(authorization) => Ok(authorization),
            None => std::future::pending().await,
        }
    }

    async fn capture(&self, charge: &Charge) -> Result<Capture, Error> {
        self.step(charge.payment_id, |booked| match booked {
            Booked::Authorized => (Some(Booked::Captured), Capture::Captured),
            Booked::Captured | Booked::Refunded => (None, Capture::Captured),
            Booked::RequiresAction | Booked::Declined | Booked::Voided => (None, Capture::Gone),
        })
        .await
    }

    async fn void(&self, charge: &Charge) -> Result<Void, Error> {
        self.step(charge.payment_id, |booked| match booked {
            Booked::Authorized | Booked::RequiresAction => (Some(Booked::Voided), Void::Voided),
            Booked::Voided | Booked::Declined => (None, Void::Voided),
            Booked::Captured | Booked::Refunded => (None, Void::AlreadyCaptured),
        })
        .await
    }

    async fn refund(&self, charge: &Charge) -> Result<(), Error> {
        let refunded = self.step(charge.payment_id, |booked| match booked {
            Booked::Captured => (Some(Booked::Refunded), true),
            Booked::Refunded => (None, true),
            _ => (None, false),
        });
        match refunded.await? {
            true => Ok(()),
            false => Err(Error::failed(format!("nothing of payment {} was captured", charge.payment_id))),
        }
    }

    async fn close(&self, charge: &Charge) -> Result<Authorization, Error> {
        let payment = charge.payment_id;
        let write = self.store.write(self.store.root_cause(), move |tx| {
            Box::pin(async move {
                let (state, decline) = (word(Booked::Declined), Some(word(Decline::Closed)));
                let Some(row) = find(tx.db(), payment).await? else {
                    let payment_id = payment.uuid();
                    let row = books::Model { payment_id, state, decline, amount: 0, currency: None };
                    row.into_active_model().reset_all().insert(tx.db()).await?;
                    return Ok(Authorization::Declined(Decline::Closed));
                };
                if state_of(&row)? == Booked::RequiresAction {
                    set(tx, row, Booked::Declined, Some(Decline::Closed)).await?;
                    return Ok(Authorization::Declined(Decline::Closed));
                }
                authorization(&row)
            })
        });
        write.await
    }

    async fn query(&self, charge: &Charge) -> Result<GatewayStatus, Error> {
        let Some(row) = find(self.store.read(), charge.payment_id).await? else { return Ok(GatewayStatus::Undecided) };
        Ok(match (authorization(&row)?, state_of(&row)?) {
            (Authorization::RequiresAction(page), _) => GatewayStatus::RequiresAction(page),
            (Authorization::Declined(decline), _) => GatewayStatus::Declined(decline),
            (_, Booked::Captured) => GatewayStatus::Captured,
            (_, Booked::Voided) => GatewayStatus::Voided,
            (_, Booked::Refunded) => GatewayStatus::Refunded,
            _ => GatewayStatus::Authorized,
        })
    }
}

/// What the sandbox paid to sellers.
mod paid {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "sandbox_payouts")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub payout_id: Uuid,
        pub amount: i64,
        pub currency: String,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

#[async_trait]
impl PayoutProvider for Sandbox {
    async fn is_ready(&self, _: UserId) -> Result<bool, Error> {
        Ok(true)
    }

    async fn onboarding_url(&self, _: UserId) -> Result<Option<String>, Error> {
        Ok(None)
    }

    async fn send(&self, payout: &Payout) -> Result<PayoutOutcome, Error> {
        let payout = payout.clone();
        let write = self.store.write(self.store.root_cause(), move |tx| {
            Box::pin(async move {
                let row = paid::ActiveModel {
                    payout_id: Set(payout.id),
                    amount: Set(payout.amount.minor),
                    currency: Set(word(payout.amount.currency)),
                };
                let once = OnConflict::column(paid::Column::PayoutId).do_nothing().to_owned();
                paid::Entity::insert(row).on_conflict(once).exec_without_returning(tx.db()).await?;
                Ok(PayoutOutcome::Paid(format!("sandbox/{}", payout.id)))
            })
        });
        write.await
    }
}
