//! Limits how often one address may try passwords.

use crate::api::ApiError;
use crate::web::Site;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use shared::Rejection;
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;

/// The paths that take a password.
const LIMITED_PATHS: [&str; 4] = ["/api/auth/sign-in", "/api/auth/sign-up", "/forms/sign-in", "/forms/sign-up"];
/// Requests in a row that an address may make; a household or an office shares one.
const BURST: NonZeroU32 = NonZeroU32::new(20).expect("not zero");
/// Requests per minute after that.
const PER_MINUTE: NonZeroU32 = NonZeroU32::new(10).expect("not zero");
/// Above this, idle addresses are evicted.
const MAX_ADDRESSES: usize = 10_000;

/// The recent requests of each address.
pub struct RateLimits {
    addresses: DefaultKeyedRateLimiter<IpAddr>,
}

impl Default for RateLimits {
    fn default() -> Self {
        RateLimits { addresses: RateLimiter::keyed(Quota::per_minute(PER_MINUTE).allow_burst(BURST)) }
    }
}

impl RateLimits {
    /// Counts a request.
    ///
    /// # Errors
    /// [`Rejection::TooManyRequests`] if the address made too many before.
    fn check(&self, address: IpAddr) -> Result<(), Rejection> {
        if self.addresses.len() > MAX_ADDRESSES {
            self.addresses.retain_recent();
        }
        self.addresses.check_key(&address).map_err(|until| {
            // Rounded up: a client that waits exactly this long is let in.
            let wait_seconds = until.wait_time_from(DefaultClock::default().now()).as_secs() + 1;
            Rejection::TooManyRequests { wait_seconds }
        })
    }
}

/// Refuses an address that tries passwords too often.
pub async fn limit(State(site): State<Site>, request: Request, next: Next) -> Response {
    if site.config.rate_limits && LIMITED_PATHS.contains(&request.uri().path()) {
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
        let address = forwarded_for(request.headers(), site.config.proxies).or(peer);
        if let Some(Err(rejection)) = address.map(|address| site.rate_limits.check(address)) {
            return ApiError::Rejected(rejection).into_response();
        }
    }
    next.run(request).await
}

/// The client of the first of our own proxies. Each proxy appends an address to the header; anybody can have written those before
/// the ones that ours appended, so they are ignored.
fn forwarded_for(headers: &HeaderMap, proxies: usize) -> Option<IpAddr> {
    let lists = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let addresses: Vec<&str> = lists.flat_map(|list| list.split(',')).map(str::trim).collect();
    addresses.len().checked_sub(proxies).filter(|_| proxies > 0).and_then(|index| addresses[index].parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_that_our_own_proxies_appended_are_trusted() {
        let mut headers = HeaderMap::new();
        headers.append("x-forwarded-for", "10.0.0.9, 192.0.2.7".parse().expect("a header"));
        headers.append("x-forwarded-for", "10.1.1.1".parse().expect("a header"));

        let address = |proxies| forwarded_for(&headers, proxies).map(|address| address.to_string());

        assert_eq!(address(0), None);
        assert_eq!(address(1).as_deref(), Some("10.1.1.1"));
        assert_eq!(address(2).as_deref(), Some("192.0.2.7"));
        assert_eq!(address(4), None);
    }
}
