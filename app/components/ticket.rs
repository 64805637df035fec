//! Tickets, as they stand in lists and on pages.

use dioxus::prelude::*;
use shared::tickets::{Seat, TicketState};

/// Where a ticket admits to.
#[component]
pub fn SeatWords(seat: Seat) -> Element {
    rsx! {
        span { class: "seat", "{seat}" }
    }
}

/// Where a ticket is in its life.
#[component]
pub fn StateBadge(state: TicketState) -> Element {
    let (class, words) = match state {
        TicketState::OnSale => ("badge on-sale", "On sale"),
        TicketState::Held => ("badge held", "Someone is paying"),
        TicketState::Sold => ("badge sold", "Sold"),
        TicketState::Withdrawn => ("badge withdrawn", "Withdrawn"),
    };
    rsx! {
        span { class, "{words}" }
    }
}
