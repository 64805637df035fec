//! Payment gateways: the trait, the sandbox, Stripe, and which of them is configured.

#[cfg(test)]
mod conformance_tests;
mod payout_provider;
pub mod sandbox;
pub mod stripe;

pub use super::answers::{Authorization, Capture, GatewayStatus, Void};
pub use payout_provider::{Payout, PayoutOutcome, PayoutProvider};

use super::schema::GatewayName;
use crate::store::Store;
use crate::{Config, Error};
use async_trait::async_trait;
use sandbox::Sandbox;
use shared::payments::PaymentMethod;
use shared::value::Secret;
use shared::{Money, OrderId, PaymentId};
use stripe::Stripe;

/// The payment that a step is about.
#[derive(Clone, Debug)]
pub struct Charge {
    /// Together with the step it is the idempotency key: a repeated step takes effect once.
    pub payment_id: PaymentId,
    /// The order that is paid.
    pub order_id: OrderId,
    /// The amount of the whole order.
    pub amount: Money,
    /// The token of the buyer's card.
    pub method: PaymentMethod,
    /// How many attempts at this step failed before this one.
    pub attempts: i64,
}

/// Moves money. Every step is idempotent. After an error, or without an answer in time, the outcome is unknown: the caller
/// repeats the step.
#[async_trait]
pub trait Gateway: Send + Sync {
    /// Reserves the amount on the card. Repeated, it answers with the first decision.
    async fn authorize(&self, charge: &Charge) -> Result<Authorization, Error>;

    /// Takes the reserved amount.
    async fn capture(&self, charge: &Charge) -> Result<Capture, Error>;

    /// Releases the reserved amount.
    async fn void(&self, charge: &Charge) -> Result<Void, Error>;

    /// Gives the captured amount back, all of it, once.
    async fn refund(&self, charge: &Charge) -> Result<(), Error>;

    /// Closes an undecided payment for good, so that it can never be authorized. A decided payment stays as it is.
    async fn close(&self, charge: &Charge) -> Result<Authorization, Error>;

    /// Reads the state of the payment.
    async fn query(&self, charge: &Charge) -> Result<GatewayStatus, Error>;
}

impl GatewayName {
    /// The gateway of new payments under these settings.
    pub fn of(config: &Config) -> Self {
        match &config.stripe {
            None => GatewayName::Sandbox,
            Some(stripe) if stripe.is_test() => GatewayName::StripeTest,
            Some(_) => GatewayName::Stripe,
        }
    }
}

/// Stripe as the settings describe it.
pub struct ConfiguredStripe {
    pub api: Stripe,
    pub webhook_secret: Secret,
}

/// The gateways that this process can use.
pub struct Gateways {
    pub sandbox: Sandbox,
    pub stripe: Option<ConfiguredStripe>,
    /// The gateway of new payments and of payouts.
    pub current: GatewayName,
}

impl Gateways {
    /// # Errors
    /// If Stripe's key or address is unusable.
    pub fn new(store: &Store, config: &Config) -> Result<Self, Error> {
        let stripe = |settings: &crate::config::StripeSettings| {
            let api = Stripe::new(store.clone(), settings, &config.public_url)?;
            Ok::<_, Error>(ConfiguredStripe { api, webhook_secret: settings.webhook_secret.clone() })
        };
        Ok(Gateways {
            sandbox: Sandbox::new(store.clone()),
            stripe: config.stripe.as_ref().map(stripe).transpose()?,
            current: GatewayName::of(config),
        })
    }

    /// # Errors
    /// If the settings have no key for this gateway.
    pub fn get(&self, name: GatewayName) -> Result<&dyn Gateway, Error> {
        match (name, &self.stripe) {
            (GatewayName::Sandbox, _) => Ok(&self.sandbox),
            (name, Some(stripe)) if name == self.current => Ok(&stripe.api),
            (name, _) => Err(Error::failed(format!("no key is configured for gateway {name:?}"))),
        }
    }

    /// The gateways that [`Gateways::get`] finds.
    pub fn available(&self) -> Vec<GatewayName> {
        let configured = self.stripe.as_ref().map(|_| self.current);
        configured.into_iter().chain([GatewayName::Sandbox]).collect()
    }

    pub fn payout_provider(&self) -> &dyn PayoutProvider {
        match &self.stripe {
            Some(stripe) => &stripe.api,
            None => &self.sandbox,
        }
    }
}
