//! Requests, replies and the event of `payments`: payments, and the accounts of sellers.

use crate::Service;
use crate::event::{Event, Subject};
use crate::id::{OrderId, PaymentId, TicketId, UserId};
use crate::instant::Instant;
use crate::invalid::{Flaw, Invalid};
use crate::money::{FeeShare, Money};
use crate::page::Paginated;
use crate::tickets::Seat;
use serde::{Deserialize, Serialize};
use std::fmt;
use uuid::Uuid;

/// `started → authorized | declined | unknown`, `unknown → authorized | declined`, `authorized → captured | voided`,
/// `captured → refunded`.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    strum::Display,
    strum::EnumString,
    strum::IntoStaticStr,
    strum::VariantArray,
)]
#[strum(serialize_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum PaymentState {
    /// The gateway is called, or waits until the person has authenticated (3-D Secure).
    Started,
    /// The gateway did not answer. It is polled until the outcome is known; meanwhile no other payment can start.
    Unknown,
    /// The amount is reserved on the card, not taken.
    Authorized,
    /// Refused, and nothing was taken. A new payment may start.
    Declined,
    /// The amount is taken from the card.
    Captured,
    /// The reservation is released, and nothing was taken.
    Voided,
    /// The captured amount is sent back to the card, in full.
    Refunded,
}

/// Why a card was declined.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    strum::EnumString,
    strum::IntoStaticStr,
    strum::VariantArray,
)]
#[strum(serialize_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Decline {
    /// The bank gave no reason.
    Generic,
    /// The account lacks the amount, or the card has reached its limit.
    InsufficientFunds,
    /// An error at the bank or in the card network, not the person's fault.
    ProcessingError,
    /// 3-D Secure failed or was cancelled.
    AuthenticationFailed,
    /// The order ended first, and the payment was closed before the bank had decided.
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

/// A token that stands for a card: the id of a Stripe PaymentMethod (`pm_…`). A card number never reaches the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PaymentMethod(String);

impl PaymentMethod {
    /// Stripe's ids are about 30 bytes long; this leaves room and bounds the column.
    const MAX_BYTES: usize = 100;

    /// The token, such as `pm_card_visa`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for PaymentMethod {
    type Error = Invalid;
    fn try_from(text: String) -> Result<Self, Invalid> {
        let plain = text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if text.starts_with("pm_") && plain && text.len() <= PaymentMethod::MAX_BYTES {
            Ok(PaymentMethod(text))
        } else {
            Err(Invalid::new("method", Flaw::InvalidPaymentMethod))
        }
    }
}

impl From<PaymentMethod> for String {
    fn from(method: PaymentMethod) -> String {
        method.0
    }
}

/// A card of test mode, for the payment form of the sandbox.
pub struct TestCard {
    /// The card number, without spaces.
    pub number: &'static str,
    /// The [`PaymentMethod`] that stands for it.
    pub method: &'static str,
}

/// Stripe's test cards (<https://docs.stripe.com/testing>), and one of the sandbox's own that never gets an answer.
pub const TEST_CARDS: [TestCard; 6] = [
    TestCard { number: "4242424242424242", method: "pm_card_visa" },
    TestCard { number: "4000000000000002", method: "pm_card_chargeDeclined" },
    TestCard { number: "4000000000009995", method: "pm_card_chargeDeclinedInsufficientFunds" },
    TestCard { number: "4000000000000119", method: "pm_card_chargeDeclinedProcessingError" },
    TestCard { number: "4000002500003155", method: "pm_card_authenticationRequired" },
    TestCard { number: "4000000000000341", method: "pm_card_neverAnswers" },
];

/// One attempt to pay an order, as its payer sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Payment {
    /// Part of the idempotency key of every call to the gateway.
    pub id: PaymentId,
    /// An order has at most one payment that is not declined.
    pub order_id: OrderId,
    /// Decides whether the payer waits, authenticates or tries again.
    pub state: PaymentState,
    /// The order's total.
    pub amount: Money,
    /// `None` unless the payment is declined.
    pub decline: Option<Decline>,
    /// Whether the bank waits for the person to authenticate (3-D Secure).
    pub needs_authentication: bool,
    /// The bank's page for that. In test mode there is none, and a page of this site takes its place.
    pub bank_url: Option<String>,
}

/// Pays a held order of the caller. If it has a payment that is not declined, that payment is returned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pay {
    /// An order whose buyer is the caller.
    pub order_id: OrderId,
    /// The card to charge.
    pub method: PaymentMethod,
}

/// Returns a payment of the caller.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GetPayment {
    /// A payment whose payer is the caller.
    pub id: PaymentId,
}

/// Continues a payment after the person returned from authenticating (3-D Secure). In test mode `approve` is the outcome;
/// with a real gateway it is ignored, and the gateway is asked for the outcome.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Authenticate {
    /// A payment whose payer is the caller.
    pub id: PaymentId,
    /// Whether the person confirmed on the page that stands for the bank's.
    pub approve: bool,
}

/// Returns the payment settings of this marketplace. Anybody may ask.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GetSettings {}

/// The payment settings of this marketplace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// Stripe's publishable API key, for the card field in the browser; `None` if the sandbox is used.
    pub publishable_key: Option<String>,
    /// Whether no real money moves.
    pub test_mode: bool,
    /// The marketplace's share of each sale, which is part of the price.
    pub fee: FeeShare,
}

/// Passes on a webhook from Stripe byte for byte, since the signature covers the exact body. `payments` verifies it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReceiveWebhook {
    /// The unparsed body.
    pub body: String,
    /// The header `Stripe-Signature`.
    pub signature: String,
}

/// Returns the caller's account as a seller.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GetAccount {
    /// [`Paginated::next`] of the previous page of movements; `None` for the first page.
    pub cursor: Option<String>,
}

/// What a seller has earned and was paid. (The ledger's accounts are in the server.)
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SellerAccount {
    /// One per currency that the seller has sold in.
    pub balances: Vec<Balance>,
    /// The newest first.
    pub movements: Paginated<Movement>,
    /// Whether payouts can be sent; if not, see [`SetUpPayouts`].
    pub can_be_paid: bool,
}

/// Returns the URL of the gateway's onboarding page, where the caller enters a bank account; `None` if the gateway needs
/// none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SetUpPayouts {}

/// A seller's money in one currency, by where it is. The four amounts do not overlap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Balance {
    /// Earned, and kept back until `PAYOUT_AFTER_HOURS` after the start of the show.
    pub held: Money,
    /// Due: part of the next payout. Negative after a refund of a sale that was paid out.
    pub owed: Money,
    /// Sent, and not yet confirmed by the gateway.
    pub on_its_way: Money,
    /// The total of all successful payouts.
    pub paid_out: Money,
}

/// What changed a seller's account.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    strum::Display,
    strum::EnumString,
    strum::IntoStaticStr,
    strum::VariantArray,
)]
#[strum(serialize_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum MovementKind {
    /// A ticket was sold.
    Sale,
    /// The buyer of a ticket got the money back.
    Refund,
    /// Money was sent to the seller.
    Payout,
    /// A payout could not be delivered: the amount is due again.
    PayoutFailed,
}

/// The ticket that a sale or refund was for, as text of that time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SoldTicket {
    /// The show's title.
    pub show: String,
    /// The place that the ticket admits to.
    pub seat: Seat,
}

impl fmt::Display for SoldTicket {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} · {}", self.show, self.seat)
    }
}

/// One line of a seller's statement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Movement {
    /// The id of the ledger row.
    pub id: Uuid,
    /// When the ledger row was written.
    pub at: Instant,
    /// Decides which of the optional fields are set.
    pub kind: MovementKind,
    /// `None` for payouts.
    pub about: Option<SoldTicket>,
    /// `None` for payouts.
    pub ticket_id: Option<TicketId>,
    /// The amount that the buyer paid; negative for a refund; `None` for payouts.
    pub price: Option<Money>,
    /// The amount that the marketplace kept; negative for a refund; `None` for payouts.
    pub fee: Option<Money>,
    /// The change of the seller's account: positive for a credit.
    pub amount: Money,
}

/// A payment was created or changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PaymentChanged {
    /// The aggregate.
    pub id: PaymentId,
    /// 1, 2, 3, … without gaps.
    pub version: u64,
    /// See [`Payment::order_id`].
    pub order_id: OrderId,
    /// The buyer of the order.
    pub payer_id: UserId,
    /// Decides whether `orders` extends, completes or refunds the order.
    pub state: PaymentState,
    /// See [`Payment::amount`].
    pub amount: Money,
    /// See [`Payment::decline`].
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

// The server gives up on a call to the gateway after four to five seconds; setting up payouts makes two calls.
crate::request::requests! { Service::Payments;
    Pay = "payments.pay" -> Payment, timeout 9 s;
    GetPayment = "payments.get" -> Payment;
    Authenticate = "payments.authenticate" -> Payment, timeout 9 s;
    GetSettings = "payments.settings" -> Settings;
    ReceiveWebhook = "payments.receive_webhook" -> ();
    GetAccount = "payments.account" -> SellerAccount;
    SetUpPayouts = "payments.set_up_payouts" -> Option<String>, timeout 9 s;
}
