//! Writes refusals to the log, under the target `security`, so that an attack is visible while it happens.

use super::client_address::ClientAddress;
use super::session::SignedInUser;
use crate::web::Site;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::Response;
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};

/// An attack must not fill the disk, nor bury everything else: this many lines in a row,
const BURST: NonZeroU32 = NonZeroU32::new(100).expect("not zero");
/// and this many per second after that.
const PER_SECOND: NonZeroU32 = NonZeroU32::new(5).expect("not zero");

/// Decides which refusals are written.
pub struct SecurityLog {
    limiter: DefaultDirectRateLimiter,
    suppressed: AtomicU64,
}

impl Default for SecurityLog {
    fn default() -> Self {
        let limiter = RateLimiter::direct(Quota::per_second(PER_SECOND).allow_burst(BURST));
        SecurityLog { limiter, suppressed: AtomicU64::new(0) }
    }
}

impl SecurityLog {
    /// How many refusals were left out before this one; `None` to leave this one out, too.
    fn admit(&self) -> Option<u64> {
        if self.limiter.check().is_ok() {
            Some(self.suppressed.swap(0, Ordering::Relaxed))
        } else {
            self.suppressed.fetch_add(1, Ordering::Relaxed);
            None
        }
    }
}

/// Writes a line for a response that refuses its request. Anybody may be signed out, so 401 counts only where credentials are
/// checked.
pub async fn record(State(site): State<Site>, request: Request, next: Next) -> Response {
    let network = request.extensions().get::<ClientAddress>().map(|address| address.network());
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let response = next.run(request).await;
    if let Some(reason) = reason(response.status(), &path)
        && let Some(suppressed) = site.security_log.admit()
    {
        let user = response.extensions().get::<SignedInUser>().map(|user| user.0.to_string());
        // `Debug` escapes what the client chose.
        tracing::info!(target: "security", reason, %method, ?path, ?network, user, suppressed, "request refused");
    }
    response
}

fn reason(status: StatusCode, path: &str) -> Option<&'static str> {
    match status {
        StatusCode::FORBIDDEN => Some("forbidden"),
        StatusCode::REQUEST_TIMEOUT => Some("body too slow"),
        StatusCode::PAYLOAD_TOO_LARGE => Some("body too large"),
        StatusCode::TOO_MANY_REQUESTS => Some("too many requests"),
        // Stripe's own requests are well-formed and signed.
        StatusCode::BAD_REQUEST if path == "/webhooks/stripe" => Some("wrong signature"),
        StatusCode::UNAUTHORIZED if path.starts_with("/api/auth/") => Some("wrong credentials"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_are_written_and_answers_are_not() {
        for status in [403, 408, 413, 429] {
            let status = StatusCode::from_u16(status).expect("a status");
            assert!(reason(status, "/api/orders").is_some(), "{status}");
        }
        assert!(reason(StatusCode::UNAUTHORIZED, "/api/auth/sign-in").is_some());
        assert!(reason(StatusCode::BAD_REQUEST, "/webhooks/stripe").is_some());
        assert_eq!(reason(StatusCode::BAD_REQUEST, "/api/orders"), None);
        assert_eq!(reason(StatusCode::UNAUTHORIZED, "/api/orders"), None);
        assert_eq!(reason(StatusCode::OK, "/api/auth/sign-in"), None);
    }

    #[test]
    fn a_flood_of_refusals_is_counted_instead_of_written() {
        let log = SecurityLog::default();
        let written = (0..10_000).filter(|_| log.admit().is_some()).count();

        assert!((100..10_000).contains(&written), "{written}");
        assert!(log.suppressed.load(Ordering::Relaxed) > 0);
    }
}
