//! What a page tells messengers, social networks and search engines about itself. A page announces it while the server renders it, and
//! `web/head.rs` writes it into the page.

use crate::i18n::{date, isolated, money, t};
use crate::routes;
use dioxus::fullstack::FullstackContext;
use shared::tickets::{Show, ShowFilter, ShowListing, Ticket};
use shared::{Money, ShowId};
use std::sync::{Arc, Mutex, PoisonError};

#[derive(Clone, Debug, PartialEq)]
pub struct LinkPreview {
    pub title: String,
    pub description: String,
    /// The page's path and query, without fields that the page ignores.
    pub address: String,
    pub subject: Subject,
}

/// What a page is about.
#[derive(Clone, Debug, PartialEq)]
pub enum Subject {
    Site,
    Show(Box<ShowListing>),
    Ticket(ShowId),
}

impl LinkPreview {
    pub fn of_home(filter: &ShowFilter) -> Self {
        LinkPreview {
            title: t!("home-title"),
            description: t!("description"),
            address: routes::shows(&ShowFilter { cursor: None, ..filter.clone() }),
            subject: Subject::Site,
        }
    }

    pub fn of_show(listing: &ShowListing) -> Self {
        LinkPreview {
            title: listing.show.title.to_string(),
            description: describe(
                &listing.show,
                listing.lowest_price.map(|price| t!("tickets-from", price = money(price))),
            ),
            address: routes::show(listing.show.id),
            subject: Subject::Show(Box::new(listing.clone())),
        }
    }

    pub fn of_ticket(ticket: &Ticket) -> Self {
        let price: Money = ticket.price;
        LinkPreview {
            title: ticket.show.title.to_string(),
            description: describe(&ticket.show, Some(money(price))),
            address: routes::ticket(ticket.id),
            subject: Subject::Ticket(ticket.show.id),
        }
    }

    /// Leaves this where the response to the request is completed.
    pub fn announce(self) {
        if let Some(slot) = FullstackContext::current().and_then(|context| context.extension::<PreviewSlot>()) {
            *slot.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(self);
        }
    }
}

/// When and where a show is, and what it costs.
fn describe(show: &Show, price: Option<String>) -> String {
    let place = format!("{}{}{}", isolated(show.venue.as_str()), t!("comma"), isolated(show.city.as_str()));
    let last = if show.cancelled { Some(t!("cancelled-show")) } else { price };
    let parts: Vec<String> = [Some(date(&show.local_start)), Some(place), last].into_iter().flatten().collect();
    parts.join(" · ")
}

/// Takes what the page of one request announces.
#[derive(Clone, Default)]
pub struct PreviewSlot(Arc<Mutex<Option<LinkPreview>>>);

impl PreviewSlot {
    pub fn take(&self) -> Option<LinkPreview> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}
