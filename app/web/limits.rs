//! How often one address may try to sign in or up.

use super::Site;
use crate::api::ApiError;
use axum::extract::{ConnectInfo, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use shared::Rejection;
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;

/// Tries in a row.
const BURST: NonZeroU32 = NonZeroU32::new(20).expect("not zero");
/// Tries per minute after that.
const PER_MINUTE: NonZeroU32 = NonZeroU32::new(10).expect("not zero");
/// How many addresses are remembered before those that rest are forgotten.
const MOST_ADDRESSES: usize = 10_000;

/// The tries of each address.
pub struct Limits {
    addresses: DefaultKeyedRateLimiter<IpAddr>,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { addresses: RateLimiter::keyed(Quota::per_minute(PER_MINUTE).allow_burst(BURST)) }
    }
}

/// Refuses an address that tries too often. The address is the connection's own: behind a proxy that is the proxy's,
/// which should limit by itself. A header that anybody can write is not believed.
pub async fn layer(State(site): State<Site>, request: Request, next: Next) -> Response {
    let guessing = matches!(request.uri().path(), "/api/auth/sign-in" | "/api/auth/sign-up");
    let address = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    if let (true, true, Some(address)) = (guessing, site.config.rate_limits, address) {
        let limits = &site.limits.addresses;
        if limits.len() > MOST_ADDRESSES {
            limits.retain_recent();
        }
        if let Err(until) = limits.check_key(&address) {
            let wait_seconds = until.wait_time_from(DefaultClock::default().now()).as_secs() + 1;
            return ApiError::Rejected(Rejection::TooManyRequests { wait_seconds }).into_response();
        }
    }
    next.run(request).await
}
