//! Moves the keyboard focus, so that screen readers follow what changes on the page.

#[cfg(target_arch = "wasm32")]
use super::clock;
#[cfg(target_arch = "wasm32")]
use dioxus::prelude::spawn;
#[cfg(target_arch = "wasm32")]
use std::time::Duration;

/// Focuses the element and reports whether it exists. `scroll` also scrolls to it.
#[cfg(target_arch = "wasm32")]
fn focus(selector: &str, scroll: bool) -> bool {
    use wasm_bindgen::JsCast;
    let document = web_sys::window().and_then(|window| window.document());
    let found = document.and_then(|document| document.query_selector(selector).ok().flatten());
    let Some(element) = found.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) else {
        return false;
    };
    // A heading needs a tab index to take the focus; elements in the tab order must stay in it.
    if element.tab_index() < 0 {
        element.set_tab_index(-1);
    }
    let options = web_sys::FocusOptions::new();
    options.set_prevent_scroll(!scroll);
    element.focus_with_options(&options).is_ok()
}

/// Focuses the page's heading. While the page is still loading, its container holds the focus.
#[cfg(target_arch = "wasm32")]
async fn focus_heading_when_loaded() {
    const POLL_INTERVAL: Duration = Duration::from_millis(50);
    const MAX_POLLS: usize = 200;
    if focus("main h1", false) || !focus("main", false) {
        return;
    }
    for _ in 0..MAX_POLLS {
        clock::sleep(POLL_INTERVAL).await;
        let document = web_sys::window().and_then(|window| window.document());
        let focused = document.and_then(|document| document.active_element()).map(|element| element.id());
        // Do not take the focus back from a user who has moved on.
        if focused.as_deref() != Some("content") || focus("main h1", false) {
            return;
        }
    }
}

/// Focuses the page's heading after the page has changed under the element that had the focus.
pub fn focus_heading() {
    #[cfg(target_arch = "wasm32")]
    spawn(focus_heading_when_loaded());
}

/// Focuses the first invalid field once it is rendered. A field does this itself when its error changes; a form calls it
/// when it is submitted again with the same error.
pub fn focus_first_error() {
    #[cfg(target_arch = "wasm32")]
    spawn(async {
        clock::sleep(Duration::from_millis(20)).await;
        focus("main [aria-invalid=true]", true);
    });
    #[cfg(all(feature = "desktop", not(target_arch = "wasm32")))]
    dioxus::document::eval(FOCUS_FIRST_ERROR);
}

/// The pages of the desktop client run outside its web view, so only script can move the focus there.
#[cfg(all(feature = "desktop", not(target_arch = "wasm32")))]
const FOCUS_FIRST_ERROR: &str = r#"
    await new Promise(done => setTimeout(done, 50));
    document.querySelector("main [aria-invalid=true]")?.focus();
"#;
