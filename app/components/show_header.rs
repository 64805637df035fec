//! The head of the pages of one show.

use super::cover::Cover;
use super::heading::Heading;
use dioxus::prelude::*;
use shared::tickets::Show;

/// The header of a page about a show: its cover beside the page's title, with `children` below the title.
#[component]
pub fn ShowHeader(show: Show, title: String, children: Element) -> Element {
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
