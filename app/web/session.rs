//! Who is asking: the session of a request, resolved once before any handler runs.

use super::Site;
use crate::api::ApiError;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::header::{AUTHORIZATION, COOKIE, HeaderMap, HeaderValue, SET_COOKIE};
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::Response;
use dioxus::fullstack::FullstackContext;
use server::{Backend, Caller};
use shared::Request as Ask;
use shared::auth::{Identify, SignedIn, User};
use std::convert::Infallible;
use std::sync::Arc;

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
    token: Option<String>,
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

    fn token(&self, headers: &HeaderMap) -> Option<String> {
        let bearer = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
        let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut pairs = cookies.flat_map(|text| text.split(';')).filter_map(|pair| pair.trim().split_once('='));
        let cookie = || pairs.find(|(name, _)| *name == self.name).map(|(_, value)| value);
        let token = bearer.or_else(cookie)?;
        // Anything else was never given out by us, and need not be asked about.
        let ours = token.len() == 64 && token.bytes().all(|byte| byte.is_ascii_hexdigit());
        ours.then(|| token.to_owned())
    }

    fn write(&self, token: &str, max_age: u32) {
        let text = format!("{}={token}{}; Max-Age={max_age}", self.name, self.attributes);
        if let (Some(context), Ok(value)) = (FullstackContext::current(), HeaderValue::from_str(&text)) {
            context.add_response_header(SET_COOKIE, value);
        }
    }
}

impl Session {
    /// Asks a service on behalf of this person.
    ///
    /// # Errors
    /// What the service says.
    pub async fn ask<R: Ask>(&self, request: R) -> Result<R::Reply, ApiError> {
        Ok(self.backend.ask(&self.caller, request).await?)
    }

    /// Who is signed in.
    pub fn user(&self) -> Option<&User> {
        self.user.as_ref()
    }

    /// The secret that proves it.
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// Hands the browser its new session.
    pub fn begin(&self, signed_in: SignedIn) -> User {
        self.cookie.write(&signed_in.token, MAX_AGE);
        signed_in.user
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
pub async fn layer(State(site): State<Site>, mut request: Request, next: Next) -> Response {
    let request_id = site.environment.new_id();
    let mut caller = Caller::anonymous(request_id);
    caller.idempotency_key = idempotency_key(request.headers());
    let token = site.cookie.token(request.headers());
    let user = match &token {
        // If nobody can say who it is, the person is a stranger for this request, and keeps the cookie.
        Some(token) => site.backend.ask(&caller, Identify { token: token.clone() }).await.unwrap_or_default(),
        None => None,
    };
    caller.user = user.as_ref().map(|user| user.id);
    let session = Session { backend: site.backend.clone(), caller, user, token, cookie: site.cookie.clone() };
    request.extensions_mut().insert(session);
    next.run(request).await
}

fn idempotency_key(headers: &HeaderMap) -> Option<String> {
    let key = headers.get("idempotency-key")?.to_str().ok()?;
    (!key.is_empty() && key.len() <= LONGEST_KEY).then(|| key.to_owned())
}
