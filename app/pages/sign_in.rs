//! Signing in and signing up. Both return to the page that the user came from.

use crate::api::auth;
use crate::client::context::{CurrentUser, ReadyCard};
use crate::client::focus::focus_first_error;
use crate::client::{device, recently_viewed};
use crate::components::{Field, Heading, Notice, PasswordField, Tone};
use crate::error::ApiError;
use crate::i18n::t;
use crate::routes::{self, ForgotQuery, SignInQuery};
use dioxus::prelude::*;

#[component]
pub fn SignIn(query: SignInQuery) -> Element {
    rsx! {
        div { class: "narrow panel entry",
            Heading { title: t!("sign-in") }
            CredentialsForm { query: query.clone(), new_account: false }
            p { class: "aside",
                Link { to: routes::forgot(&ForgotQuery::default()), {t!("forgot-password")} }
            }
            p {
                {t!("new-here")}
                " "
                Link { to: routes::sign_up(&query), {t!("create-an-account")} }
            }
        }
    }
}

#[component]
pub fn SignUp(query: SignInQuery) -> Element {
    rsx! {
        div { class: "narrow panel entry",
            Heading { title: t!("sign-up") }
            p { {t!("one-account")} }
            CredentialsForm { query: query.clone(), new_account: true }
            p {
                {t!("have-account")}
                " "
                Link { to: routes::sign_in(&query), {t!("sign-in")} }
            }
        }
    }
}

#[component]
fn CredentialsForm(query: SignInQuery, new_account: bool) -> Element {
    let (email, password) = (use_signal(String::new), use_signal(String::new));
    let mut busy = use_signal(|| false);
    let mut error = use_signal(|| None::<ApiError>);
    let mut current = use_context::<CurrentUser>();
    let mut ready_card = use_context::<ReadyCard>().0;
    let navigator = use_navigator();
    let back = query.path().to_owned();
    let submit = move |event: FormEvent| {
        event.prevent_default();
        let back = query.path().to_owned();
        async move {
            if busy() {
                return;
            }
            busy.set(true);
            let result = if new_account {
                auth::sign_up(email(), password()).await
            } else {
                auth::sign_in(email(), password()).await
            };
            busy.set(false);
            match result {
                Ok(user) => {
                    // The page may still know somebody whose session ended elsewhere.
                    if current.0.peek().as_ref().is_some_and(|previous| previous.id != user.id) {
                        ready_card.set(None);
                        recently_viewed::forget();
                    }
                    device::forget_pages().await;
                    current.0.set(Some(user));
                    navigator.push(back);
                }
                Err(failure) => {
                    error.set(Some(failure));
                    focus_first_error();
                }
            }
        }
    };
    let field_error = |field| error.read().as_ref().and_then(|error: &ApiError| error.field_message(field));
    let (email_error, password_error) = (field_error("email"), field_error("password"));
    let form_error = error().filter(|_| email_error.is_none() && password_error.is_none());
    rsx! {
        form { class: "stack", method: "post", action: if new_account { "/forms/sign-up" } else { "/forms/sign-in" }, novalidate: true, onsubmit: submit,
            input { r#type: "hidden", name: "back", value: back }
            if let Some(error) = form_error {
                Notice { tone: Tone::Bad, {error.message()} }
            }
            Field { name: "email", label: t!("email"), kind: "email", value: email, error: email_error, autocomplete: "username" }
            PasswordField { name: "password", label: t!("password"), value: password, error: password_error, new: new_account }
            button { r#type: "submit", disabled: busy(), if new_account { {t!("create-account")} } else { {t!("sign-in")} } }
        }
    }
}
