//! The web tier: serves the pages, takes the calls, and guards both. The only part that speaks HTTP.

mod bootstrap;
pub mod cli;
mod middleware;
mod router;
mod routes;
mod telemetry;

pub use middleware::session::Session;
pub use router::{ENDPOINTS, Endpoint, mounted};

use middleware::rate_limit;
use middleware::session::Cookie;
use routes::{feed, health};
use server::{Backend, Config, Environment};
use std::sync::Arc;

/// What every handler may need.
#[derive(Clone)]
pub struct Site {
    backend: Backend,
    environment: Environment,
    cookie: Arc<Cookie>,
    feed: Arc<feed::Feed>,
    health: health::Health,
    /// Ends when the process stops to serve.
    stopped: tokio::sync::watch::Receiver<()>,
    config: Arc<Config>,
    limits: Arc<rate_limit::Limits>,
}
