//! Bounds the bodies of calls, and refuses those that are not JSON.

use crate::api::ApiError;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures::StreamExt;
use shared::Rejection;

/// A listing of a hundred seats fits many times.
const MAX_BODY_BYTES: usize = 64 * 1024;

/// How much of a body that is too long is read and thrown away. Clients that are still sending when the connection closes
/// see a reset instead of the answer.
const MAX_DISCARDED_BYTES: usize = 32 * 1024 * 1024;

/// Refuses bodies that are too long or not JSON: the framework would answer 500.
pub async fn require_small_json(request: Request, next: Next) -> Response {
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

/// The whole body; `None` if it is too long or breaks off.
async fn read(body: Body) -> Option<Bytes> {
    let mut chunks = body.into_data_stream();
    let (mut bytes, mut length) = (Vec::new(), 0);
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.ok()?;
        length += chunk.len();
        if length <= MAX_BODY_BYTES {
            bytes.extend_from_slice(&chunk);
        } else if length > MAX_DISCARDED_BYTES {
            return None;
        }
    }
    (length <= MAX_BODY_BYTES).then(|| bytes.into())
}
