//! Public reads are rendered once per change and language, and then served from memory (docs/decisions/0018).
//!
//! A page is cached for visitors without a session, and without what belongs to its reader for those who are signed in; a public
//! reply of the API is the same for everybody. What is cached is rendered from its key alone: the render sees neither the cookies
//! nor any other header of the client that happened to come first.

mod entry;
mod gates;
mod generations;
mod key;
pub mod recent_writes;
#[cfg(test)]
mod tests;

pub use entry::MIN_COMPRESSED_BYTES;

use crate::web::Session;
use crate::web::middleware::locale;
use crate::web::middleware::session_cookie::SessionCookie;
use crate::web::page_template::Placeholder;
use axum::body::{Body, HttpBody};
use axum::extract::{Request, State};
use axum::http::header::{ACCEPT, ACCEPT_LANGUAGE, AUTHORIZATION, CONTENT_LENGTH, HeaderMap, HeaderValue};
use axum::http::{Method, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use entry::{Encoding, Entry, MAX_BODY_BYTES, Rendered};
use gates::Gates;
use generations::{Generations, Tag};
use key::{Key, PublicPath, Shared};
use metrics::Counter;
use quick_cache::sync::Cache;
use quick_cache::{DefaultHashBuilder, OptionsBuilder, Weighter};
use recent_writes::RecentWrites;
use server::Environment;
use server::messaging::BusEvent;
use shared::auth::User;
use shared::tickets::TicketChanged;
use shared::{Envelope, Instant, Subject};
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

/// How long an entry is served at most. It bounds what changes without an event: shows begin as time passes.
const LIFETIME: Duration = Duration::from_secs(1);
/// All entries together. Those that are read most within a second fit many times.
const CAPACITY_BYTES: u64 = 32 * 1024 * 1024;
/// The cache is locked in parts. Each part has room for the longest entry, or that would never be kept.
const SHARDS: usize = 8;
const _: () = assert!(CAPACITY_BYTES / SHARDS as u64 > 3 * MAX_BODY_BYTES as u64 + 64 * 1024);
/// As many pages of the usual length fit.
const ESTIMATED_ENTRIES: usize = 512;

type Entries = Cache<Key, Arc<Entry>, ByWeight>;

/// The cached responses of this process.
pub struct ResponseCache {
    entries: Entries,
    gates: Gates,
    generations: Generations,
    recent_writes: RecentWrites,
    session_cookie: Arc<SessionCookie>,
    /// For whom pages of signed-in readers are rendered, with a verified address and without.
    placeholders: [Placeholder; 2],
    environment: Environment,
    hits: Counter,
    misses: Counter,
}

#[derive(Clone)]
struct ByWeight;

impl Weighter<Key, Arc<Entry>> for ByWeight {
    fn weight(&self, _: &Key, entry: &Arc<Entry>) -> u64 {
        entry.weight()
    }
}

/// When a request arrived: what it gets must be as new as that.
#[derive(Clone, Copy)]
struct Arrival {
    generation: u64,
    at: Instant,
}

impl ResponseCache {
    pub fn new(environment: Environment, session_cookie: Arc<SessionCookie>) -> Self {
        ResponseCache {
            entries: entries(CAPACITY_BYTES),
            gates: Gates::default(),
            generations: Generations::default(),
            recent_writes: RecentWrites::new(environment.clone()),
            session_cookie,
            placeholders: [false, true]
                .map(|verified| Placeholder::new(Uuid::from_bytes(environment.random_bytes()), verified)),
            environment,
            hits: metrics::counter!("response_cache_hits_total"),
            misses: metrics::counter!("response_cache_misses_total"),
        }
    }

    /// Drops what an event makes outdated. The live feed sends the event afterwards, so that a browser that fetches because of it
    /// gets nothing older.
    pub fn apply(&self, event: &BusEvent) {
        match event {
            BusEvent::Event(envelope) if envelope.subject == Subject::TicketsChanged => self.ticket_changed(envelope),
            BusEvent::Event(_) => {}
            BusEvent::Missed => self.generations.advance_all(),
        }
    }

    fn ticket_changed(&self, envelope: &Envelope) {
        match envelope.decode::<TicketChanged>() {
            Ok(TicketChanged { ticket, .. }) => {
                for tag in [Tag::Ticket(ticket.id), Tag::Show(ticket.show.id), Tag::Lists] {
                    self.generations.advance(tag);
                }
            }
            // A newer version of this program published it.
            Err(_) => self.generations.advance_all(),
        }
    }

    /// Drops everything.
    pub fn invalidate_all(&self) {
        self.generations.advance_all();
    }

    /// The key of a request whose response may come from the cache.
    fn key_of(&self, request: &Request) -> Option<Key> {
        let (method, headers) = (request.method(), request.headers());
        if !matches!(*method, Method::GET | Method::HEAD) || !request.body().is_end_stream() {
            return None;
        }
        let path = PublicPath::parse(request.uri().path())?;
        let bearer = headers.get(AUTHORIZATION);
        // The framework redirects a form that posts to the API, which it recognises by this header.
        let is_form = |accepted: &HeaderValue| accepted.to_str().is_ok_and(|accepted| accepted.contains("text/html"));
        let personal = if path.is_page {
            bearer.is_some() || self.session_cookie.is_sent(headers)
        } else {
            headers.get(ACCEPT).is_some_and(is_form)
        };
        // A key that the service would refuse is refused on reads, too.
        if personal || headers.contains_key("idempotency-key") || self.recent_writes.contains(headers) {
            return None;
        }
        let address = path.canonical_address(request.uri())?;
        let language = path.is_page.then(|| locale::of_request(headers));
        Some(Key { address, language, verified: None, tag: path.tag })
    }

    /// The key of a page that may be put together for a signed-in reader.
    fn key_of_signed_in(&self, request: &Request, reader: &User) -> Option<(Key, Shared)> {
        let headers = request.headers();
        let path = PublicPath::parse(request.uri().path()).filter(|path| path.shared != Shared::Nobody)?;
        let other = request.method() != Method::GET || !request.body().is_end_stream();
        if other || headers.contains_key("idempotency-key") || self.recent_writes.contains(headers) {
            return None;
        }
        let address = path.canonical_address(request.uri())?;
        let (language, verified) = (Some(locale::of_request(headers)), Some(reader.verified));
        Some((Key { address, language, verified, tag: path.tag }, path.shared))
    }

    fn arrival(&self, tag: Tag) -> Arrival {
        Arrival { generation: self.generations.of(tag), at: self.environment.now() }
    }

    /// The entry, if nothing that it shows has changed before `arrival`.
    fn find(&self, key: &Key, arrival: Arrival) -> Option<Arc<Entry>> {
        self.entries.get(key).filter(|entry| self.is_current(entry, arrival))
    }

    fn is_current(&self, entry: &Entry, arrival: Arrival) -> bool {
        // A render may take longer than an entry lives; those who waited for it get it all the same.
        let now = self.environment.now();
        let young = entry.rendered_at <= now && now < entry.rendered_at + LIFETIME;
        entry.generation >= arrival.generation && (young || entry.rendered_at >= arrival.at)
    }

    /// Waits for a render that is as new as `arrival`, its own or another client's.
    async fn render(&self, key: Key, arrival: Arrival, request: Request, next: Next) -> Result<Arc<Entry>, Response> {
        let request = only_key(&key, request);
        let place = self.gates.enter(key.clone());
        let Some(mut last) = place.turn().await else {
            return self.run(&key, None, request, next).await;
        };
        if let Some(entry) = last.as_ref().filter(|entry| self.is_current(entry, arrival)) {
            self.hits.increment(1);
            return Ok(entry.clone());
        }
        let previous = last.take().or_else(|| self.entries.get(&key));
        let rendered = self.run(&key, previous, request, next).await;
        place.record(rendered.is_ok());
        *last = rendered.as_ref().ok().cloned();
        rendered
    }

    async fn run(
        &self,
        key: &Key,
        previous: Option<Arc<Entry>>,
        request: Request,
        next: Next,
    ) -> Result<Arc<Entry>, Response> {
        self.misses.increment(1);
        // Taken before: if the tag changes during the render, nobody who comes later gets what came of it.
        let Arrival { generation, at } = self.arrival(key.tag);
        let response = next.run(request).await;
        match Entry::of(response, generation, at, previous.as_deref()).await {
            Rendered::Shared(entry) => {
                let entry = Arc::new(entry);
                self.entries.insert(key.clone(), entry.clone());
                Ok(entry)
            }
            Rendered::Single(response) => Err(response),
        }
    }
}

fn entries(capacity_bytes: u64) -> Entries {
    let mut options = OptionsBuilder::new();
    options.shards(SHARDS).estimated_items_capacity(ESTIMATED_ENTRIES).weight_capacity(capacity_bytes);
    let options = options.build().expect("capacities are set");
    Cache::with_options(options, ByWeight, DefaultHashBuilder::default(), Default::default())
}

/// A request that has nothing but what its key is made of, so that nothing else can be in the response.
fn only_key(key: &Key, mut request: Request) -> Request {
    if let Ok(uri) = key.address.parse::<Uri>() {
        *request.uri_mut() = uri;
    }
    let mut headers = HeaderMap::new();
    if let Some(language) = key.language {
        headers.insert(ACCEPT_LANGUAGE, HeaderValue::from_static(language.tag()));
    }
    *request.headers_mut() = headers;
    request
}

/// Answers a public read from the cache.
pub async fn serve(State(cache): State<Arc<ResponseCache>>, request: Request, next: Next) -> Response {
    let Some(key) = cache.key_of(&request) else { return next.run(request).await };
    let arrival = cache.arrival(key.tag);
    let (encoding, head) = (Encoding::preferred(request.headers()), request.method() == Method::HEAD);
    let entry = match cache.find(&key, arrival) {
        Some(entry) => {
            cache.hits.increment(1);
            entry
        }
        // Its render would have no body to keep.
        None if head => return next.run(request).await,
        None => match cache.render(key, arrival, request, next).await {
            Ok(entry) => entry,
            Err(response) => return response,
        },
    };
    // Only entries for signed-in readers are templates, and they have other keys.
    let response =
        entry.response(encoding, None).await.unwrap_or_else(|| StatusCode::INTERNAL_SERVER_ERROR.into_response());
    if head { without_body(response) } else { response }
}

/// Answers a signed-in reader with a page from the cache, into which what belongs to the reader is put.
pub async fn serve_signed_in(
    State(cache): State<Arc<ResponseCache>>,
    session: Session,
    request: Request,
    next: Next,
) -> Response {
    let Ok(Some(reader)) = session.user() else { return next.run(request).await };
    let Some((key, shared)) = cache.key_of_signed_in(&request, reader) else { return next.run(request).await };
    let arrival = cache.arrival(key.tag);
    let entry = match cache.find(&key, arrival) {
        Some(entry) => {
            cache.hits.increment(1);
            Some(entry)
        }
        None => {
            let mut placeholders = copy(&request);
            let placeholder = &cache.placeholders[usize::from(reader.verified)];
            placeholders.extensions_mut().insert(session.of_placeholder(placeholder.0.clone()));
            placeholders.extensions_mut().insert(placeholder.clone());
            cache.render(key, arrival, placeholders, next.clone()).await.ok()
        }
    };
    let entry = entry.filter(|entry| shared == Shared::Everybody || !entry.names(reader));
    let filled_in = match entry {
        Some(entry) => entry.response(Encoding::preferred(request.headers()), Some(reader)).await,
        None => None,
    };
    match filled_in {
        Some(response) => response,
        None => next.run(request).await,
    }
}

/// A request like this one, which has no body.
fn copy(request: &Request) -> Request {
    let mut copy = Request::new(Body::empty());
    copy.method_mut().clone_from(request.method());
    copy.uri_mut().clone_from(request.uri());
    copy.headers_mut().clone_from(request.headers());
    copy.extensions_mut().clone_from(request.extensions());
    copy
}

fn without_body(mut response: Response) -> Response {
    if let Some(length) = response.body().size_hint().exact() {
        response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(length));
    }
    *response.body_mut() = Body::empty();
    response
}
