//! Input that the user entered before hydration. The browser shows it, and the client adopts it.

use dioxus::prelude::*;

/// Calls `adopt` after hydration with the text in the field of that id, unless it is empty.
pub fn use_prehydration_text(id: &'static str, mut adopt: impl FnMut(String) + 'static) {
    use_effect(move || {
        if let Some(text) = browser::value(id).filter(|text| !text.is_empty()) {
            adopt(text);
        }
    });
}

/// Calls `adopt` after hydration if the box of that value is checked.
pub fn use_prehydration_checked(value: String, mut adopt: impl FnMut() + 'static) {
    use_effect(move || {
        if browser::is_checked(&value) {
            adopt();
        }
    });
}

#[cfg(target_arch = "wasm32")]
mod browser {
    use wasm_bindgen::JsValue;
    use web_sys::{Document, Element};

    fn document() -> Option<Document> {
        web_sys::window()?.document()
    }

    fn property(element: &Element, name: &str) -> Option<JsValue> {
        js_sys::Reflect::get(element, &name.into()).ok()
    }

    pub fn value(id: &str) -> Option<String> {
        property(&document()?.get_element_by_id(id)?, "value")?.as_string()
    }

    pub fn is_checked(value: &str) -> bool {
        let found =
            document().and_then(|page| page.query_selector(&format!("input[value=\"{value}\"]")).ok().flatten());
        found.and_then(|element| property(&element, "checked")?.as_bool()).unwrap_or_default()
    }
}

/// Only a page from the server can take input before the client runs.
#[cfg(not(target_arch = "wasm32"))]
mod browser {
    pub fn value(_: &str) -> Option<String> {
        None
    }

    pub fn is_checked(_: &str) -> bool {
        false
    }
}
