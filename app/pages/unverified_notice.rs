//! Asks users to prove their e-mail address, without being in their way.

use crate::api::auth;
use crate::client::context::{CurrentUser, use_payment_settings};
use crate::client::submission::use_submission;
use crate::components::{Notice, Tone};
use crate::i18n::t;
use dioxus::prelude::*;

/// Nothing, if the user's address is proved.
#[component]
pub fn UnverifiedNotice() -> Element {
    let current = use_context::<CurrentUser>();
    let submission = use_submission();
    let real_money = use_payment_settings().is_some_and(|settings| !settings.test_mode);
    let Some(user) = current.0().filter(|user| !user.verified) else { return rsx! {} };
    let send = move |event: FormEvent| {
        event.prevent_default();
        submission.send(auth::send_verification(), || ());
    };
    rsx! {
        Notice { tone: Tone::Plain,
            p {
                {t!("unverified-words", email = user.email.as_str())}
                if real_money {
                    " "
                    {t!("unverified-listing")}
                }
            }
            if let Some(error) = submission.error() {
                p { {error.message()} }
            }
            if submission.is_done() {
                p { {t!("link-sent")} " " {t!("link-missing")} }
            } else {
                form { method: "post", action: "/forms/send-verification", onsubmit: send,
                    button { r#type: "submit", class: "link", disabled: submission.is_busy(), {t!("send-link-again")} }
                }
            }
        }
    }
}
