//! For those who watch over the process: does it live, is it ready, how is it doing.

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::Response;
use axum::routing::get;
use metrics_exporter_prometheus::PrometheusHandle;
use server::Host;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// What is known of the process.
#[derive(Clone)]
pub struct Health {
    /// The services that run in it.
    pub host: Arc<Host>,
    /// What was counted.
    pub metrics: PrometheusHandle,
    /// The process's memory, processor time and files.
    pub process: metrics_process::Collector,
    /// Whether it was asked to stop: it still serves, and wants no new work.
    pub leaving: Arc<AtomicBool>,
}

/// The paths for those who watch over the process.
pub fn router(health: Health) -> Router {
    Router::new()
        .route("/health/live", get(live))
        .route("/health/ready", get(ready))
        .route("/metrics", get(metrics))
        .with_state(health)
}

/// The process answers.
async fn live() -> &'static str {
    "alive\n"
}

/// Every service can reach its database, and the others.
async fn ready(State(health): State<Health>) -> (StatusCode, String) {
    if health.leaving.load(Ordering::Relaxed) {
        return (StatusCode::SERVICE_UNAVAILABLE, "it is about to stop\n".to_owned());
    }
    match health.host.ready().await {
        Ok(()) => (StatusCode::OK, "ready\n".to_owned()),
        Err(reason) => (StatusCode::SERVICE_UNAVAILABLE, format!("{reason}\n")),
    }
}

/// Prometheus' text format.
async fn metrics(State(health): State<Health>) -> String {
    health.host.measure().await;
    health.process.collect();
    health.metrics.render()
}

/// Counts and times each request by its route.
pub async fn measure(request: Request, next: Next) -> Response {
    #[expect(clippy::disallowed_methods, reason = "how long an answer took is measured, not decided by")]
    let began = Instant::now();
    let route = request.extensions().get::<MatchedPath>().map_or("page", MatchedPath::as_str).to_owned();
    let method = request.method().to_string();
    let response = next.run(request).await;
    let status = response.status().as_u16();
    let labels = [("method", method.clone()), ("route", route.clone()), ("status", status.to_string())];
    metrics::counter!("http_requests_total", &labels).increment(1);
    metrics::histogram!("http_request_duration_seconds", &labels).record(began.elapsed().as_secs_f64());
    tracing::debug!(method, route, status, milliseconds = began.elapsed().as_millis(), "answered");
    response
}
