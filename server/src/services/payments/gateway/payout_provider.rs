//! Sending money to sellers.

use crate::Error;
use async_trait::async_trait;
use shared::{Money, UserId};
use uuid::Uuid;

/// A payout for the provider to make.
#[derive(Clone, Debug)]
pub struct Payout {
    /// The idempotency key: a repeated payout is made once.
    pub id: Uuid,
    /// Who gets the money.
    pub seller: UserId,
    /// Everything that the seller is owed in one currency.
    pub amount: Money,
    /// How many attempts failed before this one.
    pub attempts: i64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PayoutOutcome {
    /// With the provider's reference.
    Paid(String),
    /// With the reason.
    Refused(String),
}

/// Sends money to sellers. After an error the outcome is unknown, and the caller repeats the payout; it is made once.
#[async_trait]
pub trait PayoutProvider: Send + Sync {
    /// Whether money can be sent to this seller.
    async fn is_ready(&self, seller: UserId) -> Result<bool, Error>;

    /// The page where a seller enters bank details, if the provider needs any.
    async fn onboarding_url(&self, seller: UserId) -> Result<Option<String>, Error>;

    /// Makes a payout.
    async fn send(&self, payout: &Payout) -> Result<PayoutOutcome, Error>;
}
