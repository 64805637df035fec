//! Setting a new password with a mailed link.

use crate::api::auth;
use crate::client::context::CurrentUser;
use crate::client::submission::{use_heading_focus, use_submission};
use crate::components::{Heading, Notice, PasswordField, PasswordOwner, Tone};
use crate::error::ApiError;
use crate::i18n::t;
use crate::pages::link_token::{LinkTokenField, use_link_token};
use crate::routes::{self, ForgotQuery, LinkQuery, SignInQuery};
use dioxus::prelude::*;
use shared::Rejection;

#[component]
pub fn ResetPassword(query: LinkQuery) -> Element {
    let token = use_link_token();
    let password = use_signal(String::new);
    let mut current = use_context::<CurrentUser>();
    let submission = use_submission();
    use_heading_focus(submission);
    let reset = move |event: FormEvent| {
        event.prevent_default();
        submission.send(auth::reset_password((token.value)(), password()), move || {
            // The sessions of the account have ended; this browser may have one of another account.
            spawn(async move {
                if let Ok(user) = auth::me().await {
                    current.0.set(user);
                }
            });
        });
    };
    if query.done || submission.is_done() {
        return rsx! {
            div { class: "narrow panel entry",
                Heading { title: t!("reset-done-title") }
                Notice { tone: Tone::Good, {t!("reset-done")} }
                p { class: "actions",
                    Link { class: "button", to: routes::sign_in(&SignInQuery::default()), {t!("sign-in")} }
                }
            }
        };
    }
    let error = submission.error();
    let useless = error == Some(ApiError::Rejected(Rejection::LinkInvalid));
    let password_error = submission.field_error("password");
    let form_error = error.filter(|_| password_error.is_none());
    rsx! {
        div { class: "narrow panel entry",
            Heading { title: t!("reset-title") }
            if useless {
                Notice { tone: Tone::Bad, {t!("error-link-invalid")} }
                p { class: "actions",
                    Link { class: "button", to: routes::forgot(&ForgotQuery::default()), {t!("ask-for-link")} }
                }
            } else {
                p { {t!("reset-words")} }
                form { class: "stack", method: "post", action: "/forms/reset", novalidate: true, onsubmit: reset,
                    if let Some(error) = form_error {
                        Notice { tone: Tone::Bad, {error.message()} }
                    }
                    LinkTokenField { token }
                    // The link does not tell whose it is.
                    PasswordOwner { email: "" }
                    PasswordField { name: "password", label: t!("new-password"), value: password, error: password_error, new: true }
                    button { r#type: "submit", disabled: submission.is_busy(), {t!("reset-button")} }
                }
            }
        }
    }
}
