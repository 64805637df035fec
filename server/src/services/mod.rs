//! What the host must know to run a service.

pub mod auth;
pub mod expiration;
pub mod orders;
pub mod payments;
pub mod tickets;

use crate::Error;
use crate::rpc::Registry;
use crate::store::{Store, Tx};
use async_trait::async_trait;
use shared::{Envelope, Instant, Subject};
use std::sync::Arc;

/// A service: what it answers, what it does when others speak, and what it does by itself.
#[async_trait]
pub trait ServiceHandler: Send + Sync + 'static {
    /// The service's memory.
    fn store(&self) -> &Store;

    /// The events that it wants to hear.
    fn subscriptions(&self) -> &'static [Subject];

    /// The table whose rows are counted by their state for those who watch over the service.
    fn counted(&self) -> Option<&'static str> {
        None
    }

    /// Declares what may be asked of it.
    fn register(self: Arc<Self>, registry: &mut Registry);

    /// Handles an event that others said, inside the transaction that remembers having heard it.
    ///
    /// # Errors
    /// [`Error::Early`] if other news must come first; all that it did is undone then.
    async fn handle_event(&self, tx: &Tx, envelope: &Envelope) -> Result<(), Error>;

    /// Does what is due by itself and says when it wants to be called again; it is called after every commit, too.
    ///
    /// # Errors
    /// If something broke; it is called again after a pause.
    async fn tick(self: Arc<Self>) -> Result<Option<Instant>, Error> {
        Ok(None)
    }
}
