//! What the program that this one replaces got wrong, one test each, under the numbers of its list of defects.

use crate::world::{TestSystem, price};
use shared::orders::{CancelOrder, OrderState};
use shared::payments::{GetPayment, PaymentState};
use shared::tickets::{RepriceTicket, TicketState, WithdrawTicket};
use shared::{Currency, Money, Rejection};

#[tokio::test]
async fn d1_two_buyers_cannot_both_hold_one_ticket() {
    let world = TestSystem::new().await;
    let (ann, ben, cem) = (world.person("ann").await, world.person("ben").await, world.person("cem").await);
    let (_, tickets) = world.offers(&ann, 1, 1000).await;

    let (one, other) = tokio::join!(world.holds(&ben, &tickets), world.holds(&cem, &tickets));

    let refused = if one.is_ok() { other } else { one };
    assert_eq!(refused.expect_err("only one can have it"), Rejection::TicketHeld);
    world.assert_consistent().await;
}

#[tokio::test]
async fn d2_a_paid_order_cannot_be_cancelled() {
    let world = TestSystem::new().await;
    let (ann, ben) = (world.person("ann").await, world.person("ben").await);
    let (_, tickets) = world.offers(&ann, 1, 1000).await;
    let order = world.holds(&ben, &tickets).await.expect("it is free");
    world.pays(&ben, order.id, "pm_card_visa").await.expect("the card is good");
    world.wait_until_idle().await;

    let cancelled = world.call(&ben, CancelOrder { id: order.id }).await;

    assert_eq!(cancelled.expect_err("it is paid"), Rejection::OrderClosed(OrderState::Complete));
    assert_eq!(world.ticket(&ann, tickets[0].id).await.state, TicketState::Sold);
}

#[tokio::test]
async fn d3_paying_twice_charges_once() {
    let world = TestSystem::new().await;
    let (ann, ben) = (world.person("ann").await, world.person("ben").await);
    let (_, tickets) = world.offers(&ann, 1, 1000).await;
    let order = world.holds(&ben, &tickets).await.expect("it is free");
    world.wait_until_idle().await;

    let pay = || world.pays(&ben, order.id, "pm_card_visa");
    let (one, other, third) = tokio::join!(pay(), pay(), pay());
    world.wait_until_idle().await;
    let later = pay().await;

    let ids = [one, other, third, later].map(|payment| payment.expect("the same payment each time").id);
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    world.assert_consistent().await;
}

#[tokio::test]
async fn d5_a_payment_after_the_end_is_refused_and_one_that_comes_too_late_is_given_back() {
    let world = TestSystem::new().await;
    let (ann, ben, cem) = (world.person("ann").await, world.person("ben").await, world.person("cem").await);
    let (_, tickets) = world.offers(&ann, 2, 1000).await;
    let unpaid = world.holds(&ben, &tickets[..1]).await.expect("it is free");
    let slow = world.holds(&ben, &tickets[1..]).await.expect("it is free");
    let payment = world.pays(&ben, slow.id, "pm_card_authenticationRequired").await.expect("it waits");

    world.advance(61).await;
    let late = world.pays(&ben, unpaid.id, "pm_card_visa").await;
    assert_eq!(late.expect_err("its time is over"), Rejection::OrderExpired);
    world.advance(130).await;
    world.expect_order(&ben, slow.id, OrderState::Expired).await;
    let payment = world.call(&ben, GetPayment { id: payment.id }).await.expect("it is there");
    assert_eq!(payment.state, PaymentState::Declined);

    world.holds(&cem, &tickets).await.expect("both are free again");
    world.assert_consistent().await;
}

#[tokio::test]
async fn d6_an_awkward_price_is_charged_to_the_cent() {
    let world = TestSystem::new().await;
    let (ann, ben) = (world.person("ann").await, world.person("ben").await);
    // 19.99 * 100 is 1998.9999999999998 in floating point.
    let typed = Money::parse("19.99", Currency::Gbp).expect("an amount");
    let (_, tickets) = world.offers(&ann, 3, typed.minor).await;
    let order = world.holds(&ben, &tickets).await.expect("they are free");

    let payment = world.pays(&ben, order.id, "pm_card_visa").await.expect("the card is good");

    assert_eq!(payment.amount, Money::new(5997, Currency::Gbp));
    world.assert_consistent().await;
}

#[tokio::test]
async fn d7_what_is_charged_is_what_was_shown() {
    let world = TestSystem::new().await;
    let (ann, ben) = (world.person("ann").await, world.person("ben").await);
    let (_, tickets) = world.offers(&ann, 1, 1000).await;

    let reprice = RepriceTicket { id: tickets[0].id, price: price(5000), version: 1 };
    world.call(&ann, reprice).await.expect("it is hers");
    world.wait_until_idle().await;
    let stale = world.holds(&ben, &tickets).await;

    assert_eq!(stale.expect_err("the price that he saw is old"), Rejection::PriceChanged);
    world.assert_consistent().await;
}

#[tokio::test]
async fn d7_a_seller_who_changes_the_price_first_cancels_the_hold_and_charges_nobody() {
    let (world, bus) = TestSystem::faulty(3).await;
    let (ann, ben) = (world.person("ann").await, world.person("ben").await);
    let (_, tickets) = world.offers(&ann, 1, 1000).await;
    // The news of the hold and of the new price cross on their way.
    bus.hold_back(true);
    let order = world.holds(&ben, &tickets).await.expect("orders has not heard of the new price");
    let withdrawn = world.call(&ann, WithdrawTicket { id: tickets[0].id }).await;
    withdrawn.expect("tickets has not heard of the hold");
    bus.hold_back(false);

    world.expect_order(&ben, order.id, OrderState::Cancelled).await;
    world.assert_consistent().await;
}

#[tokio::test]
async fn d10_what_was_committed_is_told_even_if_the_process_died_before_it_could() {
    let (mut world, bus) = TestSystem::faulty(5).await;
    let (ann, ben) = (world.person("ann").await, world.person("ben").await);
    let (_, tickets) = world.offers(&ann, 1, 1000).await;
    bus.hold_back(true);
    let order = world.holds(&ben, &tickets).await.expect("it is free");
    assert_eq!(world.ticket(&ann, tickets[0].id).await.state, TicketState::OnSale, "nobody was told");

    world.restarts().await;
    world.wait_until_idle().await;

    assert_eq!(world.ticket(&ann, tickets[0].id).await.state, TicketState::Held);
    world.pays(&ben, order.id, "pm_card_visa").await.expect("payments was told, too");
    world.expect_order(&ben, order.id, OrderState::Complete).await;
    world.assert_consistent().await;
}

#[tokio::test]
async fn d10_what_waits_to_be_told_is_told_only_when_everybody_listens() {
    let (mut world, bus) = TestSystem::faulty(8).await;
    let (ann, ben) = (world.person("ann").await, world.person("ben").await);
    let (_, tickets) = world.offers(&ann, 1, 1000).await;
    bus.hold_back(true);
    let order = world.holds(&ben, &tickets).await.expect("it is free");

    world.restarts_hesitantly().await;

    world.wait_until_idle().await;
    assert_eq!(world.ticket(&ann, tickets[0].id).await.state, TicketState::Held);
    world.pays(&ben, order.id, "pm_card_visa").await.expect("payments was told, too");
    world.expect_order(&ben, order.id, OrderState::Complete).await;
    world.assert_consistent().await;
}

#[tokio::test]
async fn d11_messages_that_come_twice_late_and_in_disorder_change_nothing() {
    for seed in 0..4 {
        let (world, _) = TestSystem::faulty(seed).await;
        let (ann, ben) = (world.person("ann").await, world.person("ben").await);
        let (_, tickets) = world.offers(&ann, 4, 1000).await;

        let paid = world.holds(&ben, &tickets[..2]).await.expect("they are free");
        world.pays(&ben, paid.id, "pm_card_visa").await.expect("the card is good");
        let given_back = world.holds(&ben, &tickets[2..3]).await.expect("it is free");
        world.call(&ben, CancelOrder { id: given_back.id }).await.expect("it is held");
        let again = world.holds(&ben, &tickets[2..3]).await.expect("it is free again");

        world.expect_order(&ben, paid.id, OrderState::Complete).await;
        world.expect_order(&ben, given_back.id, OrderState::Cancelled).await;
        world.expect_order(&ben, again.id, OrderState::Held).await;
        assert_eq!(world.ticket(&ann, tickets[2].id).await.state, TicketState::Held);
        world.assert_consistent().await;
    }
}

#[tokio::test]
async fn d13_the_deadline_of_a_cancelled_order_releases_nobody_elses_hold() {
    let world = TestSystem::new().await;
    let (ann, ben, cem) = (world.person("ann").await, world.person("ben").await, world.person("cem").await);
    let (_, tickets) = world.offers(&ann, 1, 1000).await;
    let first = world.holds(&ben, &tickets).await.expect("it is free");
    world.advance(50).await;
    world.call(&ben, CancelOrder { id: first.id }).await.expect("it is held");
    let second = world.holds(&cem, &tickets).await.expect("it is free again");

    world.advance(20).await;

    assert_eq!(world.order(&cem, second.id).await.state, OrderState::Held);
    assert_eq!(world.ticket(&ann, tickets[0].id).await.state, TicketState::Held);
    world.assert_consistent().await;
}

#[tokio::test]
async fn d15_the_end_of_an_order_that_is_heard_before_its_hold_locks_nothing() {
    let (world, bus) = TestSystem::faulty(11).await;
    let (ann, ben, cem) = (world.person("ann").await, world.person("ben").await, world.person("cem").await);
    let (_, tickets) = world.offers(&ann, 1, 1000).await;
    bus.reverse(true);
    bus.hold_back(true);
    let order = world.holds(&ben, &tickets).await.expect("it is free");
    world.call(&ben, CancelOrder { id: order.id }).await.expect("it is held");
    bus.hold_back(false);
    world.wait_until_idle().await;

    assert_eq!(world.ticket(&ann, tickets[0].id).await.state, TicketState::OnSale);
    world.holds(&cem, &tickets).await.expect("it is free");
    world.assert_consistent().await;
}

#[tokio::test]
async fn d16_every_service_knows_the_newest_version_of_a_paid_order() {
    let world = TestSystem::new().await;
    let (ann, ben) = (world.person("ann").await, world.person("ben").await);
    let (_, tickets) = world.offers(&ann, 1, 1000).await;
    let order = world.holds(&ben, &tickets).await.expect("it is free");
    world.pays(&ben, order.id, "pm_card_visa").await.expect("the card is good");

    // The audit compares every copy with its original (I12).
    world.expect_order(&ben, order.id, OrderState::Complete).await;
    world.assert_consistent().await;
    let paid_again = world.pays(&ben, order.id, "pm_card_visa").await.expect("the payment that there is");
    assert_eq!(paid_again.state, PaymentState::Captured);
}
