//! The web tier: serves the pages, takes the calls, and guards both. The only part that speaks HTTP.

mod account;
mod answers;
pub mod command;
mod forms;
mod guards;
mod headers;
mod health;
mod language;
mod limits;
mod live;
mod router;
mod session;
mod start;
mod telemetry;
mod webhooks;

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
    health: health::Health,
    /// Ends when the process stops to serve.
    stopped: tokio::sync::watch::Receiver<()>,
    config: Arc<Config>,
    limits: Arc<limits::Limits>,
}
