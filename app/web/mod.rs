//! The web tier: serves the pages, answers the calls and protects both. The only module that knows HTTP.

mod bootstrap;
pub mod cli;
mod connections;
mod crawlers;
mod exporter;
mod head;
mod hydration_data;
mod middleware;
mod page_template;
mod response_cache;
mod router;
mod routes;
mod serve;
mod slots;
mod telemetry;

pub use middleware::session::{Session, present_password};
pub use router::{missing_rows, mounted};

use axum::extract::FromRef;
use middleware::load_shed::InFlight;
use middleware::rate_limit::RateLimits;
use middleware::security_log::SecurityLog;
use middleware::session_cookie::SessionCookie;
use response_cache::ResponseCache;
use routes::feed::Feed;
use routes::health::Health;
use routes::preview_image::PreviewImages;
use routes::sitemap::Sitemap;
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
    in_flight: Arc<InFlight>,
    security_log: Arc<SecurityLog>,
    response_cache: Arc<ResponseCache>,
    preview_images: Arc<PreviewImages>,
    sitemap: Arc<Sitemap>,
}

impl FromRef<Site> for Health {
    fn from_ref(site: &Site) -> Self {
        site.health.clone()
    }
}
