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

/// What a page that cannot be shown is called, and what one can know about it.
fn problem_words(error: &ApiError) -> (&'static str, String) {
    match error.status().as_u16() {
        404 => ("There is nothing here", "The address is wrong, or what was here is gone.".to_owned()),
        403 => ("This belongs to somebody else", "Only whoever it belongs to can see it.".to_owned()),
        401 => ("Sign in first", "Only you can see this page, so we have to know that it is you.".to_owned()),
        _ => ("This did not work", sentence(&error.to_string())),
    }
}

/// The words as a sentence, with a capital letter and a full stop.
fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    let capital = letters.next().map(|first| first.to_uppercase().collect::<String>()).unwrap_or_default();
    let end = if words.ends_with(['.', '!', '?', '…']) { "" } else { "." };
    format!("{capital}{}{end}", letters.as_str())
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
            document::Title { "{title} · Ticketing" }
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
                    a { class: "button", href: "", "Try again" }
                }
                Link {
                    class: if may_pass { "button quiet" } else { "button" },
                    to: Route::Home { query: Default::default() }.address(),
                    "Look at all shows"
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
    if let Unclear(Some(error)) = use_context() {
        return rsx! {
            Problem { error, heading: false }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_went_wrong_is_said_in_a_sentence() {
        assert_eq!(sentence("this show is cancelled"), "This show is cancelled.");
        assert_eq!(sentence("Wait …"), "Wait …");
        let (title, words) = problem_words(&ApiError::Unavailable);
        assert_eq!(title, "This did not work");
        assert_eq!(words, "This does not work at the moment, try again in a few seconds.");
    }
}
