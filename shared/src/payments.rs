//! What `payments` is asked and says: authorize, capture, void and refund.

use crate::rejection::Invalid;
use crate::{Event, Money, OrderId, PaymentId, Request, Service, Subject, UserId};
use serde::{Deserialize, Serialize};
use std::fmt;
use uuid::Uuid;

/// Where a payment is in its life: `started → authorized | declined | unknown`, `unknown → authorized | declined`,
/// `authorized → captured | voided`, `captured → refunded`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentState {
    /// The gateway is being asked, or waits for the person to prove who they are.
    Started,
    /// The gateway did not answer; it is asked again until the truth is known.
    Unknown,
    /// The money is set aside for us, not yet taken.
    Authorized,
    /// The gateway said no. Nothing was taken.
    Declined,
    /// The money is taken.
    Captured,
    /// The money that was set aside is free again.
    Voided,
    /// The money that was taken is given back.
    Refunded,
}

/// Why a card was declined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decline {
    /// The bank gave no reason.
    Generic,
    /// There is not enough money.
    InsufficientFunds,
    /// Something went wrong at the bank.
    ProcessingError,
    /// The person did not prove who they are.
    AuthenticationFailed,
    /// The payment was closed before it was decided.
    Closed,
}

impl fmt::Display for Decline {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Decline::Generic => "ask your bank why, or try another card",
            Decline::InsufficientFunds => "there is not enough money on it, try another card",
            Decline::ProcessingError => "something went wrong at the bank, try again",
            Decline::AuthenticationFailed => {
                "your bank could not confirm that it is you, try again or try another card"
            }
            Decline::Closed => "the payment was closed before your bank answered",
        })
    }
}

/// A payment-method token, under Stripe's names. A card number never reaches the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Method(String);

impl Method {
    /// The token as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Method {
    type Error = Invalid;
    fn try_from(text: String) -> Result<Self, Invalid> {
        let plain = text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if text.starts_with("pm_") && plain && text.len() <= 100 {
            Ok(Method(text))
        } else {
            Err(Invalid::new("method", "this is not a payment method that can be charged"))
        }
    }
}

impl From<Method> for String {
    fn from(method: Method) -> String {
        method.0
    }
}

/// A card of test mode: its number as people type it, its token, and what becomes of it.
pub struct TestCard {
    /// The number, in digits.
    pub number: &'static str,
    /// The token that stands for it.
    pub method: &'static str,
    /// What happens when it is used.
    pub outcome: &'static str,
}

/// The test cards (Stripe's well-known numbers, and one of ours that never answers).
pub const TEST_CARDS: [TestCard; 6] = [
    TestCard { number: "4242424242424242", method: "pm_card_visa", outcome: "succeeds" },
    TestCard { number: "4000000000000002", method: "pm_card_chargeDeclined", outcome: "is declined" },
    TestCard {
        number: "4000000000009995",
        method: "pm_card_chargeDeclinedInsufficientFunds",
        outcome: "is declined: insufficient funds",
    },
    TestCard {
        number: "4000000000000119",
        method: "pm_card_chargeDeclinedProcessingError",
        outcome: "fails with a processing error",
    },
    TestCard {
        number: "4000002500003155",
        method: "pm_card_authenticationRequired",
        outcome: "asks you to confirm that it is you",
    },
    TestCard { number: "4000000000000341", method: "pm_card_neverAnswers", outcome: "never gets an answer" },
];

/// A payment: one attempt to pay an order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Payment {
    /// Names the payment.
    pub id: PaymentId,
    /// What is paid.
    pub order_id: OrderId,
    /// Where it is in its life.
    pub state: PaymentState,
    /// How much.
    pub amount: Money,
    /// Why it was declined, if it was.
    pub decline: Option<Decline>,
    /// Whether the bank waits for the person to prove who they are (3-D Secure).
    pub needs_authentication: bool,
}

/// Pays an own order. Repeated, it answers with the payment that is under way or done.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Pay {
    /// The order, held.
    pub order_id: OrderId,
    /// With what.
    pub method: Method,
}
impl Request for Pay {
    const SERVICE: Service = Service::Payments;
    const NAME: &'static str = "payments.pay";
    // The gateway may take five of them.
    const PATIENCE_SECONDS: u64 = 9;
    type Reply = Payment;
}

/// Asks for one of the caller's own payments.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct GetPayment {
    /// Which payment.
    pub id: PaymentId,
}
impl Request for GetPayment {
    const SERVICE: Service = Service::Payments;
    const NAME: &'static str = "payments.get";
    type Reply = Payment;
}

/// Test mode's stand-in for the bank's page: the person confirms, or does not, that it is them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Authenticate {
    /// Which payment.
    pub id: PaymentId,
    /// Whether the person confirms.
    pub approve: bool,
}
impl Request for Authenticate {
    const SERVICE: Service = Service::Payments;
    const NAME: &'static str = "payments.authenticate";
    // The gateway may take five of them.
    const PATIENCE_SECONDS: u64 = 9;
    type Reply = Payment;
}

/// A payment is new, or not as it was.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PaymentChanged {
    /// Names the payment.
    pub id: PaymentId,
    /// Rises with each change.
    pub version: u64,
    /// What is paid.
    pub order_id: OrderId,
    /// Who pays.
    pub payer_id: UserId,
    /// Where it is in its life.
    pub state: PaymentState,
    /// How much.
    pub amount: Money,
    /// Why it was declined, if it was.
    pub decline: Option<Decline>,
}
impl Event for PaymentChanged {
    const SUBJECT: Subject = Subject::PaymentsChanged;
    fn aggregate(&self) -> Uuid {
        self.id.uuid()
    }
    fn version(&self) -> u64 {
        self.version
    }
}
