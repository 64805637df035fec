//! Calls services that run in other processes, over NATS.

use super::wire;
use crate::messaging::connection::Connection;
use crate::tasks::sleep;
use crate::telemetry::traces;
use crate::{Caller, Cause, Environment, Error};
use async_nats::{Message, Request as Outgoing, client::RequestErrorKind};
use shared::{Instant, Request, Service};
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use tracing::Instrument;

/// How long to wait for a service that has no process: one that is being replaced is back by then.
const RESTART_TIMEOUT: Duration = Duration::from_secs(2);
/// The interval between tries meanwhile.
const RETRY_INTERVAL: Duration = Duration::from_millis(50);
/// Circuit breaker: after a timeout, calls to the service wait only `SHORT_TIMEOUT` for this long.
const BREAKER_DURATION: Duration = Duration::from_secs(2);
/// A page sends several requests; it must say that a service is away within a few seconds.
const SHORT_TIMEOUT: Duration = Duration::from_millis(500);

pub struct RpcClient {
    connection: Connection,
    environment: Environment,
    /// Until when the circuit breaker of each service is open, in milliseconds since the epoch.
    open_until: [AtomicI64; Service::ALL.len()],
}

impl RpcClient {
    pub fn new(connection: Connection, environment: Environment) -> Self {
        RpcClient { connection, environment, open_until: Default::default() }
    }

    /// Sends a request and waits for the reply.
    ///
    /// # Errors
    /// What the service answers; [`Error::Unavailable`] if it does not answer in time.
    pub async fn call<R: Request>(&self, caller: &Caller, request: R) -> Result<R::Reply, Error> {
        let body = serde_json::to_vec(&request)?;
        let timeout =
            if self.is_breaker_open(R::SERVICE) { SHORT_TIMEOUT } else { Duration::from_secs(R::TIMEOUT_SECONDS) };
        let span = tracing::info_span!("call", request = R::NAME, correlation_id = %caller.request_id);
        traces::follow(&span, Cause::from(caller));
        let sending = self.send_until_received::<R>(caller, body).instrument(span);
        let reply = tokio::time::timeout(timeout, sending).await.unwrap_or_else(|_| {
            let correlation_id = caller.request_id;
            tracing::warn!(request = R::NAME, %correlation_id, ?timeout, "request timed out");
            self.open_breaker(R::SERVICE);
            Err(Error::Unavailable(R::SERVICE.name()))
        });
        wire::decode_reply(R::SERVICE, &reply?.payload)
    }

    /// Sends until a process receives the request. From then on it is not sent again: it may have had its effect even if
    /// no reply comes, and only the caller knows whether a repetition is safe.
    async fn send_until_received<R: Request>(&self, caller: &Caller, body: Vec<u8>) -> Result<Message, Error> {
        let deadline = tokio::time::Instant::now() + RESTART_TIMEOUT;
        loop {
            let outgoing = Outgoing::new().headers(wire::encode_caller(caller)).payload(body.clone().into());
            let reply = if self.connection.is_up() {
                let sent = self.connection.client().send_request(wire::subject(R::NAME), outgoing.timeout(None)).await;
                sent.map_err(|error| error.kind())
            } else {
                // The client would buffer it and send it after the reconnect, when nobody waits for the reply any more.
                Err(RequestErrorKind::NoResponders)
            };
            match reply {
                Ok(reply) => {
                    self.open_until[R::SERVICE as usize].store(0, Ordering::Relaxed);
                    return Ok(reply);
                }
                Err(RequestErrorKind::NoResponders) if tokio::time::Instant::now() < deadline => {}
                Err(RequestErrorKind::NoResponders) => {
                    self.open_breaker(R::SERVICE);
                    return Err(Error::Unavailable(R::SERVICE.name()));
                }
                Err(error) => {
                    tracing::warn!(request = R::NAME, %error, "request not sent");
                    return Err(Error::Unavailable(R::SERVICE.name()));
                }
            }
            sleep(RETRY_INTERVAL).await;
        }
    }

    fn is_breaker_open(&self, service: Service) -> bool {
        Instant::from_millis(self.open_until[service as usize].load(Ordering::Relaxed)) > self.environment.now()
    }

    fn open_breaker(&self, service: Service) {
        let until = (self.environment.now() + BREAKER_DURATION).millis();
        self.open_until[service as usize].store(until, Ordering::Relaxed);
    }
}
