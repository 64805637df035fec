//! Whether the client has hydrated the page.

use dioxus::prelude::*;

/// Whether the client has hydrated the page. Until then, and always without script, a page offers only what a plain form can
/// do.
pub fn use_hydrated() -> bool {
    let mut hydrated = use_signal(|| false);
    use_effect(move || hydrated.set(true));
    hydrated()
}
