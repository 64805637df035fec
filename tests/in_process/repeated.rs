//! Requests that are sent twice: the answer was lost, the buyer went back, or has a second tab.

use crate::harness::system::{TestSystem, price};
use shared::orders::{CancelOrder, OrderState, PlaceOrder};
use shared::tickets::{Category, CreateShow, ListSelling, ListShows, OfferTickets, RefundSale, Seat, ShowFilter};
use shared::value::ShortText;
use shared::{Currency, Money, Rejection};

fn show(title: &str) -> CreateShow {
    let text = |text: &str| ShortText::parse("text", text).expect("the text is valid");
    CreateShow {
        title: text(title),
        venue: text("Globe"),
        city: text("London"),
        country: text("United Kingdom"),
        category: Category::Theatre,
        starts_at: "2026-12-24T19:30".to_owned(),
        time_zone: "Europe/London".to_owned(),
        currency: Currency::Gbp,
    }
}

#[tokio::test]
async fn placing_what_one_holds_returns_that_order() {
    let system = TestSystem::new().await;
    let (ann, ben, cem) = (system.sign_up("ann").await, system.sign_up("ben").await, system.sign_up("cem").await);
    let (_, tickets) = system.list_tickets(&ann, 4, 1000).await;
    let first = system.hold(&ben, &tickets[..2]).await.expect("the tickets are free");

    // The second one may come before the other services know of the first.
    let at_once = system.hold(&ben, &tickets[..2]).await.expect("it is his order");
    system.wait_until_idle().await;
    let later = system.hold(&ben, &[tickets[1].clone(), tickets[0].clone()]).await.expect("it is his order");

    for again in [&at_once, &later] {
        assert_eq!((again.id, again.expires_at, again.version), (first.id, first.expires_at, first.version));
    }
    let held = Rejection::HeldByYou { order_id: first.id };
    for other in [&tickets[..1], &tickets[..3], &tickets[1..3]] {
        assert_eq!(system.hold(&ben, other).await.expect_err("other tickets"), held);
    }
    assert_eq!(system.hold(&cem, &tickets[..2]).await.expect_err("it is Ben's"), Rejection::TicketHeld);
    let ids = tickets[..2].iter().map(|ticket| ticket.id).collect();
    let cheaper = PlaceOrder { ticket_ids: ids, expected_total: Money::new(1999, Currency::Gbp) };
    assert_eq!(system.call(&ben, cheaper).await.expect_err("another total"), Rejection::PriceChanged);
    let rest = system.hold(&ben, &tickets[2..]).await.expect("the others are free");
    assert_ne!(rest.id, first.id);
    system.assert_consistent().await;
}

#[tokio::test]
async fn the_key_of_a_repetition_stays_that_of_the_order() {
    let system = TestSystem::new().await;
    let (ann, ben) = (system.sign_up("ann").await, system.sign_up("ben").await);
    let (_, tickets) = system.list_tickets(&ann, 1, 1000).await;
    let place = || PlaceOrder { ticket_ids: vec![tickets[0].id], expected_total: Money::new(1000, Currency::Gbp) };
    let first = system.call_with_key(&ben, Some("first tab"), place()).await.expect("the ticket is free");

    let second = system.call_with_key(&ben, Some("second tab"), place()).await.expect("it is his order");
    system.call(&ben, CancelOrder { id: first.id }).await.expect("it is held");
    system.wait_until_idle().await;
    let repeated = system.call_with_key(&ben, Some("second tab"), place()).await.expect("the same");
    let without_key = system.call(&ben, place()).await.expect("the ticket is free again");

    assert_eq!((second.id, repeated.id, repeated.state), (first.id, first.id, OrderState::Cancelled));
    assert_ne!(without_key.id, first.id);
    system.assert_consistent().await;
}

#[tokio::test]
async fn what_was_paid_is_sold_also_for_its_owner() {
    let system = TestSystem::new().await;
    let (ann, ben) = (system.sign_up("ann").await, system.sign_up("ben").await);
    let (_, tickets) = system.list_tickets(&ann, 1, 1000).await;
    let order = system.hold(&ben, &tickets).await.expect("the ticket is free");
    system.pay(&ben, order.id, "pm_card_visa").await.expect("the card is accepted");
    system.assert_order_state(&ben, order.id, OrderState::Complete).await;

    let again = system.hold(&ben, &tickets).await.expect_err("it is paid");

    assert_eq!(again, Rejection::TicketSold);
    system.assert_consistent().await;
}

#[tokio::test]
async fn a_show_or_tickets_that_are_sent_twice_under_one_key_are_created_once() {
    let system = TestSystem::new().await;
    let (ann, ben) = (system.sign_up("ann").await, system.sign_up("ben").await);

    let first = system.call_with_key(&ann, Some("k"), show("Aida")).await.expect("the show is valid").show;
    let again = system.call_with_key(&ann, Some("k"), show("Aida")).await.expect("the same").show;
    let other = system.call_with_key(&ann, Some("k"), show("Norma")).await.expect_err("another show");
    let of_ben = system.call_with_key(&ben, Some("k"), show("Aida")).await.expect("a key is its person's").show;

    assert_eq!((again, other), (first.clone(), Rejection::KeyReused));
    assert_ne!(of_ben.id, first.id);
    let offer = OfferTickets {
        show_id: first.id,
        price: price(1000),
        face_value: None,
        seats: vec![Seat::default()],
        issued: false,
    };
    let offered = system.call_with_key(&ann, Some("k"), offer.clone()).await.expect("the tickets are valid");
    assert_eq!(system.call_with_key(&ann, Some("k"), offer).await.expect("the same"), offered);
    let listed = system.call(&ben, ListShows { filter: ShowFilter::default() }).await.expect("the filter is valid");
    assert_eq!(listed.items.len(), 2, "one of each person");
    let selling = system.call(&ann, ListSelling { cursor: None }).await.expect("she sells");
    assert_eq!(selling.items.len(), 1);
    system.assert_consistent().await;
}

#[tokio::test]
async fn a_refund_that_is_sent_twice_under_one_key_is_made_once() {
    let system = TestSystem::new().await;
    let (ann, ben) = (system.sign_up("ann").await, system.sign_up("ben").await);
    let (_, tickets) = system.list_tickets(&ann, 1, 1000).await;
    let order = system.hold(&ben, &tickets).await.expect("the ticket is free");
    system.pay(&ben, order.id, "pm_card_visa").await.expect("the card is accepted");
    system.wait_until_idle().await;
    let refund = || RefundSale { ticket_id: tickets[0].id };

    system.call_with_key(&ann, Some("k"), refund()).await.expect("it is sold");
    system.wait_until_idle().await;
    system.call_with_key(&ann, Some("k"), refund()).await.expect("the same");

    assert_eq!(system.call(&ann, refund()).await.expect_err("it is refunded"), Rejection::NotSold);
    system.assert_order_state(&ben, order.id, OrderState::Refunded).await;
    system.assert_consistent().await;
}
