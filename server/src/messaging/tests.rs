//! A handler that panics and a database that is away harm nobody else.

use super::in_process::InProcessBus;
use super::inbox::{Inbox, State, row};
use super::{Bus, Delivery, EventHandler, Subscriptions, outbox};
use crate::Environment;
use crate::fixtures;
use crate::store::{Databases, Store, open};
use crate::tasks::Tasks;
use sea_orm::{EntityTrait, PaginatorTrait, TransactionTrait};
use shared::orders::OrderChanged;
use shared::{Envelope, Instant, OrderId, Service, Subject};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use uuid::Uuid;

const POISON: u128 = 1_000;

/// The aggregates and versions of one call of a handler.
type Call = Vec<(u128, u64)>;

async fn store(service: Service, folder: &Path) -> Store {
    let environment = Environment::simulated(1, Instant::from_millis(1_000_000));
    let databases = Databases::Folder(folder.to_owned());
    open(service, &databases, &[], environment, &Tasks::default()).await.expect("the database opens")
}

fn order(number: u128) -> OrderChanged {
    OrderChanged { id: OrderId::new(Uuid::from_u128(number)), ..fixtures::order() }
}

/// Handles orders, and panics for one of them.
fn subscriptions() -> Subscriptions {
    Subscriptions::default().on_each(|_, order: Delivery<OrderChanged>| {
        Box::pin(async move {
            assert_ne!(order.event.id, OrderId::new(Uuid::from_u128(POISON)), "this order is poison");
            Ok(())
        })
    })
}

fn envelope(number: u128) -> Envelope {
    let order = order(number);
    Envelope {
        id: Uuid::from_u128(number).into(),
        subject: Subject::OrdersChanged,
        aggregate_id: order.id.uuid(),
        version: order.version,
        occurred_at: Instant::from_millis(0),
        correlation_id: Uuid::nil(),
        causation_id: Uuid::nil(),
        schema: 1,
        body: serde_json::to_value(order).expect("it can be encoded"),
    }
}

async fn publish_orders(store: &Store, numbers: std::ops::Range<u128>) {
    let publish = store.write(store.root_cause(), move |tx| {
        Box::pin(async move {
            for number in numbers {
                tx.publish(&order(number)).await?;
            }
            Ok(())
        })
    });
    publish.await.expect("the database answers");
}

async fn count_received(store: &Store) -> u64 {
    row::Entity::find().count(store.read()).await.expect("the database answers")
}

#[tokio::test]
async fn a_handler_that_panics_is_a_failed_attempt_and_ends_as_a_dead_letter() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let store = store(Service::Payments, folder.path()).await;
    let inbox = Inbox::new(store.clone(), subscriptions());

    inbox.deliver(&[envelope(POISON).into()]).await.expect("it is stored, and need not be delivered again");
    inbox.deliver(&[envelope(1).into()]).await.expect("it is handled");

    for _ in 0..20 {
        store.environment().advance(Duration::from_secs(10));
        inbox.step().await.expect("the database answers");
    }
    let state = async |number| {
        let row = row::Entity::find_by_id(Uuid::from_u128(number)).one(store.read()).await;
        row.expect("the database answers").expect("it is stored")
    };
    let poison = state(POISON).await;
    assert_eq!((poison.state.0, state(1).await.state.0), (State::DeadLetter, State::Handled));
    assert!(poison.reason.is_some_and(|reason| reason.contains("poison")), "the reason is the panic's message");
}

#[tokio::test]
async fn events_that_are_delivered_together_do_not_harm_each_other() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let store = store(Service::Payments, folder.path()).await;
    let inbox = Inbox::new(store.clone(), subscriptions());

    let together = [1, POISON, 2, 1].map(|number| envelope(number).into());
    inbox.deliver(&together).await.expect("all are stored");

    let rows = row::Entity::find().all(store.read()).await.expect("the database answers");
    let mut states: Vec<_> = rows.iter().map(|row| (row.id.as_u128(), row.state.0)).collect();
    states.sort_by_key(|(number, _)| *number);
    assert_eq!(states, [(1, State::Handled), (2, State::Handled), (POISON, State::Failing)]);
}

#[tokio::test]
async fn of_several_versions_only_the_newest_is_handled_however_they_are_delivered() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let store = store(Service::Payments, folder.path()).await;
    let calls: Arc<Mutex<Vec<Call>>> = Arc::default();
    let recorded = calls.clone();
    let inbox = Inbox::new(
        store.clone(),
        Subscriptions::default().on(move |_, orders: Vec<Delivery<OrderChanged>>| {
            let call = orders.iter().map(|order| (order.event.id.uuid().as_u128(), order.event.version)).collect();
            recorded.lock().expect("no thread panics").push(call);
            Box::pin(async { Ok(()) })
        }),
    );
    let version = |aggregate: u128, version: u64| {
        let event = OrderChanged { version, ..order(aggregate) };
        let (id, body) = (Uuid::from_u128(aggregate * 100 + u128::from(version)).into(), serde_json::to_value(event));
        Arc::new(Envelope { id, version, body: body.expect("it can be encoded"), ..envelope(aggregate) })
    };

    inbox.deliver(&[version(5, 2), version(5, 1), version(6, 1), version(5, 3)]).await.expect("all are stored");
    inbox.deliver(&[version(6, 1), version(5, 4), version(5, 3)]).await.expect("all are stored");
    inbox.deliver(&[version(5, 1)]).await.expect("it is stored");

    assert_eq!(*calls.lock().expect("no thread panics"), [vec![(6, 1), (5, 3)], vec![(5, 4)]]);
    assert_eq!(count_received(&store).await, 5);
}

#[tokio::test]
async fn a_service_whose_database_is_blocked_holds_up_only_itself() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let [orders, tickets, payments] = [
        store(Service::Orders, folder.path()).await,
        store(Service::Tickets, folder.path()).await,
        store(Service::Payments, folder.path()).await,
    ];
    let bus = async || {
        let bus = InProcessBus::default();
        for store in [&tickets, &payments] {
            let inbox = Arc::new(Inbox::new(store.clone(), subscriptions()));
            bus.subscribe(store.service(), &[Subject::OrdersChanged], inbox).await.expect("it subscribes");
        }
        bus
    };
    let (first, events) = (bus().await, 1..251);
    publish_orders(&orders, events).await;
    let databases = Databases::Folder(folder.path().to_owned());
    let lock = databases.connect(Service::Payments, 1).await.expect("the database opens");
    let lock = lock.begin_with_options(immediate()).await.expect("nobody else writes");

    while outbox::relay(&orders, &first).await.expect("a service that is away is no failure of the relay") > 0 {}

    assert_eq!((count_received(&tickets).await, count_received(&payments).await), (250, 0));
    assert!(outbox::has_unpublished(orders.read()).await.expect("the database answers"), "payments waits for them");

    // The process dies, and starts again with the database as it is.
    drop(first);
    let second = bus().await;
    lock.rollback().await.expect("the lock is released");
    while outbox::redeliver(&orders, &second, Service::Payments).await.expect("payments is back") > 0 {}

    assert_eq!((count_received(&tickets).await, count_received(&payments).await), (250, 250));
    assert!(!outbox::has_unpublished(orders.read()).await.expect("the database answers"));
}

fn immediate() -> sea_orm::TransactionOptions {
    sea_orm::TransactionOptions {
        sqlite_transaction_mode: Some(sea_orm::SqliteTransactionMode::Immediate),
        ..sea_orm::TransactionOptions::default()
    }
}
