//! What a call must be before any handler sees it: from this site, small enough, and JSON.

use crate::api::ApiError;
use crate::web::Site;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, HOST, HeaderMap, ORIGIN};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures::StreamExt;
use shared::Rejection;

/// The longest body of a call, in bytes: a hundred seats fit many times.
const LONGEST_BODY: usize = 64 * 1024;

/// How much of a body that is too long is read and thrown away, in bytes: who is still sending does not hear an answer.
const MAX_DISCARDED: usize = 32 * 1024 * 1024;

/// Refuses what would change something and does not come from this site (OWASP's cross-site request forgery sheet):
/// browsers say where a request comes from, and other clients say that they are none.
pub async fn same_origin(State(site): State<Site>, request: Request, next: Next) -> Response {
    if request.method().is_safe() || is_ours(request.headers(), &site.config.public_url) {
        return next.run(request).await;
    }
    ApiError::Rejected(Rejection::ForeignOrigin).into_response()
}

fn is_ours(headers: &HeaderMap, public_url: &str) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(from) = text("sec-fetch-site") {
        return from == "same-origin";
    }
    if let Some(origin) = text(ORIGIN.as_str()) {
        let host = origin.split_once("://").map(|(_, host)| host);
        return origin == public_url || (host.is_some() && host == text(HOST.as_str()));
    }
    // No page of another site can add either header without being asked first, and we never allow it.
    headers.contains_key("x-request-client") || headers.contains_key(AUTHORIZATION)
}

/// Refuses bodies that are too large or no JSON, before the framework would choke on them.
pub async fn body(request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let Some(bytes) = read(body).await else {
        return ApiError::Rejected(Rejection::TooLarge).into_response();
    };
    if !bytes.is_empty() {
        let kind = parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if !kind.starts_with("application/json") {
            let reason = "a body is application/json".to_owned();
            return ApiError::Rejected(Rejection::Malformed(reason)).into_response();
        }
        if let Err(error) = serde_json::from_slice::<serde::de::IgnoredAny>(&bytes) {
            return ApiError::Rejected(Rejection::Malformed(error.to_string())).into_response();
        }
    }
    next.run(Request::from_parts(parts, Body::from(bytes))).await
}

/// The whole body; nothing if it is too long, or breaks off.
async fn read(body: Body) -> Option<Bytes> {
    let mut chunks = body.into_data_stream();
    let (mut bytes, mut length) = (Vec::new(), 0);
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.ok()?;
        length += chunk.len();
        if length <= LONGEST_BODY {
            bytes.extend_from_slice(&chunk);
        } else if length > MAX_DISCARDED {
            return None;
        }
    }
    (length <= LONGEST_BODY).then(|| bytes.into())
}
