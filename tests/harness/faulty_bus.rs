//! A bus that does everything that its contract allows.

use async_trait::async_trait;
use rand::{Rng, SeedableRng, rngs::StdRng, seq::SliceRandom};
use server::Error;
use server::messaging::{Bus, BusEvent, Deferred, EventHandler};
use shared::{Envelope, Service, Subject};
use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tokio::sync::broadcast;

/// How likely it is that the bus refuses to publish.
const FAILURE_PROBABILITY: f64 = 0.2;
/// How long a slow subscription takes.
const SUBSCRIBE_DELAY: Duration = Duration::from_millis(300);

/// Which events the bus refuses to publish.
#[derive(Default)]
enum Outage {
    #[default]
    None,
    Complete,
    Subjects(Vec<Subject>),
}

/// Delivers every event twice, late and in a random order, and only after some failures.
pub struct FaultyBus {
    inner: Arc<dyn Bus>,
    rng: Mutex<StdRng>,
    outage: Mutex<Outage>,
    /// Whether it has just refused to publish by chance. It does not do so twice in a row: simulated time passes meanwhile, and
    /// those who wait for the event would give up.
    has_failed: AtomicBool,
    reversed: AtomicBool,
    slow_to_subscribe: AtomicBool,
}

impl FaultyBus {
    /// Wraps a bus. The same seed gives the same order and the same failures.
    pub fn new(seed: u64, inner: Arc<dyn Bus>) -> Self {
        FaultyBus {
            inner,
            rng: Mutex::new(StdRng::seed_from_u64(seed)),
            outage: Mutex::default(),
            has_failed: AtomicBool::new(false),
            reversed: AtomicBool::new(false),
            slow_to_subscribe: AtomicBool::new(false),
        }
    }

    /// Refuses every event until [`FaultyBus::restore`].
    pub fn interrupt(&self) {
        *lock(&self.outage) = Outage::Complete;
    }

    /// Refuses events of these subjects until [`FaultyBus::restore`].
    pub fn interrupt_subjects(&self, subjects: &[Subject]) {
        *lock(&self.outage) = Outage::Subjects(subjects.to_vec());
    }

    pub fn restore(&self) {
        *lock(&self.outage) = Outage::None;
    }

    /// Delivers the events of each batch in the opposite order instead of a random one.
    pub fn reverse(&self) {
        self.reversed.store(true, Ordering::SeqCst);
    }

    /// Delays every subscription from now on.
    pub fn delay_subscriptions(&self) {
        self.slow_to_subscribe.store(true, Ordering::SeqCst);
    }

    /// The events as they are delivered; `None` if the bus refuses them.
    fn disorder(&self, envelopes: &[Arc<Envelope>]) -> Option<Vec<Arc<Envelope>>> {
        let is_refused = match &*lock(&self.outage) {
            Outage::None => false,
            Outage::Complete => true,
            Outage::Subjects(subjects) => envelopes.iter().any(|envelope| subjects.contains(&envelope.subject)),
        };
        let mut rng = lock(&self.rng);
        let fails = rng.random_bool(FAILURE_PROBABILITY) && !self.has_failed.load(Ordering::SeqCst);
        self.has_failed.store(fails, Ordering::SeqCst);
        if is_refused || fails {
            return None;
        }
        let mut disordered: Vec<Arc<Envelope>> = envelopes.iter().chain(envelopes).cloned().collect();
        if self.reversed.load(Ordering::SeqCst) {
            disordered.reverse();
        } else {
            disordered.shuffle(&mut *rng);
        }
        Some(disordered)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("no thread panics while it holds the lock")
}

#[async_trait]
impl Bus for FaultyBus {
    async fn publish(&self, envelopes: &[Arc<Envelope>]) -> Result<Vec<Deferred>, Error> {
        let Some(disordered) = self.disorder(envelopes) else { return Err(Error::failed("the bus is unavailable")) };
        let (mut deferred, mut rest) = (HashSet::new(), &disordered[..]);
        while !rest.is_empty() {
            // Events that are delivered together may be repeated and out of order, too.
            let length = lock(&self.rng).random_range(1..=rest.len());
            let batch;
            (batch, rest) = rest.split_at(length);
            deferred.extend(self.inner.publish(batch).await?);
        }
        Ok(deferred.into_iter().collect())
    }

    async fn redeliver(&self, service: Service, envelopes: &[Arc<Envelope>]) -> Result<(), Error> {
        self.inner.redeliver(service, envelopes).await
    }

    async fn subscribe(
        &self,
        service: Service,
        subjects: &[Subject],
        handler: Arc<dyn EventHandler>,
    ) -> Result<(), Error> {
        if self.slow_to_subscribe.load(Ordering::SeqCst) {
            tokio::time::sleep(SUBSCRIBE_DELAY).await;
        }
        self.inner.subscribe(service, subjects, handler).await
    }

    fn watch(&self, subjects: &'static [Subject]) -> broadcast::Receiver<BusEvent> {
        self.inner.watch(subjects)
    }

    async fn count_undelivered(&self, service: Service, subjects: &[Subject]) -> Result<u64, Error> {
        self.inner.count_undelivered(service, subjects).await
    }
}
