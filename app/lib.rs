//! The surface of Ticketing: pages, components, typed calls, and the web tier that serves them.

pub mod api;
mod clock;
mod components;
#[cfg(test)]
mod examples;
mod live;
mod pages;
mod prices;
pub mod seats;
mod stripe;
mod title;
mod together;
#[cfg(feature = "server")]
pub mod web;

use components::Frame;
use dioxus::prelude::*;
use pages::{
    Home, HomeQuery, NotFound, OrderPage, Orders, Sell, SellQuery, Selling, ShowPage, SignIn, SignInQuery, SignUp,
    Sorry, SorryQuery, TicketPage,
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
        #[route("/:..path")]
        NotFound { path: Vec<String> },
}

impl Route {
    /// The page's address, without the question mark that the framework writes before an empty query, too.
    pub fn address(&self) -> String {
        self.to_string().trim_end_matches('?').to_owned()
    }
}

/// The application.
#[component]
pub fn App() -> Element {
    title::use_plain_titles();
    rsx! {
        document::Link { rel: "icon", href: ICON, r#type: "image/svg+xml" }
        document::Stylesheet { href: STYLE }
        document::Meta { name: "viewport", content: "width=device-width, initial-scale=1" }
        document::Meta { name: "color-scheme", content: "light dark" }
        Router::<Route> {}
    }
}
