//! Answers requests of other processes over NATS's service API: each request is an endpoint of a queue group, so that the
//! processes of a service share the work, and `nats micro` lists them.

use super::{Registry, RemoteHandler, wire};
use crate::messaging::connection::{Connection, Servers};
use async_nats::service::{Service as Registration, ServiceExt, endpoint::Endpoint};
use futures::StreamExt;
use shared::Service;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;

/// How many requests a process handles at once. It refuses more at once, so that callers need not wait for their timeout.
const CONCURRENCY: usize = 256;
/// The prefix of reply subjects. A message with any other one is an event that was delivered to the wrong subject.
const INBOX_PREFIX: &str = "_INBOX.";

pub struct RpcServer {
    /// Used for requests only: it can be drained while replies still leave over the other connection.
    requests: Connection,
    registrations: Vec<Registration>,
    in_flight: TaskTracker,
}

impl RpcServer {
    /// Starts to answer requests for `services`.
    ///
    /// # Errors
    /// The reason in one line.
    pub async fn open(
        servers: &Servers,
        replies: &Connection,
        services: &[Service],
        registry: &Registry,
    ) -> Result<Self, String> {
        let requests = Connection::open(servers, "requests").await?;
        let (mut registrations, in_flight) = (Vec::new(), TaskTracker::new());
        let permits = Arc::new(Semaphore::new(CONCURRENCY));
        let denied = |error: async_nats::Error| format!("{servers} does not let this process answer requests: {error}");
        for service in services {
            let builder = requests.client().service_builder().queue_group(service.name());
            let registration = builder.start(service.name(), env!("CARGO_PKG_VERSION")).await.map_err(denied)?;
            for (name, (_, handler)) in registry.by_name.iter().filter(|(_, (of, _))| of == service) {
                // An endpoint's name may not contain dots.
                let endpoint = registration.endpoint_builder().name(name.replace('.', "-"));
                let endpoint = endpoint.add(wire::subject(name)).await.map_err(denied)?;
                let (handler, replies) = (handler.clone(), replies.clone());
                in_flight.spawn(serve(endpoint, handler, replies, permits.clone(), in_flight.clone()));
            }
            registrations.push(registration);
        }
        // The server knows the subscriptions from here on, so processes that start later can call.
        requests.client().flush().await.map_err(|error| denied(error.into()))?;
        Ok(RpcServer { requests, registrations, in_flight })
    }

    /// Accepts no more requests, and waits for those in flight, at most `timeout`.
    pub async fn stop(&self, timeout: Duration) {
        if !self.is_up() {
            // No request arrives any more, and no reply would.
            return;
        }
        if let Err(error) = self.requests.client().drain().await {
            tracing::warn!(%error, "request connection not drained");
        }
        self.in_flight.close();
        if tokio::time::timeout(timeout, self.in_flight.wait()).await.is_err() {
            tracing::warn!(services = self.registrations.len(), ?timeout, "requests in flight did not finish in time");
        }
    }

    /// Whether requests can reach this process.
    pub fn is_up(&self) -> bool {
        self.requests.is_up()
    }
}

/// Answers one type of request until its subscription ends.
async fn serve(
    mut endpoint: Endpoint,
    handler: RemoteHandler,
    replies: Connection,
    permits: Arc<Semaphore>,
    in_flight: TaskTracker,
) {
    while let Some(request) = endpoint.next().await {
        let reply_to = request.message.reply.clone().filter(|reply| reply.starts_with(INBOX_PREFIX));
        let (Some(reply_to), Some(caller)) = (reply_to, wire::decode_caller(request.message.headers.as_ref())) else {
            tracing::warn!(subject = %request.message.subject, "request without caller or reply subject ignored");
            continue;
        };
        let (handler, replies, permit) = (handler.clone(), replies.clone(), permits.clone().try_acquire_owned());
        in_flight.spawn(async move {
            let body = match permit {
                Ok(_) => handler(caller, request.message.payload.to_vec()).await,
                Err(_) => wire::encode_overloaded(),
            };
            if let Err(error) = replies.client().publish(reply_to, body.into()).await {
                tracing::warn!(%error, "reply not sent");
            }
        });
    }
}
