//! The durable consumers through which services read JetStream's stream, one per service and subject.
//!
//! A consumer has one subject because the broker checks permissions on the subject of a request, not on its body: with a single
//! filter, the request that creates a consumer names what the consumer reads (docs/decisions/0017).

use super::connection::unavailable;
use crate::Error;
use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy, PullConsumer, pull};
use async_nats::jetstream::context::ConsumerInfoErrorKind;
use async_nats::jetstream::stream::{self, ConsumerError, ConsumerErrorKind};
use shared::{Service, Subject};
use std::time::Duration;

/// How many events of a subject all processes of a service may have received and not acknowledged.
const MAX_ACK_PENDING: i64 = 512;
/// After this an unacknowledged event is delivered to another process: one that died held some, and people wait for what
/// follows from them. If the first process was only slow, the inbox recognises the second delivery.
const ACK_TIMEOUT: Duration = Duration::from_secs(5);

/// The name of the consumer through which a service reads a subject, as in `orders-tickets-changed`.
pub fn name(service: Service, subject: Subject) -> String {
    format!("{service}-{}", subject.name().replace('.', "-"))
}

/// Creates a consumer, or updates it to this program's configuration.
pub async fn create(stream: &stream::Stream, service: Service, subject: Subject) -> Result<PullConsumer, Error> {
    match try_create(stream, service, subject).await {
        // Another process may have created it meanwhile, with another start, which cannot be changed.
        Err(error) if matches!(error.kind(), ConsumerErrorKind::JetStream(_)) => {
            try_create(stream, service, subject).await.map_err(unavailable)
        }
        created => created.map_err(unavailable),
    }
}

async fn try_create(
    stream: &stream::Stream,
    service: Service,
    subject: Subject,
) -> Result<PullConsumer, ConsumerError> {
    let start = match stream.consumer_info(name(service, subject)).await {
        Ok(existing) => existing.config.deliver_policy,
        Err(_) => first_delivery(stream, service, subject).await,
    };
    stream.create_consumer(config(service, subject, start)).await
}

/// The consumer as it is, created if it does not exist.
pub async fn renew(stream: &stream::Stream, service: Service, subject: Subject) -> Result<PullConsumer, Error> {
    let name = name(service, subject);
    match stream.consumer_info(&name).await {
        Ok(_) => stream.get_consumer(&name).await.map_err(unavailable),
        Err(error) if error.kind() == ConsumerInfoErrorKind::NotFound => create(stream, service, subject).await,
        Err(error) => Err(unavailable(error)),
    }
}

/// Where a new consumer begins. A former version read all subjects of a service through one consumer, named like the service;
/// what that one has acknowledged is not delivered again. Otherwise it begins with the oldest event.
async fn first_delivery(stream: &stream::Stream, service: Service, subject: Subject) -> DeliverPolicy {
    let Ok(former) = stream.consumer_info(service.name()).await else { return DeliverPolicy::All };
    let filters = former.config.filter_subjects.iter().chain([&former.config.filter_subject]);
    if filters.into_iter().all(|filter| filter != subject.name()) {
        return DeliverPolicy::All;
    }
    DeliverPolicy::ByStartSequence { start_sequence: former.ack_floor.stream_sequence + 1 }
}

fn config(service: Service, subject: Subject, start: DeliverPolicy) -> pull::Config {
    pull::Config {
        durable_name: Some(name(service, subject)),
        deliver_policy: start,
        ack_policy: AckPolicy::Explicit,
        ack_wait: ACK_TIMEOUT,
        max_ack_pending: MAX_ACK_PENDING,
        // The inbox counts failed attempts, since only it can tell a failure from an outage.
        max_deliver: -1,
        // Exactly one: then it is part of the request's subject, which the broker checks.
        filter_subject: subject.name().to_owned(),
        ..pull::Config::default()
    }
}

/// How many events on a subject a service has not acknowledged.
pub async fn count_undelivered<T>(
    stream: &stream::Stream<T>,
    service: Service,
    subject: Subject,
) -> Result<u64, Error> {
    match stream.consumer_info(name(service, subject)).await {
        Ok(info) => Ok(info.num_pending + u64::try_from(info.num_ack_pending).unwrap_or(0)),
        // The service has never run.
        Err(error) if error.kind() == ConsumerInfoErrorKind::NotFound => Ok(0),
        Err(error) => Err(unavailable(error)),
    }
}
