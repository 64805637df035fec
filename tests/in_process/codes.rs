//! The code of an issued ticket is its present owner's, and nobody else's, however often it is sold on.

use crate::harness::system::{TestSystem, TestUser, price};
use server::store::Databases;
use shared::orders::OrderState;
use shared::ticket_code::TicketCode;
use shared::tickets::{
    GetPassCode, GetTicket, ListPasses, OfferTickets, Pass, RefundSale, ResellPass, Seat, Ticket, TicketState,
};
use shared::{PassId, Rejection, ShowId};
use std::path::Path;

fn offer(show_id: ShowId, issued: bool) -> OfferTickets {
    OfferTickets { show_id, price: price(1000), face_value: None, seats: vec![Seat::default()], issued }
}

/// One ticket of a new show that its creator issues.
pub async fn issue(system: &TestSystem, creator: &TestUser) -> Ticket {
    let (show, _) = system.list_tickets(creator, 1, 1000).await;
    let tickets = system.call(creator, offer(show.show.id, true)).await.expect("the show is hers");
    system.wait_until_idle().await;
    tickets.into_iter().next().expect("one is issued")
}

pub async fn passes(system: &TestSystem, user: &TestUser) -> Vec<Pass> {
    system.call(user, ListPasses { cursor: None }).await.expect("a list").items
}

pub async fn code(system: &TestSystem, user: &TestUser, id: PassId) -> Result<TicketCode, Rejection> {
    system.call(user, GetPassCode { id }).await.map(|issued| issued.code)
}

pub async fn buy(system: &TestSystem, buyer: &TestUser, ticket: &Ticket) {
    let order = system.hold(buyer, std::slice::from_ref(ticket)).await.expect("the ticket is free");
    system.pay(buyer, order.id, "pm_card_visa").await.expect("the card is accepted");
    system.wait_until_idle().await;
    let order = system.order(buyer, order.id).await;
    assert_eq!((order.state, order.captured), (OrderState::Complete, ticket.issued));
}

/// Whether a file in the folder contains the text.
fn is_stored(folder: &Path, text: &str) -> bool {
    std::fs::read_dir(folder).expect("it is a folder").any(|entry| {
        let path = entry.expect("it can be read").path();
        if path.is_dir() {
            is_stored(&path, text)
        } else {
            let content = std::fs::read(&path).unwrap_or_default();
            content.windows(text.len()).any(|window| window == text.as_bytes())
        }
    })
}

#[tokio::test]
async fn only_who_has_bought_an_issued_ticket_gets_its_code_and_it_is_stored_nowhere() {
    let system = TestSystem::new().await;
    let (ann, ben, cem) = (system.sign_up("ann").await, system.sign_up("ben").await, system.sign_up("cem").await);
    let ticket = issue(&system, &ann).await;
    let from_elsewhere = system.call(&cem, offer(ticket.show.id, false)).await.expect("anybody may list one").remove(0);
    assert!(passes(&system, &ann).await.is_empty(), "nobody has bought it");

    buy(&system, &ben, &ticket).await;
    buy(&system, &ben, &from_elsewhere).await;

    let [pass] = &passes(&system, &ben).await[..] else { panic!("only one ticket was issued here") };
    let bens = code(&system, &ben, pass.id).await.expect("it is his");
    let claims = bens.claims();
    assert_eq!((claims.show_id, claims.pass_id, claims.generation), (ticket.show.id, pass.id, 2));
    assert_eq!(code(&system, &ben, pass.id).await, Ok(bens.clone()), "a code lasts as long as its owner");
    for user in [&ann, &cem] {
        assert_eq!(code(&system, user, pass.id).await, Err(Rejection::NotFound), "it is somebody else's");
    }
    if let Databases::Folder(folder) = system.databases() {
        assert!(is_stored(&folder, &ticket.id.to_string()), "events are found");
        assert!(!is_stored(&folder, &String::from(bens)));
    }
    system.assert_consistent().await;
}

#[tokio::test]
async fn a_resale_gives_the_next_buyer_a_code_and_makes_the_former_one_invalid() {
    let system = TestSystem::new().await;
    let (ann, ben, cem) = (system.sign_up("ann").await, system.sign_up("ben").await, system.sign_up("cem").await);
    let ticket = issue(&system, &ann).await;
    buy(&system, &ben, &ticket).await;
    let pass = passes(&system, &ben).await.remove(0);
    let bens = code(&system, &ben, pass.id).await.expect("it is his");

    let resale = system.call(&ben, ResellPass { id: pass.id, price: price(1200) }).await.expect("it is his");
    system.wait_until_idle().await;
    assert_eq!(code(&system, &ben, pass.id).await, Ok(bens.clone()), "nobody has bought it");
    let listing = passes(&system, &ben).await.remove(0).listing.expect("it is on sale");
    assert_eq!((listing.ticket_id, listing.state), (resale.id, TicketState::OnSale));
    buy(&system, &cem, &resale).await;

    assert_eq!(code(&system, &ben, pass.id).await, Err(Rejection::NotFound));
    let cems = code(&system, &cem, pass.id).await.expect("it is hers");
    assert_eq!(cems.claims().generation, bens.claims().generation + 1);
    let refund = system.call(&ann, RefundSale { ticket_id: ticket.id }).await;
    assert_eq!(refund, Err(Rejection::TicketPassedOn), "the buyer has the money of the next one");
    system.assert_consistent().await;
}

#[tokio::test]
async fn a_refund_takes_the_code_back_and_the_creator_issues_the_seat_again() {
    let system = TestSystem::new().await;
    let (ann, ben, cem) = (system.sign_up("ann").await, system.sign_up("ben").await, system.sign_up("cem").await);
    let (show, _) = system.list_tickets(&ann, 1, 1000).await;
    let seat = Seat::parse("Stalls", "1", "7").expect("a seat");
    let seats = OfferTickets { seats: vec![seat], ..offer(show.show.id, true) };
    let ticket = system.call(&ann, seats.clone()).await.expect("the show is hers").remove(0);
    system.wait_until_idle().await;
    buy(&system, &ben, &ticket).await;
    let pass = passes(&system, &ben).await.remove(0);

    system.call(&ann, RefundSale { ticket_id: ticket.id }).await.expect("she is allowed to");
    system.wait_until_idle().await;

    assert_eq!(code(&system, &ben, pass.id).await, Err(Rejection::NotFound));
    let refunded = system.call(&ann, GetTicket { id: ticket.id }).await.expect("it exists");
    assert_eq!(refunded.state, TicketState::Withdrawn);
    let from_elsewhere = system.call(&cem, OfferTickets { issued: false, ..seats.clone() }).await;
    assert!(matches!(from_elsewhere, Err(Rejection::SeatTaken { yours: false, .. })), "the seat is Ann's");
    let again = system.call(&ann, seats).await.expect("it is hers").remove(0);
    system.wait_until_idle().await;
    buy(&system, &cem, &again).await;
    let cems = code(&system, &cem, pass.id).await.expect("it is the same pass");
    assert_eq!(cems.claims().generation, 4, "of Ben, of Ann, and of Cem");
    system.assert_consistent().await;
}

#[tokio::test]
async fn only_the_creator_of_a_show_issues_its_tickets() {
    let system = TestSystem::new().await;
    let (ann, ben) = (system.sign_up("ann").await, system.sign_up("ben").await);
    let (show, _) = system.list_tickets(&ann, 1, 1000).await;

    let issued = system.call(&ben, offer(show.show.id, true)).await;

    assert_eq!(issued.map(drop), Err(Rejection::NotYours));
    assert!(system.call(&ben, offer(show.show.id, false)).await.is_ok());
}
