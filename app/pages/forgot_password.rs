//! Requesting a link for a new password. The page says the same of every address, so it tells nobody who has an account.

use crate::api::auth;
use crate::client::focus::focus_heading;
use crate::client::submission::use_submission;
use crate::components::{Field, Heading, Notice, Tone};
use crate::i18n::t;
use crate::routes::{self, ForgotQuery, SignInQuery};
use dioxus::prelude::*;

#[component]
pub fn ForgotPassword(query: ForgotQuery) -> Element {
    let email = use_signal(String::new);
    let submission = use_submission();
    let send = move |event: FormEvent| {
        event.prevent_default();
        submission.send(auth::forgot_password(email()), focus_heading);
    };
    let email_error = submission.field_error("email");
    let form_error = submission.error().filter(|_| email_error.is_none());
    let done = query.done || submission.is_done();
    rsx! {
        div { class: "narrow panel entry",
            Heading { title: t!("forgot-title") }
            if done {
                Notice { tone: Tone::Good, {t!("forgot-sent")} }
                p { {t!("link-missing")} }
            } else {
                p { {t!("forgot-words")} }
                form { class: "stack", method: "post", action: "/forms/forgot", novalidate: true, onsubmit: send,
                    if let Some(error) = form_error {
                        Notice { tone: Tone::Bad, {error.message()} }
                    }
                    Field { name: "email", label: t!("email"), kind: "email", value: email, error: email_error, autocomplete: "username" }
                    button { r#type: "submit", disabled: submission.is_busy(), {t!("send-link")} }
                }
            }
            p { class: "aside",
                Link { to: routes::sign_in(&SignInQuery::default()), {t!("back-to-sign-in")} }
            }
        }
    }
}
