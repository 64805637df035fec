//! Calling a service. Whoever asks cannot tell whether the service runs in this process.

mod client;
mod server;
pub(crate) mod wire;

pub use client::RpcClient;
pub use server::RpcServer;

use crate::telemetry::traces;
use crate::{Caller, Cause, Error};
use futures::future::BoxFuture;
use shared::{Request, Service};
use std::any::{Any, TypeId};
use std::collections::{BTreeMap, HashMap};
use std::future::Future;
use std::sync::Arc;
use tracing::Instrument;

type Answer<R> = Arc<dyn Fn(Caller, R) -> BoxFuture<'static, Result<<R as Request>::Reply, Error>> + Send + Sync>;
/// Answers what came from another process, both as bytes.
type RemoteHandler = Arc<dyn Fn(Caller, Vec<u8>) -> BoxFuture<'static, Vec<u8>> + Send + Sync>;

/// What the services of this process answer.
#[derive(Default)]
pub struct Registry {
    by_request: HashMap<TypeId, Box<dyn Any + Send + Sync>>,
    by_name: BTreeMap<&'static str, (Service, RemoteHandler)>,
}

impl Registry {
    /// Declares how `service` answers `R`: with one of its methods.
    pub fn register<S, R, Fut>(&mut self, service: &Arc<S>, answer: fn(Arc<S>, Caller, R) -> Fut)
    where
        S: Send + Sync + 'static,
        R: Request,
        Fut: Future<Output = Result<R::Reply, Error>> + Send + 'static,
    {
        let service = service.clone();
        let answer: Answer<R> = Arc::new(move |caller, request| {
            let span = tracing::info_span!("answer", request = R::NAME, correlation_id = %caller.request_id);
            traces::follow(&span, Cause::from(&caller));
            Box::pin(measured::<R>(answer(service.clone(), caller, request)).instrument(span))
        });
        let remote = answer.clone();
        let remote: RemoteHandler = Arc::new(move |caller, body| Box::pin(wire::answer(remote.clone(), caller, body)));
        let before = self.by_request.insert(TypeId::of::<R>(), Box::new(answer));
        assert!(before.is_none(), "{} is answered twice", R::NAME);
        self.by_name.insert(R::NAME, (R::SERVICE, remote));
    }
}

impl Registry {
    /// The requests of `service` that no handler is registered for.
    pub fn missing(&self, service: Service) -> Vec<&'static str> {
        service.requests().iter().copied().filter(|name| !self.by_name.contains_key(name)).collect()
    }
}

/// Counts and times an answer; what failed is logged here, once, where it is known why.
async fn measured<R: Request>(answer: impl Future<Output = Result<R::Reply, Error>>) -> Result<R::Reply, Error> {
    #[expect(clippy::disallowed_methods, reason = "how long an answer took is measured, not decided by")]
    let began = std::time::Instant::now();
    let in_flight = metrics::gauge!("requests_in_flight", "service" => R::SERVICE.name());
    in_flight.increment(1.0);
    let result = answer.await;
    in_flight.decrement(1.0);
    let outcome = match &result {
        Ok(_) => "ok",
        Err(Error::Rejected(_)) => "rejected",
        Err(Error::NotReady(_) | Error::Conflict | Error::InFlight | Error::Unavailable(_)) => "unavailable",
        Err(Error::Failed(failure)) => {
            tracing::error!(%failure, "a request failed");
            "failed"
        }
    };
    let names = [("request", R::NAME), ("service", R::SERVICE.name())];
    metrics::histogram!("request_duration_seconds", &names).record(began.elapsed().as_secs_f64());
    metrics::counter!("requests_total", "request" => R::NAME, "service" => R::SERVICE.name(), "outcome" => outcome)
        .increment(1);
    result
}

/// Asks services.
#[derive(Clone)]
pub struct Backend {
    answers: Arc<Registry>,
    elsewhere: Option<Arc<RpcClient>>,
}

impl Backend {
    /// Asks the services that declared these answers, and the others where they are.
    pub fn new(answers: Arc<Registry>, elsewhere: Option<RpcClient>) -> Self {
        Backend { answers, elsewhere: elsewhere.map(Arc::new) }
    }

    /// Asks a service and waits for its answer.
    ///
    /// # Errors
    /// What the service says; [`Error::Unavailable`] if it does not answer.
    pub async fn call<R: Request>(&self, caller: &Caller, request: R) -> Result<R::Reply, Error> {
        match (self.answers.by_request.get(&TypeId::of::<R>()), &self.elsewhere) {
            (Some(answer), _) => {
                let answer = answer.downcast_ref::<Answer<R>>().expect("it was declared under its own type");
                answer(caller.clone(), request).await
            }
            (None, Some(elsewhere)) => elsewhere.call(caller, request).await,
            (None, None) => Err(Error::Unavailable(R::SERVICE.name())),
        }
    }
}
