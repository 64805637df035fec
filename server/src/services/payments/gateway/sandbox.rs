//! The sandbox: a gateway that moves no money and knows Stripe's test cards.
//!
//! It stands for an external party: it shares no transaction with the payments that call it. Its tables are in the same
//! database only because that makes test mode easy to run.

use super::{Authorization, Capture, Charge, Gateway, GatewayStatus, Payout, PayoutOutcome, PayoutProvider, Void};
use crate::Error;
use crate::services::payments::schema::{SandboxState, sandbox_payments as rows, sandbox_payouts};
use crate::store::{Store, Text, Tx};
use async_trait::async_trait;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, IntoActiveModel, Set};
use shared::payments::Decline;
use shared::{PaymentId, Rejection, UserId};

pub struct Sandbox {
    store: Store,
}

impl Sandbox {
    pub fn new(store: Store) -> Self {
        Sandbox { store }
    }

    /// Approves or rejects the buyer's authentication, as the bank's page does for a real card. Does nothing once decided.
    ///
    /// # Errors
    /// [`Rejection::NotFound`] if the sandbox does not know the payment.
    pub async fn authenticate(&self, payment: PaymentId, approve: bool) -> Result<(), Error> {
        let write = self.store.write(self.store.root_cause(), move |tx| {
            Box::pin(async move {
                let row = find(tx.db(), payment).await?.ok_or(Rejection::NotFound)?;
                if row.state.0 != SandboxState::RequiresAction {
                    return Ok(());
                }
                if approve {
                    set(tx, row, SandboxState::Authorized, None).await
                } else {
                    set(tx, row, SandboxState::Declined, Some(Decline::AuthenticationFailed)).await
                }
            })
        });
        write.await
    }

    async fn step<T: Send + 'static>(
        &self,
        payment: PaymentId,
        decide: fn(SandboxState) -> (Option<SandboxState>, T),
    ) -> Result<T, Error> {
        let write = self.store.write(self.store.root_cause(), move |tx| {
            Box::pin(async move {
                let unknown = || Error::failed(format!("payment {payment} is not known to the sandbox"));
                let row = find(tx.db(), payment).await?.ok_or_else(unknown)?;
                let (next, answer) = decide(row.state.0);
                if let Some(next) = next {
                    set(tx, row, next, None).await?;
                }
                Ok(answer)
            })
        });
        write.await
    }
}

/// The outcome of a test card; none for the card that never gets an answer.
fn outcome(method: &str) -> Option<(SandboxState, Option<Decline>)> {
    let declined = |reason| Some((SandboxState::Declined, Some(reason)));
    match method {
        "pm_card_visa" => Some((SandboxState::Authorized, None)),
        "pm_card_authenticationRequired" => Some((SandboxState::RequiresAction, None)),
        "pm_card_chargeDeclinedInsufficientFunds" => declined(Decline::InsufficientFunds),
        "pm_card_chargeDeclinedProcessingError" => declined(Decline::ProcessingError),
        "pm_card_neverAnswers" => None,
        _ => declined(Decline::Generic),
    }
}

async fn find(db: &impl ConnectionTrait, payment: PaymentId) -> Result<Option<rows::Model>, Error> {
    Ok(rows::Entity::find_by_id(payment.uuid()).one(db).await?)
}

async fn set(tx: &Tx, row: rows::Model, state: SandboxState, decline: Option<Decline>) -> Result<(), Error> {
    let mut row = row.into_active_model();
    row.state = Set(Text(state));
    if let Some(decline) = decline {
        row.decline = Set(Some(Text(decline)));
    }
    Ok(row.update(tx.db()).await.map(drop)?)
}

fn authorization(row: &rows::Model) -> Authorization {
    match row.state.0 {
        // Without a URL this site shows a page of its own in place of the bank's.
        SandboxState::RequiresAction => Authorization::RequiresAction(None),
        SandboxState::Declined => Authorization::Declined(row.decline.map_or(Decline::Generic, |decline| decline.0)),
        // Idempotent: the answer does not change with what happened later.
        SandboxState::Authorized | SandboxState::Captured | SandboxState::Voided | SandboxState::Refunded => {
            Authorization::Authorized
        }
    }
}

#[async_trait]
impl Gateway for Sandbox {
    async fn authorize(&self, charge: &Charge) -> Result<Authorization, Error> {
        let charge = charge.clone();
        let write = self.store.write(self.store.root_cause(), move |tx| {
            Box::pin(async move {
                if let Some(row) = find(tx.db(), charge.payment_id).await? {
                    return Ok(Some(authorization(&row)));
                }
                let Some((state, decline)) = outcome(charge.method.as_str()) else { return Ok(None) };
                let row = rows::Model {
                    payment_id: charge.payment_id.uuid(),
                    state: Text(state),
                    decline: decline.map(Text),
                    amount: charge.amount.minor,
                    currency: Some(Text(charge.amount.currency)),
                };
                row.clone().into_active_model().reset_all().insert(tx.db()).await?;
                Ok(Some(authorization(&row)))
            })
        });
        match write.await? {
            Some(authorization) => Ok(authorization),
            None => std::future::pending().await,
        }
    }

    async fn capture(&self, charge: &Charge) -> Result<Capture, Error> {
        self.step(charge.payment_id, |state| match state {
            SandboxState::Authorized => (Some(SandboxState::Captured), Capture::Captured),
            SandboxState::Captured | SandboxState::Refunded => (None, Capture::Captured),
            SandboxState::RequiresAction | SandboxState::Declined | SandboxState::Voided => (None, Capture::Gone),
        })
        .await
    }

    async fn void(&self, charge: &Charge) -> Result<Void, Error> {
        self.step(charge.payment_id, |state| match state {
            SandboxState::Authorized | SandboxState::RequiresAction => (Some(SandboxState::Voided), Void::Voided),
            SandboxState::Voided | SandboxState::Declined => (None, Void::Voided),
            SandboxState::Captured | SandboxState::Refunded => (None, Void::AlreadyCaptured),
        })
        .await
    }

    async fn refund(&self, charge: &Charge) -> Result<(), Error> {
        let refunded = self.step(charge.payment_id, |state| match state {
            SandboxState::Captured => (Some(SandboxState::Refunded), true),
            SandboxState::Refunded => (None, true),
            SandboxState::RequiresAction | SandboxState::Authorized | SandboxState::Declined | SandboxState::Voided => {
                (None, false)
            }
        });
        if refunded.await? {
            Ok(())
        } else {
            Err(Error::failed(format!("payment {} was not captured, so there is no refund", charge.payment_id)))
        }
    }

    async fn close(&self, charge: &Charge) -> Result<Authorization, Error> {
        let payment = charge.payment_id;
        let write = self.store.write(self.store.root_cause(), move |tx| {
            Box::pin(async move {
                let Some(row) = find(tx.db(), payment).await? else {
                    let row = rows::Model {
                        payment_id: payment.uuid(),
                        state: Text(SandboxState::Declined),
                        decline: Some(Text(Decline::Closed)),
                        amount: 0,
                        currency: None,
                    };
                    row.into_active_model().reset_all().insert(tx.db()).await?;
                    return Ok(Authorization::Declined(Decline::Closed));
                };
                if row.state.0 == SandboxState::RequiresAction {
                    set(tx, row, SandboxState::Declined, Some(Decline::Closed)).await?;
                    return Ok(Authorization::Declined(Decline::Closed));
                }
                Ok(authorization(&row))
            })
        });
        write.await
    }

    async fn query(&self, charge: &Charge) -> Result<GatewayStatus, Error> {
        let Some(row) = find(self.store.read(), charge.payment_id).await? else { return Ok(GatewayStatus::Undecided) };
        Ok(match row.state.0 {
            SandboxState::RequiresAction => GatewayStatus::RequiresAction(None),
            SandboxState::Declined => {
                GatewayStatus::Declined(row.decline.map_or(Decline::Generic, |decline| decline.0))
            }
            SandboxState::Authorized => GatewayStatus::Authorized,
            SandboxState::Captured => GatewayStatus::Captured,
            SandboxState::Voided => GatewayStatus::Voided,
            SandboxState::Refunded => GatewayStatus::Refunded,
        })
    }
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
                let row = sandbox_payouts::ActiveModel {
                    payout_id: Set(payout.id),
                    amount: Set(payout.amount.minor),
                    currency: Set(Text(payout.amount.currency)),
                };
                let once = OnConflict::column(sandbox_payouts::Column::PayoutId).do_nothing().to_owned();
                sandbox_payouts::Entity::insert(row).on_conflict(once).exec_without_returning(tx.db()).await?;
                Ok(PayoutOutcome::Paid(format!("sandbox/{}", payout.id)))
            })
        });
        write.await
    }
}
