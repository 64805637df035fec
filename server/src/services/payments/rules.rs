//! The state machine of a payment: which step comes next, and what the gateway's answer to it changes.
//!
//! `started → authorized | declined | unknown`, `unknown → authorized | declined`, `authorized → captured | voided`,
//! `captured → refunded`.

use super::answers::{Authorization, Capture, GatewayStatus, Void};
use shared::orders::{OrderChanged, OrderState};
use shared::payments::{Decline, PaymentState};
use shared::{Instant, PaymentId, Rejection};
use std::time::Duration;

/// A step that takes longer has an unknown outcome.
pub const GATEWAY_TIMEOUT: Duration = Duration::from_secs(5);
/// The delay before the first retry; it doubles with each one, up to [`MAX_RETRY_DELAY`].
const FIRST_RETRY_DELAY: Duration = Duration::from_millis(250);
const MAX_RETRY_DELAY: Duration = Duration::from_secs(10);
/// While a buyer authenticates, polls begin with the delay of this retry (2 s): people need that long.
const FIRST_ACTION_POLL: i64 = 3;
/// How often an authorization whose order is still held is polled: a gateway drops it some day.
const AUTHORIZED_POLL_INTERVAL: Duration = Duration::from_secs(60);

/// How many payments of one person may be declined within [`DECLINE_WINDOW`].
pub const MAX_DECLINES: usize = 10;
pub const DECLINE_WINDOW: Duration = Duration::from_secs(24 * 3600);

/// What `payments` knows of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownOrder {
    pub state: OrderState,
    /// The payment that completed the order.
    pub paid_by: Option<PaymentId>,
    /// When an unpaid hold ends.
    pub expires_at: Instant,
}

impl From<&OrderChanged> for KnownOrder {
    fn from(order: &OrderChanged) -> Self {
        KnownOrder { state: order.state, paid_by: order.payment_id, expires_at: order.expires_at }
    }
}

impl KnownOrder {
    /// Whether this payment bought the tickets.
    pub fn is_completed_by(&self, id: PaymentId) -> bool {
        self.state == OrderState::Complete && self.paid_by == Some(id)
    }

    /// Whether this payment must not keep or take any money: the order is over, or another payment completed it.
    fn is_lost_for(&self, id: PaymentId) -> bool {
        self.state.is_over() || (self.state == OrderState::Complete && self.paid_by != Some(id))
    }
}

/// A request to the gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Authorize,
    Capture,
    Void,
    Refund,
    /// Close an undecided payment for good.
    Close,
    /// Read the state at the gateway.
    Query,
}

/// The gateway's answer to a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// To [`Step::Authorize`] and [`Step::Close`].
    Authorization(Authorization),
    Capture(Capture),
    Void(Void),
    Refunded,
    /// To [`Step::Query`].
    Status(GatewayStatus),
    /// The step failed or timed out, so whether it took effect is unknown.
    NoResponse,
    /// A query failed or timed out, which says nothing about the payment.
    QueryFailed,
    /// The same step is under way in another process.
    InFlight,
}

impl Answer {
    /// What it means that a step failed or timed out.
    pub fn failed(step: Step) -> Self {
        if step == Step::Query { Answer::QueryFailed } else { Answer::NoResponse }
    }

    /// Whether the gateway answered at all. If not, the same step is retried.
    pub fn is_response(&self) -> bool {
        !matches!(self, Answer::NoResponse | Answer::QueryFailed | Answer::InFlight)
    }
}

/// What the ledger books for a transition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LedgerEffect {
    /// The gateway captured the buyer's money.
    Charge,
    /// The gateway gave it back.
    Refund,
}

/// The effect of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transition {
    pub state: PaymentState,
    pub decline: Option<Decline>,
    pub ledger: Option<LedgerEffect>,
    /// Whether the bank waits for the buyer to authenticate.
    pub requires_action: bool,
    /// The bank's page for that, if it has one.
    pub bank_url: Option<String>,
}

/// Whether an order can be paid now.
///
/// # Errors
/// If the order is closed, or its hold has ended.
pub fn may_pay(order: KnownOrder, now: Instant) -> Result<(), Rejection> {
    match order.state {
        OrderState::Held if now < order.expires_at => Ok(()),
        OrderState::Held | OrderState::Expired => Err(Rejection::OrderExpired),
        state @ (OrderState::Complete | OrderState::Cancelled | OrderState::Refunded) => {
            Err(Rejection::OrderClosed(state))
        }
    }
}

/// Whether somebody may pay whose payments of the last [`DECLINE_WINDOW`] that were not accepted began at these instants, oldest
/// first.
///
/// # Errors
/// If there are [`MAX_DECLINES`], until the oldest of those is out of the window.
pub fn check_declines(began_at: &[Instant], now: Instant) -> Result<(), Rejection> {
    let Some(index) = began_at.len().checked_sub(MAX_DECLINES) else { return Ok(()) };
    let wait = (began_at[index] + DECLINE_WINDOW).since(now);
    Err(Rejection::TooManyRequests { wait_seconds: wait.as_secs() + 1 })
}

/// The next step of a payment, if its state and its order's state ask for one.
pub fn next_step(id: PaymentId, state: PaymentState, requires_action: bool, order: KnownOrder) -> Option<Step> {
    use PaymentState::{Authorized, Captured, Declined, Refunded, Started, Unknown, Voided};
    let lost = order.is_lost_for(id);
    match state {
        // The gateway may have authorized it meanwhile, so only the gateway can close it.
        Started | Unknown if lost => Some(Step::Close),
        Started | Unknown if requires_action => None,
        Started | Unknown => Some(Step::Authorize),
        Authorized if lost => Some(Step::Void),
        Authorized if order.state == OrderState::Complete => Some(Step::Capture),
        Captured if lost => Some(Step::Refund),
        Authorized | Captured | Declined | Voided | Refunded => None,
    }
}

/// The delay before the gateway is queried about a payment without a next step, after so many polls.
pub fn poll_after(state: PaymentState, requires_action: bool, order: KnownOrder, polls: i64) -> Option<Duration> {
    match state {
        // The webhook event of a finished authentication may be lost.
        PaymentState::Started | PaymentState::Unknown if requires_action => {
            Some(retry_delay(polls + FIRST_ACTION_POLL))
        }
        PaymentState::Authorized if order.state == OrderState::Held => Some(AUTHORIZED_POLL_INTERVAL),
        _ => None,
    }
}

/// The delay before a step is retried, after so many failed attempts.
pub fn retry_delay(attempts: i64) -> Duration {
    let doublings = u32::try_from(attempts.clamp(0, 10)).unwrap_or(0);
    (FIRST_RETRY_DELAY * 2_u32.pow(doublings)).min(MAX_RETRY_DELAY)
}

/// The effect of an answer on a payment in `state`. An answer to a step that this state never takes has none.
pub fn apply(state: PaymentState, answer: &Answer) -> Transition {
    use PaymentState::{Authorized, Captured, Refunded, Started, Unknown, Voided};
    match (state, answer) {
        (Started | Unknown, Answer::Authorization(authorization)) => match authorization {
            Authorization::Authorized => enter(Authorized),
            Authorization::Declined(decline) => declined(*decline),
            Authorization::RequiresAction(url) => wait_for_buyer(state, url),
        },
        (Started | Unknown, Answer::Status(status)) => match status {
            GatewayStatus::Undecided => stay(state),
            GatewayStatus::RequiresAction(url) => wait_for_buyer(state, url),
            GatewayStatus::Declined(decline) => declined(*decline),
            GatewayStatus::Voided => declined(Decline::Closed),
            // It was authorized in any case; the next step finds out what happened since.
            GatewayStatus::Authorized | GatewayStatus::Captured | GatewayStatus::Refunded => enter(Authorized),
        },
        (Started, Answer::NoResponse) => enter(Unknown),
        (Authorized, Answer::Capture(Capture::Captured) | Answer::Void(Void::AlreadyCaptured)) => enter(Captured),
        (
            Authorized,
            Answer::Capture(Capture::Gone)
            | Answer::Void(Void::Voided)
            | Answer::Status(GatewayStatus::Voided | GatewayStatus::Declined(_)),
        ) => enter(Voided),
        (Captured, Answer::Refunded | Answer::Status(GatewayStatus::Refunded)) => enter(Refunded),
        _ => stay(state),
    }
}

/// The step that undoes what a query found: money that is reserved or taken for a payment that is over, by a request that
/// was under way for very long or by somebody in the gateway's dashboard.
pub fn undo(state: PaymentState, status: &GatewayStatus) -> Option<Step> {
    match (state, status) {
        (
            PaymentState::Declined | PaymentState::Voided,
            GatewayStatus::Authorized | GatewayStatus::RequiresAction(_),
        ) => Some(Step::Void),
        (PaymentState::Declined | PaymentState::Voided, GatewayStatus::Captured) => Some(Step::Refund),
        _ => None,
    }
}

/// Whether a webhook event of this kind can be about a payment.
pub fn concerns_payments(kind: &str) -> bool {
    ["payment_intent.", "charge.", "refund."].iter().any(|family| kind.starts_with(family))
}

fn stay(state: PaymentState) -> Transition {
    Transition { state, decline: None, ledger: None, requires_action: false, bank_url: None }
}

fn enter(state: PaymentState) -> Transition {
    let ledger = match state {
        PaymentState::Captured => Some(LedgerEffect::Charge),
        PaymentState::Refunded => Some(LedgerEffect::Refund),
        _ => None,
    };
    Transition { ledger, ..stay(state) }
}

fn declined(decline: Decline) -> Transition {
    Transition { decline: Some(decline), ..enter(PaymentState::Declined) }
}

fn wait_for_buyer(state: PaymentState, url: &Option<String>) -> Transition {
    Transition { requires_action: true, bank_url: url.clone(), ..stay(state) }
}
