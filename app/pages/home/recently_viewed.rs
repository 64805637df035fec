//! The shows that this browser has opened last.

use crate::client::recently_viewed::{ViewedShow, load};
use crate::i18n::t;
use crate::routes;
use dioxus::prelude::*;

/// Links to the shows that the user has viewed.
#[component]
pub fn RecentlyViewed() -> Element {
    let mut shows = use_signal(Vec::<ViewedShow>::new);
    // The list is in the browser's storage, so the page is rendered and hydrated without it.
    use_effect(move || shows.set(load()));
    rsx! {
        if !shows.read().is_empty() {
            nav { class: "recent", aria_label: t!("recently-seen"),
                span { class: "hint", {t!("recently-seen")} }
                ul {
                    for show in shows() {
                        li { key: "{show.id}",
                            Link { to: routes::show(show.id), bdi { "{show.title}" } }
                        }
                    }
                }
            }
        }
    }
}
