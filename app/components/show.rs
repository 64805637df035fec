//! Shows, as they stand in lists and on pages.

use crate::components::Cover;
use crate::i18n::{date, money, month, t};
use crate::routes::Route;
use chrono::{Datelike, NaiveDateTime};
use dioxus::prelude::*;
use shared::tickets::{Show, ShowListing};

/// When a show begins, by the clock on the venue's wall.
#[component]
pub fn When(show: Show, #[props(default)] with_zone: bool) -> Element {
    rsx! {
        time { datetime: "{show.starts_at}", {date(&show.local_start)} }
        if with_zone {
            span { class: "zone",
                " "
                {t!("time-zone", zone = show.time_zone)}
            }
        }
    }
}

/// A show in a list.
#[component]
pub fn ShowCard(listing: ShowListing) -> Element {
    let show = listing.show.clone();
    let start = NaiveDateTime::parse_from_str(&show.local_start, "%Y-%m-%dT%H:%M").unwrap_or_default();
    let left = t!("tickets-left", count = listing.tickets_left);
    rsx! {
        li { class: "card",
            div { class: "stub",
                Cover { show: show.clone() }
                div { class: "date", aria_hidden: "true",
                    span { class: "day", "{start.day()}" }
                    span { class: "month", {month(start.month())} }
                }
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
                    span { class: "from", {t!("price-from")} }
                    strong { {money(price)} }
                }
                span { class: "left", "{left}" }
            }
        }
    }
}
