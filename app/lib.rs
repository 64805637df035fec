//! The surface of Ticketing: pages, components, typed calls, and the web tier that serves them.

pub mod api;
mod client;
mod components;
#[cfg(all(feature = "desktop", not(target_arch = "wasm32")))]
pub mod desktop;
#[cfg(test)]
mod fixtures;
mod i18n;
pub mod model;
mod pages;
pub mod routes;
#[cfg(feature = "server")]
pub mod web;

use dioxus::prelude::*;
use routes::Route;

const STYLE: Asset = asset!("/assets/style.css");
const ICON: Asset = asset!("/assets/icon.svg");

/// Starts the client.
#[cfg(not(feature = "server"))]
pub fn launch() {
    #[cfg(target_arch = "wasm32")]
    wasm_bindgen_futures::spawn_local(async {
        // Without its words the page stays as the server made it, with plain forms.
        match i18n::fetch().await {
            Ok(()) => {
                // Reading the words and taking the page over are two tasks, so that neither keeps the browser for long.
                client::clock::sleep(std::time::Duration::ZERO).await;
                match client::prewarm::worker() {
                    Some(worker) => {
                        client::prewarm::run(&worker).unwrap_or_else(|why| tracing::error!("no prewarm: {why:?}"))
                    }
                    None => dioxus::launch(App),
                }
            }
            Err(reason) => tracing::error!("the words could not be loaded: {reason:?}"),
        }
    });
    #[cfg(not(target_arch = "wasm32"))]
    dioxus::launch(App);
}

/// The application.
#[component]
pub fn App() -> Element {
    client::document_title::use_plain_titles();
    i18n::use_language();
    // A browser loads the words while it still loads the program.
    let words = i18n::file(i18n::Language::current());
    rsx! {
        document::Link { rel: "icon", href: ICON, r#type: "image/svg+xml" }
        document::Stylesheet { href: STYLE }
        document::Link { rel: "preload", href: words, r#as: "fetch", crossorigin: "anonymous" }
        document::Meta { name: "viewport", content: "width=device-width, initial-scale=1" }
        document::Meta { name: "description", content: i18n::t!("description") }
        document::Meta { name: "color-scheme", content: "light dark" }
        Router::<Route> {}
    }
}

/// Looks at the page again where loading its address does not: a window has none. Browsers follow the link to it.
fn reload() {
    #[cfg(all(feature = "desktop", not(target_arch = "wasm32")))]
    desktop::reload();
}
