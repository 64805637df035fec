//! The web tier: serves the pages, takes the calls, and guards both. The only part that speaks HTTP.

mod answers;
pub mod command;
mod guards;
mod headers;
mod health;
mod limits;
mod live;
mod router;
mod session;

pub use router::{ENDPOINTS, Endpoint, mounted};
pub use session::Session;

use server::{Backend, Config, Environment};
use session::Cookie;
use std::sync::Arc;

/// What every handler may need.
#[derive(Clone)]
pub struct Site {
    backend: Backend,
    environment: Environment,
    cookie: Arc<Cookie>,
    feed: Arc<live::Feed>,
    host: Arc<server::Host>,
    config: Arc<Config>,
    limits: Arc<limits::Limits>,
    metrics: metrics_exporter_prometheus::PrometheusHandle,
}
