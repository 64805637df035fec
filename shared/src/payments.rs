//! What `payments` is asked and says: authorize, capture, void and refund.

use crate::rejection::{Flaw, Invalid};
use crate::tickets::Seat;
use crate::{Event, FeeShare, Instant, Money, OrderId, Paginated, PaymentId, Subject, TicketId, UserId};
use serde::{Deserialize, Serialize};
use std::fmt;
use uuid::Uuid;

/// Where a payment is in its life: `started → authorized | declined | unknown`, `unknown → authorized | declined`,
/// `authorized → captured | voided`, `captured → refunded`.
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
pub struct PaymentMethod(String);

impl PaymentMethod {
    /// The token as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for PaymentMethod {
    type Error = Invalid;
    fn try_from(text: String) -> Result<Self, Invalid> {
        let plain = text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if text.starts_with("pm_") && plain && text.len() <= 100 {
            Ok(PaymentMethod(text))
        } else {
            Err(Invalid::new("method", Flaw::NoMethod))
        }
    }
}

impl From<PaymentMethod> for String {
    fn from(method: PaymentMethod) -> String {
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
    /// The bank's page where the person does that; without one, this site's own page stands for it (test mode).
    pub bank_url: Option<String>,
}

/// Pays an own order. Repeated, it answers with the payment that is under way or done.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Pay {
    /// The order, held.
    pub order_id: OrderId,
    /// With what.
    pub method: PaymentMethod,
}

/// Asks for one of the caller's own payments.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct GetPayment {
    /// Which payment.
    pub id: PaymentId,
}

/// The person was asked by the bank. In test mode this is the answer itself; otherwise the gateway is asked what the
/// person told the bank.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Authenticate {
    /// Which payment.
    pub id: PaymentId,
    /// Whether the person confirms.
    pub approve: bool,
}

/// Asks how payments are made here.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct GetSettings {}

/// How payments are made here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// Stripe's key for the browser; without one, the sandbox takes test cards.
    pub publishable_key: Option<String>,
    /// Whether no real money moves.
    pub test_mode: bool,
    /// What the marketplace keeps of each sale. The price has it in it.
    pub fee: FeeShare,
}

/// Hands over what Stripe told, as it came: only then can its signature be checked.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ReceiveWebhook {
    /// The body, to the letter.
    pub body: String,
    /// The header `Stripe-Signature`.
    pub signature: String,
}

/// Asks for the caller's own account as a seller, the newest movements first.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct GetAccount {
    /// Where the page of movements begins.
    pub cursor: Option<String>,
}

/// What a seller has earned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SellerAccount {
    /// The sums, one for each currency.
    pub balances: Vec<Balance>,
    /// What made them.
    pub movements: Paginated<Movement>,
    /// Whether there is somewhere to pay what is owed to; if not, see [`SetUpPayouts`].
    pub can_be_paid: bool,
}

/// Asks for the page of the gateway's where the caller says how to be paid; nothing, if there is nothing to say.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SetUpPayouts {}

/// Where a seller's money of one currency is. All in this currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Balance {
    /// Held until some time after the show.
    pub held: Money,
    /// Owed now: it is paid out next.
    pub owed: Money,
    /// On its way to the seller.
    pub on_its_way: Money,
    /// Paid out.
    pub paid_out: Money,
}

/// What moved money to or from a seller.
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
    /// A sale was undone, and the buyer got the money back.
    Refund,
    /// Money was sent to the seller.
    Payout,
    /// Money that was sent could not be delivered.
    PayoutFailed,
}

/// What a movement is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SoldTicket {
    /// What the show is called.
    pub show: String,
    /// The seat in it.
    pub seat: Seat,
}

impl fmt::Display for SoldTicket {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} · {}", self.show, self.seat)
    }
}

/// One movement on a seller's account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Movement {
    /// Names the movement.
    pub id: Uuid,
    /// When it was.
    pub at: Instant,
    /// What it was.
    pub kind: MovementKind,
    /// What for, or nothing for payouts.
    pub about: Option<SoldTicket>,
    /// The ticket, if there is one.
    pub ticket_id: Option<TicketId>,
    /// What the buyer paid, or got back (below zero); nothing for payouts.
    pub price: Option<Money>,
    /// What the marketplace kept, or gave back (below zero).
    pub fee: Option<Money>,
    /// How the seller's account changed: above zero, it grew.
    pub amount: Money,
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

// A gateway may take five seconds a step; setting payouts up calls it twice.
crate::request::requests! { crate::Service::Payments;
    Pay = "payments.pay" -> Payment, timeout 9 s;
    GetPayment = "payments.get" -> Payment;
    Authenticate = "payments.authenticate" -> Payment, timeout 9 s;
    GetSettings = "payments.settings" -> Settings;
    ReceiveWebhook = "payments.receive_webhook" -> ();
    GetAccount = "payments.account" -> SellerAccount;
    SetUpPayouts = "payments.set_up_payouts" -> Option<String>, timeout 9 s;
}
