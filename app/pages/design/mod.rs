//! Every component in every state, for those who work on them. Released programs do not have it.

#[cfg(debug_assertions)]
mod samples;
#[cfg(debug_assertions)]
mod sheet;

use dioxus::prelude::*;

/// Every component in every state; an address that leads nowhere in a released program.
#[component]
pub fn Design() -> Element {
    #[cfg(debug_assertions)]
    return rsx! {
        sheet::Sheet {}
    };
    #[cfg(not(debug_assertions))]
    rsx! {
        super::NotFound { path: Vec::new() }
    }
}
