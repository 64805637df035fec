//! What `payments` decides: whether an order can be paid, and what the gateway is asked next.

use shared::orders::OrderState;
use shared::payments::PaymentState;
use shared::{Instant, PaymentId, Rejection};
use std::time::Duration;

/// How long the gateway may take to answer.
pub const TIMEOUT: Duration = Duration::from_secs(5);
/// How soon a step is tried again, doubling with each try up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// How long a step waits for its next try at most.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// How long an authorization waits for its order before it is looked at.
const AUTHORIZED_TOO_LONG: Duration = Duration::from_secs(60);

/// What `payments` knows of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownOrder {
    /// Where it is in its life.
    pub state: OrderState,
    /// The payment that completed it.
    pub paid_by: Option<PaymentId>,
    /// When an unpaid hold ends.
    pub expires_at: Instant,
}

/// What the gateway is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Set the money aside, or say how that was decided.
    Authorize,
    /// Take it.
    Capture,
    /// Free it.
    Void,
    /// Give it back.
    Refund,
    /// Close what is undecided, for good.
    Close,
    /// See how it stands.
    Query,
}

/// When to look how a payment stands that nothing is to be asked for, after so many looks.
pub fn poll_after(state: PaymentState, requires_action: bool, order: KnownOrder, tries: i64) -> Option<Duration> {
    match state {
        // The news that the person has answered the bank may be lost.
        PaymentState::Started | PaymentState::Unknown if requires_action => Some(pause(tries + 3)),
        // The gateway lets go of it some day.
        PaymentState::Authorized if order.state == OrderState::Held => Some(AUTHORIZED_TOO_LONG),
        _ => None,
    }
}

/// Whether news of that kind may be about money.
pub fn is_news_of_money(kind: &str) -> bool {
    ["payment_intent.", "charge.", "refund."].iter().any(|family| kind.starts_with(family))
}

/// Whether a held order can be paid now.
///
/// # Errors
/// If it is over, or its time is.
pub fn may_pay(order: KnownOrder, now: Instant) -> Result<(), Rejection> {
    match order.state {
        OrderState::Held if now < order.expires_at => Ok(()),
        OrderState::Held | OrderState::Expired => Err(Rejection::OrderExpired),
        state => Err(Rejection::OrderClosed(state)),
    }
}

/// What the gateway is asked next about a payment, if anything.
pub fn wanted(id: PaymentId, state: PaymentState, requires_action: bool, order: KnownOrder) -> Option<Step> {
    let ours = order.paid_by == Some(id);
    let over = order.state.is_over() || (order.state == OrderState::Complete && !ours);
    match state {
        // Never called voided unasked: the gateway knows whether it was authorized after all.
        PaymentState::Started | PaymentState::Unknown if over => Some(Step::Close),
        PaymentState::Started | PaymentState::Unknown if requires_action => None,
        PaymentState::Started | PaymentState::Unknown => Some(Step::Authorize),
        PaymentState::Authorized if over => Some(Step::Void),
        PaymentState::Authorized if order.state == OrderState::Complete => Some(Step::Capture),
        PaymentState::Captured if over => Some(Step::Refund),
        _ => None,
    }
}

/// How long to wait before a step is tried again.
pub fn pause(tries: i64) -> Duration {
    let doublings = u32::try_from(tries.clamp(0, 10)).unwrap_or(0);
    (FIRST_PAUSE * 2_u32.pow(doublings)).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use PaymentState::{Authorized, Captured, Declined, Refunded, Started, Unknown, Voided};
    use uuid::Uuid;

    fn id(number: u128) -> PaymentId {
        PaymentId::new(Uuid::from_u128(number))
    }

    fn order(state: OrderState, paid_by: Option<PaymentId>) -> KnownOrder {
        KnownOrder { state, paid_by, expires_at: Instant::from_millis(60_000) }
    }

    #[test]
    fn money_follows_the_order() {
        use OrderState::{Cancelled, Complete, Expired, Held, Refunded as RefundedExternally};
        let ours = Some(id(1));
        let cases = [
            (Started, order(Held, None), Some(Step::Authorize)),
            (Unknown, order(Held, None), Some(Step::Authorize)),
            (Authorized, order(Held, None), None),
            (Authorized, order(Complete, ours), Some(Step::Capture)),
            (Authorized, order(Complete, Some(id(2))), Some(Step::Void)),
            (Authorized, order(Expired, None), Some(Step::Void)),
            (Authorized, order(Cancelled, None), Some(Step::Void)),
            (Started, order(Expired, None), Some(Step::Close)),
            (Unknown, order(Cancelled, None), Some(Step::Close)),
            (Captured, order(Complete, ours), None),
            (Captured, order(RefundedExternally, ours), Some(Step::Refund)),
            // It was taken for tickets that were gone.
            (Captured, order(Expired, None), Some(Step::Refund)),
            (Captured, order(Complete, Some(id(2))), Some(Step::Refund)),
        ];
        for (state, order, step) in cases {
            assert_eq!(wanted(id(1), state, false, order), step, "{state:?} {order:?}");
        }
        for state in [Declined, Voided, Refunded] {
            assert_eq!(wanted(id(1), state, false, order(Expired, None)), None, "{state:?} is final");
        }
    }

    #[test]
    fn a_payment_that_waits_for_a_person_is_closed_when_its_order_is_over() {
        for state in [Started, Unknown] {
            assert_eq!(wanted(id(1), state, true, order(OrderState::Held, None)), None);
        }
        assert_eq!(wanted(id(1), Started, true, order(OrderState::Expired, None)), Some(Step::Close));
    }

    #[test]
    fn an_order_is_paid_in_time_or_not_at_all() {
        let held = order(OrderState::Held, None);
        assert_eq!(may_pay(held, Instant::from_millis(59_999)), Ok(()));
        assert_eq!(may_pay(held, Instant::from_millis(60_000)), Err(Rejection::OrderExpired));
        for state in [OrderState::Complete, OrderState::Cancelled, OrderState::Refunded] {
            let refused = Err(Rejection::OrderClosed(state));
            assert_eq!(may_pay(order(state, None), Instant::from_millis(0)), refused);
        }
    }
}
