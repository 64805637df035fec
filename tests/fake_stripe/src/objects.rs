//! Stripe's objects with the fields of its API, as far as they are used.

use crate::form::Metadata;
use serde::Serialize;
use serde_json::Value;

/// The status of a payment intent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// At first, and after each decline.
    RequiresPaymentMethod,
    RequiresConfirmation,
    /// The bank authenticates the buyer.
    RequiresAction,
    /// Authorized.
    RequiresCapture,
    /// Captured.
    Succeeded,
    Canceled,
}

impl Status {
    /// The name in the API.
    pub fn name(self) -> &'static str {
        match self {
            Status::RequiresPaymentMethod => "requires_payment_method",
            Status::RequiresConfirmation => "requires_confirmation",
            Status::RequiresAction => "requires_action",
            Status::RequiresCapture => "requires_capture",
            Status::Succeeded => "succeeded",
            Status::Canceled => "canceled",
        }
    }
}

#[derive(Clone, Debug, Serialize)]
pub struct Intent {
    pub id: String,
    pub object: &'static str,
    pub amount: i64,
    pub amount_capturable: i64,
    pub amount_received: i64,
    pub automatic_payment_methods: Option<Value>,
    pub canceled_at: Option<i64>,
    pub cancellation_reason: Option<String>,
    pub capture_method: &'static str,
    pub client_secret: String,
    pub confirmation_method: &'static str,
    pub created: i64,
    pub currency: String,
    pub description: Option<String>,
    pub last_payment_error: Option<Value>,
    pub latest_charge: Option<String>,
    pub livemode: bool,
    pub metadata: Metadata,
    pub next_action: Option<Value>,
    pub payment_method: Option<String>,
    pub payment_method_types: [&'static str; 1],
    pub status: Status,
    pub transfer_group: Option<String>,
    /// Where the bank redirects the buyer to.
    #[serde(skip)]
    pub return_url: String,
}

/// One attempt to authorize an intent.
#[derive(Clone, Debug, Serialize)]
pub struct Charge {
    pub id: String,
    pub object: &'static str,
    pub amount: i64,
    pub amount_captured: i64,
    pub amount_refunded: i64,
    pub billing_details: Value,
    pub captured: bool,
    pub created: i64,
    pub currency: String,
    pub disputed: bool,
    pub failure_code: Option<String>,
    pub livemode: bool,
    pub metadata: Metadata,
    pub paid: bool,
    pub payment_intent: String,
    pub refunded: bool,
    pub status: &'static str,
}

#[derive(Clone, Debug, Serialize)]
pub struct Refund {
    pub id: String,
    pub object: &'static str,
    pub amount: i64,
    pub charge: String,
    pub created: i64,
    pub currency: String,
    pub metadata: Metadata,
    pub payment_intent: String,
    pub reason: Option<String>,
    pub status: &'static str,
}

/// Money that was paid to a seller.
#[derive(Clone, Debug, Serialize)]
pub struct Transfer {
    pub id: String,
    pub(crate) object: &'static str,
    /// In the smallest unit.
    pub amount: i64,
    pub(crate) amount_reversed: i64,
    pub(crate) created: i64,
    /// The currency code in lower case.
    pub currency: String,
    pub(crate) description: Option<String>,
    /// The account that receives it.
    pub destination: String,
    pub(crate) livemode: bool,
    pub metadata: Metadata,
    pub(crate) reversed: bool,
    /// The group that the caller assigned.
    pub transfer_group: Option<String>,
}

/// A seller's account.
#[derive(Clone, Debug, Serialize)]
pub struct Account {
    pub id: String,
    pub object: &'static str,
    pub charges_enabled: bool,
    pub created: i64,
    pub details_submitted: bool,
    pub email: Option<String>,
    pub metadata: Metadata,
    pub payouts_enabled: bool,
    #[serde(rename = "type")]
    pub kind: &'static str,
}
