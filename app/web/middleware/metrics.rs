//! Counts and times every request.

use axum::extract::{MatchedPath, Request};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;
use server::environment::Stopwatch;

/// Records a request under its route, not its path: the number of label values stays bounded. All pages are one route.
pub async fn measure(request: Request, next: Next) -> Response {
    let stopwatch = Stopwatch::start();
    let route = request.extensions().get::<MatchedPath>().map_or("page", MatchedPath::as_str).to_owned();
    let method = label(request.method());

    let response = next.run(request).await;

    let elapsed = stopwatch.elapsed();
    let status = response.status().as_u16();
    let labels = [("method", method.to_owned()), ("route", route.clone()), ("status", status.to_string())];
    metrics::counter!("http_requests_total", &labels).increment(1);
    metrics::histogram!("http_request_duration_seconds", &labels).record(elapsed.as_secs_f64());
    tracing::debug!(method, route, status, milliseconds = elapsed.as_millis(), "request answered");
    response
}

/// A client can invent methods without end, and every label value is kept for ever.
fn label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_that_a_client_invents_share_one_label() {
        let label = |method: &str| label(&method.parse().expect("a method"));

        assert_eq!(label("DELETE"), "DELETE");
        assert_eq!([label("BREW"), label("get"), label("TRACE")], ["other"; 3]);
    }
}
