//! RpcServer processes that ask, over NATS's service API: each request is an endpoint of a queue group, so the processes
//! of a service share the work, and `nats micro` shows them.

use super::{Registry, RemoteHandler, wire};
use crate::Error;
use crate::messaging::connection::{Connection, Servers};
use async_nats::service::{Service as Registration, ServiceExt, endpoint::Endpoint};
use futures::StreamExt;
use shared::Service;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;

/// How many requests a process answers at once; it refuses more, so that whoever asks hears it at once.
const AT_ONCE: usize = 256;

/// Where whoever asks wants the answer. What wants it elsewhere is no request: an event that somebody had delivered here.
const INBOXES: &str = "_INBOX.";

/// The services of this process, answering others.
pub struct RpcServer {
    /// A connection for requests alone: it can be drained, while answers still leave over the other.
    requests: Connection,
    registrations: Vec<Registration>,
    under_way: TaskTracker,
}

impl RpcServer {
    /// Begins to answer for `services`.
    ///
    /// # Errors
    /// Why not, in one line.
    pub async fn open(
        servers: &Servers,
        replies: &Connection,
        services: &[Service],
        answers: &Registry,
    ) -> Result<Self, String> {
        let requests = Connection::open(servers, "requests").await?;
        let (mut registrations, under_way) = (Vec::new(), TaskTracker::new());
        let turns = Arc::new(Semaphore::new(AT_ONCE));
        let cannot = |error: async_nats::Error| format!("{servers} does not let this process answer: {error}");
        for service in services {
            let builder = requests.client().service_builder().queue_group(service.name());
            let registration = builder.start(service.name(), env!("CARGO_PKG_VERSION")).await.map_err(cannot)?;
            for (name, (_, answer)) in answers.by_name.iter().filter(|(_, (of, _))| of == service) {
                // Endpoints' names have no dots.
                let endpoint = registration.endpoint_builder().name(name.replace('.', "-"));
                let endpoint = endpoint.add(wire::subject_of(name)).await.map_err(cannot)?;
                let (answer, replies) = (answer.clone(), replies.clone());
                under_way.spawn(serve(endpoint, answer, replies, turns.clone(), under_way.clone()));
            }
            registrations.push(registration);
        }
        // Whoever starts after this finds them.
        requests.client().flush().await.map_err(|error| cannot(error.into()))?;
        Ok(RpcServer { requests, registrations, under_way })
    }

    /// Takes no more requests, and waits until those that were taken are answered, at most that long.
    pub async fn stop(&self, at_most: Duration) {
        if !self.is_up() {
            // Nothing comes any more, and no answer would arrive.
            return;
        }
        if let Err(error) = self.requests.client().drain().await {
            tracing::warn!(%error, "the requests could not be drained");
        }
        self.under_way.close();
        if tokio::time::timeout(at_most, self.under_way.wait()).await.is_err() {
            tracing::warn!(services = self.registrations.len(), "some requests were not answered in time");
        }
    }

    /// Whether requests can reach this process.
    pub fn is_up(&self) -> bool {
        self.requests.is_up()
    }
}

/// Registry one kind of request until its subscription ends.
async fn serve(
    mut endpoint: Endpoint,
    answer: RemoteHandler,
    replies: Connection,
    turns: Arc<Semaphore>,
    under_way: TaskTracker,
) {
    while let Some(request) = endpoint.next().await {
        let reply = request.message.reply.clone().filter(|reply| reply.starts_with(INBOXES));
        let (Some(to), Some(caller)) = (reply, wire::caller(request.message.headers.as_ref())) else {
            tracing::warn!(subject = %request.message.subject, "a request does not say who asks");
            continue;
        };
        let (answer, replies, turn) = (answer.clone(), replies.clone(), turns.clone().try_acquire_owned());
        under_way.spawn(async move {
            let body = match turn {
                Ok(_) => answer(caller, request.message.payload.to_vec()).await,
                Err(_) => wire::busy(),
            };
            if let Err(error) = replies.client().publish(to, body.into()).await {
                tracing::warn!(error = %Error::failed(error), "an answer could not be sent");
            }
        });
    }
}
