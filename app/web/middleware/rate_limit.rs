//! How often one address may try to sign in or up.

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

/// Where passwords can be tried.
const GUESSED: [&str; 4] = ["/api/auth/sign-in", "/api/auth/sign-up", "/forms/sign-in", "/forms/sign-up"];
/// Tries in a row.
const BURST: NonZeroU32 = NonZeroU32::new(20).expect("not zero");
/// Tries per minute after that.
const PER_MINUTE: NonZeroU32 = NonZeroU32::new(10).expect("not zero");
/// How many addresses are remembered before those that rest are forgotten.
const MAX_ADDRESSES: usize = 10_000;

/// The tries of each address.
pub struct Limits {
    addresses: DefaultKeyedRateLimiter<IpAddr>,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { addresses: RateLimiter::keyed(Quota::per_minute(PER_MINUTE).allow_burst(BURST)) }
    }
}

/// Refuses an address that tries too often.
pub async fn layer(State(site): State<Site>, request: Request, next: Next) -> Response {
    let guessing = GUESSED.contains(&request.uri().path());
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let address = forwarded(request.headers(), site.config.proxies).or(peer);
    if let (true, true, Some(address)) = (guessing, site.config.rate_limits, address) {
        let limits = &site.limits.addresses;
        if limits.len() > MAX_ADDRESSES {
            limits.retain_recent();
        }
        if let Err(until) = limits.check_key(&address) {
            let wait_seconds = until.wait_time_from(DefaultClock::default().now()).as_secs() + 1;
            return ApiError::Rejected(Rejection::TooManyRequests { wait_seconds }).into_response();
        }
    }
    next.run(request).await
}

/// Who asked the first of our own proxies. Each one adds a name at the end of the header; what stands before those that
/// ours wrote, anybody can have written, so it is not believed.
fn forwarded(headers: &HeaderMap, proxies: usize) -> Option<IpAddr> {
    let lists = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let names: Vec<&str> = lists.flat_map(|list| list.split(',')).map(str::trim).collect();
    names.len().checked_sub(proxies).filter(|_| proxies > 0).and_then(|index| names[index].parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_our_own_proxies_wrote_is_believed() {
        let mut headers = HeaderMap::new();
        headers.append("x-forwarded-for", "10.0.0.9, 192.0.2.7".parse().expect("a header"));
        headers.append("x-forwarded-for", "10.1.1.1".parse().expect("a header"));
        let address = |proxies| forwarded(&headers, proxies).map(|address| address.to_string());
        assert_eq!(address(0), None);
        assert_eq!(address(1).as_deref(), Some("10.1.1.1"));
        assert_eq!(address(2).as_deref(), Some("192.0.2.7"));
        assert_eq!(address(4), None);
    }
}
