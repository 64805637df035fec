//! What a gateway can answer: plain values, so that `rules` can decide about them.

use shared::payments::Decline;

/// The outcome of an authorization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Authorization {
    /// The amount is reserved on the card.
    Authorized,
    Declined(Decline),
    /// The bank wants the buyer to authenticate (3-D Secure), on its own page if there is a URL.
    RequiresAction(Option<String>),
}

/// The outcome of a capture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Capture {
    Captured,
    /// It can no longer be captured, and nothing is reserved either.
    Gone,
}

/// The outcome of a void.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Void {
    Voided,
    /// The money was captured before.
    AlreadyCaptured,
}

/// The state of a payment according to the gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GatewayStatus {
    /// Not authorized, not declined, and no authentication is pending; also a payment that the gateway does not know.
    Undecided,
    /// The bank wants the buyer to authenticate (3-D Secure), on its own page if there is a URL.
    RequiresAction(Option<String>),
    Declined(Decline),
    Authorized,
    Captured,
    Voided,
    Refunded,
}
