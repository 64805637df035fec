//! Limits how often one client may ask for something: by its network before anything else runs, and by its user.

mod limits;

use super::client_address::ClientAddress;
use crate::api::ApiError;
use crate::web::{Session, Site};
use axum::extract::{Request, State};
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use limits::{Budget, Class, classify};
use shared::Rejection;
use std::hash::{BuildHasher, Hash, RandomState};
use std::num::NonZeroU32;

/// Clients are counted in this many places, so that no attacker with a network full of addresses can fill the memory: about 8 MB
/// for each limiter. Two clients in one place share its budget; which ones, nobody outside can find out.
const PLACES: u64 = 1 << 18;

/// What each client spent of late.
pub struct RateLimits {
    networks: [DefaultKeyedRateLimiter<u64>; Class::ALL.len()],
    users: [DefaultKeyedRateLimiter<u64>; Class::ALL.len()],
    places: RandomState,
}

impl Default for RateLimits {
    fn default() -> Self {
        let limiter =
            |Budget { burst, per_minute }| RateLimiter::keyed(Quota::per_minute(per_minute).allow_burst(burst));
        RateLimits {
            networks: Class::ALL.map(|class| limiter(class.of_network())),
            users: Class::ALL.map(|class| limiter(class.of_user())),
            places: RandomState::new(),
        }
    }
}

impl RateLimits {
    fn spend(
        &self,
        limiters: &[DefaultKeyedRateLimiter<u64>; Class::ALL.len()],
        client: impl Hash,
        (class, cost): (Class, u32),
    ) -> Result<(), Rejection> {
        let place = self.places.hash_one(client) % PLACES;
        let cost = NonZeroU32::new(cost).unwrap_or(NonZeroU32::MIN);
        match limiters[class as usize].check_key_n(&place, cost) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(until)) => {
                // Rounded up: a client that waits exactly this long is let in.
                let wait_seconds = until.wait_time_from(DefaultClock::default().now()).as_secs() + 1;
                Err(Rejection::TooManyRequests { wait_seconds })
            }
            Err(_) => Err(Rejection::TooManyRequests { wait_seconds: 60 }),
        }
    }
}

/// Refuses a network that asks for too much. Runs before the session is resolved, which costs a query.
pub async fn limit_network(State(site): State<Site>, request: Request, next: Next) -> Response {
    let address = request.extensions().get::<ClientAddress>().copied();
    if site.config.rate_limits
        && let (Some(address), Some(charge)) = (address, classify(request.method(), request.uri()))
        && let Err(rejection) = site.rate_limits.spend(&site.rate_limits.networks, address.network(), charge)
    {
        return refuse(request.uri(), rejection);
    }
    next.run(request).await
}

/// Refuses a user who asks for too much, from however many networks. Runs after the session is resolved.
pub async fn limit_user(State(site): State<Site>, request: Request, next: Next) -> Response {
    let session = request.extensions().get::<Session>();
    let user = session.and_then(|session| session.user().ok().flatten()).map(|user| user.id);
    if site.config.rate_limits
        && let (Some(user), Some(charge)) = (user, classify(request.method(), request.uri()))
        && let Err(rejection) = site.rate_limits.spend(&site.rate_limits.users, user, charge)
    {
        return refuse(request.uri(), rejection);
    }
    next.run(request).await
}

fn refuse(uri: &Uri, rejection: Rejection) -> Response {
    let is_page = !uri.path().starts_with("/api/");
    match rejection {
        // A page is too expensive to say that nothing more is served.
        Rejection::TooManyRequests { wait_seconds } if is_page => {
            let text = format!("Too many requests. Try again in {wait_seconds} seconds.\n");
            (StatusCode::TOO_MANY_REQUESTS, [(RETRY_AFTER, HeaderValue::from(wait_seconds))], text).into_response()
        }
        rejection => ApiError::Rejected(rejection).into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::IpAddr;

    #[test]
    fn one_client_that_spent_its_budget_waits_and_another_does_not() {
        let limits = RateLimits::default();
        let spend = |last: u8, class| limits.spend(&limits.networks, IpAddr::from([192, 0, 2, last]), (class, 1));

        let allowed = (0..100).filter(|_| spend(1, Class::Credentials).is_ok()).count();

        assert_eq!(allowed, Class::Credentials.of_network().burst.get() as usize);
        assert!(matches!(spend(1, Class::Credentials), Err(Rejection::TooManyRequests { wait_seconds: 1.. })));
        assert!(spend(2, Class::Credentials).is_ok() && spend(1, Class::Change).is_ok());
    }

    #[test]
    fn a_flood_of_addresses_fills_no_memory() {
        let limits = RateLimits::default();
        for number in 0..3 * PLACES {
            let _ = limits.spend(&limits.networks, number, (Class::Read, 1));
        }
        assert!(limits.networks[Class::Read as usize].len() as u64 <= PLACES);
    }
}
