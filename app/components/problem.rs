//! Why a page, or a part of it, cannot be shown.

use crate::client::context::use_address;
use crate::client::reload::reload;
use crate::error::ApiError;
use crate::i18n::t;
use crate::routes::{self, SignInQuery};
use dioxus::prelude::*;
use shared::Rejection;

/// A title and an explanation.
fn describe(error: &ApiError) -> (String, String) {
    match error.status().as_u16() {
        404 => (t!("problem-not-found"), t!("problem-not-found-words")),
        403 => (t!("problem-not-yours"), t!("problem-not-yours-words")),
        401 => (t!("problem-signed-out"), t!("problem-signed-out-words")),
        _ => (t!("problem-other"), error.message()),
    }
}

/// Takes the place of a page, or of a part below the page's heading if `heading` is false.
#[component]
pub fn Problem(error: ApiError, #[props(default = true)] heading: bool) -> Element {
    #[cfg(feature = "server")]
    dioxus::fullstack::FullstackContext::commit_http_status(error.status(), None);
    let (title, explanation) = describe(&error);
    // The session may have ended elsewhere since the page was loaded.
    let signed_out = error == ApiError::Rejected(Rejection::SignedOut);
    let sign_in = routes::sign_in(&SignInQuery::back_to(&use_address()));
    let retryable = matches!(error, ApiError::Failed | ApiError::Unavailable);
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
            p { "{explanation}" }
            p { class: "actions",
                if retryable {
                    // An empty address reloads the page, also without script.
                    a { class: "button", href: "", onclick: |_| reload(), {t!("try-again")} }
                }
                if signed_out {
                    Link { class: "button", to: sign_in, {t!("sign-in")} }
                }
                Link {
                    class: if retryable || signed_out { "button quiet" } else { "button" },
                    to: routes::home(),
                    {t!("all-shows")}
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_is_explained_in_a_sentence() {
        let (title, explanation) = describe(&ApiError::Unavailable);
        assert_eq!(title, "This did not work");
        assert_eq!(explanation, "This does not work at the moment, try again in a few seconds.");
    }
}
