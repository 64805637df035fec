//! Reloading the page in a window, which has no reload of its own. Browsers follow the link to the same address instead.

#[cfg(all(feature = "desktop", not(target_arch = "wasm32")))]
use dioxus::prelude::*;

/// How often the page was reloaded. The window provides it, and remounts its pages when it changes.
#[cfg(all(feature = "desktop", not(target_arch = "wasm32")))]
#[derive(Clone, Copy)]
pub struct Reloads(pub Signal<usize>);

/// Reloads the page in a window; does nothing in a browser.
pub fn reload() {
    #[cfg(all(feature = "desktop", not(target_arch = "wasm32")))]
    if let Some(Reloads(mut count)) = try_consume_context() {
        count += 1;
    }
}
