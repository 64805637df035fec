//! The enums that columns store.

/// The gateway of a payment. Stored with the payment: a change of the settings does not change it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::EnumString, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum GatewayName {
    /// No money moves.
    Sandbox,
    /// Stripe's test mode: no money moves. It shares no data with Stripe's live mode.
    StripeTest,
    /// Stripe's live mode.
    Stripe,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::Display, strum::EnumString, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum LedgerAccount {
    Buyer,
    Seller,
    Fee,
    Gateway,
    Payout,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::Display, strum::EnumString, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum EntryKind {
    /// The gateway captured the buyer's money.
    Charge,
    /// That money became the sellers' and the marketplace's.
    Sale,
    /// A charge, and its sale if there was one, are reversed.
    Refund,
    /// A payout is instructed.
    Payout,
    PayoutPaid,
    /// A payout failed, and the seller is owed the money again.
    PayoutFailed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::EnumString, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum PayoutState {
    Instructed,
    /// The provider has the money, and brings it to the seller's bank.
    Paid,
    /// The provider refused it; the money is owed again.
    Failed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::EnumString, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum SandboxState {
    RequiresAction,
    Authorized,
    Declined,
    Captured,
    Voided,
    Refunded,
}
