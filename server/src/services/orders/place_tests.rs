//! Placing an order for a ticket that `orders` does not know, and placing one again.

use super::{MIGRATIONS, Orders, schema};
use crate::fixtures::{self, BUYER, PRICE};
use crate::store::{Databases, Store, open};
use crate::tasks::{Tasks, sleep};
use crate::{Caller, Environment, Error};
use sea_orm::{SqliteTransactionMode, TransactionOptions, TransactionTrait};
use shared::orders::{Order, PlaceOrder};
use shared::tickets::{Ticket, TicketChanged, TicketState};
use shared::{Instant, Rejection, Service, TicketId};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

async fn orders(folder: &Path) -> (Arc<Orders>, Store) {
    let environment = Environment::simulated(1, Instant::from_millis(0));
    let databases = Databases::Folder(folder.to_owned());
    let store = open(Service::Orders, &databases, MIGRATIONS, environment, &Tasks::default()).await;
    let store = store.expect("the database opens");
    (Orders::new(store.clone(), Duration::from_secs(60)), store)
}

async fn place(orders: &Arc<Orders>, ticket: TicketId) -> Result<Order, Error> {
    let caller = Caller { user: Some(BUYER), ..Caller::anonymous(Uuid::from_u128(9)) };
    orders.clone().place(caller, PlaceOrder { ticket_ids: vec![ticket], expected_total: PRICE }).await
}

/// Half a second passes on the simulated clock, again and again.
async fn pass_time(store: &Store) {
    loop {
        sleep(Duration::from_millis(20)).await;
        store.environment().advance(Duration::from_millis(500));
    }
}

#[tokio::test]
async fn an_order_for_an_unknown_ticket_waits_without_writing() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let (orders, store) = orders(folder.path()).await;
    let ticket = store.environment().new_id().into();
    // A write now waits for five seconds, and fails.
    let databases = Databases::Folder(folder.path().to_owned());
    let lock = databases.connect(Service::Orders, 1).await.expect("the database opens");
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    let _lock = lock.begin_with_options(options).await.expect("nobody else writes");

    let reply = tokio::select! {
        reply = place(&orders, ticket) => reply,
        () = pass_time(&store) => unreachable!("the loop has no end"),
    };

    assert!(matches!(reply, Err(Error::Rejected(Rejection::NotFound))), "{reply:?}");
}

#[tokio::test]
async fn an_order_is_placed_as_soon_as_the_ticket_arrives() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let (orders, store) = orders(folder.path()).await;
    let mut event = fixtures::ticket_changed(1);
    event.ticket.id = store.environment().new_id().into();
    let ticket = event.ticket.id;
    let arrival = async {
        sleep(Duration::from_millis(50)).await;
        let apply = store
            .write(store.root_cause(), move |tx| Box::pin(async move { schema::apply_tickets(tx, [&event]).await }));
        apply.await.expect("the database answers");
        // As the inbox does. The clock stands still, so that nothing else wakes the request.
        store.wake(ticket.uuid());
    };

    let (reply, ()) = tokio::join!(place(&orders, ticket), arrival);

    assert_eq!(reply.expect("the ticket is on sale").lines.len(), 1);
}

#[tokio::test]
async fn who_has_begun_to_buy_before_the_show_can_go_on() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let (orders, store) = orders(folder.path()).await;
    let event = fixtures::ticket_changed(3);
    let (ticket, begin) = (event.ticket.id, event.ticket.show.starts_at);
    let arrive = |event: TicketChanged| {
        store.write(store.root_cause(), move |tx| Box::pin(async move { schema::apply_tickets(tx, [&event]).await }))
    };
    arrive(event.clone()).await.expect("the database answers");
    store.environment().advance(begin.since(store.environment().now()) - Duration::from_secs(1));
    let first = place(&orders, ticket).await.expect("the ticket is on sale");

    store.environment().advance(Duration::from_secs(2));
    let held = Ticket { state: TicketState::Held, version: 2, ..event.ticket.clone() };
    arrive(TicketChanged { ticket: held, order_id: Some(first.id), ..event }).await.expect("the database answers");
    let again = place(&orders, ticket).await.expect("the buyer holds it");

    assert_eq!((again.id, again.expires_at), (first.id, first.expires_at));
}
