//! Which events a service handles, and how.

use crate::store::Tx;
use crate::{Cause, Error};
use futures::future::BoxFuture;
use shared::{Envelope, Event, Instant, Subject};
use std::sync::Arc;

type EventsFn = Arc<dyn for<'a> Fn(&'a Tx, &'a [Arc<Envelope>]) -> BoxFuture<'a, Result<(), Error>> + Send + Sync>;

/// The events that a service handles, each with its handler.
#[derive(Clone, Default)]
pub struct Subscriptions(Vec<(Subject, EventsFn)>);

/// An event as its handler gets it.
#[derive(Clone, Debug)]
pub struct Delivery<E> {
    pub event: E,
    /// The cause of what the handler publishes because of this event.
    pub cause: Cause,
    /// When the change was made, by the clock of the publishing service.
    pub occurred_at: Instant,
}

impl<E: Event> Delivery<E> {
    fn decode(envelope: &Envelope) -> Result<Self, Error> {
        let event = envelope.decode::<E>().map_err(Error::failed)?;
        Ok(Delivery { event, cause: Cause::from(envelope), occurred_at: envelope.occurred_at })
    }
}

impl Subscriptions {
    /// Handles events of type `E` with `handler`, all that are delivered together in one call, inside the transaction that
    /// records them as handled. The handler sees each aggregate once, with versions that rise from call to call; it may miss
    /// some versions, since an event carries the whole state.
    ///
    /// The handler answers [`Error::NotReady`] if it needs another aggregate's event first. All that it did is undone then,
    /// and after any other error; if the call was about several events, the handler is called again for each of them.
    pub fn on<E, F>(mut self, handler: F) -> Self
    where
        E: Event + Send + 'static,
        F: for<'a> Fn(&'a Tx, Vec<Delivery<E>>) -> BoxFuture<'a, Result<(), Error>> + Send + Sync + 'static,
    {
        let decode_and_handle: EventsFn = Arc::new(move |tx, envelopes| {
            match envelopes.iter().map(|envelope| Delivery::decode(envelope)).collect() {
                Ok(deliveries) => handler(tx, deliveries),
                Err(error) => Box::pin(async move { Err(error) }),
            }
        });
        self.0.push((E::SUBJECT, decode_and_handle));
        self
    }

    /// Like [`Subscriptions::on`], with a handler of one event. Events that it publishes have that event as their cause.
    pub fn on_each<E, F>(self, handler: F) -> Self
    where
        E: Event + Send + 'static,
        F: for<'a> Fn(&'a Tx, Delivery<E>) -> BoxFuture<'a, Result<(), Error>> + Send + Sync + 'static,
    {
        let handler = Arc::new(handler);
        self.on(move |tx, deliveries| {
            let handler = handler.clone();
            Box::pin(async move {
                for delivery in deliveries {
                    handler(&tx.caused_by(delivery.cause), delivery).await?;
                }
                Ok(())
            })
        })
    }

    /// The subjects of these events.
    pub fn subjects(&self) -> Vec<Subject> {
        self.0.iter().map(|(subject, _)| *subject).collect()
    }

    /// Runs the handlers of these events, one aggregate's at most once.
    ///
    /// # Errors
    /// What a handler answers; a failure if the service does not subscribe to a subject.
    pub async fn handle(&self, tx: &Tx, envelopes: &[Arc<Envelope>]) -> Result<(), Error> {
        if let Some(other) =
            envelopes.iter().find(|envelope| !self.0.iter().any(|(known, _)| *known == envelope.subject))
        {
            return Err(Error::failed(format!("no handler for {}", other.subject)));
        }
        for (subject, handler) in &self.0 {
            let of_subject: Vec<_> =
                envelopes.iter().filter(|envelope| envelope.subject == *subject).cloned().collect();
            if !of_subject.is_empty() {
                handler(tx, &of_subject).await?;
            }
        }
        Ok(())
    }
}
