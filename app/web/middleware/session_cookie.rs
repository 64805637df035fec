//! The cookies of a session.

use super::cookies;
use axum::http::header::{AUTHORIZATION, HeaderMap};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use cookie::time::Duration;
use shared::value::Secret;

/// As long as `auth` keeps a session that is not used.
const SESSION_MAX_AGE: Duration = Duration::days(30);
/// How long a browser remembers that it has signed in before.
const DEVICE_MAX_AGE: Duration = Duration::days(365);
/// 256 bits in hexadecimal.
const TOKEN_DIGITS: usize = 64;

/// The names and the attributes of this site's cookies of a session: the one that proves it, and the one that tells a later
/// sign-in that the browser is known.
pub struct SessionCookie {
    secure: bool,
}

impl SessionCookie {
    /// Over HTTPS, browsers themselves enforce the cookies' path and host (the `__Host-` prefix of RFC 6265bis).
    pub fn new(https: bool) -> Self {
        SessionCookie { secure: https }
    }

    fn name(&self) -> &'static str {
        if self.secure { "__Host-sid" } else { "sid" }
    }

    fn device_name(&self) -> &'static str {
        if self.secure { "__Host-device" } else { "device" }
    }

    /// Whether a cookie of a session is among the request's, valid or not.
    pub fn is_sent(&self, headers: &HeaderMap) -> bool {
        cookies::sent(headers).any(|(name, _)| name == self.name())
    }

    pub fn token(&self, headers: &HeaderMap) -> Option<Secret> {
        let bearer = headers.get(AUTHORIZATION).and_then(|value| bearer_token(value.to_str().ok()?));
        let cookie = || CookieJar::from_headers(headers).get(self.name()).map(|cookie| cookie.value().to_owned());
        plausible(bearer.map(str::to_owned).or_else(cookie)?)
    }

    pub fn device(&self, headers: &HeaderMap) -> Option<Secret> {
        plausible(CookieJar::from_headers(headers).get(self.device_name())?.value().to_owned())
    }

    fn build(&self, name: &'static str, token: String, max_age: Duration) -> Cookie<'static> {
        Cookie::build((name, token))
            .path("/")
            .http_only(true)
            .same_site(SameSite::Lax)
            .secure(self.secure)
            .max_age(max_age)
            .build()
    }

    pub fn started(&self, token: &Secret) -> Cookie<'static> {
        self.build(self.name(), token.reveal().to_owned(), SESSION_MAX_AGE)
    }

    pub fn known_device(&self, device: &Secret) -> Cookie<'static> {
        self.build(self.device_name(), device.reveal().to_owned(), DEVICE_MAX_AGE)
    }

    pub fn ended(&self) -> Cookie<'static> {
        self.build(self.name(), String::new(), Duration::ZERO)
    }
}

/// The token of an `Authorization` header. The scheme is case-insensitive (RFC 9110 §11.1).
fn bearer_token(credentials: &str) -> Option<&str> {
    let (scheme, token) = credentials.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim_start())
}

/// The token, if this site could have issued it: it never issued anything else, so `auth` need not be called for it.
fn plausible(token: String) -> Option<Secret> {
    let plausible = token.len() == TOKEN_DIGITS && token.bytes().all(|byte| byte.is_ascii_hexdigit());
    plausible.then(|| token.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::header::{COOKIE, HeaderValue};

    fn token() -> Secret {
        "0a".repeat(32).into()
    }

    #[test]
    fn over_https_the_cookie_is_bound_to_the_host() {
        let [http, https] = [false, true].map(|https| SessionCookie::new(https).started(&token()).to_string());

        let attributes = "HttpOnly; SameSite=Lax; Path=/; Max-Age=2592000";
        assert_eq!(http, format!("sid={}; {attributes}", token().reveal()));
        let attributes = "HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=2592000";
        assert_eq!(https, format!("__Host-sid={}; {attributes}", token().reveal()));
    }

    #[test]
    fn an_ended_session_is_removed_at_once() {
        let ended = SessionCookie::new(false).ended().to_string();

        assert_eq!(ended, "sid=; HttpOnly; SameSite=Lax; Path=/; Max-Age=0");
    }

    #[test]
    fn a_browser_stays_known_for_a_year() {
        let [http, https] = [false, true].map(|https| SessionCookie::new(https).known_device(&token()).to_string());

        let value = token().reveal().to_owned();
        assert_eq!(http, format!("device={value}; HttpOnly; SameSite=Lax; Path=/; Max-Age=31536000"));
        assert_eq!(https, format!("__Host-device={value}; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=31536000"));
    }

    #[test]
    fn only_a_token_that_this_site_could_have_issued_is_read() {
        let read = |name, value: String| {
            let mut headers = HeaderMap::new();
            headers.insert(name, HeaderValue::try_from(value).expect("a header"));
            SessionCookie::new(false).token(&headers).map(|token| token.reveal().to_owned())
        };
        let token = token().reveal().to_owned();

        assert_eq!(read(COOKIE, format!("lang=de; sid={token}")), Some(token.clone()));
        for scheme in ["Bearer", "bearer", "BEARER", "Bearer "] {
            assert_eq!(read(AUTHORIZATION, format!("{scheme} {token}")), Some(token.clone()), "{scheme}");
        }
        assert_eq!(read(AUTHORIZATION, format!("Basic {token}")), None);
        assert_eq!(read(AUTHORIZATION, token.clone()), None);
        assert_eq!(read(COOKIE, format!("__Host-sid={token}")), None);
        assert_eq!(read(COOKIE, format!("sid={}", &token[1..])), None);
        assert_eq!(read(COOKIE, format!("sid={}", token.replace('a', "x"))), None);
    }
}
