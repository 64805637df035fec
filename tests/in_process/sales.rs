//! What sellers are paid, and what is refunded to buyers.

use crate::harness::system::{TestSystem, TestUser, price};
use shared::orders::{EndReason, OrderState};
use shared::payments::{Balance, GetAccount, GetPayment, MovementKind, PaymentState, SellerAccount};
use shared::tickets::{CancelShow, GetShow, OfferTickets, RefundSale, RepriceTicket, Seat, TicketState};
use shared::{Currency, Money, Rejection};

/// From the start of the system to a day and some hours after the show: payouts follow a day after it.
const SECONDS_UNTIL_PAYOUT: u64 = 32 * 24 * 3600;

async fn account(system: &TestSystem, seller: &TestUser) -> SellerAccount {
    system.call(seller, GetAccount { cursor: None }).await.expect("every user has an account")
}

/// The first balance of the seller's account in pence: held, owed, on its way, paid out.
async fn balance(system: &TestSystem, seller: &TestUser) -> [i64; 4] {
    let sums = |balance: &Balance| [balance.held, balance.owed, balance.on_its_way, balance.paid_out];
    account(system, seller)
        .await
        .balances
        .first()
        .map(sums)
        .unwrap_or([Money::new(0, Currency::Gbp); 4])
        .map(|money| money.minor)
}

#[tokio::test]
async fn d9_a_seller_is_paid_after_the_show_less_the_fee() {
    let system = TestSystem::new().await;
    let (ann, ben) = (system.sign_up("ann").await, system.sign_up("ben").await);
    let (_, tickets) = system.list_tickets(&ann, 2, 4999).await;
    assert_eq!(account(&system, &ann).await.balances, [], "nothing is sold");
    let order = system.hold(&ben, &tickets).await.expect("the tickets are free");
    system.pay(&ben, order.id, "pm_card_visa").await.expect("the card is accepted");
    system.wait_until_idle().await;

    // The fee of 2.5 % of 49.99 is 1.249…, rounded down to 1.24 per ticket.
    assert_eq!(balance(&system, &ann).await, [9750, 0, 0, 0]);
    system.advance(SECONDS_UNTIL_PAYOUT).await;
    system.advance(60).await;

    assert_eq!(balance(&system, &ann).await, [0, 0, 0, 9750]);
    let movements = account(&system, &ann).await.movements.items;
    let kinds: Vec<_> = movements.iter().map(|movement| (movement.kind, movement.amount.minor)).collect();
    assert_eq!(kinds, [(MovementKind::Payout, -9750), (MovementKind::Sale, 4875), (MovementKind::Sale, 4875)]);
    let sale = &movements[1];
    let money = |minor| Some(Money::new(minor, Currency::Gbp));
    assert_eq!((sale.price, sale.fee), (money(4999), money(124)));
    assert_eq!(sale.about.as_ref().map(ToString::to_string).as_deref(), Some("The Tempest · Seat 2"));
    system.assert_consistent().await;
}

#[tokio::test]
async fn d9_a_seller_refunds_a_sale_before_the_show() {
    let system = TestSystem::new().await;
    let (ann, ben, cem) = (system.sign_up("ann").await, system.sign_up("ben").await, system.sign_up("cem").await);
    let (_, tickets) = system.list_tickets(&ann, 3, 1000).await;
    let order = system.hold(&ben, &tickets[..2]).await.expect("the tickets are free");
    let payment = system.pay(&ben, order.id, "pm_card_visa").await.expect("the card is accepted");
    system.wait_until_idle().await;

    let refund = |ticket: usize| RefundSale { ticket_id: tickets[ticket].id };
    assert_eq!(system.call(&cem, refund(0)).await.expect_err("another user's"), Rejection::NotYours);
    assert_eq!(system.call(&ben, refund(0)).await.expect_err("the buyer may not"), Rejection::NotYours);
    assert_eq!(system.call(&ann, refund(2)).await.expect_err("nobody bought it"), Rejection::NotSold);
    system.call(&ann, refund(0)).await.expect("she is allowed to");
    system.assert_order_state(&ben, order.id, OrderState::Refunded).await;
    system.wait_until_idle().await;
    assert_eq!(system.call(&ann, refund(1)).await.expect_err("the whole order was refunded"), Rejection::NotSold);
    let order = system.order(&ben, order.id).await;
    assert_eq!(
        (order.reason, order.payment.expect("it was paid").state),
        (Some(EndReason::BySeller), PaymentState::Refunded)
    );
    let payment = system.call(&ben, GetPayment { id: payment.id }).await.expect("it is his payment");
    assert_eq!(payment.state, PaymentState::Refunded);
    assert_eq!(system.ticket(&ann, tickets[0].id).await.state, TicketState::Withdrawn, "it is not sold again");
    assert_eq!(balance(&system, &ann).await, [0, 0, 0, 0]);
    system.advance(SECONDS_UNTIL_PAYOUT).await;
    assert_eq!(balance(&system, &ann).await, [0, 0, 0, 0]);
    system.assert_consistent().await;
}

#[tokio::test]
async fn one_of_several_sellers_of_an_order_cannot_refund_it() {
    let system = TestSystem::new().await;
    let (ann, ben, cem) = (system.sign_up("ann").await, system.sign_up("ben").await, system.sign_up("cem").await);
    let (show, hers) = system.list_tickets(&ann, 1, 1000).await;
    let offer = OfferTickets {
        show_id: show.show.id,
        price: price(2000),
        face_value: None,
        seats: vec![Seat::default()],
        issued: false,
    };
    let his = system.call(&ben, offer).await.expect("every user may sell");
    system.wait_until_idle().await;
    let order = system.hold(&cem, &[hers[0].clone(), his[0].clone()]).await.expect("the tickets are free");
    system.pay(&cem, order.id, "pm_card_visa").await.expect("the card is accepted");
    system.wait_until_idle().await;

    assert_eq!((balance(&system, &ann).await[0], balance(&system, &ben).await[0]), (975, 1950));
    let refused = system.call(&ann, RefundSale { ticket_id: hers[0].id }).await;
    assert_eq!(refused.expect_err("the other seller's sale would be refunded, too"), Rejection::SoldTogether);
    system.assert_order_state(&cem, order.id, OrderState::Complete).await;
    system.assert_consistent().await;
}

#[tokio::test]
async fn a_cancelled_show_refunds_every_buyer_even_if_events_are_reordered() {
    for seed in 0..3 {
        let (system, _) = TestSystem::faulty(seed).await;
        let (ann, ben, cem) = (system.sign_up("ann").await, system.sign_up("ben").await, system.sign_up("cem").await);
        let (show, tickets) = system.list_tickets(&ann, 6, 1000).await;
        let id = show.show.id;
        let paid = system.hold(&ben, &tickets[..2]).await.expect("the tickets are free");
        system.pay(&ben, paid.id, "pm_card_visa").await.expect("the card is accepted");
        system.assert_order_state(&ben, paid.id, OrderState::Complete).await;
        let undecided = system.hold(&cem, &tickets[2..3]).await.expect("the ticket is free");
        system.pay(&cem, undecided.id, "pm_card_authenticationRequired").await.expect("the bank asks the buyer");
        let held = system.hold(&cem, &tickets[3..4]).await.expect("the ticket is free");

        let refused = system.call(&ben, CancelShow { id }).await;
        assert_eq!(refused.expect_err("another user's"), Rejection::NotYours);
        system.call(&ann, CancelShow { id }).await.expect("she is allowed to");
        let late = system.hold(&ben, &tickets[4..5]).await;
        system.wait_until_idle().await;

        for (buyer, order, state) in [
            (&ben, &paid, OrderState::Refunded),
            (&cem, &undecided, OrderState::Cancelled),
            (&cem, &held, OrderState::Cancelled),
        ] {
            system.assert_order_state(buyer, order.id, state).await;
            assert_eq!(system.order(buyer, order.id).await.reason, Some(EndReason::ShowCancelled));
        }
        if let Ok(late) = late {
            system.assert_order_state(&ben, late.id, OrderState::Cancelled).await;
        }
        for ticket in &tickets {
            assert_eq!(system.ticket(&ann, ticket.id).await.state, TicketState::Withdrawn);
        }
        let show = system.call(&ann, GetShow { id }).await.expect("the show exists");
        assert_eq!(show.cancellation.expect("the show is cancelled").left, 0);
        assert_eq!(system.call(&ann, CancelShow { id }).await.expect("a repeated call changes nothing"), show);
        assert_eq!(system.hold(&ben, &tickets[5..]).await.expect_err("it has ended"), Rejection::ShowCancelled);
        assert_eq!(balance(&system, &ann).await, [0, 0, 0, 0]);
        system.assert_consistent().await;
    }
}

#[tokio::test]
async fn nothing_is_sold_for_a_show_that_is_cancelled_or_has_begun() {
    let system = TestSystem::new().await;
    let (ann, ben) = (system.sign_up("ann").await, system.sign_up("ben").await);
    let (cancelled, tickets) = system.list_tickets(&ann, 1, 1000).await;
    let (begun, begun_tickets) = system.list_tickets(&ann, 1, 1000).await;
    system.call(&ann, CancelShow { id: cancelled.show.id }).await.expect("she is allowed to");
    system.wait_until_idle().await;
    let offer = |show_id| OfferTickets {
        show_id,
        price: price(1000),
        face_value: None,
        seats: vec![Seat::default()],
        issued: false,
    };

    assert_eq!(system.call(&ann, offer(cancelled.show.id)).await.expect_err("it has ended"), Rejection::ShowCancelled);
    let reprice = RepriceTicket { id: tickets[0].id, price: price(2000), version: 2 };
    assert_eq!(system.call(&ann, reprice).await.expect_err("it has ended"), Rejection::TicketWithdrawn);
    system.advance(SECONDS_UNTIL_PAYOUT).await;
    assert_eq!(system.hold(&ben, &begun_tickets).await.expect_err("the show has begun"), Rejection::ShowBegun);
    assert_eq!(system.call(&ann, offer(begun.show.id)).await.expect_err("the show has begun"), Rejection::ShowBegun);
    let late = system.call(&ann, CancelShow { id: begun.show.id }).await;
    assert_eq!(late.expect_err("the show has begun"), Rejection::ShowBegun);
    system.assert_consistent().await;
}

#[tokio::test]
async fn the_tickets_of_one_order_are_for_one_show() {
    let system = TestSystem::new().await;
    let (ann, ben) = (system.sign_up("ann").await, system.sign_up("ben").await);
    let (_, one) = system.list_tickets(&ann, 1, 1000).await;
    let (_, other) = system.list_tickets(&ann, 1, 1000).await;

    let mixed = system.hold(&ben, &[one[0].clone(), other[0].clone()]).await;

    assert_eq!(mixed.expect_err("two shows"), Rejection::MixedShows);
}
