//! The bus between processes: NATS JetStream. One stream keeps every event; each service reads it through one durable
//! consumer, which its processes share. The outboxes stay the source of truth: what the stream lost they say again.

use super::{Bus, BusEvent, EventHandler};
use crate::Cause;
use crate::Error;
use crate::messaging::connection::{ANSWER_TIMEOUT, Connection};
use crate::tasks::Tasks;
use crate::telemetry::traces;
use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy, PullConsumer, pull};
use async_nats::jetstream::context::ConsumerInfoErrorKind;
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::{self, AckKind, Message, stream};
use async_trait::async_trait;
use futures::future::{join_all, try_join_all};
use futures::{FutureExt, StreamExt};
use shared::{Envelope, Service, Subject};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{broadcast, watch};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// The stream's name.
const STREAM: &str = "ticketing";
/// How long the stream keeps events; the outboxes keep them as long.
const RETENTION: Duration = Duration::from_secs(30 * 24 * 3600);
/// How long the stream knows an event that was published twice; the inboxes know it far longer.
const SAME_TIMEOUT: Duration = Duration::from_secs(120);
/// How many events one process takes at once: they share commits.
const AT_ONCE: usize = 64;
/// How many events all processes of a service may have taken and not acknowledged.
const MAX_UNACKNOWLEDGED: i64 = 512;
/// How long a process may take to handle an event before another one gets it: one that died has taken some with it, and
/// people wait for what follows from them. Who was only slow is told by the inbox that it was handled.
const ACKNOWLEDGED_TIMEOUT: Duration = Duration::from_secs(5);
/// How soon an event comes again that could not be taken: the database is away.
const AGAIN_AFTER: Duration = Duration::from_secs(1);
/// How long a pull waits for events, and how often the server shows that it is still there.
const PULL: Duration = Duration::from_secs(10);
const HEARTBEAT: Duration = Duration::from_secs(2);
/// How long a broken subscription rests before it is made anew.
const RETRY_DELAY: Duration = Duration::from_millis(500);
/// How many events a watcher may be behind before it misses some.
const WATCHED_EVENTS: usize = 1_024;
/// What a broker that does not answer is called.
const BROKER: &str = "the message broker";

/// The headers that let the broker's own tools follow what belongs together.
const CORRELATION: &str = "Correlation-Id";
const CAUSATION: &str = "Causation-Id";

/// JetStream, as the bus.
#[derive(Clone)]
pub struct JetStreamBus {
    connection: Connection,
    context: jetstream::Context,
    replicas: usize,
    tasks: Tasks,
}

impl JetStreamBus {
    /// The bus on this connection, which keeps each event on so many servers. Its tasks end with `tasks`.
    ///
    /// # Errors
    /// In one line: the stream cannot be made, or was made for other events than this program says.
    pub async fn open(connection: Connection, replicas: usize, tasks: Tasks) -> Result<Self, String> {
        let bus = JetStreamBus { replicas, ..JetStreamBus::watching(connection, tasks) };
        let stream = bus.stream().await.map_err(|error| format!("the stream {STREAM} cannot be made: {error}"))?;
        let config = &stream.cached_info().config;
        if let Some(missing) = subjects().iter().find(|subject| !config.subjects.contains(subject)) {
            return Err(format!(
                "the stream {STREAM} does not keep {missing}: an administrator has to add that subject"
            ));
        }
        if config.num_replicas != replicas {
            let (has, wanted) = (config.num_replicas, replicas);
            tracing::warn!(
                has,
                wanted,
                "the stream {STREAM} has another number of copies: an administrator can change that"
            );
        }
        Ok(bus)
    }

    /// The bus for a process without services, which only watches: it need not be able to make the stream.
    pub fn watching(connection: Connection, tasks: Tasks) -> Self {
        let mut context = jetstream::new(connection.client().clone());
        context.set_timeout(ANSWER_TIMEOUT);
        JetStreamBus { connection, context, replicas: 1, tasks }
    }

    /// The stream, which is made if it is not there: the broker may have lost its disk.
    async fn stream(&self) -> Result<stream::Stream, Error> {
        let config = stream::Config {
            name: STREAM.to_owned(),
            subjects: subjects(),
            storage: stream::StorageType::File,
            num_replicas: self.replicas,
            max_age: RETENTION,
            duplicate_window: SAME_TIMEOUT,
            ..stream::Config::default()
        };
        self.context.get_or_create_stream(config).await.map_err(away)
    }

    /// The consumer, brought up to date.
    async fn consumer(&self, service: Service, subjects: &[Subject]) -> Result<PullConsumer, Error> {
        self.stream().await?.create_consumer(consumer_config(service, subjects)).await.map_err(away)
    }

    /// The consumer as it is, or a new one: a newer process may have changed it since this one started.
    async fn consumer_again(&self, service: Service, subjects: &[Subject]) -> Result<PullConsumer, Error> {
        let (stream, config) = (self.stream().await?, consumer_config(service, subjects));
        stream.get_or_create_consumer(service.name(), config).await.map_err(away)
    }
}

/// What the stream keeps: everything that services publish, so that a new event needs no change to an existing stream.
fn subjects() -> Vec<String> {
    Service::ALL.iter().map(|service| format!("{service}.>")).collect()
}

fn consumer_config(service: Service, subjects: &[Subject]) -> pull::Config {
    pull::Config {
        durable_name: Some(service.name().to_owned()),
        deliver_policy: DeliverPolicy::All,
        ack_policy: AckPolicy::Explicit,
        ack_wait: ACKNOWLEDGED_TIMEOUT,
        max_ack_pending: MAX_UNACKNOWLEDGED,
        // How often something may fail is counted in the inbox, where a failure can be told from bad luck.
        max_deliver: -1,
        filter_subjects: subjects.iter().map(|subject| subject.name().to_owned()).collect(),
        ..pull::Config::default()
    }
}

/// What the broker did not do, as something to be tried again.
fn away(error: impl fmt::Display) -> Error {
    tracing::debug!(%error, "the broker");
    Error::Unavailable(BROKER)
}

#[async_trait]
impl Bus for JetStreamBus {
    async fn publish(&self, envelopes: &[Envelope]) -> Result<(), Error> {
        let mut taken = Vec::with_capacity(envelopes.len());
        for envelope in envelopes {
            let message = PublishMessage::build()
                .payload(serde_json::to_vec(envelope)?.into())
                .message_id(envelope.id.to_string())
                .header(CORRELATION, envelope.correlation_id.to_string())
                .header(CAUSATION, envelope.causation_id.to_string())
                .header(traces::HEADER, traces::parent(Cause::from(envelope)));
            let sent = self.context.send_publish(envelope.subject.name(), message).await;
            taken.push(sent.map_err(away)?.into_future());
        }
        match try_join_all(taken).await {
            Ok(_) => Ok(()),
            Err(error) => {
                // It may be the stream that is gone.
                self.stream().await?;
                Err(away(error))
            }
        }
    }

    async fn listen(
        &self,
        service: Service,
        subjects: &[Subject],
        receiver: Arc<dyn EventHandler>,
    ) -> Result<(), Error> {
        if subjects.is_empty() {
            return Ok(());
        }
        let consumer = self.consumer(service, subjects).await?;
        let (bus, subjects) = (self.clone(), subjects.to_vec());
        self.tasks.spawn_taking(|leaving| async move {
            let (mut consumer, mut times) = (consumer, bus.connection.times());
            loop {
                match read(&consumer, service, receiver.as_ref(), &leaving, &mut times).await {
                    Ok(Ended::Leaving) => return,
                    Ok(Ended::Reconnected) => {}
                    Err(error) => {
                        tracing::warn!(%service, %error, "events cannot be read, it will try again");
                        tokio::select! {
                            () = leaving.cancelled() => return,
                            () = tokio::time::sleep(RETRY_DELAY) => {}
                        }
                    }
                }
                // The consumer may be gone, with the broker's disk.
                match bus.consumer_again(service, &subjects).await {
                    Ok(made) => consumer = made,
                    Err(error) => tracing::debug!(%service, %error, "not yet"),
                }
            }
        });
        Ok(())
    }

    fn watch(&self, subjects: &'static [Subject]) -> broadcast::Receiver<BusEvent> {
        let (sender, receiver) = broadcast::channel(WATCHED_EVENTS);
        for subject in subjects {
            self.tasks.spawn(pass_on(self.connection.clone(), *subject, sender.clone()));
        }
        receiver
    }

    async fn waiting(&self, service: Service) -> Result<u64, Error> {
        let stream = self.context.get_stream_no_info(STREAM).await.map_err(away)?;
        match stream.consumer_info(service.name()).await {
            Ok(info) => Ok(info.num_pending + u64::try_from(info.num_ack_pending).unwrap_or(0)),
            // It listens to nothing.
            Err(error) if error.kind() == ConsumerInfoErrorKind::NotFound => Ok(0),
            Err(error) => Err(away(error)),
        }
    }
}

/// Why reading ended without a failure.
enum Ended {
    /// The process stops.
    Leaving,
    /// The connection was made anew: the server does not know any more that somebody waits for events.
    Reconnected,
}

/// Reads events until it is to leave, or has to ask for them again.
async fn read(
    consumer: &PullConsumer,
    service: Service,
    receiver: &dyn EventHandler,
    leaving: &CancellationToken,
    times: &mut watch::Receiver<u64>,
) -> Result<Ended, Error> {
    let events = consumer.stream().max_messages_per_batch(AT_ONCE * 2).expires(PULL).heartbeat(HEARTBEAT);
    let mut batches = events.messages().await.map_err(away)?.ready_chunks(AT_ONCE);
    let ended = loop {
        let batch = tokio::select! {
            biased;
            () = leaving.cancelled() => break Ended::Leaving,
            Ok(()) = times.changed() => break Ended::Reconnected,
            batch = batches.next() => batch.ok_or(Error::Unavailable(BROKER))?,
        };
        let messages = batch.into_iter().collect::<Result<Vec<_>, _>>();
        join_all(messages.map_err(away)?.iter().map(|message| take(message, service, receiver))).await;
    };
    while let Some(Some(batch)) = batches.next().now_or_never() {
        for message in batch.into_iter().flatten() {
            match ended {
                // Another process can have it at once.
                Ended::Leaving => message.ack_with(AckKind::Nak(None)).await.map_err(away)?,
                Ended::Reconnected => take(&message, service, receiver).await,
            }
        }
    }
    Ok(ended)
}

/// Hands one event over, and tells the broker how that went. What the broker does not hear comes again.
async fn take(message: &Message, service: Service, receiver: &dyn EventHandler) {
    if message.info().is_ok_and(|info| info.delivered > 1) {
        metrics::counter!("bus_redelivered_total", "service" => service.name()).increment(1);
    }
    let taken = match serde_json::from_slice::<Envelope>(&message.payload) {
        Ok(envelope) => receiver.deliver(&envelope).await,
        Err(error) => {
            let text = String::from_utf8_lossy(&message.payload);
            receiver.store_undecodable(id_of(message), &message.subject, &text, &error.to_string()).await
        }
    };
    let told = match taken {
        // Acknowledged twice: the broker says that it has heard it.
        Ok(()) => tokio::time::timeout(ANSWER_TIMEOUT, message.double_ack()).await,
        Err(error) => {
            tracing::warn!(%service, %error, "an event could not be taken, it will come again");
            tokio::time::timeout(ANSWER_TIMEOUT, message.ack_with(AckKind::Nak(Some(AGAIN_AFTER)))).await
        }
    };
    if !matches!(told, Ok(Ok(()))) {
        tracing::debug!(%service, "the broker did not hear about an event, it will come again");
    }
}

/// The event's id by its header; where there is none, one that names its place in the stream.
fn id_of(message: &Message) -> Uuid {
    let header = message.headers.as_ref().and_then(|headers| headers.get(async_nats::header::NATS_MESSAGE_ID));
    let place = || message.info().map_or(0, |info| info.stream_sequence);
    header.and_then(|id| id.as_str().parse().ok()).unwrap_or_else(|| Uuid::from_u128(place().into()))
}

/// Passes on what is said about a subject, and that something may have been missed.
async fn pass_on(connection: Connection, subject: Subject, sender: broadcast::Sender<BusEvent>) {
    let mut times = connection.times();
    loop {
        let Ok(mut said) = connection.client().subscribe(subject.name()).await else {
            tokio::time::sleep(RETRY_DELAY).await;
            continue;
        };
        loop {
            let news = tokio::select! {
                message = said.next() => match message {
                    Some(message) => serde_json::from_slice(&message.payload).map(|envelope: Envelope| BusEvent::Event(Arc::new(envelope))),
                    None => break,
                },
                Ok(()) = times.changed() => Ok(BusEvent::Missed),
            };
            if let Ok(news) = news {
                // Nobody may be watching any more.
                let _ = sender.send(news);
            }
        }
    }
}
