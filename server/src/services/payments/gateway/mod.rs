//! The gateway: whoever moves the money.

#[cfg(test)]
mod conformance_tests;
pub mod sandbox;
pub mod stripe;

use crate::Error;
use async_trait::async_trait;
use shared::payments::{Decline, PaymentMethod};
use shared::{Money, OrderId, PaymentId};

/// What is to be paid, and with what.
#[derive(Clone, Debug)]
pub struct Charge {
    /// The payment: with the step it is the idempotency key, so a step that is asked for twice happens once.
    pub payment_id: PaymentId,
    /// What is paid for.
    pub order_id: OrderId,
    /// How much.
    pub amount: Money,
    /// With what.
    pub method: PaymentMethod,
    /// How often the current step was asked for in vain.
    pub tries: i64,
}

/// What came of an authorization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Authorization {
    /// The money is set aside for us.
    Authorized,
    /// The bank said no.
    Declined(Decline),
    /// The bank waits for the person to prove who they are, on this page of its own if it has one.
    RequiresAction(Option<String>),
}

/// What came of a capture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Capture {
    /// The money is taken.
    Captured,
    /// It cannot be taken any more; nothing is set aside either.
    Gone,
}

/// What came of a void.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Void {
    /// The money is free again.
    Voided,
    /// Too late, it was taken before.
    AlreadyCaptured,
}

/// What the gateway's books say of a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GatewayStatus {
    /// Nothing was decided, and nobody is being asked.
    Undecided,
    /// The bank waits for the person, on this page of its own if it has one.
    RequiresAction(Option<String>),
    /// The bank said no.
    Declined(Decline),
    /// The money is set aside for us.
    Authorized,
    /// The money is taken.
    Captured,
    /// The money is free again.
    Voided,
    /// The money was taken and given back.
    Refunded,
}

/// Moves money. Every step can be asked for again with the same effect. A step that fails has an unknown outcome and
/// is asked for again; so is one that does not answer within the caller's patience.
#[async_trait]
pub trait Gateway: Send + Sync {
    /// Sets the money aside, or says how that was decided before.
    async fn authorize(&self, charge: &Charge) -> Result<Authorization, Error>;

    /// Takes what was set aside.
    async fn capture(&self, charge: &Charge) -> Result<Capture, Error>;

    /// Frees what was set aside.
    async fn void(&self, charge: &Charge) -> Result<Void, Error>;

    /// Gives back what was taken, all of it, once.
    async fn refund(&self, charge: &Charge) -> Result<(), Error>;

    /// Closes a payment that is not decided, for good; one that is decided already stays as it is.
    async fn close(&self, charge: &Charge) -> Result<Authorization, Error>;

    /// Says how things stand, and changes nothing.
    async fn query(&self, charge: &Charge) -> Result<GatewayStatus, Error>;
}
