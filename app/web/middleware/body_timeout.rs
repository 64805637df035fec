//! Bounds how long a client may take to send the body of a request.

use axum::body::{Body, HttpBody};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::CONNECTION;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures::{FutureExt, StreamExt, stream};
use server::tasks;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// The whole body must arrive in time. A timeout between two chunks would allow a byte every few seconds, for days.
pub async fn limit(State(timeout): State<Duration>, request: Request, next: Next) -> Response {
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    let timed_out = Arc::new(AtomicBool::new(false));
    let request = request.map(|body| with_deadline(body, timeout, timed_out.clone()));
    let response = next.run(request).await;
    if timed_out.load(Ordering::Relaxed) {
        return (StatusCode::REQUEST_TIMEOUT, [(CONNECTION, "close")]).into_response();
    }
    response
}

fn with_deadline(body: Body, timeout: Duration, timed_out: Arc<AtomicBool>) -> Body {
    let start = Some((body.into_data_stream(), tasks::sleep(timeout).boxed()));
    let chunks = stream::unfold(start, move |state| {
        let timed_out = timed_out.clone();
        async move {
            let (mut chunks, mut deadline) = state?;
            tokio::select! {
                biased;
                chunk = chunks.next() => Some((chunk?, Some((chunks, deadline)))),
                () = &mut deadline => {
                    timed_out.store(true, Ordering::Relaxed);
                    Some((Err(axum::Error::new(io::Error::from(io::ErrorKind::TimedOut))), None))
                }
            }
        }
    });
    Body::from_stream(chunks)
}
