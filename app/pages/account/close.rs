//! Closing the account.

use crate::api::auth;
use crate::client::context::{CurrentUser, ReadyCard};
use crate::client::recently_viewed;
use crate::client::submission::use_submission;
use crate::components::{ActionError, PasswordField, PasswordOwner};
use crate::i18n::t;
use crate::routes::{self, AccountChange, AccountQuery};
use dioxus::prelude::*;

#[component]
pub fn CloseSection(email: String) -> Element {
    let password = use_signal(String::new);
    let mut current = use_context::<CurrentUser>();
    let mut ready_card = use_context::<ReadyCard>();
    let navigator = use_navigator();
    let submission = use_submission();
    let close = move |event: FormEvent| {
        event.prevent_default();
        submission.send(auth::close_account(password()), move || {
            ready_card.0.set(None);
            recently_viewed::forget();
            navigator.replace(routes::account(&AccountQuery { done: Some(AccountChange::Closed) }));
            current.0.set(None);
        });
    };
    let password_error = submission.password_error();
    let form_error = submission.error().filter(|_| password_error.is_none());
    rsx! {
        section { class: "panel", aria_labelledby: "close",
            h2 { id: "close", {t!("close-account")} }
            details {
                summary { {t!("close-account-ask")} }
                p { {t!("close-account-words")} }
                ul { class: "plain",
                    li { {t!("close-sessions")} }
                    li { {t!("close-listings")} }
                    li { {t!("close-orders")} }
                    li { {t!("close-money")} }
                }
                form { class: "stack", method: "post", action: "/forms/close-account", novalidate: true, onsubmit: close,
                    if let Some(error) = form_error {
                        ActionError { error }
                    }
                    PasswordOwner { email }
                    PasswordField { name: "password", id: "close-password", label: t!("your-password"), value: password, error: password_error }
                    button { r#type: "submit", class: "danger", disabled: submission.is_busy(), {t!("close-account-yes")} }
                }
            }
        }
    }
}
