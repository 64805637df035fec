//! Which events a service handles, and how.

use crate::Error;
use crate::store::Tx;
use futures::future::BoxFuture;
use shared::{Envelope, Event, Subject};
use std::sync::Arc;

type EventFn = Arc<dyn for<'a> Fn(&'a Tx, &'a Envelope) -> BoxFuture<'a, Result<(), Error>> + Send + Sync>;

/// The events that a service handles, each with its handler.
#[derive(Clone, Default)]
pub struct Subscriptions(Vec<(Subject, EventFn)>);

impl Subscriptions {
    /// Handles events of type `E` with `handler`, inside the transaction that records the event as handled. The handler
    /// sees each aggregate's versions in rising order, and may skip some: an event carries the whole state.
    ///
    /// The handler answers [`Error::NotReady`] if it needs another aggregate's event first; all that it did is undone then.
    pub fn on<E, F>(mut self, handler: F) -> Self
    where
        E: Event + Send + 'static,
        F: for<'a> Fn(&'a Tx, &'a Envelope, E) -> BoxFuture<'a, Result<(), Error>> + Send + Sync + 'static,
    {
        let decode_and_handle: EventFn = Arc::new(move |tx, envelope| match envelope.decode::<E>() {
            Ok(event) => handler(tx, envelope, event),
            Err(error) => Box::pin(async move { Err(Error::failed(error)) }),
        });
        self.0.push((E::SUBJECT, decode_and_handle));
        self
    }

    /// The subjects of these events.
    pub fn subjects(&self) -> Vec<Subject> {
        self.0.iter().map(|(subject, _)| *subject).collect()
    }

    /// Runs the handler of this event.
    ///
    /// # Errors
    /// What the handler answers; a failure if the service does not subscribe to the subject.
    pub async fn handle(&self, tx: &Tx, envelope: &Envelope) -> Result<(), Error> {
        match self.0.iter().find(|(subject, _)| *subject == envelope.subject) {
            Some((_, handler)) => handler(tx, envelope).await,
            None => Err(Error::failed(format!("no handler for {}", envelope.subject))),
        }
    }
}
