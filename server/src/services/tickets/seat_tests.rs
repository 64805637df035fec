//! Seats that the version before this one has sold twice.

use super::tests::{OnSale, on_sale};
use super::{backfill, keys, schema};
use crate::fixtures::{PRICE, SELLER};
use crate::services::ServiceHandler;
use crate::{Caller, Error};
use sea_orm::ConnectionTrait;
use shared::tickets::{OfferTickets, Seat, Ticket, WithdrawTicket};
use shared::{Price, Rejection};
use uuid::Uuid;

fn seller() -> Caller {
    Caller { user: Some(SELLER), ..Caller::anonymous(Uuid::nil()) }
}

/// The market with tickets of these seats, as the version before this one has stored them.
async fn stored_before(seats: &[&'static str]) -> OnSale {
    let market = on_sale(seats.len()).await;
    let mut sql = "update tickets set seat_key = '', seat_order = ''; ".to_owned();
    for (ticket, seat) in market.tickets.iter().zip(seats) {
        sql += &format!("update tickets set seat_number = '{seat}' where id = x'{}'; ", ticket.id.uuid().simple());
    }
    let store = market.service.store();
    let write = store.write(store.root_cause(), move |tx| {
        Box::pin(async move { Ok(tx.db().execute_unprepared(&sql).await.map(drop)?) })
    });
    write.await.expect("the tickets are changed");
    market
}

async fn add_keys(market: &OnSale) -> Vec<Option<String>> {
    while backfill::step(market.service.store()).await.expect("the keys are added").is_some() {}
    let mut found = Vec::new();
    for ticket in &market.tickets {
        let row = schema::ticket(market.service.store().read(), ticket.id).await.expect("finds the ticket");
        assert!(!row.seat_order.is_empty());
        found.push(row.seat_key);
    }
    found
}

async fn offer(market: &OnSale, number: &str) -> Result<Vec<Ticket>, Error> {
    let price = Price::try_from(PRICE).expect("a valid price");
    let seats = vec![Seat::parse("", "", number).expect("a seat")];
    let offer = OfferTickets { show_id: market.show.show.id, price, face_value: None, seats, issued: false };
    market.service.clone().offer(seller(), offer).await
}

#[tokio::test]
async fn the_first_ticket_of_a_seat_gets_its_key() {
    let market = stored_before(&["A1", "a1", "A2"]).await;

    let keys = add_keys(&market).await;

    let key = |number: &str| keys::of_numbered_seat(&Seat::parse("", "", number).expect("a seat"));
    assert_eq!(keys, [key("A1"), None, key("A2")]);
    assert_eq!(add_keys(&market).await, keys, "nothing is left to do");
}

#[tokio::test]
async fn a_seat_is_taken_as_long_as_one_of_its_tickets_is_live() {
    let market = stored_before(&["A1", "a1"]).await;
    add_keys(&market).await;

    for ticket in &market.tickets {
        let refused = offer(&market, "A1").await;
        assert!(matches!(refused, Err(Error::Rejected(Rejection::SeatTaken { yours: true, .. }))), "{refused:?}");
        let withdraw = WithdrawTicket { id: ticket.id };
        market.service.clone().withdraw(seller(), withdraw).await.expect("it is on sale");
    }

    offer(&market, "A1").await.expect("both are withdrawn");
}

#[tokio::test]
async fn the_database_allows_one_live_ticket_for_a_seat() {
    let market = on_sale(2).await;
    let store = market.service.store();
    let write = store.write(store.root_cause(), move |tx| {
        Box::pin(async move { Ok(tx.db().execute_unprepared("update tickets set seat_key = '41'").await.map(drop)?) })
    });

    let refused = write.await.expect_err("two tickets cannot have one seat").to_string();

    assert!(refused.contains("UNIQUE"), "{refused}");
}
