//! Why something that the user did has failed.

use super::notice::{Notice, Tone};
use crate::client::context::use_address;
use crate::error::ApiError;
use crate::i18n::t;
use crate::routes::{self, SignInQuery};
use dioxus::prelude::*;
use shared::Rejection;

/// Says why an action has failed, with `children` after it. A session may have ended in another tab since the page was loaded: then
/// the user can sign in again, and returns to this page.
#[component]
pub fn ActionError(error: ApiError, children: Element) -> Element {
    let query = SignInQuery::back_to(&use_address());
    rsx! {
        Notice { tone: Tone::Bad,
            if error == ApiError::Rejected(Rejection::SignedOut) {
                {t!("signed-out-meanwhile")}
                " "
                Link { to: routes::sign_in(&query), {t!("sign-in-again")} }
            } else {
                {error.message()}
            }
            {children}
        }
    }
}
