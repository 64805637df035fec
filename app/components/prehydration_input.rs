//! What was filled in before the client had taken the page over: the browser has it, and the client must not forget it.

use dioxus::prelude::*;

/// Hears, once the page is alive, what is in the field of that id, if anything is.
pub fn use_typed(id: &'static str, mut hear: impl FnMut(String) + 'static) {
    use_effect(move || {
        if let Some(text) = browser::value(id).filter(|text| !text.is_empty()) {
            hear(text);
        }
    });
}

/// Hears, once the page is alive, that the box of that value is checked.
pub fn use_checked(value: String, mut hear: impl FnMut() + 'static) {
    use_effect(move || {
        if browser::is_checked(&value) {
            hear();
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

/// Elsewhere nobody can type before the program runs.
#[cfg(not(target_arch = "wasm32"))]
mod browser {
    pub fn value(_: &str) -> Option<String> {
        None
    }

    pub fn is_checked(_: &str) -> bool {
        false
    }
}
