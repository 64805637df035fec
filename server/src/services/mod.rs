//! What the host must know to run a service.

pub mod auth;
pub mod expiration;
pub mod orders;
pub mod payments;
pub mod tickets;

use crate::Error;
use crate::messaging::Subscriptions;
use crate::rpc::Registry;
use crate::store::Store;
use async_trait::async_trait;
use shared::{Instant, Service, Subject};
use std::sync::Arc;

/// A service: the requests that it answers, the events that it handles, and what it does when time passes.
#[async_trait]
pub trait ServiceHandler: Send + Sync + 'static {
    /// The service's database.
    fn store(&self) -> &Store;

    /// The events that it handles.
    fn subscriptions(&self) -> Subscriptions;

    /// The table whose rows the metrics count by their state.
    fn counted_table(&self) -> Option<&'static str> {
        None
    }

    /// Registers a handler for each of the service's requests.
    fn register(self: Arc<Self>, registry: &mut Registry);

    /// Does what is due and returns when it wants to run next. It also runs after every commit.
    ///
    /// # Errors
    /// If a step failed; it runs again after a pause.
    async fn tick(self: Arc<Self>) -> Result<Option<Instant>, Error> {
        Ok(None)
    }
}

/// The subjects that `service` subscribes to, for those who check it from outside.
pub fn subscribed_subjects(service: Service) -> Vec<Subject> {
    let subscriptions = match service {
        Service::Auth => auth::subscriptions(""),
        Service::Tickets => tickets::subscriptions(),
        Service::Orders => orders::subscriptions(),
        Service::Expiration => expiration::subscriptions(),
        Service::Payments => payments::subscriptions(),
    };
    subscriptions.subjects()
}
