//! Refuses requests that a page of another site makes with the visitor's cookies (OWASP's cheat sheet on cross-site request
//! forgery).

use crate::api::ApiError;
use crate::web::Site;
use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, HOST, HeaderMap, ORIGIN};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use shared::Rejection;

/// Refuses a request that may change something unless it proves that it comes from this site, or not from a browser.
pub async fn require_same_origin(State(site): State<Site>, request: Request, next: Next) -> Response {
    if request.method().is_safe() || is_same_origin(request.headers(), &site.config.public_url) {
        return next.run(request).await;
    }
    ApiError::Rejected(Rejection::ForeignOrigin).into_response()
}

fn is_same_origin(headers: &HeaderMap, public_url: &str) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return site == "same-origin";
    }
    if let Some(origin) = text(ORIGIN.as_str()) {
        let host = origin.split_once("://").map(|(_, host)| host);
        return origin == public_url || (host.is_some() && host == text(HOST.as_str()));
    }
    // A page of another site can send neither header without a CORS preflight, and this site answers none.
    headers.contains_key("x-request-client") || headers.contains_key(AUTHORIZATION)
}
