//! Refuses requests early when more are in flight than can be answered in time: late answers help nobody, and a queue makes all
//! of them late.

use crate::api::ApiError;
use axum::extract::{Request, State};
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use tokio::sync::{Semaphore, SemaphorePermit};

/// A process renders a few hundred pages a second, so that this many are answered in about a second.
const MAX_IN_FLIGHT: usize = 256;
/// For those who are buying, besides the others: they hold tickets, and their time runs out.
const MAX_PURCHASES_IN_FLIGHT: usize = 256;
/// By then the requests in flight are answered.
const RETRY_AFTER_SECONDS: u64 = 2;

/// The requests in flight, by class.
pub struct InFlight {
    purchases: Semaphore,
    others: Semaphore,
}

enum Admission<'a> {
    /// Cheap, or bounded elsewhere.
    Exempt,
    Admitted {
        _permit: SemaphorePermit<'a>,
    },
    Full,
}

impl InFlight {
    /// Without `rate_limits`, nothing is refused.
    pub fn new(rate_limits: bool) -> Self {
        let room = |most| Semaphore::new(if rate_limits { most } else { Semaphore::MAX_PERMITS });
        InFlight { purchases: room(MAX_PURCHASES_IN_FLIGHT), others: room(MAX_IN_FLIGHT) }
    }

    fn admit(&self, path: &str) -> Admission<'_> {
        let exempt = ["/health/", "/assets/", "/scanner/", "/wasm/"];
        if exempt.iter().any(|prefix| path.starts_with(prefix)) || path.ends_with("/live") {
            return Admission::Exempt;
        }
        // Other requests never take the room of purchases.
        let class = if is_purchase(path) { &self.purchases } else { &self.others };
        class.try_acquire().map_or(Admission::Full, |permit| Admission::Admitted { _permit: permit })
    }
}

fn is_purchase(path: &str) -> bool {
    let purchases =
        ["/api/orders", "/api/payments", "/forms/hold", "/forms/pay", "/forms/authenticate", "/orders/", "/webhooks/"];
    purchases.iter().any(|prefix| path.starts_with(prefix))
}

/// Answers 503 where there is no room.
pub async fn shed(State(in_flight): State<Arc<InFlight>>, request: Request, next: Next) -> Response {
    let admission = in_flight.admit(request.uri().path());
    if let Admission::Full = admission {
        metrics::counter!("http_requests_shed_total").increment(1);
        return refuse(request.uri());
    }
    let response = next.run(request).await;
    drop(admission);
    response
}

fn refuse(uri: &Uri) -> Response {
    if uri.path().starts_with("/api/") {
        return ApiError::Unavailable.into_response();
    }
    let wait = [(RETRY_AFTER, HeaderValue::from(RETRY_AFTER_SECONDS))];
    (StatusCode::SERVICE_UNAVAILABLE, wait, "Too many people are here at once. Try again in a moment.\n")
        .into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_pages_leaves_room_for_purchases_and_probes() {
        let in_flight = InFlight::new(true);
        let flood: Vec<_> = (0..MAX_IN_FLIGHT).map(|_| in_flight.admit("/")).collect();

        assert!(flood.iter().all(|admission| matches!(admission, Admission::Admitted { .. })));
        assert!(matches!(in_flight.admit("/shows/1"), Admission::Full));
        for path in ["/api/orders", "/forms/pay", "/orders/1"] {
            assert!(matches!(in_flight.admit(path), Admission::Admitted { .. }), "{path}");
        }
        for path in ["/health/ready", "/assets/a.css", "/api/live"] {
            assert!(matches!(in_flight.admit(path), Admission::Exempt), "{path}");
        }
        drop(flood);
        assert!(matches!(in_flight.admit("/shows/1"), Admission::Admitted { .. }));
    }
}
