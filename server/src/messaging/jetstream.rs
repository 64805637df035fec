//! The bus between processes: NATS JetStream. One stream stores every event; each service reads it through durable consumers,
//! one per subject, which its processes share. The outboxes stay the source of truth: events that the stream lost are
//! republished.

use super::connection::{BROKER, BROKER_TIMEOUT, Connection, Servers, unavailable};
use super::{Bus, BusEvent, Deferred, EventHandler, consumers};
use crate::tasks::{Tasks, sleep};
use crate::telemetry::traces;
use crate::{Cause, Error};
use async_nats::jetstream::consumer::PullConsumer;
use async_nats::jetstream::context::DeleteStreamErrorKind;
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::{self, AckKind, ErrorCode, Message, stream};
use async_trait::async_trait;
use futures::future::{join_all, try_join_all};
use futures::stream::select_all;
use futures::{FutureExt, StreamExt};
use shared::{Envelope, Service, Subject};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{broadcast, watch};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

const STREAM: &str = "ticketing";
/// How long the stream keeps events: as long as the outboxes.
const RETENTION: Duration = Duration::from_secs(30 * 24 * 3600);
/// How long the stream recognises a message id published twice. The inboxes do so for far longer.
const DEDUPLICATION_WINDOW: Duration = Duration::from_secs(120);
/// How many events a process handles at once: they share commits.
const CONCURRENCY: usize = 64;
/// The delay before an event is delivered again that could not be stored, because the database is away.
const REDELIVERY_DELAY: Duration = Duration::from_secs(1);
/// How long a pull request waits for events, and the interval at which the server shows meanwhile that it is alive.
const PULL_TIMEOUT: Duration = Duration::from_secs(10);
const HEARTBEAT_INTERVAL: Duration = Duration::from_secs(2);
/// The delay before a broken subscription is renewed.
const RETRY_DELAY: Duration = Duration::from_millis(500);
/// How many events an observer may lag behind before it misses some.
const OBSERVER_BUFFER: usize = 1_024;

/// Headers for the broker's own tools; the envelope carries the same.
const CORRELATION: &str = "Correlation-Id";
const CAUSATION: &str = "Causation-Id";

#[derive(Clone)]
pub struct JetStreamBus {
    connection: Connection,
    context: jetstream::Context,
    replicas: usize,
    tasks: Tasks,
}

impl JetStreamBus {
    /// Opens the stream, which keeps each event on `replicas` servers. Background tasks end with `tasks`.
    ///
    /// # Errors
    /// The reason in one line: the stream cannot be created, or does not store all our subjects.
    pub async fn open(connection: Connection, replicas: usize, tasks: Tasks) -> Result<Self, String> {
        let bus = JetStreamBus { replicas, ..JetStreamBus::watching(connection, tasks) };
        let stream = bus.stream().await.map_err(|error| format!("the stream {STREAM} cannot be created: {error}"))?;
        let config = &stream.cached_info().config;
        if let Some(missing) = stream_subjects().iter().find(|subject| !config.subjects.contains(subject)) {
            return Err(format!(
                "the stream {STREAM} does not store {missing}: an administrator has to add that subject"
            ));
        }
        if config.num_replicas != replicas {
            let (actual, configured) = (config.num_replicas, replicas);
            tracing::warn!(
                stream = STREAM,
                actual,
                configured,
                "number of replicas differs from NATS_REPLICAS, an administrator can change it"
            );
        }
        Ok(bus)
    }

    /// The bus for a process without services, which only observes: it needs no permission to create the stream.
    pub fn watching(connection: Connection, tasks: Tasks) -> Self {
        let mut context = jetstream::new(connection.client().clone());
        context.set_timeout(BROKER_TIMEOUT);
        JetStreamBus { connection, context, replicas: 1, tasks }
    }

    /// The stream, created if it does not exist: the broker may have lost its disk.
    async fn stream(&self) -> Result<stream::Stream, Error> {
        let config = stream::Config {
            name: STREAM.to_owned(),
            subjects: stream_subjects(),
            storage: stream::StorageType::File,
            num_replicas: self.replicas,
            max_age: RETENTION,
            duplicate_window: DEDUPLICATION_WINDOW,
            ..stream::Config::default()
        };
        self.context.get_or_create_stream(config).await.map_err(unavailable)
    }

    /// Creates the consumers of a service, or updates them to this program's configuration.
    async fn create_consumers(&self, service: Service, subjects: &[Subject]) -> Result<Vec<PullConsumer>, Error> {
        let stream = self.stream().await?;
        try_join_all(subjects.iter().map(|subject| consumers::create(&stream, service, *subject))).await
    }

    /// The consumers as they are, created if they do not exist: a newer process may have updated them since this one started.
    async fn renew_consumers(&self, service: Service, subjects: &[Subject]) -> Result<Vec<PullConsumer>, Error> {
        let stream = self.stream().await?;
        try_join_all(subjects.iter().map(|subject| consumers::renew(&stream, service, *subject))).await
    }
}

/// Deletes the stream with all of its consumers. The outboxes are the source of truth; a process that starts creates it again.
///
/// # Errors
/// The reason in one line: the broker is away, or the user may not do that.
pub async fn delete_stream(servers: &Servers) -> Result<(), String> {
    let connection = Connection::open(servers, "restore").await?;
    let bus = JetStreamBus::watching(connection, Tasks::default());
    match bus.context.delete_stream(STREAM).await {
        Ok(_) => Ok(()),
        Err(error) if matches!(error.kind(), DeleteStreamErrorKind::JetStream(ref reply) if reply.error_code() == ErrorCode::STREAM_NOT_FOUND) => {
            Ok(())
        }
        Err(error) => Err(format!("the stream {STREAM} cannot be deleted, which the user admin may do: {error}")),
    }
}

/// What the stream stores: one wildcard per service, so that a new subject needs no change to an existing stream.
fn stream_subjects() -> Vec<String> {
    Service::ALL.iter().map(|service| format!("{service}.>")).collect()
}

#[async_trait]
impl Bus for JetStreamBus {
    async fn publish(&self, envelopes: &[Arc<Envelope>]) -> Result<Vec<Deferred>, Error> {
        let mut acknowledgements = Vec::with_capacity(envelopes.len());
        for envelope in envelopes {
            let message = PublishMessage::build()
                .payload(serde_json::to_vec(envelope.as_ref())?.into())
                .message_id(envelope.id.to_string())
                .header(CORRELATION, envelope.correlation_id.to_string())
                .header(CAUSATION, envelope.causation_id.to_string())
                .header(traces::HEADER, traces::parent(Cause::from(envelope.as_ref())));
            let sent = self.context.send_publish(envelope.subject.name(), message).await;
            acknowledgements.push(sent.map_err(unavailable)?.into_future());
        }
        match try_join_all(acknowledgements).await {
            // The stream keeps them for every service.
            Ok(_) => Ok(Vec::new()),
            Err(error) => {
                // The stream itself may be gone: create it before the next try.
                self.stream().await?;
                Err(unavailable(error))
            }
        }
    }

    async fn redeliver(&self, _: Service, envelopes: &[Arc<Envelope>]) -> Result<(), Error> {
        self.publish(envelopes).await.map(drop)
    }

    async fn subscribe(
        &self,
        service: Service,
        subjects: &[Subject],
        handler: Arc<dyn EventHandler>,
    ) -> Result<(), Error> {
        if subjects.is_empty() {
            return Ok(());
        }
        let consumers = self.create_consumers(service, subjects).await?;
        let (bus, subjects) = (self.clone(), subjects.to_vec());
        self.tasks.spawn_consumer(|stopping| async move {
            let (mut consumers, mut connects) = (consumers, bus.connection.connects());
            loop {
                match consume(&consumers, service, handler.as_ref(), &stopping, &mut connects).await {
                    Ok(Ended::Stopping) => return,
                    Ok(Ended::Reconnected) => {}
                    Err(error) => {
                        tracing::warn!(%service, %error, "consumers stopped reading, retrying");
                        tokio::select! {
                            () = stopping.cancelled() => return,
                            () = sleep(RETRY_DELAY) => {}
                        }
                    }
                }
                // The consumers may be gone, with the broker's disk.
                match bus.renew_consumers(service, &subjects).await {
                    Ok(renewed) => consumers = renewed,
                    Err(error) => tracing::debug!(%service, %error, "consumers not renewed yet"),
                }
            }
        });
        Ok(())
    }

    fn watch(&self, subjects: &'static [Subject]) -> broadcast::Receiver<BusEvent> {
        let (sender, receiver) = broadcast::channel(OBSERVER_BUFFER);
        for subject in subjects {
            self.tasks.spawn(observe(self.connection.clone(), *subject, sender.clone()));
        }
        receiver
    }

    async fn count_undelivered(&self, service: Service, subjects: &[Subject]) -> Result<u64, Error> {
        let stream = self.context.get_stream_no_info(STREAM).await.map_err(unavailable)?;
        let counts = subjects.iter().map(|subject| consumers::count_undelivered(&stream, service, *subject));
        Ok(try_join_all(counts).await?.into_iter().sum())
    }
}

/// Why consuming ended without an error.
enum Ended {
    /// The process stops.
    Stopping,
    /// The connection is new: the server has forgotten the pull request of the old one.
    Reconnected,
}

/// Delivers events of all these consumers until the process stops or the connection is renewed.
async fn consume(
    consumers: &[PullConsumer],
    service: Service,
    handler: &dyn EventHandler,
    stopping: &CancellationToken,
    connects: &mut watch::Receiver<u64>,
) -> Result<Ended, Error> {
    // Together they buffer the batch after the one that is handled, and no more: what waits too long is delivered again.
    let buffer = (CONCURRENCY * 2).div_ceil(consumers.len().max(1));
    let streams = consumers.iter().map(|consumer| {
        let events = consumer.stream().max_messages_per_batch(buffer).expires(PULL_TIMEOUT);
        events.heartbeat(HEARTBEAT_INTERVAL).messages()
    });
    // A stream that ends must not leave the others to go on without it.
    let streams = try_join_all(streams).await.map_err(unavailable)?.into_iter().map(|events| {
        let end = futures::stream::once(async { Err(Error::Unavailable(BROKER)) });
        events.map(|event| event.map_err(unavailable)).chain(end).boxed()
    });
    let mut batches = select_all(streams).ready_chunks(CONCURRENCY);
    let ended = loop {
        let batch = tokio::select! {
            biased;
            () = stopping.cancelled() => break Ended::Stopping,
            Ok(()) = connects.changed() => break Ended::Reconnected,
            batch = batches.next() => batch.ok_or(Error::Unavailable(BROKER))?,
        };
        let mut failure = None;
        let messages: Vec<_> =
            batch.into_iter().filter_map(|message| message.map_err(|error| failure = Some(error)).ok()).collect();
        handle(&messages, service, handler).await;
        // Only then: the events of other consumers in this batch are not to wait until they are delivered again.
        failure.map_or(Ok(()), Err)?;
    };
    while let Some(Some(batch)) = batches.next().now_or_never() {
        let messages: Vec<_> = batch.into_iter().flatten().collect();
        match ended {
            // Returned, so that another process gets them at once.
            Ended::Stopping => {
                for message in messages {
                    message.ack_with(AckKind::Nak(None)).await.map_err(unavailable)?;
                }
            }
            Ended::Reconnected => handle(&messages, service, handler).await,
        }
    }
    Ok(ended)
}

/// Delivers events together and acknowledges each. Without an acknowledgement the broker delivers it again.
async fn handle(messages: &[Message], service: Service, handler: &dyn EventHandler) {
    let (mut events, mut envelopes) = (Vec::with_capacity(messages.len()), Vec::with_capacity(messages.len()));
    for message in messages {
        if message.info().is_ok_and(|info| info.delivered > 1) {
            metrics::counter!("bus_redelivered_total", "service" => service.name()).increment(1);
        }
        match serde_json::from_slice::<Envelope>(&message.payload) {
            Ok(envelope) => {
                events.push(message);
                envelopes.push(Arc::new(envelope));
            }
            Err(error) => {
                let (text, reason) = (String::from_utf8_lossy(&message.payload), error.to_string());
                let stored = handler.store_undecodable(id_of(message), &message.subject, &text, &reason).await;
                acknowledge(message, service, &stored).await;
            }
        }
    }
    let stored = handler.deliver(&envelopes).await;
    join_all(events.into_iter().map(|message| acknowledge(message, service, &stored))).await;
}

async fn acknowledge(message: &Message, service: Service, stored: &Result<(), Error>) {
    let acknowledged = match stored {
        // Double ack: the broker confirms that it has received the acknowledgement.
        Ok(()) => tokio::time::timeout(BROKER_TIMEOUT, message.double_ack()).await,
        Err(error) => {
            let event = id_of(message);
            tracing::warn!(%event, %service, %error, delay = ?REDELIVERY_DELAY, "event not stored, it is delivered again");
            tokio::time::timeout(BROKER_TIMEOUT, message.ack_with(AckKind::Nak(Some(REDELIVERY_DELAY)))).await
        }
    };
    if !matches!(acknowledged, Ok(Ok(()))) {
        tracing::debug!(event = %id_of(message), %service, "acknowledgement lost, the event is delivered again");
    }
}

/// The event's id from its header. A message without one gets an id made of its sequence number in the stream.
fn id_of(message: &Message) -> Uuid {
    let header = message.headers.as_ref().and_then(|headers| headers.get(async_nats::header::NATS_MESSAGE_ID));
    let sequence = || message.info().map_or(0, |info| info.stream_sequence);
    header.and_then(|id| id.as_str().parse().ok()).unwrap_or_else(|| Uuid::from_u128(sequence().into()))
}

/// Forwards events on a subject to observers, and after each reconnect that some may have been missed.
async fn observe(connection: Connection, subject: Subject, observers: broadcast::Sender<BusEvent>) {
    let mut connects = connection.connects();
    loop {
        let Ok(mut messages) = connection.client().subscribe(subject.name()).await else {
            sleep(RETRY_DELAY).await;
            continue;
        };
        loop {
            let event = tokio::select! {
                message = messages.next() => match message {
                    Some(message) => serde_json::from_slice(&message.payload).map(|envelope: Envelope| BusEvent::Event(Arc::new(envelope))),
                    None => break,
                },
                Ok(()) = connects.changed() => Ok(BusEvent::Missed),
            };
            if let Ok(event) = event {
                // There may be no observer any more.
                let _ = observers.send(event);
            }
        }
    }
}
