//! Serves HTTP from start to graceful shutdown: the site, or the probes alone where this process runs no web tier.

use super::connections::{self, Limits};
use super::exporter::{self, Exporter};
use super::middleware::load_shed::InFlight;
use super::middleware::rate_limit::RateLimits;
use super::middleware::session_cookie::SessionCookie;
use super::response_cache::ResponseCache;
use super::routes::feed::{self, Feed};
use super::routes::health::Health;
use super::{Site, router, telemetry};
use metrics_exporter_prometheus::BuildError;
use server::host::StartError;
use server::{Config, Environment, Host, tasks};
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// How long requests in flight may take to end once the listener is closed.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(10);

/// Why the process could not serve, in one line.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    #[error("PORT: {address} cannot be listened on: {source}")]
    Bind { address: SocketAddr, source: io::Error },
    #[error("METRICS: {address} cannot be listened on: {source}")]
    BindMetrics { address: SocketAddr, source: io::Error },
    #[error(transparent)]
    Start(#[from] StartError),
    #[error(transparent)]
    Metrics(#[from] BuildError),
}

/// Serves until the process is told to stop.
///
/// # Errors
/// If the address cannot be listened on, or a service cannot start.
pub async fn serve(mut config: Config) -> Result<(), ServeError> {
    // Before the services start, so that a second process on the same port fails without touching their databases.
    let listener = bind(&mut config).await?;
    let metrics = exporter::bind(config.metrics).await;
    let metrics = metrics.map_err(|(address, source)| ServeError::BindMetrics { address, source })?;
    let exporter = Exporter::install()?;
    let host = Arc::new(Host::start(&config, Environment::real()).await?);
    let health = Health::new(host.clone());
    let (stop, stopped) = watch::channel(());
    host.tasks().spawn(stop_on_signal(health.shutting_down.clone(), config.drain, stop));
    exporter.start(metrics, health.clone(), &stopped);
    let app = if config.parts.web {
        let site = site(&config, health, stopped.clone());
        router::site(&site, public_folder().as_deref())
    } else {
        router::probes(health)
    };
    if config.parts.web {
        println!("Ticketing is open on {}", config.public_url);
    } else {
        println!("Ticketing runs {}", config.parts);
    }
    connections::serve(listener, app, limits(&config), host.tasks().clone(), stopped, SHUTDOWN_TIMEOUT).await;
    host.stop().await;
    telemetry::shut_down().await;
    Ok(())
}

async fn bind(config: &mut Config) -> Result<TcpListener, ServeError> {
    // `dx serve` proxies to an address that it chooses itself.
    let address = match dioxus::cli_config::server_port() {
        Some(_) => dioxus::cli_config::fullstack_address_or_localhost(),
        None => SocketAddr::new(config.host, config.port),
    };
    let unusable = |source| ServeError::Bind { address, source };
    let listener = TcpListener::bind(address).await.map_err(unusable)?;
    if config.port == 0 {
        config.port = listener.local_addr().map_err(unusable)?.port();
    }
    Ok(listener)
}

fn limits(config: &Config) -> Limits {
    // Behind proxies, all connections come from their addresses, and each proxy limits its own clients.
    let direct = config.rate_limits && config.proxies == 0;
    let limits = Limits {
        connections: config.connections,
        connections_per_address: if direct { config.connections_per_address } else { usize::MAX },
        timeout: config.connection_timeout,
    };
    limits.within_open_files()
}

/// The state of the site; starts the task that feeds its live feeds.
fn site(config: &Config, health: Health, stopped: watch::Receiver<()>) -> Site {
    if !config.rate_limits {
        tracing::warn!("RATE_LIMITS IS OFF: ANYBODY MAY TRY PASSWORDS AS FAST AS THEY CAN");
    }
    let (feed, environment) = (Arc::new(Feed::new(config.rate_limits)), health.host.environment().clone());
    let session_cookie = Arc::new(SessionCookie::new(config.is_https()));
    let response_cache = Arc::new(ResponseCache::new(environment.clone(), session_cookie.clone()));
    let events = health.host.watch(feed::SUBJECTS);
    health.host.tasks().spawn(feed.clone().run(events, response_cache.clone()));
    Site {
        backend: health.host.backend(),
        environment,
        session_cookie,
        feed,
        rate_limits: Arc::new(RateLimits::default()),
        in_flight: Arc::new(InFlight::new(config.rate_limits)),
        security_log: Arc::default(),
        response_cache,
        preview_images: Arc::default(),
        sitemap: Arc::default(),
        config: Arc::new(config.clone()),
        health,
        stopped,
    }
}

/// The folder with the client's files: beside the binary, whatever the working directory is.
fn public_folder() -> Option<PathBuf> {
    let folder = std::env::current_exe().ok()?.parent()?.join("public");
    if folder.is_dir() {
        return Some(folder);
    }
    tracing::warn!(folder = %folder.display(), "folder with the client's files is missing: pages have no style and no script");
    None
}

/// Waits for SIGINT or SIGTERM, reports the process as not ready, keeps serving for `drain` so that load balancers notice, and
/// then stops the listener by dropping `stop`.
async fn stop_on_signal(shutting_down: Arc<AtomicBool>, drain: Duration, stop: watch::Sender<()>) {
    let mut terminate = signal(SignalKind::terminate()).expect("a process can handle its own signals");
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
    shutting_down.store(true, Ordering::Relaxed);
    tasks::sleep(drain).await;
    drop(stop);
}
