//! The probes of orchestrators, and the metrics of Prometheus.

use axum::extract::State;
use axum::http::StatusCode;
use metrics_exporter_prometheus::PrometheusHandle;
use server::Host;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What the probes report on.
#[derive(Clone)]
pub struct Health {
    /// The services of this process.
    pub host: Arc<Host>,
    /// Renders everything that was recorded with the crate `metrics`.
    pub metrics: PrometheusHandle,
    /// Memory, processor time and open files of the process.
    pub process: metrics_process::Collector,
    /// Set by the stop signal: the process still serves, but should get no new work.
    pub shutting_down: Arc<AtomicBool>,
}

/// The process answers: it is not restarted, whatever the databases do.
pub async fn live() -> &'static str {
    "alive\n"
}

/// Whether new requests should be sent here: every service reaches its database and the broker.
pub async fn ready(State(health): State<Health>) -> (StatusCode, String) {
    if health.shutting_down.load(Ordering::Relaxed) {
        return (StatusCode::SERVICE_UNAVAILABLE, "shutting down\n".to_owned());
    }
    match health.host.ready().await {
        Ok(()) => (StatusCode::OK, "ready\n".to_owned()),
        Err(reason) => (StatusCode::SERVICE_UNAVAILABLE, format!("{reason}\n")),
    }
}

/// All metrics in Prometheus' text format; gauges are read at this moment.
pub async fn metrics(State(health): State<Health>) -> String {
    health.host.update_metrics().await;
    health.process.collect();
    health.metrics.render()
}
