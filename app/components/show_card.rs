//! A show in a list.

use super::cover::Cover;
use super::show_place::ShowPlace;
use super::show_time::ShowTime;
use crate::i18n::{money, month, t};
use crate::routes;
use chrono::{Datelike, NaiveDateTime};
use dioxus::prelude::*;
use shared::tickets::ShowListing;

/// A show in a list.
#[component]
pub fn ShowCard(listing: ShowListing) -> Element {
    let show = listing.show.clone();
    let start = NaiveDateTime::parse_from_str(&show.local_start, "%Y-%m-%dT%H:%M").unwrap_or_default();
    let tickets_left = t!("tickets-left", count = listing.tickets_left);
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
                    Link { to: routes::show(show.id), bdi { "{show.title}" } }
                }
                p { ShowTime { show: show.clone() } }
                p { class: "place",
                    ShowPlace { show: show.clone() }
                }
            }
            div { class: "price",
                if let Some(price) = listing.lowest_price {
                    span { class: "from", {t!("price-from")} }
                    strong { {money(price)} }
                }
                span { class: "left", "{tickets_left}" }
            }
        }
    }
}
