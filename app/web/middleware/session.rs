//! Who is asking: the session of a request, resolved once before any handler runs.

use crate::api::ApiError;
use crate::web::Site;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::header::{AUTHORIZATION, COOKIE, HeaderMap, HeaderValue, SET_COOKIE};
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::Response;
use dioxus::fullstack::FullstackContext;
use server::telemetry::traces;
use server::{Backend, Caller, Cause};
use shared::auth::{Identify, SignedIn, User};
use shared::value::Secret;
use shared::{Rejection, Request as Ask};
use std::convert::Infallible;
use std::sync::Arc;
use tracing::{Instrument, Span};

/// How long a browser keeps the cookie, in seconds: as long as the session lasts.
const MAX_AGE: u32 = 30 * 24 * 3600;
/// The longest idempotency key.
const LONGEST_KEY: usize = 200;

/// The person behind a request, if any, and the services that can be asked on their behalf.
#[derive(Clone)]
pub struct Session {
    backend: Backend,
    caller: Caller,
    user: Option<User>,
    token: Option<Secret>,
    /// Whether it could not be found out whose session it is: nobody is called signed out then.
    unclear: bool,
    cookie: Arc<Cookie>,
}

/// How the session cookie is written on this site.
pub struct Cookie {
    name: &'static str,
    attributes: &'static str,
}

impl Cookie {
    /// Over HTTPS the browser itself guards the cookie's name, path and host (the `__Host-` prefix of RFC 6265bis).
    pub fn new(https: bool) -> Self {
        match https {
            true => Cookie { name: "__Host-sid", attributes: "; Path=/; HttpOnly; SameSite=Lax; Secure" },
            false => Cookie { name: "sid", attributes: "; Path=/; HttpOnly; SameSite=Lax" },
        }
    }

    fn token(&self, headers: &HeaderMap) -> Option<Secret> {
        let bearer = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
        let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut pairs = cookies.flat_map(|text| text.split(';')).filter_map(|pair| pair.trim().split_once('='));
        let cookie = || pairs.find(|(name, _)| *name == self.name).map(|(_, value)| value);
        let token = bearer.or_else(cookie)?;
        // Anything else was never given out by us, and need not be asked about.
        let ours = token.len() == 64 && token.bytes().all(|byte| byte.is_ascii_hexdigit());
        ours.then(|| token.to_owned().into())
    }

    fn header(&self, token: &str, max_age: u32) -> HeaderValue {
        let text = format!("{}={token}{}; Max-Age={max_age}", self.name, self.attributes);
        HeaderValue::from_str(&text).expect("a token is made of hexadecimal digits")
    }

    fn write(&self, token: &str, max_age: u32) {
        if let Some(context) = FullstackContext::current() {
            context.add_response_header(SET_COOKIE, self.header(token, max_age));
        }
    }
}

impl Session {
    /// Asks a service on behalf of this person.
    ///
    /// # Errors
    /// What the service says.
    pub async fn call<R: Ask>(&self, request: R) -> Result<R::Reply, ApiError> {
        match self.backend.call(&self.caller, request).await {
            Err(server::Error::Rejected(Rejection::SignedOut)) if self.unclear => Err(ApiError::Unavailable),
            answer => Ok(answer?),
        }
    }

    /// Who is signed in.
    ///
    /// # Errors
    /// [`ApiError::Unavailable`] if that cannot be found out at the moment.
    pub fn user(&self) -> Result<Option<&User>, ApiError> {
        if self.unclear { Err(ApiError::Unavailable) } else { Ok(self.user.as_ref()) }
    }

    /// The secret that proves it.
    pub fn token(&self) -> Option<&Secret> {
        self.token.as_ref()
    }

    /// Hands the browser its new session.
    pub fn begin(&self, signed_in: SignedIn) -> User {
        self.cookie.write(signed_in.token.reveal(), MAX_AGE);
        signed_in.user
    }

    /// The header that hands a browser its new session.
    pub fn cookie_of(&self, signed_in: &SignedIn) -> HeaderValue {
        self.cookie.header(signed_in.token.reveal(), MAX_AGE)
    }

    /// The header that takes the session from the browser.
    pub fn no_cookie(&self) -> HeaderValue {
        self.cookie.header("", 0)
    }

    /// Takes the session from the browser.
    pub fn end(&self) {
        self.cookie.write("", 0);
    }
}

impl<S: Sync> FromRequestParts<S> for Session {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get::<Session>().cloned().expect("the session layer runs before every handler"))
    }
}

/// Resolves the session of a request.
pub async fn layer(State(site): State<Site>, request: Request, next: Next) -> Response {
    let caller = Caller::anonymous(site.environment.new_id());
    let span = span(&caller, &request);
    resolve(site, caller, request, next).instrument(span).await
}

/// What is logged and traced for a request, here and elsewhere, names it.
pub fn span(caller: &Caller, request: &Request) -> Span {
    let (method, path, correlation_id) = (request.method(), request.uri().path(), caller.request_id);
    let span = tracing::info_span!("http", %method, path, %correlation_id);
    traces::follow(&span, Cause::from(caller));
    span
}

async fn resolve(site: Site, mut caller: Caller, mut request: Request, next: Next) -> Response {
    caller.idempotency_key = idempotency_key(request.headers());
    let token = site.cookie.token(request.headers());
    let (user, unclear) = match &token {
        Some(token) => match site.backend.call(&caller, Identify { token: token.clone() }).await {
            Ok(user) => (user, false),
            // Nobody can say who it is: the person is a stranger for this request, and keeps the cookie.
            Err(_) => (None, true),
        },
        None => (None, false),
    };
    caller.user = user.as_ref().map(|user| user.id);
    let (backend, cookie) = (site.backend.clone(), site.cookie.clone());
    let session = Session { backend, caller, user, token, unclear, cookie };
    request.extensions_mut().insert(session);
    next.run(request).await
}

fn idempotency_key(headers: &HeaderMap) -> Option<String> {
    let key = headers.get("idempotency-key")?.to_str().ok()?;
    (!key.is_empty() && key.len() <= LONGEST_KEY).then(|| key.to_owned())
}
