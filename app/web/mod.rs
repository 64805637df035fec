//! The web tier: serves the pages, answers the calls and protects both. The only module that knows HTTP.

mod bootstrap;
pub mod cli;
mod middleware;
mod router;
mod routes;
mod serve;
mod telemetry;

pub use middleware::session::Session;
pub use router::{missing_rows, mounted};

use axum::extract::FromRef;
use middleware::rate_limit::RateLimits;
use middleware::session::SessionCookie;
use routes::feed::Feed;
use routes::health::Health;
use server::{Backend, Config, Environment};
use std::sync::Arc;
use tokio::sync::watch;

/// The state that handlers and middleware share.
#[derive(Clone)]
pub struct Site {
    backend: Backend,
    environment: Environment,
    session_cookie: Arc<SessionCookie>,
    feed: Arc<Feed>,
    health: Health,
    /// Its sender is dropped when the process stops serving.
    stopped: watch::Receiver<()>,
    config: Arc<Config>,
    rate_limits: Arc<RateLimits>,
}

impl FromRef<Site> for Health {
    fn from_ref(site: &Site) -> Self {
        site.health.clone()
    }
}
