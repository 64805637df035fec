//! What a page shows until its data has arrived.

use crate::i18n::t;
use dioxus::prelude::*;

/// Takes the place of a page that is loading, in its approximate size, so that the layout does not shift.
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
