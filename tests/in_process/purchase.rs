//! A purchase from start to end, and every way in which it can end.

use crate::harness::system::{TestSystem, price, unknown_id};
use shared::Rejection;
use shared::orders::{CancelOrder, EndReason, GetOrder, OrderState, PlaceOrder};
use shared::payments::{Authenticate, Decline, GetPayment, PaymentState};
use shared::tickets::{RepriceTicket, TicketState, WithdrawTicket};
use shared::{Currency, Money};

#[tokio::test]
async fn a_paid_ticket_is_the_buyers() {
    let system = TestSystem::new().await;
    let (ann, ben) = (system.sign_up("ann").await, system.sign_up("ben").await);
    let (_, tickets) = system.list_tickets(&ann, 2, 4999).await;

    let order = system.hold(&ben, &tickets).await.expect("the tickets are free");
    system.wait_until_idle().await;
    assert_eq!(system.ticket(&ann, tickets[0].id).await.state, TicketState::Held);
    system.pay(&ben, order.id, "pm_card_visa").await.expect("the card is accepted");
    system.wait_until_idle().await;

    let order = system.order(&ben, order.id).await;
    assert_eq!((order.state, order.total.minor), (OrderState::Complete, 9998));
    assert_eq!(order.payment.expect("there is one").state, PaymentState::Captured);
    assert_eq!(system.ticket(&ann, tickets[1].id).await.state, TicketState::Sold);
    system.assert_consistent().await;
}

#[tokio::test]
async fn an_unpaid_hold_expires_at_its_deadline_and_not_before() {
    let system = TestSystem::new().await;
    let (ann, ben, cem) = (system.sign_up("ann").await, system.sign_up("ben").await, system.sign_up("cem").await);
    let (_, tickets) = system.list_tickets(&ann, 1, 1000).await;
    let order = system.hold(&ben, &tickets).await.expect("the ticket is free");

    system.advance(55).await;
    assert_eq!(system.order(&ben, order.id).await.state, OrderState::Held);
    assert_eq!(system.hold(&cem, &tickets).await.expect_err("it is held"), Rejection::TicketHeld);
    system.advance(6).await;

    assert_eq!(system.order(&ben, order.id).await.state, OrderState::Expired);
    system.hold(&cem, &tickets).await.expect("the ticket is free again");
    system.assert_consistent().await;
}

#[tokio::test]
async fn a_held_ticket_is_neither_edited_nor_withdrawn() {
    let system = TestSystem::new().await;
    let (ann, ben) = (system.sign_up("ann").await, system.sign_up("ben").await);
    let (_, tickets) = system.list_tickets(&ann, 1, 1000).await;
    system.hold(&ben, &tickets).await.expect("the ticket is free");
    system.wait_until_idle().await;

    let reprice = RepriceTicket { id: tickets[0].id, price: price(2000), version: 2 };
    assert_eq!(system.call(&ann, reprice).await.expect_err("it is held"), Rejection::TicketHeld);
    let withdraw = WithdrawTicket { id: tickets[0].id };
    assert_eq!(system.call(&ann, withdraw).await.expect_err("it is held"), Rejection::TicketHeld);
    assert_eq!(system.ticket(&ann, tickets[0].id).await.price.minor, 1000);
}

#[tokio::test]
async fn a_declined_card_can_be_followed_by_another() {
    let system = TestSystem::new().await;
    let (ann, ben) = (system.sign_up("ann").await, system.sign_up("ben").await);
    let (_, tickets) = system.list_tickets(&ann, 1, 1000).await;
    let order = system.hold(&ben, &tickets).await.expect("the ticket is free");

    for (card, reason) in [
        ("pm_card_chargeDeclined", Decline::Generic),
        ("pm_card_chargeDeclinedInsufficientFunds", Decline::InsufficientFunds),
        ("pm_card_chargeDeclinedProcessingError", Decline::ProcessingError),
    ] {
        let declined = system.pay(&ben, order.id, card).await.expect_err("the card is declined");
        assert_eq!(declined, Rejection::CardDeclined(reason));
        system.wait_until_idle().await;
    }
    system.pay(&ben, order.id, "pm_card_visa").await.expect("the card is accepted");

    system.assert_order_state(&ben, order.id, OrderState::Complete).await;
    system.assert_consistent().await;
}

#[tokio::test]
async fn a_payment_that_requires_authentication_is_declined_or_authorized_by_the_answer() {
    let system = TestSystem::new().await;
    let (ann, ben) = (system.sign_up("ann").await, system.sign_up("ben").await);
    let (_, tickets) = system.list_tickets(&ann, 1, 1000).await;
    let order = system.hold(&ben, &tickets).await.expect("the ticket is free");

    let payment = system.pay(&ben, order.id, "pm_card_authenticationRequired").await.expect("the bank asks the buyer");
    assert!(payment.needs_authentication);
    let refused =
        system.call(&ben, Authenticate { id: payment.id, approve: false }).await.expect("the payment waits for it");
    assert_eq!(refused.decline, Some(Decline::AuthenticationFailed));
    system.wait_until_idle().await;
    let payment =
        system.pay(&ben, order.id, "pm_card_authenticationRequired").await.expect("the bank asks the buyer again");
    system.call(&ben, Authenticate { id: payment.id, approve: true }).await.expect("the payment waits for it");

    system.assert_order_state(&ben, order.id, OrderState::Complete).await;
    system.assert_consistent().await;
}

#[tokio::test]
async fn a_payment_without_authentication_is_closed_when_the_extended_hold_expires() {
    let system = TestSystem::new().await;
    let (ann, ben) = (system.sign_up("ann").await, system.sign_up("ben").await);
    let (_, tickets) = system.list_tickets(&ann, 1, 1000).await;
    let order = system.hold(&ben, &tickets).await.expect("the ticket is free");
    let payment = system.pay(&ben, order.id, "pm_card_authenticationRequired").await.expect("the bank asks the buyer");
    system.wait_until_idle().await;

    system.advance(170).await;
    assert_eq!(system.order(&ben, order.id).await.state, OrderState::Held, "the hold was extended once");
    system.advance(20).await;

    system.assert_order_state(&ben, order.id, OrderState::Expired).await;
    let payment = system.call(&ben, GetPayment { id: payment.id }).await.expect("the payment exists");
    assert_eq!((payment.state, payment.decline), (PaymentState::Declined, Some(Decline::Closed)));
    system.assert_consistent().await;
}

#[tokio::test]
async fn a_gateway_that_never_responds_charges_nobody_and_the_tickets_are_released() {
    let system = TestSystem::new().await;
    let (ann, ben) = (system.sign_up("ann").await, system.sign_up("ben").await);
    let (_, tickets) = system.list_tickets(&ann, 1, 1000).await;
    let order = system.hold(&ben, &tickets).await.expect("the ticket is free");

    let payment = system.pay(&ben, order.id, "pm_card_neverAnswers").await.expect("the payment is undecided");
    assert_eq!(payment.state, PaymentState::Unknown);
    let again = system.pay(&ben, order.id, "pm_card_visa").await.expect("the same payment");
    assert_eq!(again.id, payment.id, "no second payment while the first is undecided");
    for _ in 0..25 {
        system.advance(10).await;
    }

    system.assert_order_state(&ben, order.id, OrderState::Expired).await;
    let payment = system.call(&ben, GetPayment { id: payment.id }).await.expect("the payment exists");
    assert_eq!(payment.state, PaymentState::Declined);
    assert_eq!(system.ticket(&ann, tickets[0].id).await.state, TicketState::OnSale);
    system.assert_consistent().await;
}

#[tokio::test]
async fn a_cancelled_order_releases_its_tickets_and_stays_cancelled() {
    let system = TestSystem::new().await;
    let (ann, ben) = (system.sign_up("ann").await, system.sign_up("ben").await);
    let (_, tickets) = system.list_tickets(&ann, 1, 1000).await;
    let order = system.hold(&ben, &tickets).await.expect("the ticket is free");

    system.call(&ben, CancelOrder { id: order.id }).await.expect("it is held");
    let twice = system.call(&ben, CancelOrder { id: order.id }).await.expect_err("it has ended");

    assert_eq!(twice, Rejection::OrderClosed(OrderState::Cancelled));
    system.wait_until_idle().await;
    let paid = system.pay(&ben, order.id, "pm_card_visa").await.expect_err("it has ended");
    assert_eq!(paid, Rejection::OrderClosed(OrderState::Cancelled));
    assert_eq!(system.ticket(&ann, tickets[0].id).await.state, TicketState::OnSale);
    assert_eq!(system.order(&ben, order.id).await.reason, Some(EndReason::CancelledByBuyer));
    system.assert_consistent().await;
}

#[tokio::test]
async fn nobody_has_more_than_eight_tickets_of_a_show() {
    let system = TestSystem::new().await;
    let (ann, ben) = (system.sign_up("ann").await, system.sign_up("ben").await);
    let (_, tickets) = system.list_tickets(&ann, 10, 1000).await;
    let too_many = Rejection::TooManyTickets { most: 8 };

    assert_eq!(system.hold(&ben, &tickets[..9]).await.expect_err("nine"), too_many);
    let first = system.hold(&ben, &tickets[..7]).await.expect("seven");
    assert_eq!(system.hold(&ben, &tickets[7..9]).await.expect_err("nine in all"), too_many);
    system.call(&ben, CancelOrder { id: first.id }).await.expect("it is held");
    system.wait_until_idle().await;

    system.hold(&ben, &tickets[..8]).await.expect("tickets of a cancelled order do not count");
    system.assert_consistent().await;
}

#[tokio::test]
async fn an_order_that_breaks_a_rule_is_refused() {
    let system = TestSystem::new().await;
    let (ann, ben, cem) = (system.sign_up("ann").await, system.sign_up("ben").await, system.sign_up("cem").await);
    let (_, tickets) = system.list_tickets(&ann, 2, 1000).await;
    let pounds = |minor| Money::new(minor, Currency::Gbp);
    let place = |ids, total| PlaceOrder { ticket_ids: ids, expected_total: total };

    assert_eq!(system.hold(&ann, &tickets).await.expect_err("she sells them"), Rejection::OwnTicket);
    let wrong = system.call(&ben, place(vec![tickets[0].id], pounds(999))).await;
    assert_eq!(wrong.expect_err("another price"), Rejection::PriceChanged);
    let unknown = system.call(&ben, place(vec![unknown_id()], pounds(1000))).await;
    assert_eq!(unknown.expect_err("no such ticket"), Rejection::NotFound);
    for ids in [vec![], vec![tickets[0].id, tickets[0].id]] {
        let refused = system.call(&ben, place(ids, pounds(2000))).await.expect_err("each once");
        assert!(matches!(refused, Rejection::Invalid(_)), "{refused}");
    }
    let order = system.hold(&ben, &tickets).await.expect("the tickets are free");
    assert_eq!(system.call(&cem, GetOrder { id: order.id }).await.expect_err("another user's"), Rejection::NotYours);
    assert_eq!(system.call(&cem, CancelOrder { id: order.id }).await.expect_err("another user's"), Rejection::NotYours);
    let paid = system.pay(&cem, order.id, "pm_card_visa").await;
    assert_eq!(paid.expect_err("another user's"), Rejection::NotYours);
    system.assert_consistent().await;
}

#[tokio::test]
async fn a_repeated_idempotency_key_returns_the_first_order_and_refuses_another_body() {
    let system = TestSystem::new().await;
    let (ann, ben) = (system.sign_up("ann").await, system.sign_up("ben").await);
    let (_, tickets) = system.list_tickets(&ann, 2, 1000).await;
    let place = |index: usize| PlaceOrder {
        ticket_ids: vec![tickets[index].id],
        expected_total: Money::new(1000, Currency::Gbp),
    };

    let first = system.call_with_key(&ben, Some("k"), place(0)).await.expect("the ticket is free");
    let again = system.call_with_key(&ben, Some("k"), place(0)).await.expect("the same");
    let other = system.call_with_key(&ben, Some("k"), place(1)).await.expect_err("another body");

    assert_eq!(first.id, again.id);
    assert_eq!(other, Rejection::KeyReused);
    system.assert_consistent().await;
}
