//! A purchase from end to end, and every way in which it can end.

use crate::world::{TestSystem, nothing, price};
use shared::Rejection;
use shared::orders::{CancelOrder, EndReason, GetOrder, OrderState, PlaceOrder};
use shared::payments::{Authenticate, Decline, GetPayment, PaymentState};
use shared::tickets::{RepriceTicket, TicketState, WithdrawTicket};
use shared::{Currency, Money};

#[tokio::test]
async fn a_paid_ticket_is_the_buyers() {
    let world = TestSystem::new().await;
    let (ann, ben) = (world.person("ann").await, world.person("ben").await);
    let (_, tickets) = world.offers(&ann, 2, 4999).await;

    let order = world.holds(&ben, &tickets).await.expect("they are free");
    world.wait_until_idle().await;
    assert_eq!(world.ticket(&ann, tickets[0].id).await.state, TicketState::Held);
    world.pays(&ben, order.id, "pm_card_visa").await.expect("the card is good");
    world.wait_until_idle().await;

    let order = world.order(&ben, order.id).await;
    assert_eq!((order.state, order.total.minor), (OrderState::Complete, 9998));
    assert_eq!(order.payment.expect("there is one").state, PaymentState::Captured);
    assert_eq!(world.ticket(&ann, tickets[1].id).await.state, TicketState::Sold);
    world.assert_consistent().await;
}

#[tokio::test]
async fn an_unpaid_hold_ends_at_its_deadline_and_no_sooner() {
    let world = TestSystem::new().await;
    let (ann, ben, cem) = (world.person("ann").await, world.person("ben").await, world.person("cem").await);
    let (_, tickets) = world.offers(&ann, 1, 1000).await;
    let order = world.holds(&ben, &tickets).await.expect("it is free");

    world.advance(55).await;
    assert_eq!(world.order(&ben, order.id).await.state, OrderState::Held);
    assert_eq!(world.holds(&cem, &tickets).await.expect_err("it is held"), Rejection::TicketHeld);
    world.advance(6).await;

    assert_eq!(world.order(&ben, order.id).await.state, OrderState::Expired);
    world.holds(&cem, &tickets).await.expect("it is free again");
    world.assert_consistent().await;
}

#[tokio::test]
async fn a_held_ticket_is_neither_edited_nor_withdrawn() {
    let world = TestSystem::new().await;
    let (ann, ben) = (world.person("ann").await, world.person("ben").await);
    let (_, tickets) = world.offers(&ann, 1, 1000).await;
    world.holds(&ben, &tickets).await.expect("it is free");
    world.wait_until_idle().await;

    let reprice = RepriceTicket { id: tickets[0].id, price: price(2000), version: 2 };
    assert_eq!(world.call(&ann, reprice).await.expect_err("it is held"), Rejection::TicketHeld);
    let withdraw = WithdrawTicket { id: tickets[0].id };
    assert_eq!(world.call(&ann, withdraw).await.expect_err("it is held"), Rejection::TicketHeld);
    assert_eq!(world.ticket(&ann, tickets[0].id).await.price.minor, 1000);
}

#[tokio::test]
async fn a_declined_card_can_be_followed_by_another() {
    let world = TestSystem::new().await;
    let (ann, ben) = (world.person("ann").await, world.person("ben").await);
    let (_, tickets) = world.offers(&ann, 1, 1000).await;
    let order = world.holds(&ben, &tickets).await.expect("it is free");

    for (card, reason) in [
        ("pm_card_chargeDeclined", Decline::Generic),
        ("pm_card_chargeDeclinedInsufficientFunds", Decline::InsufficientFunds),
        ("pm_card_chargeDeclinedProcessingError", Decline::ProcessingError),
    ] {
        let declined = world.pays(&ben, order.id, card).await.expect_err("the bank says no");
        assert_eq!(declined, Rejection::CardDeclined(reason));
        world.wait_until_idle().await;
    }
    world.pays(&ben, order.id, "pm_card_visa").await.expect("the card is good");

    world.expect_order(&ben, order.id, OrderState::Complete).await;
    world.assert_consistent().await;
}

#[tokio::test]
async fn a_bank_that_asks_who_it_is_gets_its_answer() {
    let world = TestSystem::new().await;
    let (ann, ben) = (world.person("ann").await, world.person("ben").await);
    let (_, tickets) = world.offers(&ann, 1, 1000).await;
    let order = world.holds(&ben, &tickets).await.expect("it is free");

    let payment = world.pays(&ben, order.id, "pm_card_authenticationRequired").await.expect("it waits");
    assert!(payment.needs_authentication);
    let refused = world.call(&ben, Authenticate { id: payment.id, approve: false }).await.expect("an answer");
    assert_eq!(refused.decline, Some(Decline::AuthenticationFailed));
    world.wait_until_idle().await;
    let payment = world.pays(&ben, order.id, "pm_card_authenticationRequired").await.expect("it waits again");
    world.call(&ben, Authenticate { id: payment.id, approve: true }).await.expect("an answer");

    world.expect_order(&ben, order.id, OrderState::Complete).await;
    world.assert_consistent().await;
}

#[tokio::test]
async fn nobody_who_does_not_answer_the_bank_is_charged() {
    let world = TestSystem::new().await;
    let (ann, ben) = (world.person("ann").await, world.person("ben").await);
    let (_, tickets) = world.offers(&ann, 1, 1000).await;
    let order = world.holds(&ben, &tickets).await.expect("it is free");
    let payment = world.pays(&ben, order.id, "pm_card_authenticationRequired").await.expect("it waits");
    world.wait_until_idle().await;

    world.advance(170).await;
    assert_eq!(world.order(&ben, order.id).await.state, OrderState::Held, "the hold was extended once");
    world.advance(20).await;

    world.expect_order(&ben, order.id, OrderState::Expired).await;
    let payment = world.call(&ben, GetPayment { id: payment.id }).await.expect("it is there");
    assert_eq!((payment.state, payment.decline), (PaymentState::Declined, Some(Decline::Closed)));
    world.assert_consistent().await;
}

#[tokio::test]
async fn a_gateway_that_never_answers_charges_nobody_and_frees_the_tickets() {
    let world = TestSystem::new().await;
    let (ann, ben) = (world.person("ann").await, world.person("ben").await);
    let (_, tickets) = world.offers(&ann, 1, 1000).await;
    let order = world.holds(&ben, &tickets).await.expect("it is free");

    let payment = world.pays(&ben, order.id, "pm_card_neverAnswers").await.expect("it is not decided");
    assert_eq!(payment.state, PaymentState::Unknown);
    let again = world.pays(&ben, order.id, "pm_card_visa").await.expect("the same payment");
    assert_eq!(again.id, payment.id, "no second payment while the first is undecided");
    for _ in 0..25 {
        world.advance(10).await;
    }

    world.expect_order(&ben, order.id, OrderState::Expired).await;
    let payment = world.call(&ben, GetPayment { id: payment.id }).await.expect("it is there");
    assert_eq!(payment.state, PaymentState::Declined);
    assert_eq!(world.ticket(&ann, tickets[0].id).await.state, TicketState::OnSale);
    world.assert_consistent().await;
}

#[tokio::test]
async fn a_cancelled_order_frees_its_tickets_and_stays_cancelled() {
    let world = TestSystem::new().await;
    let (ann, ben) = (world.person("ann").await, world.person("ben").await);
    let (_, tickets) = world.offers(&ann, 1, 1000).await;
    let order = world.holds(&ben, &tickets).await.expect("it is free");

    world.call(&ben, CancelOrder { id: order.id }).await.expect("it is held");
    let twice = world.call(&ben, CancelOrder { id: order.id }).await.expect_err("it is over");

    assert_eq!(twice, Rejection::OrderClosed(OrderState::Cancelled));
    world.wait_until_idle().await;
    let paid = world.pays(&ben, order.id, "pm_card_visa").await.expect_err("it is over");
    assert_eq!(paid, Rejection::OrderClosed(OrderState::Cancelled));
    assert_eq!(world.ticket(&ann, tickets[0].id).await.state, TicketState::OnSale);
    assert_eq!(world.order(&ben, order.id).await.reason, Some(EndReason::CancelledByBuyer));
    world.assert_consistent().await;
}

#[tokio::test]
async fn nobody_has_more_than_eight_tickets_of_a_show() {
    let world = TestSystem::new().await;
    let (ann, ben) = (world.person("ann").await, world.person("ben").await);
    let (_, tickets) = world.offers(&ann, 10, 1000).await;
    let too_many = Rejection::TooManyTickets { most: 8 };

    assert_eq!(world.holds(&ben, &tickets[..9]).await.expect_err("nine"), too_many);
    let first = world.holds(&ben, &tickets[..7]).await.expect("seven");
    assert_eq!(world.holds(&ben, &tickets[7..9]).await.expect_err("nine in all"), too_many);
    world.call(&ben, CancelOrder { id: first.id }).await.expect("it is held");
    world.wait_until_idle().await;

    world.holds(&ben, &tickets[..8]).await.expect("those given back do not count");
    world.assert_consistent().await;
}

#[tokio::test]
async fn what_is_not_a_purchase_is_refused() {
    let world = TestSystem::new().await;
    let (ann, ben, cem) = (world.person("ann").await, world.person("ben").await, world.person("cem").await);
    let (_, tickets) = world.offers(&ann, 2, 1000).await;
    let pounds = |minor| Money::new(minor, Currency::Gbp);
    let place = |ids, total| PlaceOrder { ticket_ids: ids, expected_total: total };

    assert_eq!(world.holds(&ann, &tickets).await.expect_err("her own"), Rejection::OwnTicket);
    let wrong = world.call(&ben, place(vec![tickets[0].id], pounds(999))).await;
    assert_eq!(wrong.expect_err("another price"), Rejection::PriceChanged);
    let unknown = world.call(&ben, place(vec![nothing()], pounds(1000))).await;
    assert_eq!(unknown.expect_err("no such ticket"), Rejection::NotFound);
    for ids in [vec![], vec![tickets[0].id, tickets[0].id]] {
        let refused = world.call(&ben, place(ids, pounds(2000))).await.expect_err("each once");
        assert!(matches!(refused, Rejection::Invalid(_)), "{refused}");
    }
    let order = world.holds(&ben, &tickets).await.expect("they are free");
    assert_eq!(world.call(&cem, GetOrder { id: order.id }).await.expect_err("not his"), Rejection::NotYours);
    assert_eq!(world.call(&cem, CancelOrder { id: order.id }).await.expect_err("not his"), Rejection::NotYours);
    let paid = world.pays(&cem, order.id, "pm_card_visa").await;
    assert_eq!(paid.expect_err("not his"), Rejection::NotYours);
    world.assert_consistent().await;
}

#[tokio::test]
async fn the_same_key_gives_the_same_order_once() {
    let world = TestSystem::new().await;
    let (ann, ben) = (world.person("ann").await, world.person("ben").await);
    let (_, tickets) = world.offers(&ann, 2, 1000).await;
    let place = |index: usize| PlaceOrder {
        ticket_ids: vec![tickets[index].id],
        expected_total: Money::new(1000, Currency::Gbp),
    };

    let first = world.ask_with_key(&ben, Some("k"), place(0)).await.expect("it is free");
    let again = world.ask_with_key(&ben, Some("k"), place(0)).await.expect("the same");
    let other = world.ask_with_key(&ben, Some("k"), place(1)).await.expect_err("another body");

    assert_eq!(first.id, again.id);
    assert_eq!(other, Rejection::KeyReused);
    world.assert_consistent().await;
}
