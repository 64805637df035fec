//! Tells the browser what a response may run, load and store.

use super::{error_response, locale};
use crate::link_preview::PreviewSlot;
use crate::web::hydration_data::{self, Compacted};
use crate::web::page_template::{Placeholder, Template};
use crate::web::{Site, bootstrap, crawlers, head};
use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::{
    CACHE_CONTROL, CONNECTION, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, HeaderValue,
    REFERRER_POLICY, RETRY_AFTER, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use dioxus_interpreter_js::INITIALIZE_STREAMING_JS;
use sha2::{Digest, Sha256};
use std::sync::atomic::Ordering;
use tower::ServiceBuilder;
use tower_http::set_header::SetResponseHeaderLayer;

/// Far above the longest page; a bound because pages are buffered.
const MAX_PAGE_BYTES: usize = 16 * 1024 * 1024;

/// Adds the headers to all responses of a router.
pub fn apply(router: Router, site: &Site) -> Router {
    let computed = (site.clone(), policy_header(&[], site));
    router.layer(
        ServiceBuilder::new()
            .layer(fixed(X_CONTENT_TYPE_OPTIONS, "nosniff"))
            .layer(fixed(X_FRAME_OPTIONS, "DENY"))
            .layer(fixed(REFERRER_POLICY, "same-origin"))
            .layer(fixed(HeaderName::from_static("cross-origin-opener-policy"), "same-origin"))
            .layer(fixed(HeaderName::from_static("cross-origin-resource-policy"), "same-origin"))
            // Without `includeSubDomains`: other hosts of the domain are not ours to decide about.
            .option_layer(site.config.is_https().then(|| fixed(STRICT_TRANSPORT_SECURITY, "max-age=31536000")))
            .layer(from_fn_with_state(computed, add_computed_headers)),
    )
}

fn fixed(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value))
}

/// Completes pages. They are buffered, because the policy in their header names their inline scripts by hash.
pub async fn complete_page(State(site): State<Site>, mut request: Request, next: Next) -> Response {
    let language = locale::of_request(request.headers());
    let preview = PreviewSlot::default();
    request.extensions_mut().insert(preview.clone());
    let placeholder = request.extensions().get::<Placeholder>().cloned();
    let response = next.run(request).await;
    let is_page = response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if !is_page {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(page) = to_bytes(body, MAX_PAGE_BYTES).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let mut page = locale::set_html_lang(&String::from_utf8_lossy(&page), language);
    if let Some(preview) = preview.take() {
        page = head::complete(&page, &preview, language, head::origin(&site.config));
    }
    let (page, bootstrap) = bootstrap::start_after_paint(page, language);
    let personal = placeholder.as_ref().map(Placeholder::entry);
    let (page, entries) = match hydration_data::compact(&page, personal.as_deref()) {
        Some(Compacted { page, entries }) => (page, entries),
        None => (page, Vec::new()),
    };
    let hashes: Vec<String> = framework_scripts(&page).chain(bootstrap.as_deref()).map(hash).collect();
    let page = Bytes::from(page);
    if let Some(template) = placeholder.and_then(|placeholder| Template::of(&page, entries, &placeholder)) {
        parts.extensions.insert(template);
    }
    parts.headers.remove(CONTENT_LENGTH);
    parts.headers.insert(CONTENT_SECURITY_POLICY, policy_header(&hashes, &site));
    Response::from_parts(parts, Body::from(page))
}

fn policy_header(hashes: &[String], site: &Site) -> HeaderValue {
    let policy = content_security_policy(hashes, site.config.publishable_key.is_some());
    HeaderValue::from_str(&policy).expect("hashes are base64")
}

/// Adds the headers that depend on the response. `policy` is that of everything but pages.
async fn add_computed_headers(
    State((site, policy)): State<(Site, HeaderValue)>,
    request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path().to_owned();
    let asset = path.starts_with("/assets/") || path.starts_with("/wasm/");
    let mut response = next.run(request).await;
    let status = response.status();
    let headers = response.headers_mut();
    if let Some(complete) = headers.get(CONTENT_TYPE).and_then(|kind| with_charset(kind, &path)) {
        headers.insert(CONTENT_TYPE, complete);
    }
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(policy);
    let permissions = permissions_policy(site.config.publishable_key.is_some(), path.starts_with("/door/"));
    headers.insert(HeaderName::from_static("permissions-policy"), HeaderValue::from_static(permissions));
    if crawlers::is_unlisted(&path) {
        headers.insert(HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex"));
    }
    if !asset && !headers.contains_key(CACHE_CONTROL) {
        // Pages and replies may be personal, and are outdated within a second.
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    if status == StatusCode::SERVICE_UNAVAILABLE && !headers.contains_key(RETRY_AFTER) {
        headers.insert(RETRY_AFTER, HeaderValue::from(error_response::RETRY_AFTER_SECONDS));
    }
    if site.health.shutting_down.load(Ordering::Relaxed) {
        // Keep-alive connections move to another process before this one closes them.
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// The type of a text completed with its character set, which is always UTF-8; `None` if nothing is missing. The files with the
/// site's texts have a type of their own making, which file servers do not know.
fn with_charset(kind: &HeaderValue, path: &str) -> Option<HeaderValue> {
    let kind = kind.to_str().ok()?;
    if path.ends_with(".ftl") {
        return Some(HeaderValue::from_static("text/plain; charset=utf-8"));
    }
    let is_text = kind.starts_with("text/") || kind.ends_with("/javascript") || kind.ends_with("+xml");
    let complete = is_text && !kind.contains("charset=");
    complete.then(|| HeaderValue::from_str(&format!("{kind}; charset=utf-8")).ok()).flatten()
}

/// The sources that Stripe's card field needs; none where payments go to the sandbox.
struct StripeSources {
    scripts: &'static str,
    frames: &'static str,
    connections: &'static str,
}

impl StripeSources {
    fn new(stripe: bool) -> Self {
        if stripe {
            StripeSources {
                scripts: " https://js.stripe.com",
                frames: "frame-src https://js.stripe.com https://hooks.stripe.com; ",
                connections: " https://api.stripe.com",
            }
        } else {
            StripeSources { scripts: "", frames: "", connections: "" }
        }
    }
}

fn content_security_policy(hashes: &[String], stripe: bool) -> String {
    // `dx serve` writes a script and a style of its own into pages, and only it runs debug builds.
    let (scripts, styles) =
        if cfg!(debug_assertions) { ("'unsafe-inline'".to_owned(), "'unsafe-inline'") } else { (hashes.join(" "), "") };
    let sources = StripeSources::new(stripe);
    format!(
        "default-src 'none'; object-src 'none'; script-src 'self' 'wasm-unsafe-eval'{} {scripts}; style-src 'self' {styles}; \
         img-src 'self' data:; font-src 'self'; connect-src 'self'{}; {}manifest-src 'self'; \
         form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        sources.scripts, sources.connections, sources.frames
    )
}

/// Only the page of a door uses the camera.
fn permissions_policy(stripe: bool, door: bool) -> &'static str {
    match (stripe, door) {
        (_, true) => "camera=(self), geolocation=(), microphone=(), payment=()",
        (true, false) => "camera=(), geolocation=(), microphone=(), payment=(self \"https://js.stripe.com\")",
        (false, false) => "camera=(), geolocation=(), microphone=(), payment=()",
    }
}

/// The inline scripts that Dioxus writes into a page. They are recognised as a whole, so that no user's text can become code.
fn framework_scripts(page: &str) -> impl Iterator<Item = &str> {
    let scripts = page.split("<script>").skip(1).filter_map(|rest| rest.split_once("</script>"));
    scripts.map(|(script, _)| script).filter(|script| is_framework_script(script))
}

/// Whether this is the script that receives the data to hydrate from, which never changes, or one that hands data over: base64,
/// and the numbers of the nodes that it is for (`dioxus-server`'s `ssr.rs` and `streaming.rs`).
fn is_framework_script(script: &str) -> bool {
    let is_base64 = |data: &str| data.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte));
    let is_number_list = |list: &str| list.bytes().all(|byte| byte.is_ascii_digit() || byte == b',');
    let initial_data = || script.strip_prefix("window.initial_dioxus_hydration_data=\"")?.strip_suffix("\";");
    let later_data = || {
        let arguments = script.strip_prefix("window.dx_hydrate([")?.strip_suffix("\")")?;
        arguments.split_once("], \"").filter(|(nodes, _)| is_number_list(nodes)).map(|(_, data)| data)
    };
    script == INITIALIZE_STREAMING_JS || initial_data().or_else(later_data).is_some_and(is_base64)
}

fn hash(script: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(script)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_scripts_that_are_wholly_the_frameworks_are_allowed() {
        let ours = [
            INITIALIZE_STREAMING_JS,
            "window.initial_dioxus_hydration_data=\"eA+/09==\";",
            "window.dx_hydrate([1,23], \"eA==\")",
        ];
        let foreign = [
            "alert(1)",
            "window.hydrate_queue=[];alert(1)",
            "window.initial_dioxus_hydration_data=\"\";alert(1);\"\";",
            "window.initial_dioxus_hydration_data=\"eA==\";alert(1)",
            "window.dx_hydrate([1], \"\");alert(\"\")",
            "window.dx_hydrate([alert(1)], \"eA==\")",
            "window.startTicketing = alert",
        ];
        let page: String = ours.iter().chain(&foreign).map(|script| format!("<p><script>{script}</script>")).collect();

        let allowed: Vec<&str> = framework_scripts(&page).collect();

        assert_eq!(allowed, ours);
    }

    #[test]
    fn every_text_names_its_character_set() {
        let completed = |kind: &'static str, path| {
            let kind = with_charset(&HeaderValue::from_static(kind), path);
            kind.map(|kind| kind.to_str().expect("ASCII").to_owned())
        };

        assert_eq!(completed("text/css", "/assets/style.css").as_deref(), Some("text/css; charset=utf-8"));
        assert_eq!(completed("text/event-stream", "/api/live").as_deref(), Some("text/event-stream; charset=utf-8"));
        assert_eq!(completed("image/svg+xml", "/assets/a.svg").as_deref(), Some("image/svg+xml; charset=utf-8"));
        assert_eq!(completed("text/html; charset=utf-8", "/"), None);
        assert_eq!(completed("application/wasm", "/wasm/a.wasm"), None);
        let texts = completed("application/octet-stream", "/assets/de.ftl");
        assert_eq!(texts.as_deref(), Some("text/plain; charset=utf-8"));
    }

    fn policies(stripe: bool) -> (String, &'static str) {
        (content_security_policy(&["'sha256-x'".to_owned()], stripe), permissions_policy(stripe, false))
    }

    #[test]
    fn without_stripe_no_other_site_is_a_source() {
        let (policy, permissions) = policies(false);

        assert!(!policy.contains("http"), "{policy}");
        assert!(!policy.contains("frame-src") && policy.contains("connect-src 'self';"), "{policy}");
        assert!(permissions.ends_with("payment=()"), "{permissions}");
    }

    #[test]
    fn only_the_page_of_a_door_may_use_the_camera() {
        for stripe in [false, true] {
            assert!(permissions_policy(stripe, false).contains("camera=(),"));
            assert!(permissions_policy(stripe, true).contains("camera=(self),"));
        }
    }

    #[test]
    fn with_stripe_only_the_sources_of_its_card_field_are_added() {
        let (policy, permissions) = policies(true);

        let directives: Vec<&str> = policy.split("; ").filter(|directive| directive.contains("http")).collect();
        assert_eq!(directives.len(), 3, "{policy}");
        assert!(directives[0].starts_with("script-src 'self' 'wasm-unsafe-eval' https://js.stripe.com "), "{policy}");
        assert_eq!(directives[1], "connect-src 'self' https://api.stripe.com");
        assert_eq!(directives[2], "frame-src https://js.stripe.com https://hooks.stripe.com");
        assert!(permissions.ends_with("payment=(self \"https://js.stripe.com\")"), "{permissions}");
    }
}
