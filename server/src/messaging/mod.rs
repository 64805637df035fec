//! How events travel: nothing lost, nothing doubled, no one waits for ever.
//!
//! An event is a row of the *outbox*, written in the transaction of the change that it tells of. The *relay* publishes
//! unsent rows in order on the *bus* and marks them. The bus hands every event to every service that listens to its
//! subject; the *inbox* of that service handles it in the transaction that remembers having handled it.

pub mod embedded;
pub mod inbox;
pub mod outbox;

use crate::Error;
use async_trait::async_trait;
use shared::{Envelope, Subject};
use std::sync::Arc;
use tokio::sync::broadcast;

/// Carries events between services.
///
/// *The promise:* once [`Bus::publish`] has said `Ok`, every receiver that listens to an event's subject will have
/// [taken](Receiver::receive) it, also if this process dies at any moment. Events of one subject are offered in the
/// order in which they were published, as far as nothing fails; after a failure any event may come again, late, or out
/// of order, so receivers take each event once in effect and sort aggregates by version. If `publish` says anything
/// else, some receivers may have taken some of the events, and the caller publishes all of them again.
#[async_trait]
pub trait Bus: Send + Sync {
    /// Takes events for delivery.
    ///
    /// # Errors
    /// If not all of them were taken; publish them again.
    async fn publish(&self, envelopes: &[Envelope]) -> Result<(), Error>;

    /// Delivers to `receiver` what is said about `subjects`, from now on and from before.
    fn listen(&self, subjects: &'static [Subject], receiver: Arc<dyn Receiver>);

    /// Events as they pass, for those who only watch: nothing is kept for them.
    fn watch(&self) -> broadcast::Receiver<Arc<Envelope>>;
}

/// Takes events from a bus.
#[async_trait]
pub trait Receiver: Send + Sync {
    /// Takes an event; `Ok` means that it is durably taken and need not come again.
    ///
    /// # Errors
    /// If it could not be taken; it must come again.
    async fn receive(&self, envelope: &Envelope) -> Result<(), Error>;
}
