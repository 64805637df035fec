//! Selling, step one: the seller finds a show or announces a new one.

mod create_show;
mod offer;

use self::create_show::CreateShow;
use self::offer::OfferPage;
use super::unverified_notice::UnverifiedNotice;
use crate::api::tickets::list_shows;
use crate::client::context::CurrentUser;
use crate::components::{Field, Heading, ShowTime, SignInPrompt};
use crate::i18n::t;
use crate::routes::{self, SellQuery};
use dioxus::prelude::*;
use shared::tickets::{ShowFilter, ShowListing};

#[component]
pub fn Sell(query: SellQuery) -> Element {
    let current = use_context::<CurrentUser>();
    if current.0.read().is_none() {
        let back = if query.show.is_empty() { routes::sell() } else { routes::sell_for(query.show) };
        return rsx! {
            Heading { title: t!("sell-tickets") }
            SignInPrompt { back, reason: t!("sign-in-to-sell") }
        };
    }
    rsx! {
        if query.show.is_empty() {
            Heading { title: t!("sell-tickets") }
            UnverifiedNotice {}
            div { class: "columns",
                FindShow {}
                CreateShow {}
            }
        } else {
            UnverifiedNotice {}
            OfferPage { id: query.show }
        }
    }
}

#[component]
fn FindShow() -> Element {
    let search = use_signal(String::new);
    let mut found = use_signal(|| None::<Vec<ShowListing>>);
    let find = move |event: FormEvent| {
        event.prevent_default();
        async move {
            let filter = ShowFilter { search: Some(search()), ..ShowFilter::default() };
            found.set(list_shows(filter).await.ok().map(|page| page.items));
        }
    };
    rsx! {
        section { class: "panel",
            h2 { {t!("which-show")} }
            form { class: "stack", role: "search", onsubmit: find,
                Field { name: "find", label: t!("find-show"), kind: "search", value: search, required: false }
                button { r#type: "submit", class: "quiet", {t!("find")} }
            }
            if let Some(shows) = found() {
                if shows.is_empty() {
                    p { role: "status", {t!("find-nothing")} }
                }
                ul { class: "plain",
                    for listing in shows {
                        li { key: "{listing.show.id}",
                            Link { to: routes::sell_for(listing.show.id), "{listing.show.title}" }
                            " · {listing.show.city} · "
                            ShowTime { show: listing.show.clone() }
                        }
                    }
                }
            }
        }
    }
}
