//! Stripe's objects, as far as they are needed, in the words of its API.

use crate::form::Metadata;
use serde::Serialize;
use serde_json::Value;

/// Where a payment intent is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It waits for a card, at first and after each decline.
    RequiresPaymentMethod,
    /// It has its card, and waits to be confirmed.
    RequiresConfirmation,
    /// It waits for the person at the bank.
    RequiresAction,
    /// The money is set aside.
    RequiresCapture,
    /// The money is taken.
    Succeeded,
    /// It is over without money.
    Canceled,
}

impl Status {
    /// Its name in the API.
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

/// A payment intent.
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
    /// Where the bank sends the person back to.
    #[serde(skip)]
    pub return_url: String,
}

/// One attempt to set the money of an intent aside.
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

/// Money that was given back.
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

/// Money that went on to a seller.
#[derive(Clone, Debug, Serialize)]
pub struct Transfer {
    /// Its id.
    pub id: String,
    pub(crate) object: &'static str,
    /// How much, in the smallest unit.
    pub amount: i64,
    pub(crate) amount_reversed: i64,
    pub(crate) created: i64,
    /// Of which currency, in small letters.
    pub currency: String,
    pub(crate) description: Option<String>,
    /// The account that has it now.
    pub destination: String,
    pub(crate) livemode: bool,
    /// What the caller noted.
    pub metadata: Metadata,
    pub(crate) reversed: bool,
    /// What the caller says that it belongs to.
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
