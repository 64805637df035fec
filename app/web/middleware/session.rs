//! Resolves the session of a request, once, before any handler runs.

use super::client_address::ClientAddress;
use super::locale;
use super::session_cookie::SessionCookie;
use crate::api::ApiError;
use crate::i18n::Language;
use crate::web::Site;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::header::{AUTHORIZATION, HeaderMap, HeaderValue, SET_COOKIE, USER_AGENT};
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum_extra::extract::cookie::Cookie;
use server::telemetry::traces;
use server::{Backend, Caller, Cause};
use shared::auth::{Identify, SignIn, SignUp, SignedIn, User};
use shared::value::{Email, LanguageTag, Password, Secret};
use shared::{Rejection, Request as ServiceRequest, UserId};
use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use tracing::{Instrument, Span};

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
    /// See [`SignedIn::device`].
    device: Option<Secret>,
    language: Language,
    cookie: Arc<SessionCookie>,
    /// Cookies to set on the response. The framework's own way to add a header keeps only the last one of a name.
    changed: Arc<Mutex<Vec<Cookie<'static>>>>,
}

#[derive(Clone)]
enum Identity {
    Anonymous,
    User(User),
    /// There is a token, but `auth` did not answer. The request runs as anonymous, the browser keeps its cookie, and nobody is
    /// told that they are signed out.
    SessionUnknown,
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

    /// The session of a placeholder that looks at the same page. It has nothing that belongs to this reader.
    pub fn of_placeholder(&self, user: User) -> Session {
        let request_id = self.caller.request_id;
        let caller = Caller { user: Some(user.id), address: proved_address(&user), ..Caller::anonymous(request_id) };
        let (backend, cookie) = (self.backend.clone(), self.cookie.clone());
        let (identity, language) = (Identity::User(user), self.language);
        Session { backend, caller, identity, token: None, device: None, language, cookie, changed: Arc::default() }
    }

    /// The secret that proves the session, valid or not.
    pub fn token(&self) -> Option<&Secret> {
        self.token.as_ref()
    }

    /// The secret that proves the session, for a request that goes on with it.
    ///
    /// # Errors
    /// [`Rejection::SignedOut`] if there is none.
    pub fn required_token(&self) -> Result<Secret, Rejection> {
        self.token.clone().ok_or(Rejection::SignedOut)
    }

    /// Creates an account, and gives the browser a session of it.
    ///
    /// # Errors
    /// If an argument is malformed, and the service's.
    pub async fn sign_up(&self, email: String, password: String) -> Result<User, ApiError> {
        let (email, password) = (Email::try_from(email)?, Password::try_from(password)?);
        let request = SignUp { email, password, language: self.language_tag(), replaced: self.token.clone() };
        Ok(self.begin(self.call(request).await?))
    }

    /// Gives the browser a new session of an account, which takes the place of the one that it has.
    ///
    /// # Errors
    /// If an argument is malformed, and the service's.
    pub async fn sign_in(&self, email: String, password: String) -> Result<User, ApiError> {
        let (email, password) = (Email::try_from(email)?, Password::try_from(password)?);
        let (language, device, replaced) = (self.language_tag(), self.device.clone(), self.token.clone());
        let request = SignIn { email, password, language, device, replaced };
        Ok(self.begin(self.call(request).await?))
    }

    fn language_tag(&self) -> LanguageTag {
        LanguageTag::try_from(self.language.tag().to_owned()).expect("the site's languages have well-formed tags")
    }

    fn begin(&self, signed_in: SignedIn) -> User {
        self.set_cookie(self.cookie.started(&signed_in.token));
        self.set_cookie(self.cookie.known_device(&signed_in.device));
        signed_in.user
    }

    /// Takes the session from the browser.
    pub fn end(&self) {
        self.set_cookie(self.cookie.ended());
    }

    /// Gives the browser another session of the same account.
    pub fn renew(&self, token: &Secret) {
        self.set_cookie(self.cookie.started(token));
    }

    /// Sets a cookie on the response to this request.
    fn set_cookie(&self, cookie: Cookie<'static>) {
        self.changed.lock().unwrap_or_else(PoisonError::into_inner).push(cookie);
    }

    /// Moves the cookies that were set meanwhile into the headers of the response.
    fn write_cookies(&self, headers: &mut HeaderMap) {
        for cookie in self.changed.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            let header = HeaderValue::from_str(&cookie.to_string()).expect("a token is made of hexadecimal digits");
            headers.append(SET_COOKIE, header);
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Session {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get::<Session>().cloned().expect("every router with handlers that need it has this layer"))
    }
}

/// Parses the password that an account has. One that cannot be a password is no account's, so it is reported like a wrong one.
///
/// # Errors
/// [`Rejection::WrongCredentials`] if it is too short or too long.
pub fn present_password(text: String) -> Result<Password, ApiError> {
    Password::try_from(text).map_err(|_| Rejection::WrongCredentials.into())
}

/// Resolves the session, and hands it to the handlers as a request extension.
pub async fn resolve(State(site): State<Site>, request: Request, next: Next) -> Response {
    let caller = Caller::anonymous(site.environment.new_id());
    let span = span(&caller, &request);
    resolve_in_span(site, caller, request, next).instrument(span).await
}

/// The address of a user who reads its mail.
fn proved_address(user: &User) -> Option<Email> {
    user.verified.then(|| user.email.clone())
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
    caller.agent = agent(request.headers());
    caller.network = request.extensions().get::<ClientAddress>().map(network).unwrap_or_default();
    let token = site.session_cookie.token(request.headers());
    let identity = match &token {
        Some(token) => identify(&site.backend, &caller, token).await,
        None => Identity::Anonymous,
    };
    if let Identity::User(user) = &identity {
        caller.user = Some(user.id);
        caller.address = proved_address(user);
        Span::current().record("user", tracing::field::display(user.id));
    }
    let user = caller.user;
    let session = Session {
        backend: site.backend.clone(),
        caller,
        identity,
        token,
        device: site.session_cookie.device(request.headers()),
        language: locale::of_request(request.headers()),
        cookie: site.session_cookie.clone(),
        changed: Arc::default(),
    };
    request.extensions_mut().insert(session.clone());
    let mut response = next.run(request).await;
    session.write_cookies(response.headers_mut());
    if let Some(user) = user {
        response.extensions_mut().insert(SignedInUser(user));
    }
    response
}

/// Prolongs the cookies of a browser that loads a page, as `auth` prolongs a session that is used.
pub async fn prolong(session: Session, request: Request, next: Next) -> Response {
    let bearer = request.headers().contains_key(AUTHORIZATION);
    if let (Identity::User(_), Some(token), false) = (&session.identity, &session.token, bearer) {
        session.set_cookie(session.cookie.started(token));
        if let Some(device) = &session.device {
            session.set_cookie(session.cookie.known_device(device));
        }
    }
    next.run(request).await
}

/// The program that sends a request, as it calls itself.
fn agent(headers: &HeaderMap) -> String {
    let agent = headers.get(USER_AGENT).map(|value| String::from_utf8_lossy(value.as_bytes())).unwrap_or_default();
    agent.chars().filter(|letter| !letter.is_control()).take(Caller::MAX_AGENT_CHARS).collect()
}

/// The network of a client, as its owner reads it.
fn network(address: &ClientAddress) -> String {
    match address.network() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(prefix) => format!("{prefix}/64"),
    }
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

    #[test]
    fn a_network_is_what_one_customer_of_a_provider_has() {
        for (address, expected) in [
            ("192.0.2.7", "192.0.2.7"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("::1", "::/64"),
        ] {
            assert_eq!(network(&ClientAddress(address.parse().expect("an address"))), expected);
        }
    }

    #[test]
    fn an_agent_is_cut_and_has_no_control_characters() {
        let mut headers = HeaderMap::new();
        let sent = format!("Mozilla/5.0\t{}", "x".repeat(300));
        headers.insert(USER_AGENT, sent.parse().expect("a header"));

        let agent = agent(&headers);

        assert!(agent.starts_with("Mozilla/5.0xx") && agent.chars().count() == Caller::MAX_AGENT_CHARS, "{agent}");
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
