//! What a person has on sale who closes the account is withdrawn, whatever else happens at that moment.

use super::schema::tickets;
use super::tests::{OnSale, expired, on_sale};
use crate::fixtures::{PRICE, SELLER};
use crate::messaging::EventHandler;
use crate::services::ServiceHandler;
use crate::store::Text;
use crate::{Caller, Error};
use futures::future::join_all;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter};
use shared::auth::AccountClosed;
use shared::tickets::{OfferTickets, Seat, Ticket, TicketState};
use shared::{Envelope, Event, EventId, Instant, Price, Rejection, UserId};
use std::sync::Arc;
use uuid::Uuid;

fn seller(number: u128) -> UserId {
    UserId::new(Uuid::from_u128(1_000 + number))
}

async fn offer(market: &OnSale, seller: UserId, count: usize) -> Result<Vec<Ticket>, Error> {
    let price = Price::try_from(PRICE).expect("a valid price");
    let seats = vec![Seat::default(); count];
    let offer = OfferTickets { show_id: market.show.show.id, price, face_value: None, seats, issued: false };
    let caller = Caller { user: Some(seller), ..Caller::anonymous(Uuid::nil()) };
    market.service.clone().offer(caller, offer).await
}

/// Delivers the event that an account is closed, as the bus does.
async fn close(market: &OnSale, user_id: UserId) {
    let closed = AccountClosed { user_id };
    let id = EventId::new(user_id.uuid());
    let envelope = Envelope {
        id,
        subject: AccountClosed::SUBJECT,
        aggregate_id: closed.aggregate(),
        version: closed.version(),
        occurred_at: Instant::default(),
        correlation_id: id.uuid(),
        causation_id: id.uuid(),
        schema: AccountClosed::SCHEMA,
        body: serde_json::to_value(&closed).expect("serialises"),
    };
    market.inbox.deliver(&[Arc::new(envelope)]).await.expect("takes the event");
}

async fn count_on_sale(market: &OnSale, seller: UserId) -> u64 {
    let on_sale = tickets::Entity::find()
        .filter(tickets::Column::SellerId.eq(seller.uuid()))
        .filter(tickets::Column::State.eq(Text(TicketState::OnSale)));
    on_sale.count(market.service.store().read()).await.expect("counts")
}

/// Ticks until nothing is left to do.
async fn withdraw_all(market: &OnSale) {
    while market.service.clone().tick().await.expect("withdraws").is_some() {}
}

async fn execute(market: &OnSale, sql: &str) {
    market.service.store().read().execute_unprepared(sql).await.expect("the statement is valid");
}

#[tokio::test]
async fn what_a_closed_account_has_on_sale_is_withdrawn_and_what_is_held_when_it_is_released() {
    let market = on_sale(60).await;
    let hold = market.hold(1, 1);
    market.deliver(&hold).await;

    close(&market, SELLER).await;
    withdraw_all(&market).await;

    assert_eq!(market.ticket(0).await, (TicketState::Held, Some(1)), "the buyer may still pay");
    for index in 1..60 {
        assert_eq!(market.ticket(index).await.0, TicketState::Withdrawn, "{index}");
    }
    market.deliver(&expired(&hold)).await;
    assert_eq!(market.ticket(0).await, (TicketState::Withdrawn, None));
}

#[tokio::test]
async fn an_offer_that_is_made_while_its_account_is_closed_leaves_nothing_on_sale() {
    const OFFERS: usize = 8;
    let market = on_sale(1).await;
    for before in 0..=OFFERS {
        let seller = seller(before as u128);
        let offers = |count| join_all((0..count).map(|_| offer(&market, seller, 1)));

        let (early, (), late, ()) =
            tokio::join!(offers(before), close(&market, seller), offers(OFFERS - before), withdraw_all(&market));

        assert!(early.iter().all(Result::is_ok), "{early:?}");
        let refused = |offer: &Result<_, Error>| matches!(offer, Err(Error::Rejected(Rejection::SignedOut)));
        assert!(late.iter().all(refused), "{late:?}");
        withdraw_all(&market).await;
        assert!(refused(&offer(&market, seller, 1).await), "the account stays closed");
        assert_eq!(count_on_sale(&market, seller).await, 0, "{before} of {OFFERS} offers came first");
    }
    assert_eq!(count_on_sale(&market, SELLER).await, 1, "others are not concerned");
}

#[tokio::test]
async fn a_seller_whose_tickets_cannot_be_withdrawn_holds_up_no_other_one() {
    let market = on_sale(1).await;
    let (sellers, stuck) = ([seller(1), seller(2), seller(3)], seller(2));
    for seller in sellers {
        // More than two batches.
        for _ in 0..3 {
            offer(&market, seller, 50).await.expect("the seats are free");
        }
    }
    let stuck_id = stuck.uuid().simple();
    execute(&market, &format!("update tickets set show_id = x'00' where seller_id = x'{stuck_id}'")).await;
    for seller in sellers {
        close(&market, seller).await;
    }

    let left = async || {
        let counts = sellers.map(|seller| count_on_sale(&market, seller));
        join_all(counts).await
    };
    // Three batches of each, and one that finds nothing more.
    for step in 0..4 {
        let next = market.service.clone().tick().await.expect("one seller's failure is no failure of the step");
        let now = market.service.store().environment().now();
        assert_eq!(next, Some(now), "step {step}: the others go on at once");
    }
    assert_eq!(left().await, [0, 150, 0]);
    let environment = market.service.store().environment();
    let next = market.service.clone().tick().await.expect("one seller's failure is no failure of the step");
    assert!(next.is_some_and(|next| next > environment.now()), "it is tried again, and not without a pause: {next:?}");

    let (stuck_id, show_id) = (stuck.uuid().simple(), market.show.show.id.uuid().simple());
    execute(&market, &format!("update tickets set show_id = x'{show_id}' where seller_id = x'{stuck_id}'")).await;
    withdraw_all(&market).await;
    assert_eq!(left().await, [0, 0, 0]);
}
