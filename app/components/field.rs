//! Fields of forms, with their labels, hints and errors tied to them.

use dioxus::prelude::*;

/// A field of one line.
#[component]
pub fn Field(
    name: &'static str,
    label: String,
    value: Signal<String>,
    #[props(default = "text")] kind: &'static str,
    #[props(default)] hint: String,
    #[props(default)] error: Option<String>,
    #[props(default)] autocomplete: &'static str,
    #[props(default)] inputmode: &'static str,
    #[props(default = true)] required: bool,
) -> Element {
    let wrong = error.is_some();
    rsx! {
        div { class: "field",
            label { r#for: "{name}", "{label}" }
            if !hint.is_empty() {
                p { class: "hint", id: "{name}-hint", "{hint}" }
            }
            input {
                id: "{name}",
                name: "{name}",
                r#type: "{kind}",
                required,
                value: "{value}",
                aria_invalid: if wrong { "true" },
                aria_describedby: if wrong { "{name}-error" } else if !hint.is_empty() { "{name}-hint" },
                autocomplete: if !autocomplete.is_empty() { autocomplete },
                inputmode: if !inputmode.is_empty() { inputmode },
                oninput: move |event| value.set(event.value()),
            }
            if let Some(error) = error {
                p { class: "error", id: "{name}-error", "{error}" }
            }
        }
    }
}

/// A choice of one among some.
#[component]
pub fn Choice(
    name: &'static str,
    label: String,
    value: Signal<String>,
    /// Each with its value and its words.
    options: Vec<(String, String)>,
    #[props(default)] error: Option<String>,
) -> Element {
    rsx! {
        div { class: "field",
            label { r#for: "{name}", "{label}" }
            select {
                id: "{name}",
                name: "{name}",
                onchange: move |event| value.set(event.value()),
                for (option , words) in options {
                    option { value: "{option}", selected: value() == option, "{words}" }
                }
            }
            if let Some(error) = error {
                p { class: "error", "{error}" }
            }
        }
    }
}
