//! How events travel: nothing lost, nothing doubled, no one waits for ever.
//!
//! An event is a row of the *outbox*, written in the transaction of the change that it tells of. The *relay* publishes
//! unsent rows in order on the *bus* and marks them. The bus hands every event to every service that listens to its
//! subject; the *inbox* of that service handles it in the transaction that remembers having handled it.

pub mod connection;
pub mod in_process;
pub mod inbox;
pub mod jetstream;
pub mod outbox;
mod subscriptions;

pub use subscriptions::Subscriptions;

use crate::Error;
use crate::store::Databases;
use async_trait::async_trait;
use shared::{Envelope, Service, Subject};
use std::sync::Arc;
use tokio::sync::broadcast;
use uuid::Uuid;

/// Carries events between services.
///
/// *The promise:* once [`Bus::publish`] has said `Ok`, every service that [listens](Bus::listen) to an event's subject,
/// now or later, will [take](EventHandler::receive) it, also if any process dies at any moment. Events of one subject are
/// offered in the order in which they were published, as far as nothing fails; after a failure any event may come again,
/// late, or out of order, so receivers take each event once in effect and sort aggregates by version. If `publish` says
/// anything else, some receivers may have taken some of the events, and the caller publishes all of them again. Who cannot
/// take an event holds up nobody else.
#[async_trait]
pub trait Bus: Send + Sync {
    /// Takes events for delivery.
    ///
    /// # Errors
    /// If not all of them were taken; publish them again.
    async fn publish(&self, envelopes: &[Envelope]) -> Result<(), Error>;

    /// Delivers to `receiver` what is said about `subjects`, from now on and from before. Several receivers of one
    /// service, in any process, share its events.
    ///
    /// # Errors
    /// If the bus cannot promise that at the moment.
    async fn listen(
        &self,
        service: Service,
        subjects: &[Subject],
        receiver: Arc<dyn EventHandler>,
    ) -> Result<(), Error>;

    /// What is said about `subjects`, for those who only watch: nothing is kept for them.
    fn watch(&self, subjects: &'static [Subject]) -> broadcast::Receiver<BusEvent>;

    /// How many events that a service of this process listens to are published and not taken yet.
    ///
    /// # Errors
    /// If the bus does not answer.
    async fn waiting(&self, service: Service) -> Result<u64, Error>;
}

/// What somebody who only watches gets.
#[derive(Clone, Debug)]
pub enum BusEvent {
    /// An event passed.
    Event(Arc<Envelope>),
    /// Events may have passed that were not seen.
    Missed,
}

/// Lets a service say all its events again that its outbox keeps; its relay does the rest. Says how many there are.
///
/// # Errors
/// If the service's database cannot be reached.
pub async fn republish(databases: &Databases, service: Service) -> Result<u64, Error> {
    outbox::republish(&databases.connect(service, 1).await?).await
}

/// Lets a service try its dead events again; its inbox does the rest. Says how many there are.
///
/// # Errors
/// If the service's database cannot be reached.
pub async fn requeue_dead_letters(databases: &Databases, service: Service) -> Result<u64, Error> {
    inbox::requeue_dead_letters(&databases.connect(service, 1).await?).await
}

/// Takes events from a bus.
#[async_trait]
pub trait EventHandler: Send + Sync {
    /// Takes an event; `Ok` means that it is durably taken and need not come again.
    ///
    /// # Errors
    /// If it could not be taken; it must come again.
    async fn deliver(&self, envelope: &Envelope) -> Result<(), Error>;

    /// Keeps something that came as an event and cannot be read as one; a later version of this program may.
    ///
    /// # Errors
    /// If it could not be kept; it must come again.
    async fn store_undecodable(&self, id: Uuid, subject: &str, text: &str, reason: &str) -> Result<(), Error>;
}
