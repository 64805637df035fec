//! What any bus must keep, and a bus that does everything short of breaking it.

use crate::broker::Broker;
use async_trait::async_trait;
use rand::{Rng, SeedableRng, rngs::StdRng, seq::SliceRandom};
use server::Error;
use server::messaging::{Bus, BusEvent, Receiver, in_process::InProcessBus, jetstream::JetStreamBus};
use server::tasks::Tasks;
use shared::{Envelope, Id, Instant, Service, Subject};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::broadcast;
use uuid::Uuid;

/// A bus that delivers twice, late, in disorder, and only after having failed: all that the promise allows.
pub struct FaultyBus {
    inner: Arc<dyn Bus>,
    dice: Mutex<StdRng>,
    held_back: AtomicBool,
    reversed: AtomicBool,
    hesitant: AtomicBool,
}

impl FaultyBus {
    /// That bus in a disorder that repeats with the seed.
    pub fn new(seed: u64, inner: Arc<dyn Bus>) -> Self {
        let dice = Mutex::new(StdRng::seed_from_u64(seed));
        let [held_back, reversed, hesitant] = [const { AtomicBool::new(false) }; 3];
        FaultyBus { inner, dice, held_back, reversed, hesitant }
    }

    /// Takes nothing, or takes things again.
    pub fn hold_back(&self, yes: bool) {
        self.held_back.store(yes, Ordering::SeqCst);
    }

    /// Delivers what waits in the opposite order rather than in any.
    pub fn reverse(&self, yes: bool) {
        self.reversed.store(yes, Ordering::SeqCst);
    }

    /// Takes its time until somebody is heard who wants to listen, or not any more.
    pub fn hesitate(&self, yes: bool) {
        self.hesitant.store(yes, Ordering::SeqCst);
    }

    fn disorder(&self, envelopes: &[Envelope]) -> Option<Vec<Envelope>> {
        let mut dice = self.dice.lock().expect("nobody panics with it");
        if self.held_back.load(Ordering::SeqCst) || dice.random_bool(0.2) {
            return None;
        }
        let mut disordered: Vec<Envelope> = envelopes.iter().chain(envelopes).cloned().collect();
        match self.reversed.load(Ordering::SeqCst) {
            true => disordered.reverse(),
            false => disordered.shuffle(&mut *dice),
        }
        Some(disordered)
    }
}

#[async_trait]
impl Bus for FaultyBus {
    async fn publish(&self, envelopes: &[Envelope]) -> Result<(), Error> {
        let Some(disordered) = self.disorder(envelopes) else { return Err(Error::failed("the bus is away")) };
        for envelope in disordered {
            self.inner.publish(&[envelope]).await?;
        }
        Ok(())
    }

    async fn listen(
        &self,
        service: Service,
        subjects: &'static [Subject],
        receiver: Arc<dyn EventHandler>,
    ) -> Result<(), Error> {
        if self.hesitant.load(Ordering::SeqCst) {
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
        self.inner.listen(service, subjects, receiver).await
    }

    fn watch(&self, subjects: &'static [Subject]) -> broadcast::Receiver<BusEvent> {
        self.inner.watch(subjects)
    }

    async fn waiting(&self, service: Service) -> Result<u64, Error> {
        self.inner.waiting(service).await
    }
}

/// Notes what it gets; it may refuse the next delivery.
#[derive(Default)]
struct Listener {
    heard: Mutex<Vec<Envelope>>,
    unreadable: Mutex<Vec<Uuid>>,
    refuses_next: AtomicBool,
}

impl Listener {
    fn ids(&self) -> Vec<Uuid> {
        self.heard.lock().expect("nobody panics with it").iter().map(|envelope| envelope.id.uuid()).collect()
    }

    async fn hears(&self, count: usize) {
        eventually("an event is delivered", || self.ids().len() >= count).await;
    }
}

#[async_trait]
impl Receiver for Listener {
    async fn deliver(&self, envelope: &Envelope) -> Result<(), Error> {
        if self.refuses_next.swap(false, Ordering::SeqCst) {
            return Err(Error::failed("not now"));
        }
        self.heard.lock().expect("nobody panics with it").push(envelope.clone());
        Ok(())
    }

    async fn store_undecodable(&self, id: Uuid, _: &str, _: &str, _: &str) -> Result<(), Error> {
        self.unreadable.lock().expect("nobody panics with it").push(id);
        Ok(())
    }
}

async fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let patience = tokio::time::Instant::now() + Duration::from_secs(10);
    while !is_so() {
        assert!(tokio::time::Instant::now() < patience, "not in time: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

fn envelope(number: u128, subject: Subject) -> Envelope {
    Envelope {
        id: Id::new(Uuid::from_u128(number)),
        subject,
        aggregate_id: Uuid::from_u128(1),
        version: 1,
        occurred_at: Instant::from_millis(0),
        correlation_id: Uuid::from_u128(2),
        causation_id: Uuid::from_u128(3),
        schema: 1,
        body: serde_json::json!({ "number": number.to_string() }),
    }
}

/// As the relay does: again and again until the bus has taken it.
async fn publish(bus: &dyn Bus, envelopes: &[Envelope]) {
    while bus.publish(envelopes).await.is_err() {}
}

const ORDERS: &[Subject] = &[Subject::OrdersChanged];
const BOTH: &[Subject] = &[Subject::OrdersChanged, Subject::TicketsChanged];

/// The conformance suite: what any bus must keep.
async fn keeps_its_promise(bus: &dyn Bus) {
    let (some, all) = (Arc::new(Listener::default()), Arc::new(Listener::default()));
    bus.listen(Service::Payments, ORDERS, some.clone()).await.expect("it can promise that");
    bus.listen(Service::Expiration, BOTH, all.clone()).await.expect("it can promise that");
    let mut watching = bus.watch(BOTH);
    // Whoever watches has no promise of when that begins.
    tokio::time::sleep(Duration::from_millis(200)).await;

    // Everybody gets what they listen to, in order, as it was sent.
    let sent: Vec<Envelope> = (1..=200).map(|number| envelope(number, Subject::OrdersChanged)).collect();
    publish(bus, &sent).await;
    publish(bus, &[envelope(1_001, Subject::TicketsChanged)]).await;
    some.hears(200).await;
    all.hears(201).await;
    assert_eq!(*some.heard.lock().expect("nobody panics with it"), sent);
    // A watcher may be told at any time that it may have missed something.
    let seen = loop {
        if let BusEvent::Event(seen) = watching.recv().await.expect("it watches") {
            break seen;
        }
    };
    assert_eq!(seen.id, sent[0].id);

    // What one listener could not take comes again, and the others get it, and what follows, all the same.
    some.refuses_next.store(true, Ordering::SeqCst);
    let (refused, next) = (envelope(1_002, Subject::OrdersChanged), envelope(1_003, Subject::OrdersChanged));
    publish(bus, std::slice::from_ref(&refused)).await;
    publish(bus, std::slice::from_ref(&next)).await;
    eventually("it comes again", || some.ids().contains(&refused.id.uuid())).await;
    eventually("what follows comes", || some.ids().contains(&next.id.uuid())).await;
    eventually("the others get it", || all.ids().contains(&refused.id.uuid())).await;

    // What all have taken does not wait any more.
    let patience = tokio::time::Instant::now() + Duration::from_secs(10);
    while bus.waiting(Service::Payments).await.expect("it answers") > 0 {
        assert!(tokio::time::Instant::now() < patience, "it is taken and still waits");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn the_embedded_bus_keeps_its_promise() {
    keeps_its_promise(&InProcessBus::default()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_bus_on_nats_keeps_its_promise() {
    let broker = Broker::start();
    let bus = JetStreamBus::open(broker.connect().await, 1, Tasks::default()).await.expect("the stream can be made");

    keeps_its_promise(&bus).await;

    // What is said before somebody listens for the first time is delivered, too.
    let late = Arc::new(Listener::default());
    bus.listen(Service::Tickets, ORDERS, late.clone()).await.expect("it can promise that");
    late.hears(202).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_of_a_service_share_its_events() {
    let broker = Broker::start();
    let (one, other) = (Arc::new(Listener::default()), Arc::new(Listener::default()));
    let mut buses = Vec::new();
    for listener in [&one, &other] {
        let bus =
            JetStreamBus::open(broker.connect().await, 1, Tasks::default()).await.expect("the stream can be made");
        bus.listen(Service::Payments, ORDERS, listener.clone()).await.expect("it can promise that");
        buses.push(bus);
    }

    for number in 1..=1_000 {
        publish(&buses[0], &[envelope(number, Subject::OrdersChanged)]).await;
    }
    eventually("all are delivered", || one.ids().len() + other.ids().len() >= 1_000).await;

    let mut all = [one.ids(), other.ids()].concat();
    assert!(one.ids().len() > 100 && other.ids().len() > 100, "{} and {}", one.ids().len(), other.ids().len());
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 1_000);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_read_is_kept_aside_and_holds_up_nothing() {
    let broker = Broker::start();
    let connection = broker.connect().await;
    let bus = JetStreamBus::open(connection.clone(), 1, Tasks::default()).await.expect("the stream can be made");
    let listener = Arc::new(Listener::default());
    bus.listen(Service::Payments, ORDERS, listener.clone()).await.expect("it can promise that");

    connection.client().publish("orders.changed", "no envelope".into()).await.expect("it is sent");
    connection.client().flush().await.expect("it is sent");
    publish(&bus, &[envelope(1, Subject::OrdersChanged)]).await;
    listener.hears(1).await;

    assert_eq!(listener.unreadable.lock().expect("nobody panics with it").len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_can_say_only_what_is_its_own() {
    let broker = Broker::start();
    let connection = broker.connect_as("orders").await;
    let bus = JetStreamBus::open(connection, 1, Tasks::default()).await.expect("the stream can be made");

    bus.publish(&[envelope(1, Subject::OrdersChanged)]).await.expect("this is its own");
    bus.publish(&[envelope(2, Subject::PaymentsChanged)]).await.expect_err("this is not");
    let listener = Arc::new(Listener::default());
    bus.listen(Service::Payments, ORDERS, listener).await.expect_err("that consumer is not");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broker_that_lost_its_disk_gets_a_new_stream_and_its_listeners_go_on() {
    let mut broker = Broker::start();
    let bus = JetStreamBus::open(broker.connect().await, 1, Tasks::default()).await.expect("the stream can be made");
    let listener = Arc::new(Listener::default());
    bus.listen(Service::Payments, ORDERS, listener.clone()).await.expect("it can promise that");
    publish(&bus, &[envelope(1, Subject::OrdersChanged)]).await;
    listener.hears(1).await;

    broker.kill();
    broker.wipe();
    broker.restart();
    let patience = tokio::time::Instant::now() + Duration::from_secs(60);
    while bus.publish(&[envelope(2, Subject::OrdersChanged)]).await.is_err() {
        assert!(tokio::time::Instant::now() < patience, "it does not take events again");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }

    let patience = tokio::time::Instant::now() + Duration::from_secs(30);
    while !listener.ids().contains(&Uuid::from_u128(2)) {
        assert!(tokio::time::Instant::now() < patience, "it does not hear again");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
