//! Signing in and up. Both lead back to where the person came from.

use crate::api::{ApiError, auth};
use crate::components::{CurrentUser, Field, Heading, Notice, Tone, focus_first_error};
use crate::i18n::t;
use crate::routes::{Route, SignInQuery};
use dioxus::prelude::*;

/// Signing in.
#[component]
pub fn SignIn(query: SignInQuery) -> Element {
    rsx! {
        div { class: "narrow panel entry",
            Heading { title: t!("sign-in") }
            Credentials { query: query.clone(), new: false }
            p {
                {t!("new-here")}
                " "
                Link { to: Route::SignUp { query }.address(), {t!("create-an-account")} }
            }
        }
    }
}

/// Signing up.
#[component]
pub fn SignUp(query: SignInQuery) -> Element {
    rsx! {
        div { class: "narrow panel entry",
            Heading { title: t!("sign-up") }
            p { {t!("one-account")} }
            Credentials { query: query.clone(), new: true }
            p {
                {t!("have-account")}
                " "
                Link { to: Route::SignIn { query }.address(), {t!("sign-in")} }
            }
        }
    }
}

#[component]
fn Credentials(query: SignInQuery, new: bool) -> Element {
    let (email, password) = (use_signal(String::new), use_signal(String::new));
    let mut busy = use_signal(|| false);
    let mut error = use_signal(|| None::<ApiError>);
    let mut current = use_context::<CurrentUser>();
    let navigator = use_navigator();
    let leads_to = query.path().to_owned();
    let submit = move |event: FormEvent| {
        event.prevent_default();
        let back = query.path().to_owned();
        async move {
            if busy() {
                return;
            }
            busy.set(true);
            let done = match new {
                true => auth::sign_up(email(), password()).await,
                false => auth::sign_in(email(), password()).await,
            };
            busy.set(false);
            match done {
                Ok(user) => {
                    current.0.set(Some(user));
                    navigator.push(back);
                }
                Err(reason) => {
                    error.set(Some(reason));
                    focus_first_error();
                }
            }
        }
    };
    let (hint, known_as) = match new {
        true => (t!("password-hint"), "new-password"),
        false => (String::new(), "current-password"),
    };
    let about = |field| error.read().as_ref().and_then(|error: &ApiError| error.about(field));
    let (about_email, about_password) = (about("email"), about("password"));
    let general = error().filter(|_| about_email.is_none() && about_password.is_none());
    rsx! {
        form { class: "stack", method: "post", action: if new { "/forms/sign-up" } else { "/forms/sign-in" }, novalidate: true, onsubmit: submit,
            input { r#type: "hidden", name: "back", value: leads_to }
            if let Some(reason) = general {
                Notice { tone: Tone::Bad, {reason.words()} }
            }
            Field { name: "email", label: t!("email"), kind: "email", value: email, error: about_email, autocomplete: "username" }
            Field {
                name: "password",
                label: t!("password"),
                kind: "password",
                hint,
                value: password,
                error: about_password,
                autocomplete: known_as,
            }
            button { r#type: "submit", disabled: busy(), if new { {t!("create-account")} } else { {t!("sign-in")} } }
        }
    }
}
