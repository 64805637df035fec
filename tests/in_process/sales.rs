//! What sellers get, and what goes back to buyers, on a clock that the test steers.

use crate::world::{Person, TestSystem};
use shared::orders::{EndReason, OrderState, RefundSale};
use shared::payments::{Account, Balance, GetAccount, GetPayment, MovementKind, PaymentState};
use shared::tickets::{CancelShow, GetShow, OfferTickets, RepriceTicket, Seat, TicketState};
use shared::{Currency, Money, Rejection};

/// From the beginning of the world to a day and some hours after its show.
const UNTIL_PAID: u64 = 32 * 24 * 3600;

async fn account(world: &TestSystem, seller: &Person) -> Account {
    world.call(seller, GetAccount { cursor: None }).await.expect("everybody has one")
}

async fn balance(world: &TestSystem, seller: &Person) -> [i64; 4] {
    let sums = |balance: &Balance| [balance.held, balance.owed, balance.on_its_way, balance.paid_out];
    account(world, seller)
        .await
        .balances
        .first()
        .map(sums)
        .unwrap_or([Money::new(0, Currency::Gbp); 4])
        .map(|money| money.minor)
}

#[tokio::test]
async fn d9_a_seller_is_paid_after_the_show_less_the_fee() {
    let world = TestSystem::new().await;
    let (ann, ben) = (world.person("ann").await, world.person("ben").await);
    let (_, tickets) = world.offers(&ann, 2, 4999).await;
    assert_eq!(account(&world, &ann).await.balances, [], "nothing is sold");
    let order = world.holds(&ben, &tickets).await.expect("they are free");
    world.pays(&ben, order.id, "pm_card_visa").await.expect("the card is good");
    world.wait_until_idle().await;

    // 2.5 % of 49.99 are 1.249…, and 1.24 are kept of each.
    assert_eq!(balance(&world, &ann).await, [9750, 0, 0, 0]);
    world.advance(UNTIL_PAID).await;
    world.advance(60).await;

    assert_eq!(balance(&world, &ann).await, [0, 0, 0, 9750]);
    let movements = account(&world, &ann).await.movements.items;
    let kinds: Vec<_> = movements.iter().map(|movement| (movement.kind, movement.amount.minor)).collect();
    assert_eq!(kinds, [(MovementKind::Payout, -9750), (MovementKind::Sale, 4875), (MovementKind::Sale, 4875)]);
    let sale = &movements[1];
    let money = |minor| Some(Money::new(minor, Currency::Gbp));
    assert_eq!((sale.price, sale.fee), (money(4999), money(124)));
    assert_eq!(sale.about.as_ref().map(ToString::to_string).as_deref(), Some("The Tempest · Seat 2"));
    world.assert_consistent().await;
}

#[tokio::test]
async fn d9_a_seller_gives_the_money_back_before_the_show() {
    let world = TestSystem::new().await;
    let (ann, ben, cem) = (world.person("ann").await, world.person("ben").await, world.person("cem").await);
    let (_, tickets) = world.offers(&ann, 3, 1000).await;
    let order = world.holds(&ben, &tickets[..2]).await.expect("they are free");
    let payment = world.pays(&ben, order.id, "pm_card_visa").await.expect("the card is good");
    world.wait_until_idle().await;

    let refund = |ticket: usize| RefundSale { ticket_id: tickets[ticket].id };
    assert_eq!(world.call(&cem, refund(0)).await.expect_err("not his"), Rejection::NotYours);
    assert_eq!(world.call(&ben, refund(0)).await.expect_err("he bought it"), Rejection::NotYours);
    assert_eq!(world.call(&ann, refund(2)).await.expect_err("nobody bought it"), Rejection::NotSold);
    world.call(&ann, refund(0)).await.expect("it is hers");
    assert_eq!(world.call(&ann, refund(1)).await.expect_err("both went back"), Rejection::NotSold);

    world.expect_order(&ben, order.id, OrderState::Refunded).await;
    let order = world.order(&ben, order.id).await;
    assert_eq!(
        (order.reason, order.payment.expect("it has one").state),
        (Some(EndReason::BySeller), PaymentState::Refunded)
    );
    let payment = world.call(&ben, GetPayment { id: payment.id }).await.expect("it is his");
    assert_eq!(payment.state, PaymentState::Refunded);
    assert_eq!(world.ticket(&ann, tickets[0].id).await.state, TicketState::Withdrawn, "it is not sold again");
    assert_eq!(balance(&world, &ann).await, [0, 0, 0, 0]);
    world.advance(UNTIL_PAID).await;
    assert_eq!(balance(&world, &ann).await, [0, 0, 0, 0]);
    world.assert_consistent().await;
}

#[tokio::test]
async fn tickets_of_several_sellers_that_were_sold_together_do_not_go_back_by_one_of_them() {
    let world = TestSystem::new().await;
    let (ann, ben, cem) = (world.person("ann").await, world.person("ben").await, world.person("cem").await);
    let (show, hers) = world.offers(&ann, 1, 1000).await;
    let offer = OfferTickets {
        show_id: show.show.id,
        price: crate::world::price(2000),
        face_value: None,
        seats: vec![Seat::default()],
    };
    let his = world.call(&ben, offer).await.expect("anybody may");
    world.wait_until_idle().await;
    let order = world.holds(&cem, &[hers[0].clone(), his[0].clone()]).await.expect("they are free");
    world.pays(&cem, order.id, "pm_card_visa").await.expect("the card is good");
    world.wait_until_idle().await;

    assert_eq!((balance(&world, &ann).await[0], balance(&world, &ben).await[0]), (975, 1950));
    let refused = world.call(&ann, RefundSale { ticket_id: hers[0].id }).await;
    assert_eq!(refused.expect_err("his would go, too"), Rejection::SoldTogether);
    world.expect_order(&cem, order.id, OrderState::Complete).await;
    world.assert_consistent().await;
}

#[tokio::test]
async fn a_cancelled_show_gives_everybody_the_money_back_also_when_messages_come_in_disorder() {
    for seed in 0..3 {
        let (world, _) = TestSystem::faulty(seed).await;
        let (ann, ben, cem) = (world.person("ann").await, world.person("ben").await, world.person("cem").await);
        let (show, tickets) = world.offers(&ann, 6, 1000).await;
        let id = show.show.id;
        let paid = world.holds(&ben, &tickets[..2]).await.expect("they are free");
        world.pays(&ben, paid.id, "pm_card_visa").await.expect("the card is good");
        world.expect_order(&ben, paid.id, OrderState::Complete).await;
        let asked = world.holds(&cem, &tickets[2..3]).await.expect("it is free");
        world.pays(&cem, asked.id, "pm_card_authenticationRequired").await.expect("it waits");
        let held = world.holds(&cem, &tickets[3..4]).await.expect("it is free");

        let refused = world.call(&ben, CancelShow { id }).await;
        assert_eq!(refused.expect_err("not his"), Rejection::NotYours);
        world.call(&ann, CancelShow { id }).await.expect("it is hers");
        let late = world.holds(&ben, &tickets[4..5]).await;
        world.wait_until_idle().await;

        for (buyer, order, state) in [
            (&ben, &paid, OrderState::Refunded),
            (&cem, &asked, OrderState::Cancelled),
            (&cem, &held, OrderState::Cancelled),
        ] {
            world.expect_order(buyer, order.id, state).await;
            assert_eq!(world.order(buyer, order.id).await.reason, Some(EndReason::ShowCancelled));
        }
        if let Ok(late) = late {
            world.expect_order(&ben, late.id, OrderState::Cancelled).await;
        }
        for ticket in &tickets {
            assert_eq!(world.ticket(&ann, ticket.id).await.state, TicketState::Withdrawn);
        }
        let show = world.call(&ann, GetShow { id }).await.expect("it is there");
        assert_eq!(show.cancellation.expect("it is cancelled").left, 0);
        assert_eq!(world.call(&ann, CancelShow { id }).await.expect("it stays so"), show);
        assert_eq!(world.holds(&ben, &tickets[5..]).await.expect_err("it is over"), Rejection::ShowCancelled);
        assert_eq!(balance(&world, &ann).await, [0, 0, 0, 0]);
        world.assert_consistent().await;
    }
}

#[tokio::test]
async fn nothing_is_sold_for_a_show_that_is_cancelled_or_has_begun() {
    let world = TestSystem::new().await;
    let (ann, ben) = (world.person("ann").await, world.person("ben").await);
    let (cancelled, tickets) = world.offers(&ann, 1, 1000).await;
    let (begun, begun_tickets) = world.offers(&ann, 1, 1000).await;
    world.call(&ann, CancelShow { id: cancelled.show.id }).await.expect("it is hers");
    world.wait_until_idle().await;
    let offer = |show_id| OfferTickets {
        show_id,
        price: crate::world::price(1000),
        face_value: None,
        seats: vec![Seat::default()],
    };

    assert_eq!(world.call(&ann, offer(cancelled.show.id)).await.expect_err("it is over"), Rejection::ShowCancelled);
    let reprice = RepriceTicket { id: tickets[0].id, price: crate::world::price(2000), version: 2 };
    assert_eq!(world.call(&ann, reprice).await.expect_err("it is over"), Rejection::TicketWithdrawn);
    world.advance(UNTIL_PAID).await;
    assert_eq!(world.holds(&ben, &begun_tickets).await.expect_err("too late"), Rejection::ShowBegun);
    assert_eq!(world.call(&ann, offer(begun.show.id)).await.expect_err("too late"), Rejection::ShowBegun);
    let late = world.call(&ann, CancelShow { id: begun.show.id }).await;
    assert_eq!(late.expect_err("too late"), Rejection::ShowBegun);
    world.assert_consistent().await;
}

#[tokio::test]
async fn the_tickets_of_one_order_are_for_one_show() {
    let world = TestSystem::new().await;
    let (ann, ben) = (world.person("ann").await, world.person("ben").await);
    let (_, one) = world.offers(&ann, 1, 1000).await;
    let (_, other) = world.offers(&ann, 1, 1000).await;

    let mixed = world.holds(&ben, &[one[0].clone(), other[0].clone()]).await;

    assert_eq!(mixed.expect_err("two shows"), Rejection::MixedShows);
}
