//! Resolves the session of a request, once, before any handler runs.

use super::client_address::ClientAddress;
use crate::api::ApiError;
use crate::web::Site;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::header::{AUTHORIZATION, HeaderMap, HeaderValue, SET_COOKIE};
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use cookie::time::Duration;
use dioxus::fullstack::FullstackContext;
use server::telemetry::traces;
use server::{Backend, Caller, Cause};
use shared::auth::{Identify, SignedIn, User};
use shared::value::Secret;
use shared::{Rejection, Request as ServiceRequest, UserId};
use std::convert::Infallible;
use std::sync::Arc;
use tracing::{Instrument, Span};

/// As long as `auth` keeps the session.
const COOKIE_MAX_AGE: Duration = Duration::days(30);
/// 256 bits in hexadecimal.
const TOKEN_DIGITS: usize = 64;
const MAX_IDEMPOTENCY_KEY_BYTES: usize = 200;

/// A response extension: who sent the request, for the middleware in front of the session.
#[derive(Clone, Copy)]
pub struct SignedInUser(pub UserId);

/// Who sends a request, and the services that can be called on their behalf.
#[derive(Clone)]
pub struct Session {
    backend: Backend,
    caller: Caller,
    identity: Identity,
    token: Option<Secret>,
    cookie: Arc<SessionCookie>,
}

#[derive(Clone)]
enum Identity {
    Anonymous,
    User(User),
    /// There is a token, but `auth` did not answer. The request runs as anonymous, the browser keeps its cookie, and nobody is
    /// told that they are signed out.
    SessionUnknown,
}

/// The name and the attributes of the session cookie on this site.
pub struct SessionCookie {
    secure: bool,
}

impl SessionCookie {
    /// Over HTTPS, browsers themselves enforce the cookie's path and host (the `__Host-` prefix of RFC 6265bis).
    pub fn new(https: bool) -> Self {
        SessionCookie { secure: https }
    }

    fn name(&self) -> &'static str {
        if self.secure { "__Host-sid" } else { "sid" }
    }

    fn token(&self, headers: &HeaderMap) -> Option<Secret> {
        let bearer = headers.get(AUTHORIZATION).and_then(|value| bearer_token(value.to_str().ok()?));
        let cookie = || CookieJar::from_headers(headers).get(self.name()).map(|cookie| cookie.value().to_owned());
        let token = bearer.map(str::to_owned).or_else(cookie)?;
        // This site never issued anything else, so `auth` need not be called for it.
        let plausible = token.len() == TOKEN_DIGITS && token.bytes().all(|byte| byte.is_ascii_hexdigit());
        plausible.then(|| token.into())
    }

    fn build(&self, token: String, max_age: Duration) -> Cookie<'static> {
        Cookie::build((self.name(), token))
            .path("/")
            .http_only(true)
            .same_site(SameSite::Lax)
            .secure(self.secure)
            .max_age(max_age)
            .build()
    }

    fn started(&self, token: &Secret) -> Cookie<'static> {
        self.build(token.reveal().to_owned(), COOKIE_MAX_AGE)
    }

    fn ended(&self) -> Cookie<'static> {
        self.build(String::new(), Duration::ZERO)
    }
}

/// The token of an `Authorization` header. The scheme is case-insensitive (RFC 9110 §11.1).
fn bearer_token(credentials: &str) -> Option<&str> {
    let (scheme, token) = credentials.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim_start())
}

/// Sets a cookie on the response of the server function that is running.
fn set_cookie(cookie: &Cookie<'_>) {
    if let Some(context) = FullstackContext::current() {
        let header = HeaderValue::from_str(&cookie.to_string()).expect("a token is made of hexadecimal digits");
        context.add_response_header(SET_COOKIE, header);
    }
}

impl Session {
    /// Calls a service on behalf of this caller.
    ///
    /// # Errors
    /// The service's; [`ApiError::Unavailable`] instead of [`Rejection::SignedOut`] if the session could not be resolved.
    pub async fn call<R: ServiceRequest>(&self, request: R) -> Result<R::Reply, ApiError> {
        match (self.backend.call(&self.caller, request).await, &self.identity) {
            (Err(server::Error::Rejected(Rejection::SignedOut)), Identity::SessionUnknown) => {
                Err(ApiError::Unavailable)
            }
            (reply, _) => Ok(reply?),
        }
    }

    /// Who is signed in.
    ///
    /// # Errors
    /// [`ApiError::Unavailable`] if the session could not be resolved.
    pub fn user(&self) -> Result<Option<&User>, ApiError> {
        match &self.identity {
            Identity::Anonymous => Ok(None),
            Identity::User(user) => Ok(Some(user)),
            Identity::SessionUnknown => Err(ApiError::Unavailable),
        }
    }

    /// Whether the session of a user has ended since it was resolved. Where that cannot be found out, it has not.
    pub async fn has_ended(&self) -> bool {
        let (Some(token), Identity::User(user)) = (&self.token, &self.identity) else { return true };
        match identify(&self.backend, &self.caller, token).await {
            Identity::User(now) => now.id != user.id,
            Identity::Anonymous => true,
            Identity::SessionUnknown => false,
        }
    }

    /// The secret that proves the session, valid or not.
    pub fn token(&self) -> Option<&Secret> {
        self.token.as_ref()
    }

    /// Gives the browser a new session, in a server function.
    pub fn begin(&self, signed_in: SignedIn) -> User {
        set_cookie(&self.started_cookie(&signed_in));
        signed_in.user
    }

    /// Takes the session from the browser, in a server function.
    pub fn end(&self) {
        set_cookie(&self.ended_cookie());
    }

    /// The cookie that gives a browser a new session.
    pub fn started_cookie(&self, signed_in: &SignedIn) -> Cookie<'static> {
        self.cookie.started(&signed_in.token)
    }

    /// The cookie that takes the session from a browser.
    pub fn ended_cookie(&self) -> Cookie<'static> {
        self.cookie.ended()
    }
}

impl<S: Sync> FromRequestParts<S> for Session {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get::<Session>().cloned().expect("every router with handlers that need it has this layer"))
    }
}

/// Resolves the session, and hands it to the handlers as a request extension.
pub async fn resolve(State(site): State<Site>, request: Request, next: Next) -> Response {
    let caller = Caller::anonymous(site.environment.new_id());
    let span = span(&caller, &request);
    resolve_in_span(site, caller, request, next).instrument(span).await
}

/// The span of a request: its correlation id is in every log line and trace of the request, in all processes.
pub fn span(caller: &Caller, request: &Request) -> Span {
    let (method, path, correlation_id) = (request.method(), request.uri().path(), caller.request_id);
    let network = request.extensions().get::<ClientAddress>().map(|address| tracing::field::display(address.network()));
    let user = tracing::field::Empty;
    let span = tracing::info_span!("http", %method, path, %correlation_id, network, user);
    traces::follow(&span, Cause::from(caller));
    span
}

async fn resolve_in_span(site: Site, mut caller: Caller, mut request: Request, next: Next) -> Response {
    caller.idempotency_key = match idempotency_key(request.headers()) {
        Ok(key) => key,
        Err(rejection) => return ApiError::Rejected(rejection).into_response(),
    };
    let token = site.session_cookie.token(request.headers());
    let identity = match &token {
        Some(token) => identify(&site.backend, &caller, token).await,
        None => Identity::Anonymous,
    };
    if let Identity::User(user) = &identity {
        caller.user = Some(user.id);
        Span::current().record("user", tracing::field::display(user.id));
    }
    let user = caller.user;
    let (backend, cookie) = (site.backend.clone(), site.session_cookie.clone());
    request.extensions_mut().insert(Session { backend, caller, identity, token, cookie });
    let mut response = next.run(request).await;
    if let Some(user) = user {
        response.extensions_mut().insert(SignedInUser(user));
    }
    response
}

async fn identify(backend: &Backend, caller: &Caller, token: &Secret) -> Identity {
    match backend.call(caller, Identify { token: token.clone() }).await {
        Ok(Some(user)) => Identity::User(user),
        Ok(None) => Identity::Anonymous,
        Err(_) => Identity::SessionUnknown,
    }
}

/// The key under which the request has one effect. One that cannot be kept is refused: who sends it relies on it.
fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Rejection> {
    let Some(header) = headers.get("idempotency-key") else { return Ok(None) };
    let key = header.to_str().unwrap_or_default();
    if key.is_empty() || key.len() > MAX_IDEMPOTENCY_KEY_BYTES {
        let expected = format!("Idempotency-Key has 1 to {MAX_IDEMPOTENCY_KEY_BYTES} visible ASCII characters");
        return Err(Rejection::Malformed(expected));
    }
    Ok(Some(key.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::header::COOKIE;

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

    #[test]
    fn an_idempotency_key_that_cannot_be_kept_is_refused() {
        let read = |key: &[u8]| {
            let mut headers = HeaderMap::new();
            headers.insert("idempotency-key", HeaderValue::from_bytes(key).expect("a header"));
            idempotency_key(&headers)
        };
        let longest = "k".repeat(MAX_IDEMPOTENCY_KEY_BYTES);

        assert_eq!(idempotency_key(&HeaderMap::new()), Ok(None));
        assert_eq!(read(longest.as_bytes()), Ok(Some(longest.clone())));
        for odd in [b"".as_slice(), &[0xc3, 0xa4], format!("{longest}k").as_bytes()] {
            assert!(matches!(read(odd), Err(Rejection::Malformed(_))), "{odd:?}");
        }
    }
}
