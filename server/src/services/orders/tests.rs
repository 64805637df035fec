//! The decisions of `orders`, by example.

use super::rules::{
    DeadlineDecision, OrderLifecycle, PAYMENT_EXTENSION, PaymentReplica, TicketReplica, TicketView, cancel,
    deadline_due, may_be_outdated, next_lifecycle, place, ticket_view,
};
use crate::fixtures::{self, BUYER, PRICE, SELLER};
use shared::orders::{EndReason, OrderState, PlaceOrder};
use shared::payments::PaymentState;
use shared::tickets::{Show, TicketState};
use shared::{Flaw, Instant, Invalid, Money, PaymentId, Rejection, ShowId};
use uuid::Uuid;

const DEADLINE: Instant = Instant::from_millis(60_000);
const HELD: OrderLifecycle = OrderLifecycle {
    state: OrderState::Held,
    reason: None,
    expires_at: DEADLINE,
    extended: false,
    payment_id: None,
    captured: false,
};
const CONFIRMED: TicketView =
    TicketView { confirmed: true, changed: false, show_cancelled: false, refund_requested: false, issued: false };
const UNCONFIRMED: TicketView = TicketView { confirmed: false, ..CONFIRMED };
const CHANGED: TicketView = TicketView { changed: true, ..UNCONFIRMED };
const SHOW_CANCELLED: TicketView = TicketView { show_cancelled: true, ..CONFIRMED };

fn payment(state: PaymentState) -> PaymentReplica {
    PaymentReplica { id: PaymentId::new(Uuid::from_u128(1)), state }
}

fn completed_by(payment: PaymentReplica) -> OrderLifecycle {
    OrderLifecycle { state: OrderState::Complete, payment_id: Some(payment.id), ..HELD }
}

fn ended(order: OrderLifecycle) -> (OrderState, Option<EndReason>) {
    (order.state, order.reason)
}

fn request(tickets: &[TicketReplica]) -> PlaceOrder {
    PlaceOrder {
        ticket_ids: tickets.iter().map(|replica| replica.ticket.id).collect(),
        expected_total: Money::new(PRICE.minor * tickets.len() as i64, PRICE.currency),
    }
}

fn in_show(mut replica: TicketReplica, show: Show) -> TicketReplica {
    replica.ticket.show = show;
    replica
}

#[test]
fn the_total_of_an_order_is_the_sum_of_its_tickets_even_if_a_replica_says_held() {
    let mut tickets = [1, 2].map(fixtures::ticket_changed);
    tickets[1].ticket.state = TicketState::Held;

    let total = place(&request(&tickets), &tickets, BUYER, DEADLINE);

    assert_eq!(total, Ok(Money::new(2 * PRICE.minor, PRICE.currency)));
}

#[test]
fn tickets_that_cannot_be_sold_to_this_buyer_are_rejected() {
    let ticket = fixtures::ticket_changed(1);
    let mut withdrawn = ticket.clone();
    withdrawn.ticket.state = TicketState::Withdrawn;
    let cancelled = in_show(ticket.clone(), Show { cancelled: true, ..fixtures::show() });
    let elsewhere = Show { id: ShowId::new(Uuid::from_u128(6)), ..fixtures::show() };
    let mixed = vec![ticket.clone(), in_show(fixtures::ticket_changed(2), elsewhere)];
    let too_many: Vec<_> = (1..=9).map(fixtures::ticket_changed).collect();
    let begun = fixtures::show().starts_at;

    let cases = [
        (vec![withdrawn], BUYER, DEADLINE, Rejection::TicketWithdrawn),
        (vec![cancelled], BUYER, DEADLINE, Rejection::ShowCancelled),
        (mixed, BUYER, DEADLINE, Rejection::MixedShows),
        (too_many, BUYER, DEADLINE, Rejection::TooManyTickets { most: 8 }),
        (vec![ticket.clone()], BUYER, begun, Rejection::ShowBegun),
        (vec![ticket.clone()], SELLER, DEADLINE, Rejection::OwnTicket),
        (vec![], BUYER, DEADLINE, Invalid::new("ticket_ids", Flaw::NothingChosen).into()),
        (vec![ticket.clone(), ticket], BUYER, DEADLINE, Invalid::new("ticket_ids", Flaw::NothingChosen).into()),
    ];
    for (tickets, buyer, now, rejection) in cases {
        assert!(!may_be_outdated(&rejection), "{rejection:?}");
        assert_eq!(place(&request(&tickets), &tickets, buyer, now), Err(rejection));
    }
}

#[test]
fn a_missing_replica_and_another_price_may_be_outdated() {
    let tickets = [1, 2].map(fixtures::ticket_changed);
    let mut repriced = tickets.clone();
    repriced[0].ticket.price.minor += 1;

    let missing = place(&request(&tickets), &tickets[..1], BUYER, DEADLINE).expect_err("one is missing");
    let none = place(&request(&tickets), &[], BUYER, DEADLINE).expect_err("all are missing");
    let price_changed = place(&request(&tickets), &repriced, BUYER, DEADLINE).expect_err("another total");

    assert_eq!((&missing, &none, &price_changed), (&Rejection::NotFound, &missing, &Rejection::PriceChanged));
    assert!(may_be_outdated(&missing) && may_be_outdated(&price_changed));
}

#[test]
fn a_held_order_completes_once_it_is_authorized_and_every_ticket_is_confirmed() {
    let cases = [
        (vec![CONFIRMED], PaymentState::Authorized, OrderState::Complete),
        (vec![CONFIRMED, UNCONFIRMED], PaymentState::Authorized, OrderState::Held),
        (vec![CONFIRMED], PaymentState::Started, OrderState::Held),
        (vec![CONFIRMED], PaymentState::Unknown, OrderState::Held),
        (vec![CONFIRMED], PaymentState::Declined, OrderState::Held),
    ];
    for (tickets, payment_state, expected) in cases {
        let order = next_lifecycle(HELD, &tickets, &[payment(payment_state)]);
        assert_eq!(ended(order), (expected, None), "{payment_state:?}");
        assert_eq!(order.payment_id.is_some(), expected == OrderState::Complete);
    }
}

#[test]
fn a_hold_is_extended_once_and_not_by_a_declined_payment() {
    let extended = next_lifecycle(HELD, &[UNCONFIRMED], &[payment(PaymentState::Started)]);

    assert_eq!((extended.extended, extended.expires_at), (true, DEADLINE + PAYMENT_EXTENSION));
    assert_eq!(next_lifecycle(extended, &[UNCONFIRMED], &[payment(PaymentState::Unknown)]), extended);
    assert_eq!(next_lifecycle(HELD, &[UNCONFIRMED], &[payment(PaymentState::Declined)]), HELD);
}

#[test]
fn a_ticket_changes_an_order_only_if_it_was_repriced_before_it_was_confirmed() {
    let order = fixtures::order().id;
    let on_sale = fixtures::ticket_changed(1);
    let repriced = TicketReplica { price_version: 2, ..on_sale.clone() };
    let confirmed = TicketReplica { order_id: Some(order), ..repriced.clone() };

    assert_eq!(ticket_view(order, 1, &on_sale), UNCONFIRMED);
    assert_eq!(ticket_view(order, 1, &repriced), CHANGED);
    assert_eq!(ticket_view(order, 1, &confirmed), CONFIRMED);
    let cancelled = next_lifecycle(HELD, &[CONFIRMED, CHANGED], &[payment(PaymentState::Authorized)]);
    assert_eq!(ended(cancelled), (OrderState::Cancelled, Some(EndReason::TicketChanged)));
}

#[test]
fn an_order_that_is_over_never_changes() {
    for state in [OrderState::Expired, OrderState::Cancelled, OrderState::Refunded] {
        let over = OrderLifecycle { state, ..HELD };
        assert_eq!(next_lifecycle(over, &[CONFIRMED], &[payment(PaymentState::Authorized)]), over);
        assert_eq!(deadline_due(over, DEADLINE, DEADLINE), DeadlineDecision::Ignore);
        assert_eq!(cancel(over), Err(Rejection::OrderClosed(state)));
    }
}

#[test]
fn an_order_whose_refund_its_seller_asks_for_is_refunded() {
    let complete = completed_by(payment(PaymentState::Captured));
    let requested = TicketReplica { refund_requested: true, ..fixtures::ticket_changed(1) };
    let sold = TicketReplica { order_id: Some(fixtures::order().id), ..requested.clone() };
    let view = |replica| ticket_view(fixtures::order().id, 1, replica);

    let refunded = next_lifecycle(complete, &[CONFIRMED, view(&sold)], &[payment(PaymentState::Captured)]);

    assert_eq!(ended(refunded), (OrderState::Refunded, Some(EndReason::BySeller)));
    let of_another_order = next_lifecycle(complete, &[view(&requested)], &[payment(PaymentState::Captured)]);
    assert_eq!(of_another_order, complete);
    let failed = next_lifecycle(complete, &[view(&sold)], &[payment(PaymentState::Voided)]);
    assert_eq!(ended(failed), (OrderState::Refunded, Some(EndReason::CaptureFailed)));
}

#[test]
fn only_a_captured_order_of_issued_tickets_says_so_and_once() {
    let issued = TicketView { issued: true, ..CONFIRMED };
    let captured = payment(PaymentState::Captured);
    let complete = completed_by(captured);

    let moved = next_lifecycle(complete, &[CONFIRMED, issued], &[captured]);

    assert_eq!(moved, OrderLifecycle { captured: true, ..complete });
    assert_eq!(next_lifecycle(moved, &[CONFIRMED, issued], &[captured]), moved);
    assert_eq!(next_lifecycle(complete, &[CONFIRMED], &[captured]), complete);
    assert_eq!(next_lifecycle(complete, &[issued], &[payment(PaymentState::Authorized)]), complete);
    let cancelled = next_lifecycle(moved, &[TicketView { show_cancelled: true, ..issued }], &[captured]);
    assert_eq!(ended(cancelled), (OrderState::Refunded, Some(EndReason::ShowCancelled)));
}

#[test]
fn only_the_payment_that_completed_an_order_can_undo_it() {
    let voided = payment(PaymentState::Voided);
    let complete = completed_by(voided);
    let paid_otherwise = OrderLifecycle { payment_id: Some(PaymentId::new(Uuid::from_u128(2))), ..complete };

    let undone = next_lifecycle(complete, &[CONFIRMED], &[voided]);

    assert_eq!(ended(undone), (OrderState::Refunded, Some(EndReason::CaptureFailed)));
    assert_eq!(next_lifecycle(paid_otherwise, &[CONFIRMED], &[voided]), paid_otherwise);
}

#[test]
fn a_cancelled_show_or_an_external_refund_ends_an_order() {
    let captured = payment(PaymentState::Captured);
    let complete = completed_by(captured);

    let unpaid = next_lifecycle(HELD, &[SHOW_CANCELLED], &[payment(PaymentState::Authorized)]);
    let paid = next_lifecycle(complete, &[CONFIRMED, SHOW_CANCELLED], &[captured]);
    let refunded = next_lifecycle(complete, &[CONFIRMED], &[payment(PaymentState::Refunded)]);

    assert_eq!(ended(unpaid), (OrderState::Cancelled, Some(EndReason::ShowCancelled)));
    assert_eq!(ended(paid), (OrderState::Refunded, Some(EndReason::ShowCancelled)));
    assert_eq!(ended(refunded), (OrderState::Refunded, Some(EndReason::RefundedExternally)));
}

#[test]
fn an_order_expires_by_the_clock_of_orders_at_its_current_deadline() {
    let extended = OrderLifecycle { expires_at: DEADLINE + PAYMENT_EXTENSION, extended: true, ..HELD };
    let expired = |order| DeadlineDecision::Expire(OrderLifecycle { state: OrderState::Expired, ..order });
    let just_before = Instant::from_millis(59_999);

    assert_eq!(deadline_due(HELD, DEADLINE, just_before), DeadlineDecision::RetryAt(DEADLINE));
    assert_eq!(deadline_due(HELD, DEADLINE, DEADLINE), expired(HELD));
    assert_eq!(deadline_due(extended, DEADLINE, DEADLINE), DeadlineDecision::Ignore);
    assert_eq!(deadline_due(extended, DEADLINE, extended.expires_at), expired(extended));
}
