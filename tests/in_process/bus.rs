//! What every bus guarantees.

use crate::harness::nats::TestNats;
use async_trait::async_trait;
use server::Error;
use server::messaging::{Bus, BusEvent, Deferred, EventHandler, in_process::InProcessBus, jetstream::JetStreamBus};
use server::tasks::Tasks;
use shared::{Envelope, Id, Instant, Service, Subject};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use uuid::Uuid;

pub(super) const ORDERS: &[Subject] = &[Subject::OrdersChanged];
pub(super) const BOTH: &[Subject] = &[Subject::OrdersChanged, Subject::TicketsChanged];

/// How long a delivery may take; longer after the broker was restarted.
pub(super) const TIMEOUT: Duration = Duration::from_secs(10);
const RESTART_TIMEOUT: Duration = Duration::from_secs(60);

/// Records the events that are delivered. It can be told to fail the next delivery.
#[derive(Default)]
pub(super) struct Recorder {
    delivered: Mutex<Vec<Arc<Envelope>>>,
    undecodable: Mutex<Vec<Uuid>>,
    fails_next: AtomicBool,
}

impl Recorder {
    pub(super) fn ids(&self) -> Vec<Uuid> {
        self.delivered.lock().expect("no thread panics").iter().map(|envelope| envelope.id.uuid()).collect()
    }

    async fn wait_for(&self, count: usize) {
        wait_until("the events are delivered", TIMEOUT, || self.ids().len() >= count).await;
    }

    pub(super) async fn wait_for_id(&self, id: Uuid, timeout: Duration) {
        wait_until(&format!("event {id} is delivered"), timeout, || self.ids().contains(&id)).await;
    }
}

#[async_trait]
impl EventHandler for Recorder {
    async fn deliver(&self, envelopes: &[Arc<Envelope>]) -> Result<(), Error> {
        if self.fails_next.swap(false, Ordering::SeqCst) {
            return Err(Error::failed("not now"));
        }
        self.delivered.lock().expect("no thread panics").extend_from_slice(envelopes);
        Ok(())
    }

    async fn store_undecodable(&self, id: Uuid, _: &str, _: &str, _: &str) -> Result<(), Error> {
        self.undecodable.lock().expect("no thread panics").push(id);
        Ok(())
    }
}

async fn wait_until(what: &str, timeout: Duration, mut condition: impl FnMut() -> bool) {
    let deadline = tokio::time::Instant::now() + timeout;
    while !condition() {
        assert!(tokio::time::Instant::now() < deadline, "timed out: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

pub(super) fn envelope(number: u128, subject: Subject) -> Arc<Envelope> {
    Arc::new(Envelope {
        id: Id::new(Uuid::from_u128(number)),
        subject,
        aggregate_id: Uuid::from_u128(1),
        version: 1,
        occurred_at: Instant::from_millis(0),
        correlation_id: Uuid::from_u128(2),
        causation_id: Uuid::from_u128(3),
        schema: 1,
        body: serde_json::json!({ "number": number.to_string() }),
    })
}

/// Publishes like the relay: again and again until the bus accepts the events, and then until no service lacks any.
pub(super) async fn publish(bus: &dyn Bus, envelopes: &[Arc<Envelope>]) {
    let deadline = tokio::time::Instant::now() + RESTART_TIMEOUT;
    let deferred = loop {
        match bus.publish(envelopes).await {
            Ok(deferred) => break deferred,
            Err(error) => assert!(tokio::time::Instant::now() < deadline, "the bus does not accept events: {error}"),
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    };
    for Deferred { service, event } in deferred {
        let envelope = envelopes.iter().find(|envelope| envelope.id == event).expect("it was published");
        while bus.redeliver(service, std::slice::from_ref(envelope)).await.is_err() {
            assert!(tokio::time::Instant::now() < deadline, "{service} does not take event {event}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

pub(super) async fn jetstream(nats: &TestNats, account: &str) -> JetStreamBus {
    let connection = nats.connect(account).await;
    JetStreamBus::open(connection, 1, Tasks::default()).await.expect("the stream can be created")
}

pub(super) async fn subscribe(bus: &dyn Bus, service: Service, subjects: &[Subject]) -> Arc<Recorder> {
    let recorder = Arc::new(Recorder::default());
    bus.subscribe(service, subjects, recorder.clone()).await.expect("the subscription succeeds");
    recorder
}

/// The conformance tests.
async fn assert_conforms(bus: &dyn Bus) {
    let orders = subscribe(bus, Service::Payments, ORDERS).await;
    let both = subscribe(bus, Service::Expiration, BOTH).await;
    let mut watcher = bus.watch(BOTH);
    // A watcher starts at some later time, which nothing announces.
    tokio::time::sleep(Duration::from_millis(200)).await;

    assert_delivers_in_order(bus, &orders, &both).await;
    let first = Uuid::from_u128(1);
    // A watcher may be told at any time that it has missed events.
    let seen = loop {
        if let BusEvent::Event(seen) = watcher.recv().await.expect("the watcher receives") {
            break seen;
        }
    };
    assert_eq!(seen.id.uuid(), first);
    assert_retries_failed_delivery(bus, &orders, &both).await;

    // Once every subscriber has taken an event, it does not wait any more.
    let deadline = tokio::time::Instant::now() + TIMEOUT;
    while bus.count_undelivered(Service::Payments, ORDERS).await.expect("the bus answers") > 0 {
        assert!(tokio::time::Instant::now() < deadline, "events were taken and still wait");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_hanging_handler_delays_nobody(bus, &orders).await;
}

/// Never returns, like a service whose database is blocked.
struct Hanging;

#[async_trait]
impl EventHandler for Hanging {
    async fn deliver(&self, _: &[Arc<Envelope>]) -> Result<(), Error> {
        std::future::pending().await
    }

    async fn store_undecodable(&self, _: Uuid, _: &str, _: &str, _: &str) -> Result<(), Error> {
        std::future::pending().await
    }
}

/// A handler that does not return delays neither the publisher nor the other subscribers.
async fn assert_hanging_handler_delays_nobody(bus: &dyn Bus, orders: &Recorder) {
    bus.subscribe(Service::Auth, ORDERS, Arc::new(Hanging)).await.expect("the subscription succeeds");
    for number in 2_001..=2_010 {
        let event = envelope(number, Subject::OrdersChanged);
        let published = tokio::time::timeout(TIMEOUT, bus.publish(std::slice::from_ref(&event))).await;
        published.expect("the publisher does not hang").expect("the bus accepts the event");
        orders.wait_for_id(event.id.uuid(), TIMEOUT).await;
    }
}

/// Every subscriber gets the events of its subjects in order and unchanged.
async fn assert_delivers_in_order(bus: &dyn Bus, orders: &Recorder, both: &Recorder) {
    let sent: Vec<_> = (1..=200).map(|number| envelope(number, Subject::OrdersChanged)).collect();
    publish(bus, &sent).await;
    publish(bus, &[envelope(1_001, Subject::TicketsChanged)]).await;
    orders.wait_for(200).await;
    both.wait_for(201).await;
    assert_eq!(*orders.delivered.lock().expect("no thread panics"), sent);
}

/// An event whose delivery failed is delivered again. Other subscribers, and the events behind it, are not affected.
async fn assert_retries_failed_delivery(bus: &dyn Bus, orders: &Recorder, both: &Recorder) {
    orders.fails_next.store(true, Ordering::SeqCst);
    let (failed, next) = (envelope(1_002, Subject::OrdersChanged), envelope(1_003, Subject::OrdersChanged));
    publish(bus, std::slice::from_ref(&failed)).await;
    publish(bus, std::slice::from_ref(&next)).await;
    orders.wait_for_id(failed.id.uuid(), TIMEOUT).await;
    orders.wait_for_id(next.id.uuid(), TIMEOUT).await;
    both.wait_for_id(failed.id.uuid(), TIMEOUT).await;
    assert!(!orders.fails_next.load(Ordering::SeqCst), "the delivery failed once");
}

#[tokio::test]
async fn the_in_process_bus_conforms() {
    assert_conforms(&InProcessBus::default()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_jetstream_bus_conforms_and_delivers_earlier_events_to_new_subscribers() {
    let nats = TestNats::start();
    let bus = jetstream(&nats, "admin").await;

    assert_conforms(&bus).await;

    let late = subscribe(&bus, Service::Tickets, ORDERS).await;
    late.wait_for(202).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_of_a_service_share_its_events() {
    let nats = TestNats::start();
    let buses = [jetstream(&nats, "admin").await, jetstream(&nats, "admin").await];
    let one = subscribe(&buses[0], Service::Payments, ORDERS).await;
    let other = subscribe(&buses[1], Service::Payments, ORDERS).await;

    for number in 1..=1_000 {
        publish(&buses[0], &[envelope(number, Subject::OrdersChanged)]).await;
    }
    wait_until("all events are delivered", TIMEOUT, || one.ids().len() + other.ids().len() >= 1_000).await;

    let mut all = [one.ids(), other.ids()].concat();
    assert!(one.ids().len() > 100 && other.ids().len() > 100, "{} and {}", one.ids().len(), other.ids().len());
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 1_000);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_undecodable_message_is_stored_and_blocks_no_event() {
    let nats = TestNats::start();
    let bus = jetstream(&nats, "admin").await;
    let client = nats.connect("admin").await;
    let recorder = subscribe(&bus, Service::Payments, ORDERS).await;

    client.client().publish("orders.changed", "no envelope".into()).await.expect("the message is sent");
    client.client().flush().await.expect("the message is sent");
    publish(&bus, &[envelope(1, Subject::OrdersChanged)]).await;
    recorder.wait_for(1).await;

    assert_eq!(recorder.undecodable.lock().expect("no thread panics").len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_may_publish_and_consume_only_its_own_events() {
    let nats = TestNats::start();
    let bus = jetstream(&nats, "orders").await;

    bus.publish(&[envelope(1, Subject::OrdersChanged)]).await.expect("the subject is its own");
    bus.publish(&[envelope(2, Subject::PaymentsChanged)]).await.expect_err("the subject belongs to payments");
    let recorder = Arc::new(Recorder::default());
    bus.subscribe(Service::Payments, ORDERS, recorder).await.expect_err("the consumer belongs to payments");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_the_broker_lost_its_store_subscribers_receive_new_events() {
    let mut nats = TestNats::start();
    let bus = jetstream(&nats, "admin").await;
    let recorder = subscribe(&bus, Service::Payments, ORDERS).await;
    publish(&bus, &[envelope(1, Subject::OrdersChanged)]).await;
    recorder.wait_for(1).await;

    nats.kill();
    nats.delete_store();
    nats.restart();
    publish(&bus, &[envelope(2, Subject::OrdersChanged)]).await;

    recorder.wait_for_id(Uuid::from_u128(2), RESTART_TIMEOUT).await;
}
