//! Which paths are mounted, and the middleware in front of each.

use super::Site;
use super::middleware::client_address::{self, ProxySettings};
use super::middleware::{
    body_limit, body_timeout, csrf, error_response, load_shed, locale, metrics, rate_limit, security_headers,
    security_log, session,
};
use super::response_cache::{self, MIN_COMPRESSED_BYTES, recent_writes};
use super::routes::forms::MAX_FORM_BYTES;
use super::routes::health::{self, Health};
use super::routes::{
    account_csv, account_forms, account_json, feed, forms, offline_worker, preview_image, robots, sitemap,
    stripe_webhook,
};
use crate::App;
use crate::api::ApiError;
use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRef};
use axum::handler::Handler;
use axum::http::Method;
use axum::http::header::{CONTENT_TYPE, HeaderValue};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::IntoResponse;
use axum::routing::{self, MethodRouter};
use dioxus::server::{DioxusRouterExt, FullstackState, ServeConfig, ServerFunction};
use shared::Rejection;
use std::path::Path;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};
use tower_http::set_header::SetRequestHeaderLayer;

/// The middleware in front of an endpoint.
#[derive(Clone, Copy)]
enum Guard {
    /// None: probes, public feeds, and Stripe, whose signature its handler checks.
    Open,
    /// Public, and rendered on request: rate limit.
    Public,
    /// Resolves the session.
    Session,
    /// Resolves the session of a request that changes something: rate limit, same-origin check, body limit.
    Form,
}

/// A row of the table of endpoints that are neither pages nor server functions.
struct Endpoint<S> {
    method: Method,
    path: &'static str,
    guard: Guard,
    handler: MethodRouter<S>,
}

impl<S: Clone + Send + Sync + 'static> Endpoint<S> {
    fn get<H: Handler<T, S>, T: 'static>(path: &'static str, guard: Guard, handler: H) -> Self {
        Endpoint { method: Method::GET, path, guard, handler: routing::get(handler) }
    }

    fn post<H: Handler<T, S>, T: 'static>(path: &'static str, guard: Guard, handler: H) -> Self {
        Endpoint { method: Method::POST, path, guard, handler: routing::post(handler) }
    }
}

/// The endpoints of every process, whatever it runs.
fn probe_endpoints<S>() -> Vec<Endpoint<S>>
where
    S: Clone + Send + Sync + 'static,
    Health: FromRef<S>,
{
    vec![
        Endpoint::get("/health/live", Guard::Open, health::live),
        Endpoint::get("/health/ready", Guard::Open, health::ready),
    ]
}

/// The endpoints of the web tier. The router is built from this table, and so is what [`mounted`] returns.
fn endpoints() -> Vec<Endpoint<Site>> {
    let mut endpoints = probe_endpoints();
    endpoints.extend([
        Endpoint::get("/account.csv", Guard::Session, account_csv::download),
        Endpoint::get("/account.json", Guard::Session, account_json::download),
        Endpoint::get("/api/live", Guard::Session, feed::of_user),
        Endpoint::get("/api/tabs/live", Guard::Session, feed::of_tabs),
        Endpoint::get("/api/shows/{id}/live", Guard::Open, feed::of_show),
        Endpoint::get("/offline.js", Guard::Public, offline_worker::serve),
        Endpoint::get("/preview.png", Guard::Public, preview_image::of_site),
        Endpoint::get("/robots.txt", Guard::Public, robots::serve),
        Endpoint::get("/shows/{id}/preview.png", Guard::Public, preview_image::of_show),
        Endpoint::get("/sitemap.xml", Guard::Public, sitemap::serve),
        Endpoint::post("/forms/authenticate", Guard::Form, forms::authenticate),
        Endpoint::post("/forms/cancel", Guard::Form, forms::cancel),
        Endpoint::post("/forms/change-email", Guard::Form, account_forms::change_email),
        Endpoint::post("/forms/change-password", Guard::Form, account_forms::change_password),
        Endpoint::post("/forms/close-account", Guard::Form, account_forms::close),
        Endpoint::post("/forms/forgot", Guard::Form, account_forms::forgot),
        Endpoint::post("/forms/hold", Guard::Form, forms::hold),
        Endpoint::post("/forms/language", Guard::Form, forms::choose_language),
        Endpoint::post("/forms/pay", Guard::Form, forms::pay),
        Endpoint::post("/forms/reset", Guard::Form, account_forms::reset),
        Endpoint::post("/forms/revoke-other-sessions", Guard::Form, account_forms::revoke_other_sessions),
        Endpoint::post("/forms/revoke-session", Guard::Form, account_forms::revoke_session),
        Endpoint::post("/forms/send-verification", Guard::Form, account_forms::send_verification),
        Endpoint::post("/forms/sign-in", Guard::Form, forms::sign_in),
        Endpoint::post("/forms/sign-out", Guard::Form, forms::sign_out),
        Endpoint::post("/forms/sign-up", Guard::Form, forms::sign_up),
        Endpoint::post("/forms/verify", Guard::Form, account_forms::verify),
        Endpoint::post("/webhooks/stripe", Guard::Open, stripe_webhook::receive),
    ]);
    endpoints
}

/// Everything that the router mounts besides pages and assets, sorted: the server functions, and the table of endpoints.
pub fn mounted() -> Vec<(Method, &'static str)> {
    let functions = ServerFunction::collect().into_iter().map(|function| (function.method(), function.path()));
    let endpoints = endpoints().into_iter().map(|endpoint| (endpoint.method, endpoint.path));
    let mut all: Vec<_> = functions.chain(endpoints).collect();
    all.sort_by(|a, b| (a.0.as_str(), a.1).cmp(&(b.0.as_str(), b.1)));
    all
}

/// One line for each of the `mounted` endpoints that has no row in the authorization table of the tests, which says what to do.
pub fn missing_rows(mounted: &[(Method, &'static str)], rows: &[(Method, &'static str)]) -> Vec<String> {
    let missing = mounted.iter().filter(|endpoint| !rows.contains(endpoint));
    let message = |(method, path): &(Method, &str)| {
        format!(
            "{method} {path} has no row in tests/http/http_surface.rs: add one with the status that it answers to a signed-out \
             caller, to a stranger and to the owner"
        )
    };
    missing.map(message).collect()
}

/// The router of a process without a web tier.
pub fn probes(health: Health) -> Router {
    let mount = |router: Router<Health>, endpoint: Endpoint<Health>| router.route(endpoint.path, endpoint.handler);
    probe_endpoints().into_iter().fold(Router::new(), mount).with_state(health)
}

/// The router of the web tier; without a `public` folder there are no assets.
pub fn site(site: &Site, public: Option<&Path>) -> Router {
    let state = FullstackState::new(ServeConfig::new(), App);
    let assets = match public {
        Some(_) => Router::new().serve_static_assets().with_state(state.clone()),
        None => Router::new(),
    };
    let unknown_call = || async { ApiError::Rejected(Rejection::NotFound).into_response() };
    let mount = |router: Router<Site>, endpoint| {
        let Endpoint { path, guard, handler, .. } = endpoint;
        router.merge(guarded(Router::new().route(path, handler), guard, site))
    };
    let router = endpoints()
        .into_iter()
        .fold(Router::new(), mount)
        .with_state(site.clone())
        .merge(server_functions(site, &state))
        .merge(assets)
        .route("/api/{*rest}", routing::any(unknown_call))
        .fallback_service(pages(site, state))
        .layer(from_fn_with_state(site.in_flight.clone(), load_shed::shed))
        .layer(from_fn(metrics::measure));
    // A compressor would hold the events of a feed back. Images are compressed, and the bundle has WebAssembly compressed already.
    let compressed = SizeAbove::new(MIN_COMPRESSED_BYTES)
        .and(NotForContentType::const_new("text/event-stream"))
        .and(NotForContentType::const_new("application/wasm"))
        .and(NotForContentType::IMAGES);
    let router = router.layer(from_fn_with_state(site.config.connection_timeout, body_timeout::limit));
    security_headers::apply(router, site)
        .layer(CompressionLayer::new().compress_when(compressed))
        .layer(from_fn_with_state(site.clone(), security_log::record))
        .layer(from_fn_with_state(ProxySettings::new(site.config.proxies), client_address::insert))
}

/// Puts the middleware of a guard in front of an endpoint. A layer runs before those that are added above it.
fn guarded(endpoint: Router<Site>, guard: Guard, site: &Site) -> Router<Site> {
    let session = from_fn_with_state(site.clone(), session::resolve);
    let limit_network = from_fn_with_state(site.clone(), rate_limit::limit_network);
    let limit_user = from_fn_with_state(site.clone(), rate_limit::limit_user);
    match guard {
        Guard::Open => endpoint,
        Guard::Public => endpoint.layer(limit_network),
        Guard::Session => endpoint.layer(limit_user).layer(session).layer(limit_network),
        Guard::Form => endpoint
            // A form is read as one whatever its `Content-Type` is: without script nobody could explain a 415.
            .layer(SetRequestHeaderLayer::overriding(
                CONTENT_TYPE,
                HeaderValue::from_static("application/x-www-form-urlencoded"),
            ))
            .layer(DefaultBodyLimit::max(MAX_FORM_BYTES))
            .layer(limit_user)
            .layer(session)
            .layer(from_fn_with_state(site.clone(), recent_writes::remember))
            .layer(from_fn_with_state(site.clone(), csrf::require_same_origin))
            .layer(limit_network),
    }
}

fn server_functions(site: &Site, state: &FullstackState) -> Router {
    Router::new()
        .register_server_functions()
        .with_state(state.clone())
        .layer(from_fn_with_state(site.clone(), rate_limit::limit_user))
        .layer(from_fn_with_state(site.clone(), session::resolve))
        .layer(from_fn_with_state(site.clone(), recent_writes::remember))
        .layer(from_fn(body_limit::require_small_json))
        .layer(from_fn_with_state(site.clone(), csrf::require_same_origin))
        .layer(from_fn_with_state(site.response_cache.clone(), response_cache::serve))
        .layer(from_fn_with_state(site.clone(), rate_limit::limit_network))
        .layer(from_fn(error_response::unify))
}

fn pages(site: &Site, state: FullstackState) -> Router {
    Router::new()
        .fallback(routing::get(FullstackState::render_handler))
        .with_state(state)
        .layer(from_fn(locale::negotiate))
        .layer(from_fn_with_state(site.clone(), security_headers::complete_page))
        .layer(from_fn_with_state(site.response_cache.clone(), response_cache::serve_signed_in))
        .layer(from_fn(session::prolong))
        .layer(from_fn_with_state(site.clone(), rate_limit::limit_user))
        .layer(from_fn_with_state(site.clone(), session::resolve))
        .layer(from_fn_with_state(site.response_cache.clone(), response_cache::serve))
        .layer(from_fn_with_state(site.clone(), rate_limit::limit_network))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_without_a_row_is_named_with_what_to_do() {
        let mut mounted = mounted();
        let rows = mounted.clone();
        assert_eq!(missing_rows(&mounted, &rows), Vec::<String>::new());

        // The path has a row, but for another method.
        mounted.push((Method::DELETE, "/account.csv"));
        let missing = missing_rows(&mounted, &rows);

        assert_eq!(missing.len(), 1, "{missing:?}");
        assert!(
            missing[0].starts_with("DELETE /account.csv has no row in tests/http/http_surface.rs: add one"),
            "{missing:?}"
        );
    }

    #[test]
    fn every_endpoint_is_mounted_once() {
        let mounted = mounted();

        assert!(mounted.windows(2).all(|pair| pair[0] != pair[1]), "{mounted:?}");
        assert!(mounted.contains(&(Method::POST, "/forms/hold")) && mounted.contains(&(Method::POST, "/api/orders")));
    }
}
