//! What the browser is told about every answer: what it may run, load and keep.

use super::locale;
use crate::web::{Site, bootstrap};
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::{
    CACHE_CONTROL, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER,
};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use std::sync::atomic::Ordering;

/// When it is worth trying again what did not work, in seconds.
pub const RETRY_SECONDS: u64 = 2;

/// The longest page, in bytes.
const LONGEST_PAGE: usize = 16 * 1024 * 1024;

/// How the inline scripts begin that may run: those that Dioxus itself writes into a page (the data to hydrate from, and what
/// receives it), and the one that starts the client. Their contents are base64 or fixed, so nothing that a person wrote can be
/// code in them.
const INLINE: [&str; 4] =
    ["window.initial_dioxus_hydration_data=", "window.hydrate_queue=", "window.dx_hydrate(", bootstrap::BEGINNING];

const FIXED: [(&str, &str); 5] = [
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
];

/// Adds the headers. Pages are read whole, so that their inline scripts can be named by their hashes.
pub async fn layer(State(site): State<Site>, request: Request, next: Next) -> Response {
    let language = locale::wanted(request.headers());
    let asset = request.uri().path().starts_with("/assets/") || request.uri().path().starts_with("/wasm/");
    let mut response = next.run(request).await;
    let is_page = response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    let mut hashes = Vec::new();
    if is_page {
        let (mut parts, body) = response.into_parts();
        let Ok(page) = to_bytes(body, LONGEST_PAGE).await else {
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        };
        let page = bootstrap::after_paint(locale::marked(&String::from_utf8_lossy(&page), language));
        hashes = inline_scripts(&page).map(hash).collect();
        parts.headers.remove(CONTENT_LENGTH);
        response = Response::from_parts(parts, Body::from(page));
    }
    let https = site.config.public_url.starts_with("https://");
    add(response.headers_mut(), &hashes, https, site.config.publishable_key.is_some());
    if !asset && !response.headers().contains_key(CACHE_CONTROL) {
        // Pages and answers may be a person's own, and are old in a second.
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    if response.status() == StatusCode::SERVICE_UNAVAILABLE && !response.headers().contains_key(RETRY_AFTER) {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(RETRY_SECONDS));
    }
    if site.health.leaving.load(Ordering::Relaxed) {
        // Connections that are kept go to another process before this one closes them.
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// What Stripe's card field needs: its script, its frames, and the way to Stripe. Nothing of it, where nobody pays there.
struct Foreign {
    scripts: &'static str,
    frames: &'static str,
    connections: &'static str,
    payment: &'static str,
}

impl Foreign {
    fn new(stripe: bool) -> Self {
        match stripe {
            true => Foreign {
                scripts: " https://js.stripe.com",
                frames: "frame-src https://js.stripe.com https://hooks.stripe.com; ",
                connections: " https://api.stripe.com",
                payment: "payment=(self \"https://js.stripe.com\")",
            },
            false => Foreign { scripts: "", frames: "", connections: "", payment: "payment=()" },
        }
    }
}

fn add(headers: &mut HeaderMap, hashes: &[String], https: bool, stripe: bool) {
    // `dx serve` writes a script and a style of its own into the page, and it alone runs debug builds.
    let (scripts, styles) = match cfg!(debug_assertions) {
        true => ("'unsafe-inline'".to_owned(), "'unsafe-inline'"),
        false => (hashes.join(" "), ""),
    };
    let foreign = Foreign::new(stripe);
    let policy = format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'{} {scripts}; style-src 'self' {styles}; \
         img-src 'self' data:; font-src 'self'; connect-src 'self'{}; {}manifest-src 'self'; \
         form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        foreign.scripts, foreign.connections, foreign.frames
    );
    headers.insert("content-security-policy", HeaderValue::from_str(&policy).expect("hashes are base64"));
    let permissions = format!("camera=(), geolocation=(), microphone=(), {}", foreign.payment);
    headers.insert("permissions-policy", HeaderValue::from_str(&permissions).expect("it is plain text"));
    for (name, value) in FIXED {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    if https {
        let year = HeaderValue::from_static("max-age=31536000; includeSubDomains");
        headers.insert("strict-transport-security", year);
    }
}

fn inline_scripts(page: &str) -> impl Iterator<Item = &str> {
    let scripts = page.split("<script>").skip(1).filter_map(|rest| rest.split_once("</script>"));
    scripts.map(|(script, _)| script).filter(|script| INLINE.iter().any(|start| script.trim_start().starts_with(start)))
}

fn hash(script: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(script)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_inline_scripts_that_are_known_may_run() {
        let page = "<script>window.initial_dioxus_hydration_data=\"eA==\";</script><p><script>alert(1)</script>";

        let blessed: Vec<&str> = inline_scripts(page).collect();

        assert_eq!(blessed, ["window.initial_dioxus_hydration_data=\"eA==\";"]);
    }

    fn told(stripe: bool) -> [String; 2] {
        let mut headers = HeaderMap::new();
        add(&mut headers, &["'sha256-x'".to_owned()], false, stripe);
        ["content-security-policy", "permissions-policy"]
            .map(|name| headers[name].to_str().expect("it is text").to_owned())
    }

    #[test]
    fn without_stripe_nothing_comes_from_elsewhere() {
        let [policy, permissions] = told(false);

        assert!(!policy.contains("http"), "{policy}");
        assert!(!policy.contains("frame-src") && policy.contains("connect-src 'self';"), "{policy}");
        assert!(permissions.ends_with("payment=()"), "{permissions}");
    }

    #[test]
    fn with_stripe_its_card_field_may_run_and_nothing_else() {
        let [policy, permissions] = told(true);

        let directives: Vec<&str> = policy.split("; ").filter(|directive| directive.contains("http")).collect();
        assert_eq!(directives.len(), 3, "{policy}");
        assert!(directives[0].starts_with("script-src 'self' 'wasm-unsafe-eval' https://js.stripe.com "), "{policy}");
        assert_eq!(directives[1], "connect-src 'self' https://api.stripe.com");
        assert_eq!(directives[2], "frame-src https://js.stripe.com https://hooks.stripe.com");
        assert!(permissions.ends_with("payment=(self \"https://js.stripe.com\")"), "{permissions}");
    }
}
