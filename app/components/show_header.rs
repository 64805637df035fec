//! The head of a page about a show.

use crate::components::{Cover, Heading};
use dioxus::prelude::*;
use shared::tickets::Show;

/// The picture of a show beside the page's title and what is said below it.
#[component]
pub fn Poster(show: Show, title: String, children: Element) -> Element {
    rsx! {
        div { class: "poster",
            div { class: "stub",
                Cover { show }
            }
            div { class: "what",
                Heading { title }
                {children}
            }
        }
    }
}
