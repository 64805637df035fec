//! The heading of a page, and the title of its tab.

use crate::i18n::t;
use dioxus::prelude::*;

/// A page's title, in the document's title and as the first heading.
#[component]
pub fn Heading(title: String) -> Element {
    rsx! {
        document::Title { {t!("page-title", title = title.as_str())} }
        // What people typed may be written in another direction than the page.
        h1 { bdi { "{title}" } }
    }
}
