//! The surface of Ticketing: pages, components, typed calls, and the web tier that serves them.

pub mod api;
mod clock;
mod components;
#[cfg(all(feature = "desktop", not(target_arch = "wasm32")))]
pub mod desktop;
#[cfg(test)]
mod examples;
mod i18n;
mod live;
mod pages;
mod prices;
pub mod seats;
mod stripe;
mod title;
mod together;
#[cfg(target_arch = "wasm32")]
mod warm_up;
#[cfg(feature = "server")]
pub mod web;

use components::Frame;
use dioxus::prelude::*;
use pages::{
    Design, Home, HomeQuery, NotFound, OrderPage, Orders, Sell, SellQuery, Selling, ShowPage, SignIn, SignInQuery,
    SignUp, Sorry, SorryQuery, TicketPage,
};

const STYLE: Asset = asset!("/assets/style.css");
const ICON: Asset = asset!("/assets/icon.svg");

/// The site map.
#[derive(Clone, Debug, PartialEq, Routable)]
#[rustfmt::skip]
#[expect(missing_docs, reason = "the paths say it")]
pub enum Route {
    #[layout(Frame)]
        #[route("/?:..query")]
        Home { query: HomeQuery },
        #[route("/shows/:id")]
        ShowPage { id: String },
        #[route("/tickets/:id")]
        TicketPage { id: String },
        #[route("/sell?:..query")]
        Sell { query: SellQuery },
        #[route("/selling")]
        Selling {},
        #[route("/orders")]
        Orders {},
        #[route("/orders/:id")]
        OrderPage { id: String },
        #[route("/sign-in?:..query")]
        SignIn { query: SignInQuery },
        #[route("/sign-up?:..query")]
        SignUp { query: SignInQuery },
        #[route("/sorry?:..query")]
        Sorry { query: SorryQuery },
        #[route("/design")]
        Design {},
        #[route("/:..path")]
        NotFound { path: Vec<String> },
}

impl Route {
    /// The page's address, without the question mark that the framework writes before an empty query, too.
    pub fn address(&self) -> String {
        self.to_string().trim_end_matches('?').to_owned()
    }
}

/// Starts the client.
#[cfg(not(feature = "server"))]
pub fn launch() {
    #[cfg(target_arch = "wasm32")]
    wasm_bindgen_futures::spawn_local(async {
        // Without its words the page stays as the server made it, with plain forms.
        match i18n::fetch().await {
            Ok(()) => {
                // Reading the words and taking the page over are two tasks, so that neither keeps the browser for long.
                clock::sleep(std::time::Duration::ZERO).await;
                match warm_up::worker() {
                    Some(worker) => warm_up::run(&worker).unwrap_or_else(|why| tracing::error!("no warm-up: {why:?}")),
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
    title::use_plain_titles();
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
fn look_again() {
    #[cfg(all(feature = "desktop", not(target_arch = "wasm32")))]
    desktop::look_again();
}
