//! The one shape of every error answer of the API: `{"message", "code", "data"}`.

use super::security_headers::RETRY_SECONDS;
use crate::api::ApiError;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use shared::Rejection;

/// The longest error text that is looked into.
const LONGEST_ERROR: usize = 64 * 1024;

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

/// When it is worth trying again, in seconds, if waiting helps.
fn retry_after(error: &ApiError) -> Option<u64> {
    match error {
        ApiError::Rejected(Rejection::TooManyRequests { wait_seconds }) => Some(*wait_seconds),
        ApiError::Unavailable => Some(RETRY_SECONDS),
        _ => None,
    }
}

/// Puts the errors that the framework makes itself into the one shape. They come from arguments that do not fit: the
/// framework answers 500 for those, with an `error` where our own errors have `data`.
pub async fn unify(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    if response.status().is_success() || response.status().is_redirection() {
        return response;
    }
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, LONGEST_ERROR).await.unwrap_or_default();
    let json = parts.headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
    let value = serde_json::from_slice::<Value>(&bytes).ok().filter(|_| json).unwrap_or_default();
    if value.get("data").is_some_and(|data| !data.is_null()) {
        let error = value.get("data").and_then(|data| serde_json::from_value::<ApiError>(data.clone()).ok());
        let mut response = Response::from_parts(parts, Body::from(bytes));
        if let Some(seconds) = error.as_ref().and_then(retry_after) {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        return response;
    }
    let text = value.get("error").and_then(Value::as_str).map(readable);
    match (parts.status, text) {
        (StatusCode::METHOD_NOT_ALLOWED, _) => ApiError::Rejected(Rejection::NotAllowed).into_response(),
        (StatusCode::NOT_FOUND, _) => ApiError::Rejected(Rejection::NotFound).into_response(),
        (_, Some(text)) => ApiError::Rejected(Rejection::Malformed(text)).into_response(),
        (status, None) if status.is_client_error() => {
            let text = String::from_utf8_lossy(&bytes).chars().take(200).collect();
            ApiError::Rejected(Rejection::Malformed(text)).into_response()
        }
        _ => ApiError::Failed.into_response(),
    }
}

/// The reason within the framework's wrapping.
fn readable(error: &str) -> String {
    let wrappings =
        ["error deserializing server function arguments: ", "error deserializing server function results: "];
    wrappings.iter().find_map(|wrapping| error.strip_prefix(wrapping)).unwrap_or(error).to_owned()
}
