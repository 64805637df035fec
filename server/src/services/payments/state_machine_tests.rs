//! The state machine as tables: every state × every answer, and every state × every order.

use super::gateway::{Authorization, Capture, GatewayStatus, Void};
use super::rules::{Answer, KnownOrder, LedgerEffect, Step, Transition, apply, may_pay, next_step, poll_after, undo};
use shared::orders::OrderState;
use shared::payments::Decline;
use shared::payments::PaymentState::{self, Authorized, Captured, Declined, Refunded, Started, Unknown, Voided};
use shared::{Instant, PaymentId, Rejection};
use std::time::Duration;
use strum::VariantArray;
use uuid::Uuid;

const STATES: [PaymentState; 7] = [Started, Unknown, Authorized, Declined, Captured, Voided, Refunded];
const URL: &str = "https://bank.example/3ds";
const NO_FUNDS: Decline = Decline::InsufficientFunds;

fn id(number: u128) -> PaymentId {
    PaymentId::new(Uuid::from_u128(number))
}

fn order(state: OrderState, paid_by: Option<PaymentId>) -> KnownOrder {
    KnownOrder { state, paid_by, expires_at: Instant::from_millis(60_000) }
}

/// Every situation of an order, as the payment `id(1)` meets it.
fn orders() -> [KnownOrder; 6] {
    [
        order(OrderState::Held, None),
        order(OrderState::Complete, Some(id(1))),
        order(OrderState::Complete, Some(id(2))),
        order(OrderState::Expired, None),
        order(OrderState::Cancelled, None),
        order(OrderState::Refunded, Some(id(1))),
    ]
}

#[test]
fn the_tables_have_every_state() {
    assert_eq!(PaymentState::VARIANTS.len(), STATES.len());
    assert!(PaymentState::VARIANTS.iter().all(|state| STATES.contains(state)));
    assert!(OrderState::VARIANTS.iter().all(|state| orders().iter().any(|order| order.state == *state)));
}

/// The expected effect of an answer in one state.
#[derive(Clone, Copy, Debug)]
enum Cell {
    /// Nothing changes.
    Stay,
    /// The state stays, and the buyer has to authenticate.
    Wait,
    /// The payment is declined, for this reason.
    Decline(Decline),
    /// Another state, and nothing for the ledger.
    To(PaymentState),
    /// Another state, and an entry in the ledger.
    Book(PaymentState, LedgerEffect),
}

impl Cell {
    fn transition(self, state: PaymentState) -> Transition {
        let nothing = Transition { state, decline: None, ledger: None, requires_action: false, bank_url: None };
        match self {
            Cell::Stay => nothing,
            Cell::Wait => Transition { requires_action: true, bank_url: Some(URL.to_owned()), ..nothing },
            Cell::Decline(decline) => Transition { state: Declined, decline: Some(decline), ..nothing },
            Cell::To(state) => Transition { state, ..nothing },
            Cell::Book(state, effect) => Transition { state, ledger: Some(effect), ..nothing },
        }
    }
}

/// One row for each answer, one column for each of [`STATES`].
fn effects() -> [(Answer, [Cell; 7]); 18] {
    use Cell::{Decline as D, Stay as S, Wait as W};
    const AUTHORIZE: Cell = Cell::To(Authorized);
    const UNKNOWN: Cell = Cell::To(Unknown);
    const VOID: Cell = Cell::To(Voided);
    const CAPTURE: Cell = Cell::Book(Captured, LedgerEffect::Charge);
    const REFUND: Cell = Cell::Book(Refunded, LedgerEffect::Refund);
    const DECLINE: Cell = D(NO_FUNDS);
    const CLOSE: Cell = D(Decline::Closed);
    let url = || Some(URL.to_owned());
    [
        // Columns: started, unknown, authorized, declined, captured, voided, refunded.
        (Answer::Authorization(Authorization::Authorized), [AUTHORIZE, AUTHORIZE, S, S, S, S, S]),
        (Answer::Authorization(Authorization::Declined(NO_FUNDS)), [DECLINE, DECLINE, S, S, S, S, S]),
        (Answer::Authorization(Authorization::RequiresAction(url())), [W, W, S, S, S, S, S]),
        (Answer::Capture(Capture::Captured), [S, S, CAPTURE, S, S, S, S]),
        (Answer::Capture(Capture::Gone), [S, S, VOID, S, S, S, S]),
        (Answer::Void(Void::Voided), [S, S, VOID, S, S, S, S]),
        (Answer::Void(Void::AlreadyCaptured), [S, S, CAPTURE, S, S, S, S]),
        (Answer::Refunded, [S, S, S, S, REFUND, S, S]),
        (Answer::Status(GatewayStatus::Undecided), [S, S, S, S, S, S, S]),
        (Answer::Status(GatewayStatus::RequiresAction(url())), [W, W, S, S, S, S, S]),
        (Answer::Status(GatewayStatus::Declined(NO_FUNDS)), [DECLINE, DECLINE, VOID, S, S, S, S]),
        (Answer::Status(GatewayStatus::Authorized), [AUTHORIZE, AUTHORIZE, S, S, S, S, S]),
        (Answer::Status(GatewayStatus::Captured), [AUTHORIZE, AUTHORIZE, S, S, S, S, S]),
        (Answer::Status(GatewayStatus::Voided), [CLOSE, CLOSE, VOID, S, S, S, S]),
        (Answer::Status(GatewayStatus::Refunded), [AUTHORIZE, AUTHORIZE, S, S, REFUND, S, S]),
        (Answer::NoResponse, [UNKNOWN, S, S, S, S, S, S]),
        (Answer::QueryFailed, [S, S, S, S, S, S, S]),
        (Answer::InFlight, [S, S, S, S, S, S, S]),
    ]
}

/// The row of an answer. Exhaustive, so that a new answer does not compile without a row.
fn row_of(answer: &Answer) -> usize {
    match answer {
        Answer::Authorization(Authorization::Authorized) => 0,
        Answer::Authorization(Authorization::Declined(_)) => 1,
        Answer::Authorization(Authorization::RequiresAction(_)) => 2,
        Answer::Capture(Capture::Captured) => 3,
        Answer::Capture(Capture::Gone) => 4,
        Answer::Void(Void::Voided) => 5,
        Answer::Void(Void::AlreadyCaptured) => 6,
        Answer::Refunded => 7,
        Answer::Status(status) => 8 + column_of(status),
        Answer::NoResponse => 15,
        Answer::QueryFailed => 16,
        Answer::InFlight => 17,
    }
}

/// The column of a status, exhaustive for the same reason.
fn column_of(status: &GatewayStatus) -> usize {
    match status {
        GatewayStatus::Undecided => 0,
        GatewayStatus::RequiresAction(_) => 1,
        GatewayStatus::Declined(_) => 2,
        GatewayStatus::Authorized => 3,
        GatewayStatus::Captured => 4,
        GatewayStatus::Voided => 5,
        GatewayStatus::Refunded => 6,
    }
}

#[test]
fn every_answer_has_its_effect_in_every_state() {
    for (row, (answer, cells)) in effects().into_iter().enumerate() {
        assert_eq!(row_of(&answer), row, "{answer:?} is in the wrong row");
        for (state, cell) in STATES.into_iter().zip(cells) {
            assert_eq!(apply(state, &answer), cell.transition(state), "{answer:?} in state {state:?}");
        }
    }
}

#[test]
fn no_answer_leaves_a_final_state_or_skips_one() {
    let allowed = [
        (Started, Authorized),
        (Started, Declined),
        (Started, Unknown),
        (Unknown, Authorized),
        (Unknown, Declined),
        (Authorized, Captured),
        (Authorized, Voided),
        (Captured, Refunded),
    ];
    for (answer, _) in effects() {
        for state in STATES {
            let next = apply(state, &answer).state;
            assert!(next == state || allowed.contains(&(state, next)), "{answer:?} leads from {state:?} to {next:?}");
        }
    }
}

#[test]
fn only_a_step_that_may_have_taken_effect_makes_a_payment_unknown() {
    for step in [Step::Authorize, Step::Capture, Step::Void, Step::Refund, Step::Close] {
        assert_eq!(Answer::failed(step), Answer::NoResponse);
    }
    assert_eq!(Answer::failed(Step::Query), Answer::QueryFailed);
    for (answer, _) in effects() {
        assert_eq!(answer.is_response(), row_of(&answer) < 15, "{answer:?}");
    }
}

#[test]
fn every_state_has_its_next_step_for_every_order() {
    let (n, authorize, close) = (None, Some(Step::Authorize), Some(Step::Close));
    let (capture, void, refund) = (Some(Step::Capture), Some(Step::Void), Some(Step::Refund));
    let lost = [close, close, void, n, refund, n, n];
    // For each order: the steps while the buyer has nothing to do, and while the bank waits for the buyer.
    let steps = [
        [[authorize, authorize, n, n, n, n, n], [n, n, n, n, n, n, n]],
        [[authorize, authorize, capture, n, n, n, n], [n, n, capture, n, n, n, n]],
        [lost, lost],
        [lost, lost],
        [lost, lost],
        [lost, lost],
    ];
    for (order, steps) in orders().into_iter().zip(steps) {
        for (requires_action, steps) in [false, true].into_iter().zip(steps) {
            for (state, step) in STATES.into_iter().zip(steps) {
                let next = next_step(id(1), state, requires_action, order);
                assert_eq!(next, step, "{state:?}, requires_action: {requires_action}, {order:?}");
            }
        }
    }
}

#[test]
fn every_state_is_polled_as_often_as_its_order_asks() {
    let (n, buyer, held) = (None, Some(Duration::from_secs(2)), Some(Duration::from_secs(60)));
    for order in orders() {
        let authorized = if order.state == OrderState::Held { held } else { n };
        let polls = [[n, n, authorized, n, n, n, n], [buyer, buyer, authorized, n, n, n, n]];
        for (requires_action, polls) in [false, true].into_iter().zip(polls) {
            for (state, poll) in STATES.into_iter().zip(polls) {
                let after = poll_after(state, requires_action, order, 0);
                assert_eq!(after, poll, "{state:?}, requires_action: {requires_action}, {order:?}");
            }
        }
    }
    let held = order(OrderState::Held, None);
    assert_eq!(poll_after(Started, true, held, 1), Some(Duration::from_secs(4)));
    assert_eq!(poll_after(Started, true, held, 99), Some(Duration::from_secs(10)));
}

#[test]
fn money_that_a_query_finds_for_a_payment_that_is_over_is_returned() {
    let url = Some(URL.to_owned());
    let (n, void, refund) = (None, Some(Step::Void), Some(Step::Refund));
    let over = [n, void, n, void, refund, n, n];
    let statuses = [
        GatewayStatus::Undecided,
        GatewayStatus::RequiresAction(url),
        GatewayStatus::Declined(NO_FUNDS),
        GatewayStatus::Authorized,
        GatewayStatus::Captured,
        GatewayStatus::Voided,
        GatewayStatus::Refunded,
    ];
    for state in STATES {
        let steps = if matches!(state, Declined | Voided) { over } else { [n; 7] };
        for (column, (status, step)) in statuses.iter().zip(steps).enumerate() {
            assert_eq!(column_of(status), column, "{status:?} is in the wrong column");
            assert_eq!(undo(state, status), step, "{status:?} in state {state:?}");
        }
    }
}

#[test]
fn an_order_is_paid_in_time_or_not_at_all() {
    let held = order(OrderState::Held, None);
    assert_eq!(may_pay(held, Instant::from_millis(59_999)), Ok(()));
    assert_eq!(may_pay(held, Instant::from_millis(60_000)), Err(Rejection::OrderExpired));
    assert_eq!(may_pay(order(OrderState::Expired, None), Instant::from_millis(0)), Err(Rejection::OrderExpired));
    for state in [OrderState::Complete, OrderState::Cancelled, OrderState::Refunded] {
        let refused = Err(Rejection::OrderClosed(state));
        assert_eq!(may_pay(order(state, None), Instant::from_millis(0)), refused);
    }
}
