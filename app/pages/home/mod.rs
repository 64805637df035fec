//! The list of shows and its filters. Every filter is part of the address.

mod recently_viewed;
mod search;

use self::recently_viewed::RecentlyViewed;
use self::search::SearchForm;
use crate::api::tickets::list_shows;
use crate::components::{EmptyState, Problem, ShowCard};
use crate::i18n::t;
#[cfg(feature = "server")]
use crate::link_preview::LinkPreview;
use crate::routes::{self, HomeQuery};
use dioxus::prelude::*;
use shared::tickets::ShowFilter;

#[component]
pub fn Home(query: HomeQuery) -> Element {
    #[cfg(feature = "server")]
    LinkPreview::of_home(&query.0).announce();
    rsx! {
        document::Title { {t!("page-title", title = t!("home-title"))} }
        div { class: "hero",
            div { class: "stage",
                h1 { {t!("home-title")} }
                p { class: "lead", {t!("home-lead")} }
            }
            SearchForm { filter: query.0.clone() }
        }
        ShowList { filter: query.0 }
        // Last, since it appears after hydration and must not move what is above it.
        RecentlyViewed {}
    }
}

/// The shows that match the filter. After the filter has changed, the previous ones stay until the new ones are fetched.
#[component]
fn ShowList(filter: ShowFilter) -> Element {
    let first_filter = filter.clone();
    let first = use_server_future(move || list_shows(first_filter.clone()))?;
    let mut is_first = use_hook(|| CopyValue::new(true));
    let changed_filter = filter.clone();
    let changed = use_resource(use_reactive!(|(changed_filter,)| async move {
        // The first list came with the page.
        if is_first.replace(false) { None } else { Some(list_shows(changed_filter).await) }
    }));
    let busy = changed.state().cloned() == UseResourceState::Pending;
    let shows = changed.value().cloned().flatten().or_else(|| first.value().cloned());
    match shows {
        Some(Ok(page)) if page.items.is_empty() => rsx! {
            EmptyState { title: t!("no-show-fits"),
                p { {t!("no-show-fits-words")} }
                Link { class: "button", to: routes::sell(), {t!("sell-tickets")} }
            }
        },
        Some(Ok(page)) => {
            let next = page.next.map(|cursor| routes::shows(&ShowFilter { cursor: Some(cursor), ..filter }));
            rsx! {
                ul { class: "shows", aria_busy: busy,
                    for listing in page.items {
                        ShowCard { key: "{listing.show.id}", listing }
                    }
                }
                if let Some(next) = next {
                    p { class: "pager",
                        Link { class: "button quiet", to: next, {t!("show-more")} }
                    }
                }
            }
        }
        Some(Err(error)) => rsx! {
            Problem { error, heading: false }
        },
        None => rsx! {},
    }
}
