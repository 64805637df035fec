//! Counts and times every request.

use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use server::environment::Stopwatch;

/// Records a request under its route, not its path: the number of label values stays bounded. All pages are one route.
pub async fn measure(request: Request, next: Next) -> Response {
    let stopwatch = Stopwatch::start();
    let route = request.extensions().get::<MatchedPath>().map_or("page", MatchedPath::as_str).to_owned();
    let method = request.method().to_string();

    let response = next.run(request).await;

    let elapsed = stopwatch.elapsed();
    let status = response.status().as_u16();
    let labels = [("method", method.clone()), ("route", route.clone()), ("status", status.to_string())];
    metrics::counter!("http_requests_total", &labels).increment(1);
    metrics::histogram!("http_request_duration_seconds", &labels).record(elapsed.as_secs_f64());
    tracing::debug!(method, route, status, milliseconds = elapsed.as_millis(), "request answered");
    response
}
