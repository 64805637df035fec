//! Fields for passwords.

use super::field::{described_by, use_adopted_value, use_focus_on_error};
use crate::client::hydration::use_hydrated;
use crate::i18n::t;
use dioxus::prelude::*;
use shared::value::Password;

/// A field for a password, which can be shown. A password that is chosen now has `new`, and says what is asked of it.
#[component]
pub fn PasswordField(
    name: &'static str,
    label: String,
    value: Signal<String>,
    #[props(default)] error: Option<String>,
    #[props(default)] new: bool,
    /// The same as the name, unless another form of the page has a field of that name.
    id: Option<&'static str>,
) -> Element {
    let id = id.unwrap_or(name);
    use_focus_on_error(&error);
    use_adopted_value(id, value);
    let mut shown = use_signal(|| false);
    let invalid = error.is_some();
    rsx! {
        div { class: "field",
            label { id: "{id}-label", r#for: "{id}", "{label}" }
            if new {
                Requirements { id, length: value.read().chars().count() }
            }
            div { class: "secret",
                input {
                    id: "{id}",
                    name: "{name}",
                    r#type: if shown() { "text" } else { "password" },
                    required: true,
                    value: "{value}",
                    aria_required: "true",
                    aria_invalid: if invalid { "true" },
                    aria_describedby: described_by(id, new, invalid),
                    autocomplete: if new { "new-password" } else { "current-password" },
                    autocapitalize: "none",
                    spellcheck: "false",
                    oninput: move |event| value.set(event.value()),
                }
                // Without script it could do nothing.
                if use_hydrated() {
                    button {
                        r#type: "button",
                        class: "link",
                        aria_controls: "{id}",
                        aria_describedby: "{id}-label",
                        onclick: move |_| shown.toggle(),
                        if shown() { {t!("password-hide")} } else { {t!("password-show")} }
                    }
                }
            }
            if let Some(error) = error {
                p { class: "error", id: "{id}-error", "{error}" }
            }
        }
    }
}

/// What is asked of a new password. Only the server knows which passwords are common.
#[component]
fn Requirements(id: &'static str, length: usize) -> Element {
    rsx! {
        ul { class: "hint requirements", id: "{id}-hint",
            li { class: if length >= Password::MIN_CHARS { "met" }, {t!("password-length", least = Password::MIN_CHARS)} }
            li { {t!("password-uncommon")} }
        }
    }
}

/// The account that a form's password belongs to, for password managers. Browsers do not show it.
#[component]
pub fn PasswordOwner(email: String) -> Element {
    rsx! {
        input { r#type: "text", hidden: true, readonly: true, autocomplete: "username", value: "{email}" }
    }
}
