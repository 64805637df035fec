//! What people are told.

use crate::Route;
use crate::api::ApiError;
use crate::components::Unclear;
use crate::pages::SignInQuery;
use dioxus::prelude::*;

/// How something is meant.
#[derive(Clone, Copy, PartialEq)]
pub enum Tone {
    /// So that one knows.
    Plain,
    /// It worked.
    Good,
    /// Something must be done.
    Bad,
}

/// A message, read out when it appears.
#[component]
pub fn Notice(tone: Tone, children: Element) -> Element {
    let (class, role) = match tone {
        Tone::Plain => ("notice", "status"),
        Tone::Good => ("notice good", "status"),
        Tone::Bad => ("notice bad", "alert"),
    };
    rsx! {
        div { class, role, {children} }
    }
}

/// A page that cannot be shown, and why.
#[component]
pub fn Problem(error: ApiError) -> Element {
    #[cfg(feature = "server")]
    dioxus::fullstack::FullstackContext::commit_http_status(error.status(), None);
    let title = match error.status().as_u16() {
        404 => "There is nothing here",
        403 => "This belongs to somebody else",
        401 => "Sign in first",
        _ => "This did not work",
    };
    rsx! {
        document::Title { "{title} · Ticketing" }
        section { class: "empty",
            h1 { "{title}" }
            p { "It says: {error}." }
            Link { class: "button", to: Route::Home { query: Default::default() }.address(), "Look at all shows" }
        }
    }
}

/// What stands where a list would be.
#[component]
pub fn Empty(title: String, children: Element) -> Element {
    rsx! {
        section { class: "empty",
            h2 { "{title}" }
            {children}
        }
    }
}

/// What a page that needs a person says to a stranger; or that nobody can tell whether it is one.
#[component]
pub fn SignInFirst(back: String, reason: String) -> Element {
    if let Unclear(Some(error)) = use_context() {
        return rsx! {
            Problem { error }
        };
    }
    rsx! {
        section { class: "empty",
            p { "{reason}" }
            p { class: "actions",
                Link { class: "button", to: Route::SignIn { query: SignInQuery::back_to(&back) }, "Sign in" }
                Link { class: "button quiet", to: Route::SignUp { query: SignInQuery::back_to(&back) }, "Create an account" }
            }
        }
    }
}

/// The way to the next page of a list.
#[component]
pub fn Pager(next: Option<Route>) -> Element {
    rsx! {
        if let Some(next) = next {
            p { class: "pager",
                Link { class: "button quiet", to: next, "Show more" }
            }
        }
    }
}
