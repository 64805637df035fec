//! What stands where a page will be, in its size, so that nothing jumps when it comes.

use crate::i18n::t;
use dioxus::prelude::*;

/// A page that is on its way: said in words to those who listen, and in shapes to those who look.
#[component]
pub fn Skeleton() -> Element {
    rsx! {
        p { class: "loading unseen", role: "status", {t!("one-moment")} }
        div { class: "waiting", aria_hidden: "true",
            div { class: "skeleton title" }
            div { class: "skeleton line" }
            div { class: "skeleton block" }
            div { class: "skeleton row" }
            div { class: "skeleton row" }
            div { class: "skeleton row" }
        }
    }
}
