//! The service worker that shows tickets and doors without a network.

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName};
use axum::response::IntoResponse;

const SCRIPT: &str = include_str!("../offline_worker.js");

/// It is registered for these pages only, although the header would allow all: a worker may otherwise control only what is
/// in its own folder.
pub async fn serve() -> impl IntoResponse {
    let allowed = HeaderName::from_static("service-worker-allowed");
    let headers = [(CONTENT_TYPE, "text/javascript; charset=utf-8"), (CACHE_CONTROL, "no-cache"), (allowed, "/")];
    (headers, SCRIPT)
}
