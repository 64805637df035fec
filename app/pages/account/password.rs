//! Changing the password.

use crate::api::auth;
use crate::client::submission::use_submission;
use crate::components::{ActionError, Notice, PasswordField, PasswordOwner, Tone};
use crate::i18n::t;
use dioxus::prelude::*;

#[component]
pub fn PasswordSection(email: String, on_change: EventHandler<()>) -> Element {
    let (mut current, mut password) = (use_signal(String::new), use_signal(String::new));
    let submission = use_submission();
    let change = move |event: FormEvent| {
        event.prevent_default();
        submission.send(auth::change_password(current(), password()), move || {
            current.set(String::new());
            password.set(String::new());
            on_change.call(());
        });
    };
    let (current_error, new_error) = (submission.password_error(), submission.field_error("password"));
    let form_error = submission.error().filter(|_| current_error.is_none() && new_error.is_none());
    rsx! {
        section { class: "panel", aria_labelledby: "password-title",
            h2 { id: "password-title", {t!("password")} }
            details {
                summary { {t!("change-password")} }
                form { class: "stack", method: "post", action: "/forms/change-password", novalidate: true, onsubmit: change,
                    p { {t!("change-password-words")} }
                    if submission.is_done() {
                        Notice { tone: Tone::Good, {t!("password-changed")} }
                    }
                    if let Some(error) = form_error {
                        ActionError { error }
                    }
                    PasswordOwner { email }
                    PasswordField { name: "current", label: t!("current-password"), value: current, error: current_error }
                    PasswordField { name: "password", id: "new-password", label: t!("new-password"), value: password, error: new_error, new: true }
                    button { r#type: "submit", disabled: submission.is_busy(), {t!("change-password")} }
                }
            }
        }
    }
}
