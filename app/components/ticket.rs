//! Tickets, as they stand in lists and on pages.

use crate::i18n::{self, t};
use dioxus::prelude::*;
use shared::tickets::{Seat, TicketState};

/// Where a ticket admits to.
#[component]
pub fn SeatWords(seat: Seat) -> Element {
    rsx! {
        span { class: "seat", {i18n::seat(&seat)} }
    }
}

/// Where a ticket is in its life.
#[component]
pub fn StateBadge(state: TicketState) -> Element {
    let (class, words) = match state {
        TicketState::OnSale => ("badge on-sale", t!("state-on-sale")),
        TicketState::Held => ("badge held", t!("state-held")),
        TicketState::Sold => ("badge sold", t!("state-sold")),
        TicketState::Withdrawn => ("badge withdrawn", t!("state-withdrawn")),
    };
    rsx! {
        span { class, "{words}" }
    }
}
