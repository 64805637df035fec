//! The surface of Ticketing: pages, components, typed calls, and the web tier that serves them.

pub mod api;
#[cfg(feature = "server")]
pub mod web;

use dioxus::prelude::*;

/// The application.
#[component]
pub fn App() -> Element {
    rsx! { h1 { "Ticketing" } }
}
