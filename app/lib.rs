//! The application: pages, components, typed calls to the server, and the web tier that serves them.

pub mod api;
mod client;
mod components;
#[cfg(all(feature = "desktop", not(target_arch = "wasm32")))]
pub mod desktop;
pub mod error;
#[cfg(test)]
mod fixtures;
mod i18n;
#[cfg(feature = "server")]
mod link_preview;
pub mod model;
mod pages;
pub mod routes;
mod site_map;
#[cfg(feature = "server")]
pub mod web;

use dioxus::prelude::*;
use site_map::Route;

const STYLE: Asset = asset!("/assets/style.css");
const ICON: Asset = asset!("/assets/icon.svg");

/// Starts the client.
#[cfg(not(feature = "server"))]
pub fn launch() {
    #[cfg(target_arch = "wasm32")]
    wasm_bindgen_futures::spawn_local(launch_in_browser());
    #[cfg(not(target_arch = "wasm32"))]
    dioxus::launch(App);
}

/// Hydrates the page, or compiles the program for it in a worker.
#[cfg(all(not(feature = "server"), target_arch = "wasm32"))]
async fn launch_in_browser() {
    // Without its texts the client does not start: the page stays as the server rendered it, and its plain forms work.
    if let Err(error) = i18n::load(client::prewarm::page_language()).await {
        return tracing::error!("client not started, texts failed to load: {error:?}");
    }
    // Parsing the texts and hydrating the page are separate tasks, so that neither blocks the browser for long.
    client::clock::sleep(std::time::Duration::ZERO).await;
    match client::prewarm::worker() {
        Some(worker) => client::prewarm::run(&worker, App)
            .unwrap_or_else(|error| tracing::error!("prewarm failed, the client starts without it: {error:?}")),
        None => dioxus::launch(App),
    }
}

/// The root component.
#[component]
pub fn App() -> Element {
    client::document_title::use_plain_titles();
    i18n::use_language();
    // The browser loads the texts while it still loads the program.
    let texts = i18n::Language::current().asset();
    rsx! {
        document::Link { rel: "icon", href: ICON, r#type: "image/svg+xml" }
        document::Stylesheet { href: STYLE }
        document::Link { rel: "preload", href: texts, r#as: "fetch", crossorigin: "anonymous" }
        document::Meta { name: "viewport", content: "width=device-width, initial-scale=1" }
        document::Meta { name: "description", content: i18n::t!("description") }
        document::Meta { name: "color-scheme", content: "light dark" }
        Router::<Route> {}
    }
}
