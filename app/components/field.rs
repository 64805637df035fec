//! Fields of forms, with their labels, hints and errors tied to them.

use crate::components::use_typed;
use dioxus::prelude::*;

/// Moves the focus to the first field that is wrong, as soon as the page says so. A field does it by itself when its
/// error appears; whoever sends a form again, and is told the same again, is led there by the page.
pub fn focus_first_error() {
    #[cfg(target_arch = "wasm32")]
    spawn(async {
        // What was wrong is on the page only after it was rendered.
        crate::client::clock::sleep(std::time::Duration::from_millis(20)).await;
        crate::components::layout::focus_on("main [aria-invalid=true]", true);
    });
    #[cfg(all(feature = "desktop", not(target_arch = "wasm32")))]
    crate::desktop::focus_first_error();
}

/// Moves the focus to the first error whenever another one appears.
fn use_focus_on_error(error: &Option<String>) {
    let error = error.clone();
    use_effect(use_reactive!(|error| {
        if error.is_some() {
            focus_first_error();
        }
    }));
}

/// Keeps what was filled into a field before the page was alive.
fn use_value(name: &'static str, mut value: Signal<String>) {
    use_typed(name, move |text| {
        if text != *value.peek() {
            value.set(text);
        }
    });
}

/// Which elements say more about a field, if any: its error first, since that is what to do something about.
fn described_by(name: &str, hint: bool, error: bool) -> Option<String> {
    let parts = [error.then(|| format!("{name}-error")), hint.then(|| format!("{name}-hint"))];
    let ids = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
    (!ids.is_empty()).then_some(ids)
}

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
    use_focus_on_error(&error);
    use_value(name, value);
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
                aria_required: if required { "true" },
                aria_invalid: if wrong { "true" },
                aria_describedby: described_by(name, !hint.is_empty(), wrong),
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
    use_focus_on_error(&error);
    use_value(name, value);
    let wrong = error.is_some();
    rsx! {
        div { class: "field",
            label { r#for: "{name}", "{label}" }
            select {
                id: "{name}",
                name: "{name}",
                aria_invalid: if wrong { "true" },
                aria_describedby: described_by(name, false, wrong),
                onchange: move |event| value.set(event.value()),
                for (option , words) in options {
                    option { value: "{option}", selected: value() == option, "{words}" }
                }
            }
            if let Some(error) = error {
                p { class: "error", id: "{name}-error", "{error}" }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_described_by_its_error_and_its_hint() {
        assert_eq!(described_by("price", true, true).as_deref(), Some("price-error price-hint"));
        assert_eq!(described_by("price", true, false).as_deref(), Some("price-hint"));
        assert_eq!(described_by("price", false, true).as_deref(), Some("price-error"));
        assert_eq!(described_by("price", false, false), None);
    }
}
