//! The one shape of every error response of the API: `{"message", "code", "data"}`.

use crate::api::ApiError;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use shared::Rejection;

/// `Retry-After` of a response that says the site, or a part of it, is unavailable: a restart takes about as long.
pub const RETRY_AFTER_SECONDS: u64 = 2;

/// The longest error response that is parsed; a longer one is replaced like one without a reason.
const MAX_ERROR_BYTES: usize = 64 * 1024;

/// How much of a reason that is plain text is passed on.
const MAX_REASON_CHARS: usize = 200;

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let body = json!({ "message": self.to_string(), "code": self.status().as_u16(), "data": self });
        let mut response = (self.status(), axum::Json(body)).into_response();
        if let Some(seconds) = retry_after(&self) {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// After how many seconds a retry may succeed, if waiting helps at all.
fn retry_after(error: &ApiError) -> Option<u64> {
    match error {
        ApiError::Rejected(Rejection::TooManyRequests { wait_seconds }) => Some(*wait_seconds),
        ApiError::Unavailable => Some(RETRY_AFTER_SECONDS),
        _ => None,
    }
}

/// Brings the errors that the framework makes itself into the one shape. They arise when arguments cannot be deserialized: the
/// framework answers 500 with a field `error`, where our own errors have `data`.
pub async fn unify(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    if response.status().is_success() || response.status().is_redirection() {
        return response;
    }
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, MAX_ERROR_BYTES).await.unwrap_or_default();
    let json = parts.headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
    let value = serde_json::from_slice::<Value>(&bytes).ok().filter(|_| json).unwrap_or_default();
    if let Some(data) = value.get("data").filter(|data| !data.is_null()) {
        let error = serde_json::from_value::<ApiError>(data.clone()).ok();
        let mut response = Response::from_parts(parts, Body::from(bytes));
        if let Some(seconds) = error.as_ref().and_then(retry_after) {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        return response;
    }
    let reason = value.get("error").and_then(Value::as_str).map(without_prefix);
    let error = match (parts.status, reason) {
        (StatusCode::METHOD_NOT_ALLOWED, _) => ApiError::Rejected(Rejection::NotAllowed),
        (StatusCode::NOT_FOUND, _) => ApiError::Rejected(Rejection::NotFound),
        (_, Some(reason)) => ApiError::Rejected(Rejection::Malformed(reason)),
        (status, None) if status.is_client_error() => {
            let reason = String::from_utf8_lossy(&bytes).chars().take(MAX_REASON_CHARS).collect();
            ApiError::Rejected(Rejection::Malformed(reason))
        }
        _ => ApiError::Failed,
    };
    error.into_response()
}

/// The reason without the framework's prefix.
fn without_prefix(error: &str) -> String {
    let prefixes = ["error deserializing server function arguments: ", "error deserializing server function results: "];
    prefixes.iter().find_map(|prefix| error.strip_prefix(prefix)).unwrap_or(error).to_owned()
}
