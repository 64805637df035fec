//! RpcClient services that run in other processes, over NATS.

use super::wire;
use crate::Caller;
use crate::Cause;
use crate::messaging::connection::Connection;
use crate::telemetry::traces;
use crate::{Environment, Error};
use async_nats::{Message as Answer, Request as Message, client::RequestErrorKind};
use shared::{Instant, Request, Service};
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use tracing::Instrument;

/// How long to wait for a service that nobody answers for: one that is being replaced is back by then.
const COMES_BACK_TIMEOUT: Duration = Duration::from_secs(2);
/// How often to try meanwhile.
const TRY_EVERY: Duration = Duration::from_millis(50);
/// How long a service that did not come back, or did not answer, is hardly waited for.
const AWAY_FOR: Duration = Duration::from_secs(2);
/// How long it is waited for then: a page asks several times, and has to say something in time.
const IMPATIENCE: Duration = Duration::from_millis(500);

/// Asks services elsewhere.
pub struct RpcClient {
    connection: Connection,
    environment: Environment,
    /// Until when each service is taken to be away, in milliseconds: nobody waits for it again and again.
    away_until: [AtomicI64; Service::ALL.len()],
}

impl RpcClient {
    /// Asks over this connection.
    pub fn new(connection: Connection, environment: Environment) -> Self {
        RpcClient { connection, environment, away_until: Default::default() }
    }

    /// Asks a service and waits for its answer.
    ///
    /// # Errors
    /// What the service says; [`Error::Unavailable`] if it does not answer in time.
    pub async fn call<R: Request>(&self, caller: &Caller, request: R) -> Result<R::Reply, Error> {
        let body = serde_json::to_vec(&request)?;
        let patience = match self.is_known_away(R::SERVICE) {
            true => IMPATIENCE,
            false => Duration::from_secs(R::TIMEOUT_SECONDS),
        };
        let span = tracing::info_span!("ask", request = R::NAME, correlation_id = %caller.request_id);
        traces::follow(&span, Cause::from(caller));
        let asking = self.ask_until_heard::<R>(caller, body).instrument(span);
        let answered = tokio::time::timeout(patience, asking).await;
        let answer = answered.unwrap_or_else(|_| {
            tracing::warn!(request = R::NAME, correlation_id = %caller.request_id, "there was no answer in time");
            self.note_away(R::SERVICE);
            Err(Error::Unavailable(R::SERVICE.name()))
        });
        wire::read(R::SERVICE, &answer?.payload)
    }

    /// Asks until somebody is there who hears it. Then it is asked once: it may be done even if no answer comes.
    async fn ask_until_heard<R: Request>(&self, caller: &Caller, body: Vec<u8>) -> Result<Answer, Error> {
        let patience = tokio::time::Instant::now() + COMES_BACK_TIMEOUT;
        loop {
            let message = Message::new().headers(wire::headers(caller)).payload(body.clone().into()).timeout(None);
            let answer = match self.connection.is_up() {
                true => {
                    self.connection.client().send_request(wire::subject::<R>(), message).await.map_err(|e| e.kind())
                }
                // What is said now would be heard when the connection is back, and nobody waits for the answer then.
                false => Err(RequestErrorKind::NoResponders),
            };
            match answer {
                Ok(answer) => {
                    self.away_until[R::SERVICE as usize].store(0, Ordering::Relaxed);
                    return Ok(answer);
                }
                Err(RequestErrorKind::NoResponders) if tokio::time::Instant::now() < patience => {}
                Err(RequestErrorKind::NoResponders) => {
                    self.note_away(R::SERVICE);
                    return Err(Error::Unavailable(R::SERVICE.name()));
                }
                Err(error) => {
                    tracing::warn!(request = R::NAME, %error, "a request could not be sent");
                    return Err(Error::Unavailable(R::SERVICE.name()));
                }
            }
            tokio::time::sleep(TRY_EVERY).await;
        }
    }

    fn is_known_away(&self, service: Service) -> bool {
        Instant::from_millis(self.away_until[service as usize].load(Ordering::Relaxed)) > self.environment.now()
    }

    fn note_away(&self, service: Service) {
        let until = (self.environment.now() + AWAY_FOR).millis();
        self.away_until[service as usize].store(until, Ordering::Relaxed);
    }
}
