//! What a list shows when it has no items.

use dioxus::prelude::*;

/// Takes the place of an empty list.
#[component]
pub fn EmptyState(title: String, children: Element) -> Element {
    rsx! {
        section { class: "empty",
            h2 { "{title}" }
            {children}
        }
    }
}
