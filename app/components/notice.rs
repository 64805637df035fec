//! What people are told.

use crate::api::ApiError;
use crate::components::SessionUnknown;
use crate::i18n::t;
use crate::routes::Route;
use crate::routes::SignInQuery;
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

/// What a page that cannot be shown is called, and what one can know about it.
fn problem_words(error: &ApiError) -> (String, String) {
    match error.status().as_u16() {
        404 => (t!("problem-not-found"), t!("problem-not-found-words")),
        403 => (t!("problem-not-yours"), t!("problem-not-yours-words")),
        401 => (t!("problem-signed-out"), t!("problem-signed-out-words")),
        _ => (t!("problem-other"), error.words()),
    }
}

/// A page that cannot be shown, and why. Below the heading of a page it is only a part of it.
#[component]
pub fn Problem(error: ApiError, #[props(default = true)] heading: bool) -> Element {
    #[cfg(feature = "server")]
    dioxus::fullstack::FullstackContext::commit_http_status(error.status(), None);
    let (title, words) = problem_words(&error);
    let may_pass = matches!(error, ApiError::Failed | ApiError::Unavailable);
    rsx! {
        if heading {
            document::Title { {t!("page-title", title = title.as_str())} }
        }
        section { class: "empty",
            if heading {
                h1 { "{title}" }
            } else {
                h2 { "{title}" }
            }
            p { "{words}" }
            p { class: "actions",
                if may_pass {
                    // Loads the same address again, also where no script runs.
                    a { class: "button", href: "", onclick: |_| crate::reload(), {t!("try-again")} }
                }
                Link {
                    class: if may_pass { "button quiet" } else { "button" },
                    to: Route::Home { query: Default::default() }.address(),
                    {t!("all-shows")}
                }
            }
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
    if let SessionUnknown(Some(error)) = use_context() {
        return rsx! {
            Problem { error, heading: false }
        };
    }
    rsx! {
        section { class: "empty",
            p { "{reason}" }
            p { class: "actions",
                Link { class: "button", to: Route::SignIn { query: SignInQuery::back_to(&back) }, {t!("sign-in")} }
                Link { class: "button quiet", to: Route::SignUp { query: SignInQuery::back_to(&back) }, {t!("create-an-account")} }
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
                Link { class: "button quiet", to: next, {t!("show-more")} }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_went_wrong_is_said_in_a_sentence() {
        let (title, words) = problem_words(&ApiError::Unavailable);
        assert_eq!(title, "This did not work");
        assert_eq!(words, "This does not work at the moment, try again in a few seconds.");
    }
}
