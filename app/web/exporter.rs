//! Serves the metrics to Prometheus on a listener of their own, and keeps them up to date and small.

use super::connections::{self, Limits};
use super::routes::health::{self, Health};
use axum::Router;
use axum::routing::get;
use metrics_exporter_prometheus::{BuildError, PrometheusBuilder, PrometheusHandle};
use metrics_process::Collector;
use server::config::MetricsAddress;
use server::tasks;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// The buckets of all histograms, in seconds: from a lookup in memory to the longest that anybody waits.
const HISTOGRAM_BUCKETS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0];

/// How often samples are moved into their buckets: a histogram keeps every sample until then, whether or not anybody scrapes.
const UPKEEP_INTERVAL: Duration = Duration::from_secs(5);

/// A few scrapers, and operators who look.
const LIMITS: Limits = Limits { connections: 32, connections_per_address: 16, timeout: Duration::from_secs(30) };

/// A scrape has no state worth waiting for.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(1);

/// Renders everything that was recorded with the crate `metrics`.
#[derive(Clone)]
pub struct Exporter {
    recorded: PrometheusHandle,
    /// Memory, processor time and open files of the process.
    process: Collector,
}

/// Opens the listener; `None` if there is none, or its default address is in use.
///
/// # Errors
/// If the operator chose the address and it cannot be listened on.
pub async fn bind(metrics: Option<MetricsAddress>) -> Result<Option<TcpListener>, (SocketAddr, io::Error)> {
    let Some(MetricsAddress { address, required }) = metrics else { return Ok(None) };
    match TcpListener::bind(address).await {
        Ok(listener) => Ok(Some(listener)),
        Err(error) if required => Err((address, error)),
        Err(error) => {
            tracing::warn!(%address, %error, "metrics not served: set METRICS to a free address, or to off");
            Ok(None)
        }
    }
}

impl Exporter {
    /// Records all metrics of this process from now on.
    ///
    /// # Errors
    /// If it was called before.
    pub fn install() -> Result<Self, BuildError> {
        let recorded = PrometheusBuilder::new().set_buckets(&HISTOGRAM_BUCKETS)?.install_recorder()?;
        Ok(Exporter { recorded, process: Collector::default() })
    }

    /// Starts the upkeep, and serves `/metrics` and `/ready` until `stopped` if there is a listener.
    pub fn start(self, listener: Option<TcpListener>, health: Health, stopped: &watch::Receiver<()>) {
        let host = health.host.clone();
        let tasks = host.tasks().clone();
        tasks.spawn(upkeep(self.recorded.clone()));
        tasks.spawn(async move { host.run_metrics().await });
        if let Some(listener) = listener {
            let app = Router::new()
                .route("/metrics", get(async move || self.render()))
                .route("/ready", get(health::ready_with_reason))
                .with_state(health);
            let serving = connections::serve(listener, app, LIMITS, tasks.clone(), stopped.clone(), SHUTDOWN_TIMEOUT);
            tasks.spawn(serving);
        }
    }

    fn render(&self) -> String {
        self.process.collect();
        self.recorded.render()
    }
}

async fn upkeep(recorded: PrometheusHandle) {
    loop {
        tasks::sleep(UPKEEP_INTERVAL).await;
        recorded.run_upkeep();
    }
}
