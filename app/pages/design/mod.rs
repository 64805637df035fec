//! A style guide: every component in every state. Debug builds only.

#[cfg(debug_assertions)]
mod samples;
#[cfg(debug_assertions)]
mod sheet;

#[cfg(not(debug_assertions))]
use crate::pages::not_found::NotFound;
use dioxus::prelude::*;

#[component]
pub fn Design() -> Element {
    #[cfg(debug_assertions)]
    return rsx! {
        sheet::Sheet {}
    };
    #[cfg(not(debug_assertions))]
    rsx! {
        NotFound { path: Vec::new() }
    }
}
