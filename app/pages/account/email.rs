//! The address of the account.

use crate::api::auth;
use crate::client::submission::use_submission;
use crate::components::{ActionError, Field, Notice, PasswordField, PasswordOwner, Tone};
use crate::i18n::t;
use dioxus::prelude::*;
use shared::auth::User;

#[component]
pub fn EmailSection(user: User) -> Element {
    rsx! {
        section { class: "panel", aria_labelledby: "address",
            h2 { id: "address", {t!("email")} }
            p { class: "state",
                strong { bdi { "{user.email}" } }
                if user.verified {
                    span { class: "badge on-sale", {t!("verified")} }
                } else {
                    span { class: "badge held", {t!("unverified")} }
                }
            }
            details {
                summary { {t!("change-email")} }
                ChangeEmailForm { email: user.email.to_string() }
            }
        }
    }
}

/// Changes nothing yet: the new address has to be proved first.
#[component]
fn ChangeEmailForm(email: String) -> Element {
    let (mut new_email, mut password) = (use_signal(String::new), use_signal(String::new));
    let submission = use_submission();
    let change = move |event: FormEvent| {
        event.prevent_default();
        submission.send(auth::change_email(password(), new_email()), move || {
            new_email.set(String::new());
            password.set(String::new());
        });
    };
    let (email_error, password_error) = (submission.field_error("email"), submission.password_error());
    let form_error = submission.error().filter(|_| email_error.is_none() && password_error.is_none());
    rsx! {
        form { class: "stack", method: "post", action: "/forms/change-email", novalidate: true, onsubmit: change,
            p { {t!("change-email-words")} }
            if submission.is_done() {
                Notice { tone: Tone::Good, {t!("email-change-sent")} " " {t!("link-missing")} }
            }
            if let Some(error) = form_error {
                ActionError { error }
            }
            PasswordOwner { email }
            Field { name: "email", id: "new-email", label: t!("new-email"), kind: "email", value: new_email, error: email_error, autocomplete: "email" }
            PasswordField { name: "password", id: "email-password", label: t!("your-password"), value: password, error: password_error }
            button { r#type: "submit", disabled: submission.is_busy(), {t!("change-email")} }
        }
    }
}
