//! A numbered seat has one ticket that is on sale, held or sold.

use crate::harness::system::{TestSystem, TestUser, price};
use shared::orders::CancelOrder;
use shared::tickets::{CancelShow, OfferTickets, RefundSale, Seat, Ticket, WithdrawTicket};
use shared::{Flaw, Invalid, Rejection, ShowId};

fn seat(section: &str, row: &str, number: &str) -> Seat {
    Seat::parse(section, row, number).expect("the seat is valid")
}

async fn offer(system: &TestSystem, seller: &TestUser, show: ShowId, seats: &[Seat]) -> Result<Vec<Ticket>, Rejection> {
    let offer =
        OfferTickets { show_id: show, price: price(1000), face_value: None, seats: seats.to_vec(), issued: false };
    let offered = system.call(seller, offer).await;
    system.wait_until_idle().await;
    offered
}

#[tokio::test]
async fn a_seat_is_listed_once_however_it_is_typed() {
    let system = TestSystem::new().await;
    let (ann, ben) = (system.sign_up("ann").await, system.sign_up("ben").await);
    let show = system.list_tickets(&ann, 1, 1000).await.0.show.id;
    let taken = |seat: &Seat, yours| Rejection::SeatTaken { seat: seat.clone(), yours };

    let repeated = offer(&system, &ann, show, &[seat("Étage", "a", "1"), seat("ETAGE", "A", "１")]).await;
    offer(&system, &ann, show, &[seat("Étage", "a", "1"), seat("Étage", "a", "2")]).await.expect("each once");

    let flaw = Flaw::RepeatedSeat { first: 1, second: 2 };
    assert_eq!(repeated.expect_err("one seat twice"), Rejection::Invalid(Invalid::new("seats", flaw)));
    for again in [seat("Étage", "a", "2"), seat("e\u{301}tage", "A", " 2 "), seat("etage", "ａ", "٢")] {
        let other = seat("Étage", "a", "3");
        assert_eq!(offer(&system, &ann, show, &[other.clone(), again.clone()]).await, Err(taken(&again, true)));
        assert_eq!(offer(&system, &ben, show, &[other, again.clone()]).await, Err(taken(&again, false)));
    }
    let others = [seat("Étage", "a", "02"), seat("Étage", "b", "2"), seat("", "a", "2"), seat("Étage", "", "2")];
    offer(&system, &ben, show, &others).await.expect("they are other seats");
    for _ in 0..2 {
        let places = [seat("Étage", "", ""), seat("", "a", ""), Seat::default(), Seat::default()];
        offer(&system, &ben, show, &places).await.expect("places without a number");
    }
    let elsewhere = system.list_tickets(&ann, 1, 1000).await.0.show.id;
    offer(&system, &ben, elsewhere, &[seat("Étage", "a", "2")]).await.expect("a seat of another show");
    system.assert_consistent().await;
}

#[tokio::test]
async fn a_seat_is_free_again_once_its_ticket_is_withdrawn() {
    let system = TestSystem::new().await;
    let (ann, ben, cem) = (system.sign_up("ann").await, system.sign_up("ben").await, system.sign_up("cem").await);
    let (show, tickets) = system.list_tickets(&ann, 2, 1000).await;
    let (show, [first, second]) = (show.show.id, tickets.first_chunk().expect("two tickets"));
    let taken = |ticket: &Ticket, yours| Err(Rejection::SeatTaken { seat: ticket.seat.clone(), yours });
    let again = |seller, ticket: &Ticket| {
        let seats = [ticket.seat.clone()];
        let system = &system;
        async move { offer(system, seller, show, &seats).await }
    };

    let order = system.hold(&cem, &tickets[..1]).await.expect("the ticket is free");
    system.wait_until_idle().await;
    assert_eq!(again(&ben, first).await, taken(first, false), "it is held");
    system.call(&cem, CancelOrder { id: order.id }).await.expect("it is held");
    system.wait_until_idle().await;
    assert_eq!(again(&ann, first).await, taken(first, true), "it is on sale again");
    let order = system.hold(&cem, &tickets[..1]).await.expect("the ticket is free");
    system.pay(&cem, order.id, "pm_card_visa").await.expect("the card is accepted");
    system.wait_until_idle().await;
    assert_eq!(again(&ann, first).await, taken(first, false), "she has sold it");
    assert_eq!(again(&cem, first).await, taken(first, true), "he has bought it");

    system.call(&ann, RefundSale { ticket_id: first.id }).await.expect("she gives the money back");
    system.wait_until_idle().await;
    system.call(&ann, WithdrawTicket { id: second.id }).await.expect("it is on sale");
    system.wait_until_idle().await;
    for ticket in [first, second] {
        again(&ben, ticket).await.expect("the seat is free");
        assert_eq!(again(&ann, ticket).await, taken(ticket, false), "Ben has it now");
    }
    system.call(&ann, CancelShow { id: show }).await.expect("it is hers");
    system.assert_consistent().await;
}

#[tokio::test]
async fn of_two_sellers_who_list_a_seat_at_once_one_gets_it() {
    let system = TestSystem::new().await;
    let (ann, ben) = (system.sign_up("ann").await, system.sign_up("ben").await);
    let show = system.list_tickets(&ann, 1, 1000).await.0.show.id;

    let seats = [seat("A", "1", "1")];
    let (first, second) = tokio::join!(offer(&system, &ann, show, &seats), offer(&system, &ben, show, &seats));

    assert!(first.is_ok() != second.is_ok(), "{first:?} {second:?}");
    system.assert_consistent().await;
}
