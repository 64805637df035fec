//! Defects of the program that this one replaces, numbered as in its analysis (D1, D2, …). The ones that need HTTP or Stripe
//! are tested there, under their number.

use crate::harness::system::{TestSystem, TestUser, price};
use shared::orders::{CancelOrder, EndReason, OrderState};
use shared::payments::{GetAccount, GetPayment, MovementKind, PaymentState};
use shared::tickets::{RepriceTicket, TicketState, WithdrawTicket};
use shared::{Currency, Money, Rejection, Subject};

/// What the seller's account shows for sales, in pence.
async fn sales(system: &TestSystem, seller: &TestUser) -> Vec<i64> {
    system.wait_until_idle().await;
    let account = system.call(seller, GetAccount { cursor: None }).await.expect("every user has an account");
    let sales = account.movements.items.into_iter().filter(|movement| movement.kind == MovementKind::Sale);
    sales.filter_map(|movement| movement.price).map(|price| price.minor).collect()
}

#[tokio::test]
async fn d1_two_buyers_cannot_both_hold_one_ticket() {
    let system = TestSystem::new().await;
    let (ann, ben, cem) = (system.sign_up("ann").await, system.sign_up("ben").await, system.sign_up("cem").await);
    let (_, tickets) = system.list_tickets(&ann, 1, 1000).await;

    let (one, other) = tokio::join!(system.hold(&ben, &tickets), system.hold(&cem, &tickets));

    assert!(one.is_ok() != other.is_ok(), "{one:?} and {other:?}");
    let refused = if one.is_ok() { other } else { one };
    assert_eq!(refused.expect_err("only one buyer holds it"), Rejection::TicketHeld);
    system.assert_consistent().await;
}

#[tokio::test]
async fn d2_a_paid_order_cannot_be_cancelled_nor_its_ticket_sold_again() {
    let system = TestSystem::new().await;
    let (ann, ben, cem) = (system.sign_up("ann").await, system.sign_up("ben").await, system.sign_up("cem").await);
    let (_, tickets) = system.list_tickets(&ann, 1, 1000).await;
    let order = system.hold(&ben, &tickets).await.expect("the ticket is free");
    system.pay(&ben, order.id, "pm_card_visa").await.expect("the card is accepted");
    system.wait_until_idle().await;

    let cancelled = system.call(&ben, CancelOrder { id: order.id }).await;

    assert_eq!(cancelled.expect_err("it is paid"), Rejection::OrderClosed(OrderState::Complete));
    system.assert_order_state(&ben, order.id, OrderState::Complete).await;
    assert_eq!(system.ticket(&ann, tickets[0].id).await.state, TicketState::Sold);
    assert_eq!(system.hold(&cem, &tickets).await.expect_err("it is sold"), Rejection::TicketSold);
    system.assert_consistent().await;
}

#[tokio::test]
async fn d3_paying_twice_charges_once() {
    let system = TestSystem::new().await;
    let (ann, ben) = (system.sign_up("ann").await, system.sign_up("ben").await);
    let (_, tickets) = system.list_tickets(&ann, 1, 1000).await;
    let order = system.hold(&ben, &tickets).await.expect("the ticket is free");
    system.wait_until_idle().await;

    let pay = || system.pay(&ben, order.id, "pm_card_visa");
    let (one, other, third) = tokio::join!(pay(), pay(), pay());
    system.wait_until_idle().await;
    let later = pay().await;

    let ids = [one, other, third, later].map(|payment| payment.expect("every call returns the payment").id);
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    let payment = system.call(&ben, GetPayment { id: ids[0] }).await.expect("the payment exists");
    assert_eq!((payment.state, payment.amount.minor), (PaymentState::Captured, 1000));
    assert_eq!(sales(&system, &ann).await, [1000]);
    system.assert_consistent().await;
}

#[tokio::test]
async fn d5_a_payment_after_the_deadline_is_refused_and_one_still_undecided_then_charges_nobody() {
    let system = TestSystem::new().await;
    let (ann, ben, cem) = (system.sign_up("ann").await, system.sign_up("ben").await, system.sign_up("cem").await);
    let (_, tickets) = system.list_tickets(&ann, 2, 1000).await;
    let unpaid = system.hold(&ben, &tickets[..1]).await.expect("the ticket is free");
    let slow = system.hold(&ben, &tickets[1..]).await.expect("the ticket is free");
    let payment = system.pay(&ben, slow.id, "pm_card_authenticationRequired").await.expect("the bank asks the buyer");

    system.advance(61).await;
    let late = system.pay(&ben, unpaid.id, "pm_card_visa").await;
    assert_eq!(late.expect_err("the deadline has passed"), Rejection::OrderExpired);
    system.advance(130).await;

    system.assert_order_state(&ben, slow.id, OrderState::Expired).await;
    let payment = system.call(&ben, GetPayment { id: payment.id }).await.expect("the payment exists");
    assert_eq!(payment.state, PaymentState::Declined);
    assert_eq!(sales(&system, &ann).await, [0; 0]);
    system.hold(&cem, &tickets).await.expect("both tickets are free again");
    system.assert_consistent().await;
}

#[tokio::test]
async fn d5_an_authorization_that_arrives_after_expiry_is_voided() {
    let (system, bus) = TestSystem::faulty(2).await;
    let (ann, ben, cem) = (system.sign_up("ann").await, system.sign_up("ben").await, system.sign_up("cem").await);
    let (_, tickets) = system.list_tickets(&ann, 1, 1000).await;
    let order = system.hold(&ben, &tickets).await.expect("the ticket is free");
    system.wait_until_idle().await;
    // Orders does not learn of the payment before the deadline.
    bus.interrupt_subjects(&[Subject::PaymentsChanged]);
    let payment = system.pay(&ben, order.id, "pm_card_visa").await.expect("the card is accepted");
    assert_eq!(payment.state, PaymentState::Authorized);
    system.advance_clock(61);
    system.wait_for_order_state(&ben, order.id, OrderState::Expired).await;

    bus.restore();
    system.wait_until_idle().await;

    let payment = system.call(&ben, GetPayment { id: payment.id }).await.expect("the payment exists");
    assert_eq!(payment.state, PaymentState::Voided);
    assert_eq!(sales(&system, &ann).await, [0; 0]);
    system.hold(&cem, &tickets).await.expect("the ticket is free again");
    system.assert_consistent().await;
}

#[tokio::test]
async fn d6_a_price_that_floating_point_cannot_represent_is_charged_to_the_cent() {
    let system = TestSystem::new().await;
    let (ann, ben) = (system.sign_up("ann").await, system.sign_up("ben").await);
    // 19.99 * 100 is 1998.9999999999998 in floating point.
    let typed = Money::parse("19.99", Currency::Gbp).expect("the amount is valid");
    let (_, tickets) = system.list_tickets(&ann, 3, typed.minor).await;
    let order = system.hold(&ben, &tickets).await.expect("the tickets are free");

    let payment = system.pay(&ben, order.id, "pm_card_visa").await.expect("the card is accepted");

    assert_eq!(payment.amount, Money::new(5997, Currency::Gbp));
    assert_eq!(sales(&system, &ann).await, [1999, 1999, 1999]);
    system.assert_consistent().await;
}

#[tokio::test]
async fn d7_a_price_that_changed_since_it_was_shown_is_refused() {
    let system = TestSystem::new().await;
    let (ann, ben) = (system.sign_up("ann").await, system.sign_up("ben").await);
    let (_, tickets) = system.list_tickets(&ann, 1, 1000).await;

    let reprice = RepriceTicket { id: tickets[0].id, price: price(5000), version: 1 };
    system.call(&ann, reprice).await.expect("she owns it");
    system.wait_until_idle().await;
    let stale = system.hold(&ben, &tickets).await;

    assert_eq!(stale.expect_err("the buyer saw the old price"), Rejection::PriceChanged);
    system.assert_consistent().await;
}

#[tokio::test]
async fn d7_a_seller_who_changes_the_ticket_before_the_hold_arrives_cancels_the_hold_and_charges_nobody() {
    for withdraws in [false, true] {
        let (system, bus) = TestSystem::faulty(3).await;
        let (ann, ben) = (system.sign_up("ann").await, system.sign_up("ben").await);
        let (_, tickets) = system.list_tickets(&ann, 1, 1000).await;
        // The events of the hold and of the seller's change cross.
        bus.interrupt();
        let order = system.hold(&ben, &tickets).await.expect("orders does not know of the change");
        let id = tickets[0].id;
        if withdraws {
            system.call(&ann, WithdrawTicket { id }).await.expect("tickets does not know of the hold");
        } else {
            let reprice = RepriceTicket { id, price: price(5000), version: 1 };
            system.call(&ann, reprice).await.expect("tickets does not know of the hold");
        }
        bus.restore();

        system.assert_order_state(&ben, order.id, OrderState::Cancelled).await;
        assert_eq!(system.order(&ben, order.id).await.reason, Some(EndReason::TicketChanged));
        let paid = system.pay(&ben, order.id, "pm_card_visa").await;
        assert_eq!(paid.expect_err("the order has ended"), Rejection::OrderClosed(OrderState::Cancelled));
        let state = if withdraws { TicketState::Withdrawn } else { TicketState::OnSale };
        assert_eq!(system.ticket(&ann, id).await.state, state);
        system.assert_consistent().await;
    }
}

#[tokio::test]
async fn d10_a_committed_change_is_published_even_if_the_process_died_before() {
    let (mut system, bus) = TestSystem::faulty(5).await;
    let (ann, ben) = (system.sign_up("ann").await, system.sign_up("ben").await);
    let (_, tickets) = system.list_tickets(&ann, 1, 1000).await;
    bus.interrupt();
    let order = system.hold(&ben, &tickets).await.expect("the ticket is free");
    assert_eq!(system.ticket(&ann, tickets[0].id).await.state, TicketState::OnSale, "nothing is published yet");

    system.restart().await;
    system.wait_until_idle().await;

    assert_eq!(system.ticket(&ann, tickets[0].id).await.state, TicketState::Held);
    system.pay(&ben, order.id, "pm_card_visa").await.expect("payments knows the order, too");
    system.assert_order_state(&ben, order.id, OrderState::Complete).await;
    system.assert_consistent().await;
}

#[tokio::test]
async fn d10_pending_events_are_published_only_after_every_service_has_subscribed() {
    let (mut system, bus) = TestSystem::faulty(8).await;
    let (ann, ben) = (system.sign_up("ann").await, system.sign_up("ben").await);
    let (_, tickets) = system.list_tickets(&ann, 1, 1000).await;
    bus.interrupt();
    let order = system.hold(&ben, &tickets).await.expect("the ticket is free");

    system.restart_with_slow_subscriptions().await;

    system.wait_until_idle().await;
    assert_eq!(system.ticket(&ann, tickets[0].id).await.state, TicketState::Held);
    system.pay(&ben, order.id, "pm_card_visa").await.expect("payments knows the order, too");
    system.assert_order_state(&ben, order.id, OrderState::Complete).await;
    system.assert_consistent().await;
}

#[tokio::test]
async fn d11_duplicate_late_and_reordered_events_do_no_harm() {
    for seed in 0..4 {
        let (system, _) = TestSystem::faulty(seed).await;
        let (ann, ben) = (system.sign_up("ann").await, system.sign_up("ben").await);
        let (_, tickets) = system.list_tickets(&ann, 4, 1000).await;

        let paid = system.hold(&ben, &tickets[..2]).await.expect("the tickets are free");
        system.pay(&ben, paid.id, "pm_card_visa").await.expect("the card is accepted");
        let cancelled = system.hold(&ben, &tickets[2..3]).await.expect("the ticket is free");
        system.call(&ben, CancelOrder { id: cancelled.id }).await.expect("the order is held");
        let again = system.hold(&ben, &tickets[2..3]).await.expect("the ticket is free again");

        system.assert_order_state(&ben, paid.id, OrderState::Complete).await;
        system.assert_order_state(&ben, cancelled.id, OrderState::Cancelled).await;
        system.assert_order_state(&ben, again.id, OrderState::Held).await;
        let states = [TicketState::Sold, TicketState::Sold, TicketState::Held, TicketState::OnSale];
        for (ticket, state) in tickets.iter().zip(states) {
            assert_eq!(system.ticket(&ann, ticket.id).await.state, state);
        }
        system.assert_consistent().await;
    }
}

#[tokio::test]
async fn d13_the_deadline_of_a_cancelled_order_does_not_release_another_hold() {
    let system = TestSystem::new().await;
    let (ann, ben, cem) = (system.sign_up("ann").await, system.sign_up("ben").await, system.sign_up("cem").await);
    let (_, tickets) = system.list_tickets(&ann, 1, 1000).await;
    let first = system.hold(&ben, &tickets).await.expect("the ticket is free");
    system.advance(50).await;
    system.call(&ben, CancelOrder { id: first.id }).await.expect("the order is held");
    let second = system.hold(&cem, &tickets).await.expect("the ticket is free again");

    system.advance(20).await;

    assert_eq!(system.order(&cem, second.id).await.state, OrderState::Held);
    assert_eq!(system.ticket(&ann, tickets[0].id).await.state, TicketState::Held);
    system.assert_consistent().await;
}

#[tokio::test]
async fn d15_the_end_of_an_order_that_arrives_before_its_hold_leaves_the_ticket_free() {
    let (system, bus) = TestSystem::faulty(11).await;
    let (ann, ben, cem) = (system.sign_up("ann").await, system.sign_up("ben").await, system.sign_up("cem").await);
    let (_, tickets) = system.list_tickets(&ann, 1, 1000).await;
    bus.reverse();
    bus.interrupt();
    let order = system.hold(&ben, &tickets).await.expect("the ticket is free");
    system.call(&ben, CancelOrder { id: order.id }).await.expect("the order is held");
    bus.restore();
    system.wait_until_idle().await;

    assert_eq!(system.ticket(&ann, tickets[0].id).await.state, TicketState::OnSale);
    system.hold(&cem, &tickets).await.expect("the ticket is free");
    system.assert_consistent().await;
}

#[tokio::test]
async fn d16_every_replica_has_the_newest_version_of_a_paid_order() {
    let system = TestSystem::new().await;
    let (ann, ben) = (system.sign_up("ann").await, system.sign_up("ben").await);
    let (_, tickets) = system.list_tickets(&ann, 1, 1000).await;
    let order = system.hold(&ben, &tickets).await.expect("the ticket is free");
    system.pay(&ben, order.id, "pm_card_visa").await.expect("the card is accepted");

    // The audit compares every replica with its original (I12).
    system.assert_order_state(&ben, order.id, OrderState::Complete).await;
    system.assert_consistent().await;
    let paid_again = system.pay(&ben, order.id, "pm_card_visa").await.expect("the same payment");
    assert_eq!(paid_again.state, PaymentState::Captured);
}
