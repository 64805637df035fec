//! The bus inside one process. The outbox rows are its log: an event counts as published once every subscriber has stored it in
//! its own database, or is recorded in the outbox as one that has not. So no queue exists only in memory, and a subscriber whose
//! database is away holds up nobody but itself.

use super::{Bus, BusEvent, Deferred, EventHandler};
use crate::Error;
use crate::tasks;
use async_trait::async_trait;
use futures::future::join_all;
use shared::{Envelope, Service, Subject};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::sync::broadcast;

/// How long publishers wait for a subscriber before its events are deferred. Once it is away they do not wait at all.
const DELIVERY_TIMEOUT: Duration = Duration::from_millis(500);
/// How many events an observer may lag behind before it misses some.
const OBSERVER_BUFFER: usize = 1_024;

struct Subscriber {
    service: Service,
    subjects: Vec<Subject>,
    handler: Arc<dyn EventHandler>,
    /// Circuit breaker: its last delivery failed, so its events are deferred until a redelivery succeeds.
    is_away: AtomicBool,
}

impl Subscriber {
    /// Delivers those events that the service subscribes to.
    async fn deliver(&self, envelopes: &[Arc<Envelope>]) -> Result<(), Error> {
        let subscribed: Vec<_> = self.subscribed(envelopes).cloned().collect();
        let delivered = tasks::catch_panic(self.handler.deliver(&subscribed)).await;
        self.is_away.store(delivered.is_err(), Ordering::Relaxed);
        delivered
    }

    fn subscribed<'a>(&'a self, envelopes: &'a [Arc<Envelope>]) -> impl Iterator<Item = &'a Arc<Envelope>> {
        envelopes.iter().filter(|envelope| self.subjects.contains(&envelope.subject))
    }

    /// Delivers in time, or returns what has to be redelivered.
    async fn deliver_or_defer(&self, envelopes: &[Arc<Envelope>]) -> Vec<Deferred> {
        if self.subscribed(envelopes).next().is_none() {
            return Vec::new();
        }
        if !self.is_away.load(Ordering::Relaxed) {
            let delivery = tokio::time::timeout(DELIVERY_TIMEOUT, self.deliver(envelopes));
            let delivered = delivery.await.unwrap_or(Err(Error::Unavailable(self.service.name())));
            let Err(error) = delivered else { return Vec::new() };
            self.is_away.store(true, Ordering::Relaxed);
            tracing::warn!(service = %self.service, %error, "events not stored, they are redelivered until they are");
        }
        let deferred = |envelope: &Arc<Envelope>| Deferred { service: self.service, event: envelope.id };
        self.subscribed(envelopes).map(deferred).collect()
    }
}

pub struct InProcessBus {
    subscribers: RwLock<Vec<Arc<Subscriber>>>,
    observers: broadcast::Sender<BusEvent>,
}

impl InProcessBus {
    fn subscribers(&self) -> Vec<Arc<Subscriber>> {
        self.subscribers.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Default for InProcessBus {
    fn default() -> Self {
        InProcessBus { subscribers: RwLock::default(), observers: broadcast::Sender::new(OBSERVER_BUFFER) }
    }
}

#[async_trait]
impl Bus for InProcessBus {
    async fn publish(&self, envelopes: &[Arc<Envelope>]) -> Result<Vec<Deferred>, Error> {
        let subscribers = self.subscribers();
        let deliveries = subscribers.iter().map(|subscriber| subscriber.deliver_or_defer(envelopes));
        let deferred = join_all(deliveries).await.concat();
        for envelope in envelopes {
            // There may be no observer.
            let _ = self.observers.send(BusEvent::Event(envelope.clone()));
        }
        Ok(deferred)
    }

    async fn redeliver(&self, service: Service, envelopes: &[Arc<Envelope>]) -> Result<(), Error> {
        let subscribers = self.subscribers();
        let subscribers = subscribers.iter().filter(|subscriber| subscriber.service == service);
        let deliveries: Vec<_> = subscribers.map(|subscriber| subscriber.deliver(envelopes)).collect();
        if deliveries.is_empty() {
            return Err(Error::Unavailable(service.name()));
        }
        join_all(deliveries).await.into_iter().collect()
    }

    async fn subscribe(
        &self,
        service: Service,
        subjects: &[Subject],
        handler: Arc<dyn EventHandler>,
    ) -> Result<(), Error> {
        let (subjects, is_away) = (subjects.to_vec(), AtomicBool::new(false));
        let subscriber = Arc::new(Subscriber { service, subjects, handler, is_away });
        self.subscribers.write().unwrap_or_else(PoisonError::into_inner).push(subscriber);
        Ok(())
    }

    fn watch(&self, _: &'static [Subject]) -> broadcast::Receiver<BusEvent> {
        self.observers.subscribe()
    }

    async fn count_undelivered(&self, _: Service, _: &[Subject]) -> Result<u64, Error> {
        // Publishing is delivering; what is deferred is in the outboxes.
        Ok(0)
    }
}
