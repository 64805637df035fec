//! The cache in front of a handler that counts its calls.

use super::*;
use axum::Router;
use axum::body::{Bytes, to_bytes};
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE, COOKIE, SET_COOKIE};
use axum::http::{HeaderName, StatusCode};
use axum::middleware::from_fn_with_state;
use axum::response::IntoResponse;
use shared::ShowId;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::Semaphore;
use tower::ServiceExt;

const SHOW: &str = "/shows/018f0000-0000-7000-8000-000000000001";
const OTHER_SHOW: &str = "/shows/018f0000-0000-7000-8000-000000000002";
const TICKET: &str = "/tickets/018f0000-0000-7000-8000-000000000003";

/// A handler that answers with the number of the call. A test decides when and how it answers.
struct Renderer {
    calls: AtomicUsize,
    /// Each answer takes one.
    permits: Semaphore,
    status: Mutex<StatusCode>,
    cookie: Mutex<Option<&'static str>>,
    /// The headers of the last request.
    seen: Mutex<HeaderMap>,
}

struct TestCache {
    cache: Arc<ResponseCache>,
    environment: Environment,
    renderer: Arc<Renderer>,
    router: Router,
}

impl TestCache {
    fn new() -> Self {
        let environment = Environment::simulated(1, Instant::from_millis(1_000_000));
        let session_cookie = Arc::new(SessionCookie::new(false));
        let cache = Arc::new(ResponseCache::new(environment.clone(), session_cookie));
        let renderer = Arc::new(Renderer {
            calls: AtomicUsize::new(0),
            permits: Semaphore::new(1_000),
            status: Mutex::new(StatusCode::OK),
            cookie: Mutex::new(None),
            seen: Mutex::default(),
        });
        let answer = renderer.clone();
        let handler = move |request: Request| {
            let renderer = answer.clone();
            async move { renderer.answer(request).await }
        };
        let router = Router::new().fallback(handler).layer(from_fn_with_state(cache.clone(), serve));
        TestCache { cache, environment, renderer, router }
    }

    async fn send(&self, request: Request) -> (HeaderMap, Bytes) {
        let response = self.router.clone().oneshot(request).await.unwrap_or_else(|error| match error {});
        let (parts, body) = response.into_parts();
        (parts.headers, to_bytes(body, usize::MAX).await.expect("it is in memory"))
    }

    async fn get(&self, path: &str) -> String {
        self.get_with(path, &[]).await
    }

    async fn get_with(&self, path: &str, headers: &[(HeaderName, &str)]) -> String {
        String::from_utf8(self.send(request(path, headers)).await.1.to_vec()).expect("it is text")
    }

    fn calls(&self) -> usize {
        self.renderer.calls.load(Ordering::SeqCst)
    }

    /// Takes all permits, so that nothing is answered before [`Self::answer`].
    async fn hold(&self) {
        let permits = u32::try_from(self.renderer.permits.available_permits()).expect("a few");
        self.renderer.permits.acquire_many(permits).await.expect("it is open").forget();
    }

    fn answer(&self, requests: usize) {
        self.renderer.permits.add_permits(requests);
    }

    fn spawn(&self, path: &'static str) -> futures::future::BoxFuture<'static, (HeaderMap, Bytes)> {
        let (router, request) = (self.router.clone(), request(path, &[]));
        Box::pin(async move {
            let response = router.oneshot(request).await.unwrap_or_else(|error| match error {});
            let (parts, body) = response.into_parts();
            (parts.headers, to_bytes(body, usize::MAX).await.expect("it is in memory"))
        })
    }
}

impl Renderer {
    async fn answer(&self, request: Request) -> Response {
        let call = self.calls.fetch_add(1, Ordering::SeqCst) + 1;
        *self.seen.lock().expect("no panic") = request.headers().clone();
        self.permits.acquire().await.expect("it is open").forget();
        let mut text = format!("{call} of {}", request.uri());
        if text.ends_with("long") {
            text.push_str(&" ticket".repeat(200));
        }
        let status = *self.status.lock().expect("no panic");
        let mut response = (status, [("x-of-one-response", "1"), ("content-type", "text/html")], text).into_response();
        if let Some(cookie) = *self.cookie.lock().expect("no panic") {
            response.headers_mut().insert(SET_COOKIE, HeaderValue::from_static(cookie));
        }
        response
    }
}

fn request(path: &str, headers: &[(HeaderName, &str)]) -> Request {
    let request = headers.iter().fold(Request::get(path), |request, (name, value)| request.header(name, *value));
    request.body(Body::empty()).expect("a request")
}

fn show(path: &str) -> Tag {
    Tag::Show(path.rsplit('/').next().and_then(|id| id.parse::<ShowId>().ok()).expect("an id"))
}

#[tokio::test]
async fn a_page_is_rendered_once_until_it_expires() {
    let site = TestCache::new();

    let first = site.get(SHOW).await;
    let second = site.get(SHOW).await;
    site.environment.advance(LIFETIME);
    let third = site.get(SHOW).await;

    assert_eq!((first.as_str(), second.as_str()), (format!("1 of {SHOW}").as_str(), first.as_str()));
    assert_eq!(third, format!("2 of {SHOW}"));
}

#[tokio::test]
async fn only_what_an_event_concerns_is_rendered_again() {
    let site = TestCache::new();
    for path in [SHOW, OTHER_SHOW, TICKET, "/sell"] {
        site.get(path).await;
    }

    site.cache.generations.advance(show(SHOW));

    assert!(site.get(SHOW).await.starts_with("5 of"));
    for (path, call) in [(OTHER_SHOW, 2), (TICKET, 3), ("/sell", 4)] {
        assert_eq!(site.get(path).await, format!("{call} of {path}"));
    }
    site.cache.apply(&BusEvent::Missed);
    assert!(site.get("/sell").await.starts_with("6 of"), "after a gap in the events nothing is certain");
}

#[tokio::test]
async fn what_was_rendered_while_it_changed_is_not_served_to_those_who_come_later() {
    let site = TestCache::new();
    site.hold().await;
    let mut early = site.spawn(SHOW);
    assert!(futures::poll!(&mut early).is_pending());

    site.cache.generations.advance(show(SHOW));
    let mut late = site.spawn(SHOW);
    assert!(futures::poll!(&mut late).is_pending());
    site.answer(2);

    assert_eq!(early.await.1, format!("1 of {SHOW}"));
    assert_eq!(late.await.1, format!("2 of {SHOW}"));
    assert!(site.get(SHOW).await.starts_with("2 of"));
}

#[tokio::test]
async fn those_who_come_together_share_one_render() {
    let site = TestCache::new();
    site.hold().await;
    let mut waiting: Vec<_> = (0..50).map(|_| site.spawn(SHOW)).collect();
    for client in &mut waiting {
        assert!(futures::poll!(client).is_pending());
    }

    // It takes longer than an entry lives.
    site.environment.advance(LIFETIME * 2);
    site.answer(2);
    let bodies: Vec<_> = futures::future::join_all(waiting).await.into_iter().map(|(_, body)| body).collect();

    // Those who came before the second render began share it: the first was too old when they had it.
    assert!(site.calls() <= 2, "{}", site.calls());
    assert!(bodies[1..].iter().all(|body| *body == bodies[1]), "{bodies:?}");
    assert_eq!(site.cache.gates.len(), 0);
}

#[tokio::test]
async fn a_client_that_goes_away_takes_nothing_from_those_who_wait() {
    let site = TestCache::new();
    site.hold().await;
    let mut first = site.spawn(SHOW);
    let mut second = site.spawn(SHOW);
    assert!(futures::poll!(&mut first).is_pending() && futures::poll!(&mut second).is_pending());

    drop(first);
    site.answer(1);

    assert_eq!(second.await.1, format!("2 of {SHOW}"));
    assert_eq!(site.cache.gates.len(), 0);
}

#[tokio::test]
async fn a_render_that_fails_is_not_kept_and_fails_nobody_else() {
    let site = TestCache::new();
    site.hold().await;
    *site.renderer.status.lock().expect("no panic") = StatusCode::SERVICE_UNAVAILABLE;
    let mut waiting: Vec<_> = (0..3).map(|_| site.spawn(SHOW)).collect();
    for client in &mut waiting {
        assert!(futures::poll!(client).is_pending());
    }
    assert_eq!(site.calls(), 1);

    site.answer(1);
    waiting.remove(0).await;
    for client in &mut waiting {
        assert!(futures::poll!(client).is_pending());
    }
    assert_eq!(site.calls(), 3, "the others do not wait for each other");
    *site.renderer.status.lock().expect("no panic") = StatusCode::OK;
    site.answer(3);
    futures::future::join_all(waiting).await;

    assert_eq!(site.get(SHOW).await, format!("3 of {SHOW}"), "the first success is kept");
}

#[tokio::test]
async fn neither_failures_nor_cookies_are_kept() {
    let site = TestCache::new();
    for status in [StatusCode::NOT_FOUND, StatusCode::INTERNAL_SERVER_ERROR, StatusCode::FOUND] {
        *site.renderer.status.lock().expect("no panic") = status;
        assert_ne!(site.get(SHOW).await, site.get(SHOW).await, "{status}");
    }
    *site.renderer.status.lock().expect("no panic") = StatusCode::OK;
    *site.renderer.cookie.lock().expect("no panic") = Some("sid=1");
    assert_ne!(site.get(SHOW).await, site.get(SHOW).await);
}

#[tokio::test]
async fn the_headers_of_one_client_reach_neither_the_render_nor_other_clients() {
    let site = TestCache::new();
    let secrets = [(COOKIE, "lang=de; device=secret"), (HeaderName::from_static("x-forwarded-host"), "evil")];

    site.get_with("/?utm=evil", &secrets).await;
    let (headers, body) = site.send(request("/", &[(ACCEPT_LANGUAGE, "de")])).await;

    let seen = site.renderer.seen.lock().expect("no panic").clone();
    assert_eq!(seen, HeaderMap::from_iter([(ACCEPT_LANGUAGE, HeaderValue::from_static("de"))]));
    assert_eq!(body, "1 of /", "a page without the campaign of the first visitor");
    assert!(headers.contains_key(CONTENT_TYPE) && !headers.contains_key("x-of-one-response"), "{headers:?}");
}

#[tokio::test]
async fn languages_and_filters_have_entries_of_their_own() {
    let site = TestCache::new();
    let mut bodies = vec![site.get("/?search=a").await, site.get("/?search=b").await, site.get("/api/shows").await];
    for language in ["en", "de", "ar"] {
        bodies.push(site.get_with("/", &[(ACCEPT_LANGUAGE, language)]).await);
    }

    assert_eq!(site.calls(), 6, "{bodies:?}");
    assert_eq!(site.get_with("/", &[(COOKIE, "lang=de")]).await, bodies[4]);
    assert_eq!(site.get_with("/api/shows", &[(ACCEPT_LANGUAGE, "de")]).await, bodies[2]);
}

#[tokio::test]
async fn who_is_signed_in_or_has_just_written_is_not_answered_from_the_cache() {
    let site = TestCache::new();
    let (page, reply) = (site.get(SHOW).await, site.get("/api/shows").await);

    for personal in [(COOKIE, "sid=x"), (AUTHORIZATION, "Bearer x"), (COOKIE, "fresh=1")] {
        assert_ne!(site.get_with(SHOW, std::slice::from_ref(&personal)).await, page, "{personal:?}");
    }
    assert_ne!(site.get_with("/api/shows", &[(COOKIE, "fresh=1")]).await, reply);
    for (name, value) in [(COOKIE, "sid=x"), (AUTHORIZATION, "Bearer x")] {
        assert_eq!(site.get_with("/api/shows", &[(name, value)]).await, reply, "a reply is the same for everybody");
    }
    assert_eq!(site.get(SHOW).await, page, "what they got is not kept for others");
}

#[tokio::test]
async fn each_client_gets_an_encoding_that_it_accepts() {
    let site = TestCache::new();
    let long = "/?search=long";
    let plain = site.get(long).await;

    for (accepted, expected) in [("br", Some("br")), ("gzip", Some("gzip")), ("", None)] {
        let (headers, body) = site.send(request(long, &[(axum::http::header::ACCEPT_ENCODING, accepted)])).await;
        let encoding = headers.get(CONTENT_ENCODING).map(|name| name.to_str().expect("text"));
        assert_eq!(encoding, expected, "{accepted}");
        assert_eq!(body == plain, expected.is_none(), "{accepted}");
    }
    assert_eq!(site.calls(), 1);
}

#[tokio::test]
async fn a_head_request_gets_the_length_of_the_entry_without_the_body() {
    let site = TestCache::new();
    let page = site.get("/sell").await;
    let mut head = request("/sell", &[]);
    *head.method_mut() = Method::HEAD;

    let (headers, body) = site.send(head).await;

    assert_eq!((headers[CONTENT_LENGTH].to_str().expect("text"), body.len()), (page.len().to_string().as_str(), 0));
    assert_eq!(site.calls(), 1);
}

#[tokio::test]
async fn memory_is_bounded_and_a_body_that_is_too_long_is_sent_whole() {
    let entries = entries(CAPACITY_BYTES);
    let at = Instant::from_millis(0);
    let entry = async |length: usize| {
        let response = Response::new(Body::from(vec![b'x'; length]));
        Entry::of(response, 0, at, None).await
    };
    for number in 0..200 {
        let Rendered::Shared(entry) = entry(MAX_BODY_BYTES).await else { panic!("it is kept") };
        let key = Key { address: format!("/?search={number}"), language: None, verified: None, tag: Tag::Lists };
        entries.insert(key.clone(), Arc::new(entry));
        assert!(entries.weight() <= CAPACITY_BYTES, "{}", entries.weight());
    }
    assert!(entries.len() >= 5, "{}", entries.len());

    let Rendered::Single(response) = entry(MAX_BODY_BYTES + 1).await else { panic!("it is not kept") };
    assert_eq!(to_bytes(response.into_body(), usize::MAX).await.expect("it is in memory").len(), MAX_BODY_BYTES + 1);
}
