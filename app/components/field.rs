//! Form fields with their labels, hints and errors, associated for screen readers.

use crate::client::focus::focus_first_error;
use crate::client::prehydration_input::use_prehydration_text;
use dioxus::prelude::*;

/// Focuses the first invalid field whenever this field's error changes.
pub(super) fn use_focus_on_error(error: &Option<String>) {
    let error = error.clone();
    use_effect(use_reactive!(|error| {
        if error.is_some() {
            focus_first_error();
        }
    }));
}

/// Adopts what was entered before hydration.
pub(super) fn use_adopted_value(id: &'static str, mut value: Signal<String>) {
    use_prehydration_text(id, move |text| {
        if text != *value.peek() {
            value.set(text);
        }
    });
}

/// The ids of the elements that describe a field. The error comes first, since it asks for an action.
pub(super) fn described_by(id: &str, hint: bool, error: bool) -> Option<String> {
    let parts = [error.then(|| format!("{id}-error")), hint.then(|| format!("{id}-hint"))];
    let ids = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
    (!ids.is_empty()).then_some(ids)
}

/// A text field of one line.
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
    /// The same as the name, unless another form of the page has a field of that name.
    id: Option<&'static str>,
) -> Element {
    let id = id.unwrap_or(name);
    use_focus_on_error(&error);
    use_adopted_value(id, value);
    let invalid = error.is_some();
    // Names and places are written in any direction; addresses, numbers and moments are not.
    let is_prose = kind == "text" && inputmode.is_empty();
    rsx! {
        div { class: "field",
            label { r#for: "{id}", "{label}" }
            if !hint.is_empty() {
                p { class: "hint", id: "{id}-hint", "{hint}" }
            }
            input {
                id: "{id}",
                name: "{name}",
                r#type: "{kind}",
                required,
                value: "{value}",
                dir: if is_prose { "auto" },
                aria_required: if required { "true" },
                aria_invalid: if invalid { "true" },
                aria_describedby: described_by(id, !hint.is_empty(), invalid),
                autocomplete: if !autocomplete.is_empty() { autocomplete },
                inputmode: if !inputmode.is_empty() { inputmode },
                oninput: move |event| value.set(event.value()),
            }
            if let Some(error) = error {
                p { class: "error", id: "{id}-error", "{error}" }
            }
        }
    }
}

#[component]
pub fn Select(
    name: &'static str,
    label: String,
    value: Signal<String>,
    /// Values with their labels.
    options: Vec<(String, String)>,
    #[props(default)] error: Option<String>,
) -> Element {
    use_focus_on_error(&error);
    use_adopted_value(name, value);
    let invalid = error.is_some();
    rsx! {
        div { class: "field",
            label { r#for: "{name}", "{label}" }
            select {
                id: "{name}",
                name: "{name}",
                aria_invalid: if invalid { "true" },
                aria_describedby: described_by(name, false, invalid),
                onchange: move |event| value.set(event.value()),
                for (option , label) in options {
                    option { value: "{option}", selected: value() == option, "{label}" }
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
