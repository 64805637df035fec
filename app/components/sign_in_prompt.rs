//! A page that needs a signed-in user says so and links to the sign-in.

use super::problem::Problem;
use crate::client::context::SessionUnknown;
use crate::i18n::t;
use crate::routes::{self, SignInQuery};
use dioxus::prelude::*;

/// Asks a visitor to sign in. If the server could not tell who is signed in, that error is shown instead.
#[component]
pub fn SignInPrompt(back: String, reason: String) -> Element {
    if let SessionUnknown(Some(error)) = use_context() {
        return rsx! {
            Problem { error, heading: false }
        };
    }
    let query = SignInQuery::back_to(&back);
    rsx! {
        section { class: "empty",
            p { "{reason}" }
            p { class: "actions",
                Link { class: "button", to: routes::sign_in(&query), {t!("sign-in")} }
                Link { class: "button quiet", to: routes::sign_up(&query), {t!("create-an-account")} }
            }
        }
    }
}
