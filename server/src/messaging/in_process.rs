//! The bus inside one process. The outbox rows are its log: an event is published when all who listen have it in
//! their databases, so there is no queue that exists only in memory.

use super::{Bus, BusEvent, EventHandler};
use crate::Error;
use async_trait::async_trait;
use futures::future::join_all;
use shared::{Envelope, Service, Subject};
use std::sync::{Arc, PoisonError, RwLock};
use tokio::sync::broadcast;

/// How many events a watcher may be behind before it misses some.
const WATCHED_EVENTS: usize = 1_024;

type Listener = (Vec<Subject>, Arc<dyn EventHandler>);

/// The in-process bus.
pub struct InProcessBus {
    listeners: RwLock<Vec<Listener>>,
    watchers: broadcast::Sender<BusEvent>,
}

impl Default for InProcessBus {
    fn default() -> Self {
        InProcessBus { listeners: RwLock::default(), watchers: broadcast::Sender::new(WATCHED_EVENTS) }
    }
}

#[async_trait]
impl Bus for InProcessBus {
    async fn publish(&self, envelopes: &[Envelope]) -> Result<(), Error> {
        let listeners = self.listeners.read().unwrap_or_else(PoisonError::into_inner).clone();
        let deliveries = listeners.iter().flat_map(|(subjects, receiver)| {
            let wanted = envelopes.iter().filter(|envelope| subjects.contains(&envelope.subject));
            wanted.map(|envelope| receiver.deliver(envelope))
        });
        // All are tried even if one fails, so that a service that is away holds up nobody but itself.
        let failed = join_all(deliveries).await.into_iter().find_map(Result::err);
        failed.map_or(Ok(()), Err)?;
        for envelope in envelopes {
            // Nobody may be watching.
            let _ = self.watchers.send(BusEvent::Event(Arc::new(envelope.clone())));
        }
        Ok(())
    }

    async fn listen(&self, _: Service, subjects: &[Subject], receiver: Arc<dyn EventHandler>) -> Result<(), Error> {
        self.listeners.write().unwrap_or_else(PoisonError::into_inner).push((subjects.to_vec(), receiver));
        Ok(())
    }

    fn watch(&self, _: &'static [Subject]) -> broadcast::Receiver<BusEvent> {
        self.watchers.subscribe()
    }

    async fn waiting(&self, _: Service) -> Result<u64, Error> {
        // What is published is taken.
        Ok(0)
    }
}
