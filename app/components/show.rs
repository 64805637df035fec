//! Shows, as they stand in lists and on pages.

use crate::Route;
use chrono::NaiveDateTime;
use dioxus::prelude::*;
use shared::tickets::{Show, ShowListing};

/// When a show begins, by the clock on the venue's wall.
#[component]
pub fn When(show: Show, #[props(default)] with_zone: bool) -> Element {
    let start = NaiveDateTime::parse_from_str(&show.local_start, "%Y-%m-%dT%H:%M").unwrap_or_default();
    let words = start.format("%a %-d %b %Y, %H:%M");
    rsx! {
        time { datetime: "{show.starts_at}", "{words}" }
        if with_zone {
            span { class: "zone", " ({show.time_zone} time)" }
        }
    }
}

/// A show in a list.
#[component]
pub fn ShowCard(listing: ShowListing) -> Element {
    let show = listing.show.clone();
    let start = NaiveDateTime::parse_from_str(&show.local_start, "%Y-%m-%dT%H:%M").unwrap_or_default();
    let left = match listing.tickets_left {
        0 => "no tickets right now".to_owned(),
        1 => "1 ticket".to_owned(),
        more => format!("{more} tickets"),
    };
    rsx! {
        li { class: "card",
            div { class: "date {show.category.name()}", aria_hidden: "true",
                span { class: "day", {start.format("%-d").to_string()} }
                span { class: "month", {start.format("%b").to_string()} }
            }
            div { class: "what",
                h2 {
                    Link { to: Route::ShowPage { id: show.id.to_string() }, "{show.title}" }
                }
                p { When { show: show.clone() } }
                p { class: "place", "{show.venue}, {show.city}" }
            }
            div { class: "price",
                if let Some(price) = listing.lowest_price {
                    span { class: "from", "from" }
                    strong { "{price}" }
                }
                span { class: "left", "{left}" }
            }
        }
    }
}
