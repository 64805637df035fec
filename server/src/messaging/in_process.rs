//! The bus inside one process. The outbox rows are its log: an event counts as published once every subscriber has stored it
//! in its own database, so no queue exists only in memory.

use super::{Bus, BusEvent, EventHandler};
use crate::Error;
use async_trait::async_trait;
use futures::future::join_all;
use shared::{Envelope, Service, Subject};
use std::sync::{Arc, PoisonError, RwLock};
use tokio::sync::broadcast;

/// How many events an observer may lag behind before it misses some.
const OBSERVER_BUFFER: usize = 1_024;

type Subscriber = (Vec<Subject>, Arc<dyn EventHandler>);

pub struct InProcessBus {
    subscribers: RwLock<Vec<Subscriber>>,
    observers: broadcast::Sender<BusEvent>,
}

impl Default for InProcessBus {
    fn default() -> Self {
        InProcessBus { subscribers: RwLock::default(), observers: broadcast::Sender::new(OBSERVER_BUFFER) }
    }
}

#[async_trait]
impl Bus for InProcessBus {
    async fn publish(&self, envelopes: &[Envelope]) -> Result<(), Error> {
        let subscribers = self.subscribers.read().unwrap_or_else(PoisonError::into_inner).clone();
        let deliveries = subscribers.iter().flat_map(|(subjects, handler)| {
            let subscribed = envelopes.iter().filter(|envelope| subjects.contains(&envelope.subject));
            subscribed.map(|envelope| handler.deliver(envelope))
        });
        // Deliver to all even if one fails, so that a service whose database is away delays no other.
        let failed = join_all(deliveries).await.into_iter().find_map(Result::err);
        failed.map_or(Ok(()), Err)?;
        for envelope in envelopes {
            // There may be no observer.
            let _ = self.observers.send(BusEvent::Event(Arc::new(envelope.clone())));
        }
        Ok(())
    }

    async fn subscribe(&self, _: Service, subjects: &[Subject], handler: Arc<dyn EventHandler>) -> Result<(), Error> {
        self.subscribers.write().unwrap_or_else(PoisonError::into_inner).push((subjects.to_vec(), handler));
        Ok(())
    }

    fn watch(&self, _: &'static [Subject]) -> broadcast::Receiver<BusEvent> {
        self.observers.subscribe()
    }

    async fn count_undelivered(&self, _: Service) -> Result<u64, Error> {
        // Publishing is delivering.
        Ok(0)
    }
}
