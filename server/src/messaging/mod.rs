//! Events between services: nothing is lost, nothing has two effects, nothing waits for ever.
//!
//! An event is a row of the *outbox*, written in the transaction of the change that it describes. The *relay* publishes
//! unpublished rows in order on the *bus* and marks them. The bus delivers every event to every service that subscribes to
//! its subject; the *inbox* of that service handles it in the transaction that records it as handled.

pub mod connection;
pub mod consumers;
pub mod in_process;
pub mod inbox;
pub mod jetstream;
pub mod outbox;
#[cfg(test)]
mod outbox_tests;
mod subscriptions;
#[cfg(test)]
mod tests;

pub use subscriptions::{Delivery, Subscriptions};

use crate::Error;
use crate::store::Databases;
use async_trait::async_trait;
use shared::{Envelope, EventId, Service, Subject};
use std::sync::Arc;
use tokio::sync::broadcast;
use uuid::Uuid;

/// Carries events between services.
///
/// *Delivery promise:* once [`Bus::publish`] has returned `Ok`, every service that [subscribes](Bus::subscribe) to an
/// event's subject, now or later, will [receive](EventHandler::deliver) it, even if any process dies at any moment; except for
/// those that `publish` names as [`Deferred`], for which the caller durably keeps the event until [`Bus::redeliver`] has
/// succeeded. Events of one subject are delivered in the order in which they were published as long as nothing fails; after a
/// failure, events may be delivered again, late, or out of order, so handlers are idempotent and order aggregates by version.
/// If `publish` returns an error, some handlers may have received some of the events, and the caller publishes all of them
/// again. A handler that fails, or does not return, delays no other handler and no publisher for longer than a moment.
#[async_trait]
pub trait Bus: Send + Sync {
    /// Accepts events for delivery, except for the services that it returns.
    ///
    /// # Errors
    /// If not all of them were accepted; publish them again.
    async fn publish(&self, envelopes: &[Arc<Envelope>]) -> Result<Vec<Deferred>, Error>;

    /// Delivers events to one service for which they were deferred.
    ///
    /// # Errors
    /// If the service has not stored all of them; redeliver them again.
    async fn redeliver(&self, service: Service, envelopes: &[Arc<Envelope>]) -> Result<(), Error>;

    /// Delivers events on `subjects` to `handler`, past ones included. All handlers of one service, in any process, share
    /// its events.
    ///
    /// # Errors
    /// If the bus cannot promise delivery at the moment.
    async fn subscribe(
        &self,
        service: Service,
        subjects: &[Subject],
        handler: Arc<dyn EventHandler>,
    ) -> Result<(), Error>;

    /// Events on `subjects` from now on, for observers: nothing is stored for them.
    fn watch(&self, subjects: &'static [Subject]) -> broadcast::Receiver<BusEvent>;

    /// How many events on `subjects`, to which this service subscribes, are published and not delivered to it yet.
    ///
    /// # Errors
    /// If the bus does not answer.
    async fn count_undelivered(&self, service: Service, subjects: &[Subject]) -> Result<u64, Error>;
}

/// An event that a service has not stored, because its database is away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Deferred {
    pub service: Service,
    pub event: EventId,
}

/// What an observer of the bus receives.
#[derive(Clone, Debug)]
pub enum BusEvent {
    Event(Arc<Envelope>),
    /// Events may have passed unobserved.
    Missed,
}

/// Receives events from a bus.
#[async_trait]
pub trait EventHandler: Send + Sync {
    /// Receives events, in the order in which they were published. `Ok` means that all are durably stored and need not be
    /// delivered again.
    ///
    /// # Errors
    /// If not all of them were stored; all must be delivered again.
    async fn deliver(&self, envelopes: &[Arc<Envelope>]) -> Result<(), Error>;

    /// Stores a message that cannot be decoded as an event; a later version of this program may decode it.
    ///
    /// # Errors
    /// If it was not stored; it must be delivered again.
    async fn store_undecodable(&self, id: Uuid, subject: &str, text: &str, reason: &str) -> Result<(), Error>;
}

/// Marks all events in a service's outbox, so that its relay publishes them once more, behind new ones. Returns their number.
///
/// # Errors
/// If the service's database is away.
pub async fn republish(databases: &Databases, service: Service) -> Result<u64, Error> {
    outbox::republish(&databases.connect(service, 1).await?).await
}

/// Gives the dead letters of a service all their attempts again; its inbox retries them. Returns their number.
///
/// # Errors
/// If the service's database is away.
pub async fn requeue_dead_letters(databases: &Databases, service: Service) -> Result<u64, Error> {
    inbox::requeue_dead_letters(&databases.connect(service, 1).await?).await
}
