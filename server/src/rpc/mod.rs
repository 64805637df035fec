//! Calling a service. The caller cannot tell whether the service runs in this process.

mod client;
mod server;
mod wire;

pub use client::RpcClient;
pub use server::RpcServer;

use crate::environment::Stopwatch;
use crate::tasks;
use crate::telemetry::traces;
use crate::{Caller, Cause, Error};
use futures::future::BoxFuture;
use shared::{Request, Service};
use std::any::{Any, TypeId};
use std::collections::{BTreeMap, HashMap};
use std::future::Future;
use std::sync::Arc;
use tracing::Instrument;

type Handler<R> = Arc<dyn Fn(Caller, R) -> BoxFuture<'static, Result<<R as Request>::Reply, Error>> + Send + Sync>;
/// A handler whose request and reply are encoded, for calls from another process.
type RemoteHandler = Arc<dyn Fn(Caller, Vec<u8>) -> BoxFuture<'static, Vec<u8>> + Send + Sync>;

/// The request handlers of the services in this process.
#[derive(Default)]
pub struct Registry {
    by_request: HashMap<TypeId, Box<dyn Any + Send + Sync>>,
    by_name: BTreeMap<&'static str, (Service, RemoteHandler)>,
}

impl Registry {
    /// Registers a method of `service` as the handler of `R`.
    ///
    /// # Panics
    /// If `R` has a handler already.
    pub fn register<S, R, Fut>(&mut self, service: &Arc<S>, method: fn(Arc<S>, Caller, R) -> Fut)
    where
        S: Send + Sync + 'static,
        R: Request,
        Fut: Future<Output = Result<R::Reply, Error>> + Send + 'static,
    {
        let service = service.clone();
        let handler: Handler<R> = Arc::new(move |caller, request| {
            let span = tracing::info_span!("handle_request", request = R::NAME, correlation_id = %caller.request_id);
            traces::follow(&span, Cause::from(&caller));
            Box::pin(measure::<R>(method(service.clone(), caller, request)).instrument(span))
        });
        let local = handler.clone();
        let remote: RemoteHandler = Arc::new(move |caller, body| Box::pin(wire::handle(local.clone(), caller, body)));
        let before = self.by_request.insert(TypeId::of::<R>(), Box::new(handler));
        assert!(before.is_none(), "{} has two handlers", R::NAME);
        self.by_name.insert(R::NAME, (R::SERVICE, remote));
    }

    /// The requests of `service` that no handler is registered for.
    pub fn missing(&self, service: Service) -> Vec<&'static str> {
        shared::requests(service).iter().copied().filter(|name| !self.by_name.contains_key(name)).collect()
    }
}

/// Counts and times a request. A failure is logged here, once, where its source is known.
async fn measure<R: Request>(reply: impl Future<Output = Result<R::Reply, Error>>) -> Result<R::Reply, Error> {
    let stopwatch = Stopwatch::start();
    let in_flight = InFlight::new(R::SERVICE);
    let result = tasks::catch_panic(reply).await;
    drop(in_flight);
    let outcome = match &result {
        Ok(_) => "ok",
        Err(Error::Rejected(_)) => "rejected",
        Err(Error::NotReady(_) | Error::Conflict | Error::InFlight | Error::Unavailable(_)) => "unavailable",
        Err(Error::Failed(failure)) => {
            tracing::error!(request = R::NAME, %failure, "request failed");
            "failed"
        }
    };
    let labels = [("request", R::NAME), ("service", R::SERVICE.name())];
    metrics::histogram!("request_duration_seconds", &labels).record(stopwatch.elapsed().as_secs_f64());
    metrics::counter!("requests_total", "request" => R::NAME, "service" => R::SERVICE.name(), "outcome" => outcome)
        .increment(1);
    result
}

/// Counts a request until it is dropped, which also happens when the client disconnects.
struct InFlight(metrics::Gauge);

impl InFlight {
    fn new(service: Service) -> Self {
        let gauge = metrics::gauge!("requests_in_flight", "service" => service.name());
        gauge.increment(1.0);
        InFlight(gauge)
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.decrement(1.0);
    }
}

/// Calls services, in this process or another one.
#[derive(Clone)]
pub struct Backend {
    registry: Arc<Registry>,
    remote: Option<Arc<RpcClient>>,
}

impl Backend {
    /// Calls the handlers in `registry` directly, and all others through `remote`.
    pub fn new(registry: Arc<Registry>, remote: Option<RpcClient>) -> Self {
        Backend { registry, remote: remote.map(Arc::new) }
    }

    /// Sends a request to its service and waits for the reply.
    ///
    /// # Errors
    /// What the service answers; [`Error::Unavailable`] if it does not answer in time.
    pub async fn call<R: Request>(&self, caller: &Caller, request: R) -> Result<R::Reply, Error> {
        match (self.registry.by_request.get(&TypeId::of::<R>()), &self.remote) {
            (Some(handler), _) => {
                let handler = handler.downcast_ref::<Handler<R>>().expect("it was registered under its own type");
                handler(caller.clone(), request).await
            }
            (None, Some(remote)) => remote.call(caller, request).await,
            (None, None) => Err(Error::Unavailable(R::SERVICE.name())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt;
    use metrics::{Key, KeyName, Metadata, SharedString, Unit};
    use shared::orders::{CancelOrder, GetOrder, Order};
    use std::sync::atomic::{AtomicU64, Ordering};

    struct Orders;

    async fn get(_: Arc<Orders>, _: Caller, _: GetOrder) -> Result<Order, Error> {
        Err(Error::InFlight)
    }

    #[test]
    fn a_request_without_a_handler_is_found() {
        let mut registry = Registry::default();
        registry.register(&Arc::new(Orders), get);

        let missing = registry.missing(Service::Orders);

        assert!(missing.contains(&CancelOrder::NAME) && !missing.contains(&GetOrder::NAME), "{missing:?}");
    }

    /// Counts what all gauges add up to.
    struct Gauges(Arc<AtomicU64>);

    impl metrics::Recorder for Gauges {
        fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
        fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
        fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

        fn register_counter(&self, _: &Key, _: &Metadata<'_>) -> metrics::Counter {
            metrics::Counter::noop()
        }

        fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> metrics::Gauge {
            metrics::Gauge::from_arc(self.0.clone())
        }

        fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> metrics::Histogram {
            metrics::Histogram::noop()
        }
    }

    #[tokio::test]
    async fn a_request_is_not_counted_any_more_once_its_client_has_disconnected() {
        let bits = Arc::new(AtomicU64::new(0));
        let _guard = metrics::set_default_local_recorder(Box::leak(Box::new(Gauges(bits.clone()))));
        let value = || f64::from_bits(bits.load(Ordering::Relaxed)).to_string();

        let mut request = Box::pin(measure::<GetOrder>(std::future::pending()));
        assert!(request.as_mut().now_or_never().is_none());
        assert_eq!(value(), "1");
        drop(request);
        assert_eq!(value(), "0");

        let panicked = measure::<GetOrder>(async { panic!("a bug") }).await;
        assert!(matches!(panicked, Err(Error::Failed(_))));
        assert_eq!(value(), "0");
    }
}
