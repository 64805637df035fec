//! A cached response, and its compressed forms.

use crate::web::page_template::Template;
use axum::body::{Body, Bytes, HttpBody, to_bytes};
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE,
    HeaderMap, HeaderName, HeaderValue, SET_COOKIE, VARY,
};
use axum::http::{Request, StatusCode};
use axum::response::Response;
use shared::Instant;
use shared::auth::User;
use std::convert::Infallible;
use std::sync::Arc;
use tokio::sync::OnceCell;
use tower::{Layer, ServiceExt, service_fn};
use tower_http::compression::CompressionLayer;

/// Bodies below this are not compressed: the header costs more than it saves.
pub const MIN_COMPRESSED_BYTES: u16 = 512;
/// Far above the longest page. A longer body is sent, but not kept.
pub const MAX_BODY_BYTES: usize = 1024 * 1024;
/// The headers of an entry, its key and what the cache itself needs for it.
const OVERHEAD_BYTES: u64 = 2_048;

/// The headers that belong to the content. All others are a matter of one response, and are added to it outside the cache.
const CONTENT_HEADERS: [HeaderName; 5] = [CONTENT_TYPE, CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, CACHE_CONTROL, VARY];

/// An encoding that a client accepts and this site offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    Brotli,
    Gzip,
    Identity,
}

/// A successful response to a public read.
pub struct Entry {
    /// Of its tag, before it was rendered.
    pub generation: u64,
    /// When its render began.
    pub rendered_at: Instant,
    headers: HeaderMap,
    content: Content,
}

enum Content {
    /// The same for everybody. Shared with the entry before, if only the time has passed since.
    Body(Arc<EncodedBody>),
    /// A page for signed-in readers.
    Template(Template),
}

/// A body with its compressed forms, each made when it is first asked for.
struct EncodedBody {
    plain: Bytes,
    brotli: OnceCell<Bytes>,
    gzip: OnceCell<Bytes>,
}

/// What came of a render.
pub enum Rendered {
    Shared(Entry),
    /// A response for one client only.
    Single(Response),
}

impl Entry {
    /// Takes a response apart. One that is not a plain success of a moderate length, or that sets a cookie, stays as it is.
    pub async fn of(response: Response, generation: u64, rendered_at: Instant, previous: Option<&Entry>) -> Rendered {
        let headers = response.headers();
        let whole = !headers.contains_key(SET_COOKIE) && !headers.contains_key(CONTENT_ENCODING);
        let length = response.body().size_hint().exact().and_then(|length| usize::try_from(length).ok());
        let length = length.filter(|length| *length <= MAX_BODY_BYTES);
        let (StatusCode::OK, true, Some(length)) = (response.status(), whole, length) else {
            return Rendered::Single(response);
        };
        let (mut parts, body) = response.into_parts();
        let template = parts.extensions.remove::<Template>();
        let Ok(plain) = to_bytes(body, length).await else {
            parts.status = StatusCode::INTERNAL_SERVER_ERROR;
            return Rendered::Single(Response::from_parts(parts, Body::empty()));
        };
        let mut headers = HeaderMap::new();
        for (name, value) in &parts.headers {
            if CONTENT_HEADERS.contains(name) {
                headers.append(name, value.clone());
            }
        }
        let content = Content::of(plain, template, previous.map(|previous| &previous.content));
        Rendered::Shared(Entry { generation, rendered_at, headers, content })
    }

    /// The memory that the entry can take at most: a compressed form is never longer than the plain one.
    pub fn weight(&self) -> u64 {
        let bytes = match &self.content {
            Content::Body(body) => 3 * body.plain.len(),
            Content::Template(template) => template.weight(),
        };
        OVERHEAD_BYTES + bytes as u64
    }

    /// Whether the data of a page for signed-in readers names this one.
    pub fn names(&self, reader: &User) -> bool {
        matches!(&self.content, Content::Template(template) if template.names(reader))
    }

    /// A response with the headers of the content, for a signed-in reader if it is one of theirs. `None` if it is of the other kind.
    pub async fn response(&self, encoding: Encoding, reader: Option<&User>) -> Option<Response> {
        let (body, content_encoding) = match (&self.content, reader) {
            (Content::Body(body), None) => body.encoded(encoding).await,
            (Content::Template(template), Some(reader)) => template.fill_in(reader, encoding != Encoding::Identity)?,
            (Content::Body(_), Some(_)) | (Content::Template(_), None) => return None,
        };
        let mut response = Response::new(Body::from(body));
        let headers = response.headers_mut();
        headers.clone_from(&self.headers);
        if let Some(name) = content_encoding {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static(name));
            headers.append(VARY, HeaderValue::from_static("accept-encoding"));
        }
        Some(response)
    }
}

impl Content {
    fn of(plain: Bytes, template: Option<Template>, previous: Option<&Content>) -> Self {
        match (template, previous) {
            (Some(template), Some(Content::Template(previous))) if template.is_same_as(previous) => {
                Content::Template(previous.clone())
            }
            (Some(template), _) => Content::Template(template),
            (None, Some(Content::Body(previous))) if previous.plain == plain => Content::Body(previous.clone()),
            (None, _) => Content::Body(Arc::new(EncodedBody::new(plain))),
        }
    }
}

impl EncodedBody {
    fn new(plain: Bytes) -> Self {
        EncodedBody { plain, brotli: OnceCell::new(), gzip: OnceCell::new() }
    }

    async fn encoded(&self, encoding: Encoding) -> (Bytes, Option<&'static str>) {
        let (form, name) = match encoding {
            Encoding::Brotli => (&self.brotli, "br"),
            Encoding::Gzip => (&self.gzip, "gzip"),
            Encoding::Identity => return (self.plain.clone(), None),
        };
        if self.plain.len() < usize::from(MIN_COMPRESSED_BYTES) {
            return (self.plain.clone(), None);
        }
        let compressed = form.get_or_init(|| compress(self.plain.clone(), name)).await;
        if compressed.len() < self.plain.len() { (compressed.clone(), Some(name)) } else { (self.plain.clone(), None) }
    }
}

/// Compresses as the layer around the whole site does. A body that does not become shorter stays as it is.
async fn compress(plain: Bytes, encoding: &'static str) -> Bytes {
    let length = plain.len();
    let request = Request::get("/").header(ACCEPT_ENCODING, encoding).body(()).expect("a request");
    let service = CompressionLayer::new().layer(service_fn(async |_: Request<()>| {
        let response = Response::new(Body::from(plain.clone()));
        Ok::<_, Infallible>(response)
    }));
    let response = service.oneshot(request).await.unwrap_or_else(|error| match error {});
    to_bytes(Body::new(response.into_body()), length).await.unwrap_or(plain)
}

impl Encoding {
    /// The encoding that the client prefers of those that this site offers (RFC 9110 §12.5.3).
    pub fn preferred(headers: &HeaderMap) -> Self {
        let lists = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
        let mut best = (0.0, Encoding::Identity);
        for element in lists.flat_map(|list| list.split(',')) {
            let (name, parameter) = element.split_once(';').unwrap_or((element, ""));
            let encoding = match name.trim() {
                name if name.eq_ignore_ascii_case("br") => Encoding::Brotli,
                name if name.eq_ignore_ascii_case("gzip") => Encoding::Gzip,
                _ => continue,
            };
            let weight = parameter.trim().strip_prefix("q=").map_or(1.0, |text| text.trim().parse().unwrap_or(0.0));
            if weight > best.0 || (weight == best.0 && weight > 0.0 && encoding == Encoding::Brotli) {
                best = (weight, encoding);
            }
        }
        best.1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_preferred_encoding_is_one_that_the_client_accepts() {
        for (accepted, expected) in [
            ("gzip, deflate, br, zstd", Encoding::Brotli),
            ("br, gzip", Encoding::Brotli),
            ("gzip", Encoding::Gzip),
            ("br;q=0.5, GZIP;q=0.8", Encoding::Gzip),
            ("br;q=0, gzip;q=0.1", Encoding::Gzip),
            ("br;q=0", Encoding::Identity),
            ("br;q=x", Encoding::Identity),
            ("identity, *", Encoding::Identity),
            ("", Encoding::Identity),
        ] {
            let headers = HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static(accepted))]);
            assert_eq!(Encoding::preferred(&headers), expected, "{accepted}");
        }
        assert_eq!(Encoding::preferred(&HeaderMap::new()), Encoding::Identity);
    }

    #[tokio::test]
    async fn a_compressed_form_is_made_once_and_only_where_it_is_shorter() {
        let (long, short) = (EncodedBody::new("ticket ".repeat(1_000).into()), EncodedBody::new("{}".into()));

        for (encoding, name) in [(Encoding::Brotli, "br"), (Encoding::Gzip, "gzip")] {
            let (first, content_encoding) = long.encoded(encoding).await;
            assert_eq!(content_encoding, Some(name));
            assert!(first.len() < 200, "{}", first.len());
            assert_eq!(long.encoded(encoding).await.0.as_ptr(), first.as_ptr(), "it is not compressed again");
            assert_eq!(short.encoded(encoding).await, (Bytes::from("{}"), None));
        }
        assert_eq!(long.encoded(Encoding::Identity).await.1, None);
    }
}
