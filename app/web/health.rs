//! For those who watch over the process: does it live, is it ready, how is it doing.

use super::Site;
use axum::extract::{MatchedPath, Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::Response;
use std::time::Instant;

/// The process answers.
pub async fn live() -> &'static str {
    "alive\n"
}

/// Every service can reach its database.
pub async fn ready(State(site): State<Site>) -> (StatusCode, String) {
    match site.host.ready().await {
        Ok(()) => (StatusCode::OK, "ready\n".to_owned()),
        Err(reason) => (StatusCode::SERVICE_UNAVAILABLE, format!("{reason}\n")),
    }
}

/// Prometheus' text format.
pub async fn metrics(State(site): State<Site>) -> String {
    site.metrics.render()
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
    metrics::histogram!("http_request_seconds", &labels).record(began.elapsed().as_secs_f64());
    tracing::debug!(method, route, status, milliseconds = began.elapsed().as_millis(), "answered");
    response
}
