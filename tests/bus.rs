//! What any bus must keep, and a bus that does everything short of breaking it.

use async_trait::async_trait;
use rand::{Rng, SeedableRng, rngs::StdRng, seq::SliceRandom};
use server::Error;
use server::messaging::{Bus, Receiver, embedded::Embedded};
use shared::{Envelope, Id, Instant, Subject};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use tokio::sync::broadcast;
use uuid::Uuid;

/// A bus that delivers twice, late, in disorder, and only after having failed: all that the promise allows.
pub struct Unruly {
    inner: Embedded,
    dice: Mutex<StdRng>,
    held_back: AtomicBool,
    reversed: AtomicBool,
}

impl Unruly {
    /// A bus whose disorder repeats with the seed.
    pub fn new(seed: u64) -> Self {
        let dice = Mutex::new(StdRng::seed_from_u64(seed));
        Unruly { inner: Embedded::default(), dice, held_back: AtomicBool::default(), reversed: AtomicBool::default() }
    }

    /// Takes nothing, or takes things again.
    pub fn hold_back(&self, yes: bool) {
        self.held_back.store(yes, Ordering::SeqCst);
    }

    /// Delivers what waits in the opposite order rather than in any.
    pub fn reverse(&self, yes: bool) {
        self.reversed.store(yes, Ordering::SeqCst);
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
impl Bus for Unruly {
    async fn publish(&self, envelopes: &[Envelope]) -> Result<(), Error> {
        let Some(disordered) = self.disorder(envelopes) else { return Err(Error::failed("the bus is away")) };
        for envelope in disordered {
            self.inner.publish(&[envelope]).await?;
        }
        Ok(())
    }

    fn listen(&self, subjects: &'static [Subject], receiver: Arc<dyn Receiver>) {
        self.inner.listen(subjects, receiver);
    }

    fn watch(&self) -> broadcast::Receiver<Arc<Envelope>> {
        self.inner.watch()
    }
}

/// Notes what it gets; it may refuse the first delivery of each event.
#[derive(Default)]
struct Listener {
    heard: Mutex<Vec<Envelope>>,
    refuses_first: AtomicBool,
}

impl Listener {
    fn ids(&self) -> Vec<Uuid> {
        self.heard.lock().expect("nobody panics with it").iter().map(|envelope| envelope.id.uuid()).collect()
    }
}

#[async_trait]
impl Receiver for Listener {
    async fn receive(&self, envelope: &Envelope) -> Result<(), Error> {
        if self.refuses_first.swap(false, Ordering::SeqCst) {
            return Err(Error::failed("not now"));
        }
        self.heard.lock().expect("nobody panics with it").push(envelope.clone());
        Ok(())
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

/// The conformance suite: what any bus must keep.
async fn keeps_its_promise(bus: &dyn Bus) {
    let (orders, all) = (Arc::new(Listener::default()), Arc::new(Listener::default()));
    bus.listen(&[Subject::OrdersChanged], orders.clone());
    bus.listen(&[Subject::OrdersChanged, Subject::TicketsChanged], all.clone());
    let mut watching = bus.watch();

    // Everybody gets what they listen to, in order, as it was sent.
    let sent: Vec<Envelope> = (1..=5).map(|number| envelope(number, Subject::OrdersChanged)).collect();
    bus.publish(&sent).await.expect("it takes them");
    bus.publish(&[envelope(6, Subject::TicketsChanged)]).await.expect("it takes it");
    assert_eq!(*orders.heard.lock().expect("nobody panics with it"), sent);
    assert_eq!(all.ids().len(), 6);
    assert_eq!(watching.recv().await.expect("it watches").id, sent[0].id);

    // What one listener could not take is not taken for delivered, and the others get it all the same.
    orders.refuses_first.store(true, Ordering::SeqCst);
    let seventh = [envelope(7, Subject::OrdersChanged)];
    bus.publish(&seventh).await.expect_err("one could not take it");
    assert!(all.ids().contains(&seventh[0].id.uuid()), "a listener in trouble holds up nobody else");
    bus.publish(&seventh).await.expect("now it can");
    assert!(orders.ids().contains(&seventh[0].id.uuid()));
}

#[tokio::test]
async fn the_embedded_bus_keeps_its_promise() {
    keeps_its_promise(&Embedded::default()).await;
}
