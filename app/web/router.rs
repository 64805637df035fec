//! What is mounted where, and what guards it.

use super::Site;
use super::middleware::{csrf, error_response, locale, rate_limit, security_headers, session};
use super::routes::{account_csv, feed, forms, health, stripe_webhook};
use crate::App;
use axum::Router;
use axum::http::Method;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use dioxus::server::{DioxusRouterExt, FullstackState, ServeConfig, ServerFunction};
use std::path::Path;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};

/// A method and the path that takes it.
pub type Endpoint = (&'static str, &'static str);

/// Everything that is mounted besides pages and assets. A test compares it with what is, so that nothing is forgotten.
pub const ENDPOINTS: &[Endpoint] = &[
    ("DELETE", "/api/orders/{id}"),
    ("DELETE", "/api/tickets/{id}"),
    ("GET", "/account.csv"),
    ("GET", "/api/account"),
    ("GET", "/api/auth/me"),
    ("GET", "/api/live"),
    ("GET", "/api/orders"),
    ("GET", "/api/orders/{id}"),
    ("GET", "/api/payments/settings"),
    ("GET", "/api/payments/{id}"),
    ("GET", "/api/selling"),
    ("GET", "/api/shows"),
    ("GET", "/api/shows/{id}"),
    ("GET", "/api/shows/{id}/live"),
    ("GET", "/api/shows/{id}/tickets"),
    ("GET", "/api/tickets/{id}"),
    ("GET", "/health/live"),
    ("GET", "/health/ready"),
    ("GET", "/metrics"),
    ("POST", "/api/account/payouts"),
    ("POST", "/api/auth/sign-in"),
    ("POST", "/api/auth/sign-out"),
    ("POST", "/api/auth/sign-up"),
    ("POST", "/api/orders"),
    ("POST", "/api/payments"),
    ("POST", "/api/payments/{id}/authenticate"),
    ("POST", "/api/shows"),
    ("POST", "/api/shows/{id}/cancel"),
    ("POST", "/api/tickets"),
    ("POST", "/api/tickets/{id}/refund"),
    ("POST", "/forms/authenticate"),
    ("POST", "/forms/cancel"),
    ("POST", "/forms/hold"),
    ("POST", "/forms/language"),
    ("POST", "/forms/pay"),
    ("POST", "/forms/sign-in"),
    ("POST", "/forms/sign-out"),
    ("POST", "/forms/sign-up"),
    ("POST", "/webhooks/stripe"),
    ("PUT", "/api/tickets/{id}"),
];

/// The paths that are not server functions.
const OWN: [(Method, &str); 15] = [
    (Method::GET, "/account.csv"),
    (Method::GET, "/api/live"),
    (Method::GET, "/api/shows/{id}/live"),
    (Method::GET, "/health/live"),
    (Method::GET, "/health/ready"),
    (Method::GET, "/metrics"),
    (Method::POST, "/forms/authenticate"),
    (Method::POST, "/forms/cancel"),
    (Method::POST, "/forms/hold"),
    (Method::POST, "/forms/language"),
    (Method::POST, "/forms/pay"),
    (Method::POST, "/forms/sign-in"),
    (Method::POST, "/forms/sign-out"),
    (Method::POST, "/forms/sign-up"),
    (Method::POST, "/webhooks/stripe"),
];

/// Everything that the router mounts besides pages and assets, sorted.
pub fn mounted() -> Vec<(Method, &'static str)> {
    let functions = ServerFunction::collect().into_iter().map(|function| (function.method(), function.path()));
    let mut all: Vec<_> = functions.chain(OWN).collect();
    all.sort_by(|a, b| (a.0.as_str(), a.1).cmp(&(b.0.as_str(), b.1)));
    all
}

/// The whole site.
pub fn router(site: &Site, public: Option<&Path>) -> Router {
    let own = Router::new()
        .route("/api/shows/{id}/live", get(feed::of_show))
        // Stripe is no browser, and proves itself by its signature: neither the guards nor the limits are for it.
        .route("/webhooks/stripe", post(stripe_webhook::stripe))
        .with_state(site.clone())
        .merge(health::router(site.health.clone()));
    let state = FullstackState::new(ServeConfig::new(), App);
    let calls = Router::new()
        .register_server_functions()
        .with_state(state.clone())
        .layer(from_fn_with_state(site.clone(), session::layer))
        .layer(from_fn(csrf::body))
        .layer(from_fn_with_state(site.clone(), csrf::same_origin))
        .layer(from_fn_with_state(site.clone(), rate_limit::layer))
        .layer(from_fn(error_response::unify));
    let pages = Router::new()
        .fallback(get(FullstackState::render_handler))
        .with_state(state.clone())
        .layer(from_fn(locale::layer))
        .layer(from_fn_with_state(site.clone(), session::layer));
    let forms = forms::router()
        .layer(from_fn_with_state(site.clone(), session::layer))
        .layer(from_fn_with_state(site.clone(), csrf::same_origin))
        .layer(from_fn_with_state(site.clone(), rate_limit::layer));
    let personal = Router::new()
        .route("/account.csv", get(account_csv::download))
        .route("/api/live", get(feed::of_person))
        .with_state(site.clone())
        .layer(from_fn_with_state(site.clone(), session::layer));
    let assets = match public {
        Some(_) => Router::new().serve_static_assets().with_state(state),
        None => Router::new(),
    };
    let unknown_call = || async { crate::api::ApiError::Rejected(shared::Rejection::NotFound).into_response() };
    // The event stream is never compressed: a compressor would hold events back.
    let compressed = SizeAbove::new(512)
        .and(NotForContentType::const_new("text/event-stream"))
        .and(NotForContentType::const_new("application/wasm"))
        .and(NotForContentType::IMAGES);
    Router::new()
        .merge(own)
        .merge(calls)
        .merge(personal)
        .merge(forms)
        .merge(assets)
        .route("/api/{*rest}", axum::routing::any(unknown_call))
        .fallback_service(pages)
        .layer(axum::middleware::from_fn(health::measure))
        .layer(from_fn_with_state(site.clone(), security_headers::layer))
        .layer(CompressionLayer::new().compress_when(compressed))
}
