//! Who has just changed something sees it at once: their reads are not answered from the cache for a while (invariant I17).
//!
//! A change reaches the cache as an event, a moment after its request is answered. A browser therefore gets a cookie, which it sends
//! to whichever process it reads from next. A client with a bearer token keeps no cookies, so the process remembers its token.

use super::ResponseCache;
use super::generations::Tag;
use super::key::PublicPath;
use crate::web::Site;
use crate::web::middleware::cookies;
use axum::extract::{Request, State};
use axum::http::Method;
use axum::http::header::{AUTHORIZATION, HeaderMap, HeaderValue, SET_COOKIE};
use axum::middleware::Next;
use axum::response::Response;
use axum_extra::extract::cookie::{Cookie, SameSite};
use server::Environment;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// Longer than an entry of the cache lives, also on a browser's slow clock.
const BYPASS: Duration = Duration::from_secs(5);
const COOKIE_NAME: &str = "fresh";
/// Over HTTPS, browsers bind a cookie with this prefix to the host (RFC 6265bis).
const SECURE_COOKIE_NAME: &str = "__Host-fresh";
/// Tokens share this many slots, so that the memory stays the same. Two in one slot only read past the cache together.
const SLOTS: usize = 4_096;

/// When each bearer token has last changed something, in milliseconds since the epoch.
pub struct RecentWrites {
    slots: Box<[AtomicI64]>,
    hasher: RandomState,
    environment: Environment,
}

impl RecentWrites {
    pub fn new(environment: Environment) -> Self {
        let slots = (0..SLOTS).map(|_| AtomicI64::new(i64::MIN)).collect();
        RecentWrites { slots, hasher: RandomState::new(), environment }
    }

    /// Whether who sends these headers has just changed something.
    pub fn contains(&self, headers: &HeaderMap) -> bool {
        if cookies::sent(headers).any(|(name, _)| name == COOKIE_NAME || name == SECURE_COOKIE_NAME) {
            return true;
        }
        let Some(token) = headers.get(AUTHORIZATION) else { return false };
        let until = self.slot(token).load(Ordering::SeqCst).saturating_add(millis(BYPASS));
        self.environment.now().millis() <= until
    }

    fn remember(&self, token: &HeaderValue) {
        self.slot(token).store(self.environment.now().millis(), Ordering::SeqCst);
    }

    fn slot(&self, token: &HeaderValue) -> &AtomicI64 {
        let index = self.hasher.hash_one(token.as_bytes()) % SLOTS as u64;
        &self.slots[usize::try_from(index).unwrap_or(0)]
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// Notices requests that change something. A form that is refused redirects, too; reading past the cache does no harm.
pub async fn remember(State(site): State<Site>, request: Request, next: Next) -> Response {
    if request.method().is_safe() {
        return next.run(request).await;
    }
    let bearer = request.headers().get(AUTHORIZATION).cloned();
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let mut response = next.run(request).await;
    if !response.status().is_success() && !response.status().is_redirection() {
        return response;
    }
    site.response_cache.written(&method, &path);
    match bearer {
        Some(token) => site.response_cache.recent_writes.remember(&token),
        None => {
            response.headers_mut().append(SET_COOKIE, cookie(site.config.is_https()));
        }
    }
    response
}

impl ResponseCache {
    /// Drops what a request that succeeded has changed: announcing or cancelling a show publishes no event of its own. Other
    /// processes see it when their entries have expired.
    fn written(&self, method: &Method, path: &str) {
        let changed = path.strip_suffix("/cancel").unwrap_or(path);
        if *method == Method::POST && changed.starts_with("/api/shows") {
            self.generations.advance(Tag::Lists);
            if let Some(PublicPath { tag, .. }) = PublicPath::parse(changed) {
                self.generations.advance(tag);
            }
        }
    }
}

fn cookie(https: bool) -> HeaderValue {
    let cookie = Cookie::build((if https { SECURE_COOKIE_NAME } else { COOKIE_NAME }, "1"))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(https)
        .max_age(cookie::time::Duration::seconds(BYPASS.as_secs().cast_signed()))
        .build();
    HeaderValue::from_str(&cookie.to_string()).expect("it is ASCII")
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::header::COOKIE;
    use shared::Instant;

    fn headers(name: axum::http::HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn a_browser_that_wrote_says_so_for_five_seconds() {
        let [http, https] = [false, true].map(|https| cookie(https).to_str().map(str::to_owned).expect("text"));

        assert_eq!(http, "fresh=1; HttpOnly; SameSite=Lax; Path=/; Max-Age=5");
        assert_eq!(https, "__Host-fresh=1; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=5");
        let writes = RecentWrites::new(Environment::real());
        assert!(writes.contains(&headers(COOKIE, "lang=de; fresh=1")));
        assert!(writes.contains(&headers(COOKIE, "__Host-fresh=1")));
        assert!(!writes.contains(&headers(COOKIE, "lang=fresh; refresh=1")));
    }

    #[test]
    fn a_token_that_wrote_is_remembered_for_five_seconds() {
        let environment = Environment::simulated(1, Instant::from_millis(1_000_000));
        let writes = RecentWrites::new(environment.clone());
        let (writer, reader) = (headers(AUTHORIZATION, "Bearer a"), headers(AUTHORIZATION, "Bearer b"));

        writes.remember(&writer[AUTHORIZATION]);
        let at_once = (writes.contains(&writer), writes.contains(&reader));
        environment.advance(BYPASS);
        let at_the_end = writes.contains(&writer);
        environment.advance(Duration::from_millis(1));

        assert_eq!((at_once, at_the_end), ((true, false), true));
        assert!(!writes.contains(&writer));
    }
}
