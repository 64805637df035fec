//! All shows, and finding the right one. Every filter is in the address.

use super::{pairs, query_of};
use crate::Route;
use crate::api::tickets::list_shows;
use crate::components::{Empty, Pager, Problem, ShowCard};
use dioxus::prelude::*;
use shared::tickets::{Category, ShowFilter};
use std::fmt;

/// Which shows are listed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HomeQuery(pub ShowFilter);

impl From<&str> for HomeQuery {
    fn from(query: &str) -> Self {
        let mut filter = ShowFilter::default();
        for (name, value) in pairs(query).filter(|(_, value)| !value.trim().is_empty()) {
            match name.as_str() {
                "search" => filter.search = Some(value),
                "city" => filter.city = Some(value),
                "category" => filter.category = Some(value),
                "from" => filter.from = Some(value),
                "to" => filter.to = Some(value),
                "sort" => filter.sort = Some(value),
                "cursor" => filter.cursor = Some(value),
                _ => {}
            }
        }
        HomeQuery(filter)
    }
}

impl fmt::Display for HomeQuery {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let filter = &self.0;
        let all = [
            ("search", &filter.search),
            ("city", &filter.city),
            ("category", &filter.category),
            ("from", &filter.from),
            ("to", &filter.to),
            ("sort", &filter.sort),
            ("cursor", &filter.cursor),
        ];
        formatter.write_str(&query_of(all.map(|(name, value)| (name, value.as_deref().unwrap_or_default()))))
    }
}

/// All shows, and finding the right one.
#[component]
pub fn Home(query: HomeQuery) -> Element {
    let filter = query.0.clone();
    let shows = use_server_future(use_reactive!(|(filter,)| list_shows(filter)))?;
    let body = match shows() {
        Some(Ok(page)) if page.items.is_empty() => rsx! {
            Empty { title: "No show fits",
                p { "Try fewer words or another day, or " }
                Link { class: "button", to: Route::Sell { query: Default::default() }.address(), "sell tickets for it yourself" }
            }
        },
        Some(Ok(page)) => {
            let next = page
                .next
                .clone()
                .map(|cursor| Route::Home { query: HomeQuery(ShowFilter { cursor: Some(cursor), ..query.0.clone() }) });
            rsx! {
                ul { class: "shows",
                    for listing in page.items {
                        ShowCard { key: "{listing.show.id}", listing }
                    }
                }
                Pager { next }
            }
        }
        Some(Err(error)) => rsx! {
            Problem { error }
        },
        None => rsx! {},
    };
    rsx! {
        document::Title { "Tickets from fans to fans · Ticketing" }
        h1 { "Tickets from fans to fans" }
        p { class: "lead", "Buying holds your tickets for 60 seconds. Nobody else can take them while you pay. Prices are all in, with no fees on top." }
        Search { filter: query.0.clone() }
        {body}
    }
}

/// The filters, as a form that works without script, too.
#[component]
fn Search(filter: ShowFilter) -> Element {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let sorts = [("date", "Soonest first"), ("price", "Cheapest first"), ("newest", "Newest first")];
    rsx! {
        form { class: "search", role: "search", method: "get", action: "/",
            div { class: "field wide",
                label { r#for: "search", "Search" }
                input { id: "search", name: "search", r#type: "search", placeholder: "Artist, team, play, venue", initial_value: text(&filter.search) }
            }
            div { class: "field",
                label { r#for: "city", "City" }
                input { id: "city", name: "city", initial_value: text(&filter.city) }
            }
            div { class: "field",
                label { r#for: "category", "Kind" }
                select { id: "category", name: "category",
                    option { value: "", "Every kind" }
                    for category in Category::ALL {
                        option {
                            value: category.name(),
                            selected: filter.category.as_deref() == Some(category.name()),
                            {capitalized(category.name())}
                        }
                    }
                }
            }
            div { class: "field",
                label { r#for: "from", "From" }
                input { id: "from", name: "from", r#type: "date", initial_value: text(&filter.from) }
            }
            div { class: "field",
                label { r#for: "to", "To" }
                input { id: "to", name: "to", r#type: "date", initial_value: text(&filter.to) }
            }
            div { class: "field",
                label { r#for: "sort", "Sort" }
                select { id: "sort", name: "sort",
                    for (value , words) in sorts {
                        option { value, selected: filter.sort.as_deref() == Some(value), "{words}" }
                    }
                }
            }
            button { r#type: "submit", "Find shows" }
        }
    }
}

/// A word with a capital letter.
pub fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
