//! A strict fake of the part of Stripe's API that Ticketing uses. It refuses what Stripe refuses, stores responses under
//! idempotency keys, sends signed events, and fails in the ways that a test chooses.
#![allow(clippy::disallowed_methods, reason = "this server is outside of the program under test, in real time")]

mod api;
mod books;
mod faults;
mod form;
mod intents;
mod keys;
mod objects;
mod pages;
mod payouts;
mod webhooks;

#[cfg(test)]
mod tests;

pub use books::{Payment, Snapshot, Totals};
pub use faults::{Fault, Moment, Script, Step};
pub use objects::Transfer;
pub use webhooks::{Delivery, Endpoint, sign};

use api::{Cut, Shared, lock};
use axum::Router;
use axum::routing::{any, get, post};
use books::Books;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};
use tower::ServiceExt;

/// Returns the time in Unix seconds.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// The options of a fake.
#[derive(Clone)]
pub struct Settings {
    /// The port; 0 for a free one.
    pub port: u16,
    /// Where events are sent.
    pub endpoint: Option<Endpoint>,
    /// How events are sent.
    pub delivery: Delivery,
    /// Seeds the random faults, and makes the ids of this fake differ from those of others.
    pub seed: u64,
    /// The clock for objects, signatures and idempotency keys.
    pub clock: Clock,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { port: 0, endpoint: None, delivery: Delivery::Off, seed: 1, clock: Arc::new(now) }
    }
}

/// A request that arrived, whether it succeeded or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    pub method: String,
    /// The path, including `/v1`.
    pub path: String,
    pub key: Option<String>,
}

/// A running fake. It stops when it is dropped.
pub struct FakeStripe {
    shared: Arc<Shared>,
    url: String,
    server: JoinHandle<()>,
}

impl FakeStripe {
    /// Starts to serve on 127.0.0.1.
    ///
    /// # Errors
    /// If the port is in use.
    pub async fn start(settings: Settings) -> io::Result<FakeStripe> {
        let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, settings.port))).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let salt = u32::try_from(settings.seed & u64::from(u32::MAX)).expect("it is cut to 32 bits");
        let shared = Arc::new(Shared {
            books: Mutex::new(Books::new(url.clone(), salt)),
            keys: Mutex::default(),
            script: Mutex::new(Script::new(settings.seed)),
            sender: Mutex::new(webhooks::Sender::new(settings.endpoint, settings.delivery, settings.seed)),
            calls: Mutex::default(),
            clock: settings.clock,
        });
        let server = tokio::spawn(serve(listener, router(shared.clone())));
        Ok(FakeStripe { shared, url, server })
    }

    /// The base URL, without a trailing slash.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// All money that it has moved.
    pub fn books(&self) -> Snapshot {
        lock(&self.shared.books).snapshot()
    }

    /// The transfers to sellers, oldest first.
    pub fn transfers(&self) -> Vec<Transfer> {
        lock(&self.shared.books).transfers.clone()
    }

    /// Every event, oldest first, whether it was sent or not.
    pub fn events(&self) -> Vec<Value> {
        lock(&self.shared.books).events.clone()
    }

    /// Every request to the API, oldest first.
    pub fn calls(&self) -> Vec<Call> {
        lock(&self.shared.calls).clone()
    }

    /// Chooses the faults. Do not hold the guard across a request.
    pub fn script(&self) -> MutexGuard<'_, Script> {
        lock(&self.shared.script)
    }

    /// Deletes all stored responses, as Stripe does after a day.
    pub fn forget_keys(&self) {
        lock(&self.shared.keys).forget();
    }

    /// Changes where and how events are sent from now on.
    pub fn set_delivery(&self, endpoint: Option<Endpoint>, delivery: Delivery) {
        let mut sender = lock(&self.shared.sender);
        (sender.endpoint, sender.delivery) = (endpoint, delivery);
    }

    /// Sends one event now, once. Returns the status of the response, if there is one.
    pub async fn deliver(&self, event: &Value) -> Option<u16> {
        let endpoint = lock(&self.shared.sender).endpoint.clone()?;
        webhooks::post(&endpoint, &event.to_string(), (self.shared.clock)()).await
    }

    /// Answers the bank without a browser. Returns where the bank redirects to, if the intent exists.
    pub fn answer_bank(&self, intent: &str, approved: bool) -> Option<String> {
        self.shared.change(|books| books.answer_bank(intent, approved))
    }

    /// Finishes a seller's onboarding without a browser. Returns whether the account exists.
    pub fn finish_onboarding(&self, account: &str) -> bool {
        self.shared.change(|books| books.finish_onboarding(account))
    }

    /// Serves until the process ends.
    pub async fn run(mut self) {
        // The task ends only when it is aborted.
        let _ = (&mut self.server).await;
    }
}

impl Drop for FakeStripe {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/v1/{*path}", any(api::answer))
        .route("/bank/{id}", get(pages::bank))
        .route("/bank/{id}/{answer}", post(pages::bank_answer))
        .route("/onboarding/{id}", get(pages::onboarding).post(pages::onboarding_answer))
        .with_state(shared)
}

/// Serves connections with hyper itself: it closes a connection without a response if the service fails. axum's server cannot.
async fn serve(listener: TcpListener, router: Router) {
    let mut connections = JoinSet::new();
    loop {
        // Accepting fails while the process has no free sockets, which passes.
        let Ok((socket, _)) = listener.accept().await else { continue };
        while connections.try_join_next().is_some() {}
        let router = router.clone();
        let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
            let router = router.clone();
            async move {
                let Ok(response) = router.oneshot(request).await;
                match response.extensions().get::<Cut>() {
                    Some(_) => Err(io::Error::from(io::ErrorKind::ConnectionAborted)),
                    None => Ok(response),
                }
            }
        });
        connections.spawn(http1::Builder::new().serve_connection(TokioIo::new(socket), service));
    }
}

fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.ok().and_then(|since| i64::try_from(since.as_secs()).ok()).expect("the clock is past 1970")
}
