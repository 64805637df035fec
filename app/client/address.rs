//! The address of the page in the browser's address bar.

/// Where this site is, as in `https://tickets.example.org`.
#[cfg(target_arch = "wasm32")]
pub fn origin() -> String {
    web_sys::window().and_then(|window| window.location().origin().ok()).unwrap_or_default()
}

/// Windows and servers do not know.
#[cfg(not(target_arch = "wasm32"))]
pub fn origin() -> String {
    String::new()
}

/// Takes the fragment from the address bar and from the browser's history, so that a secret in it is neither read over a shoulder
/// nor found later. The page is not rendered again. `None` if there is none.
#[cfg(target_arch = "wasm32")]
pub fn take_fragment() -> Option<String> {
    let window = web_sys::window()?;
    let location = window.location();
    let fragment = location.hash().ok()?.strip_prefix('#').filter(|fragment| !fragment.is_empty())?.to_owned();
    if let (Ok(path), Ok(query), Ok(history)) = (location.pathname(), location.search(), window.history()) {
        let state = history.state().unwrap_or(wasm_bindgen::JsValue::NULL);
        // A browser refuses only when a page does this all the time.
        let _ = history.replace_state_with_url(&state, "", Some(&format!("{path}{query}")));
    }
    Some(fragment)
}

/// Windows show no address.
#[cfg(not(target_arch = "wasm32"))]
pub fn take_fragment() -> Option<String> {
    None
}
