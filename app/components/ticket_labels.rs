//! The seat and the state of a ticket, as text.

use crate::i18n::{self, t};
use dioxus::prelude::*;
use shared::tickets::{Seat, TicketState};

#[component]
pub fn SeatLabel(seat: Seat) -> Element {
    rsx! {
        span { class: "seat", {i18n::seat(&seat)} }
    }
}

#[component]
pub fn StateBadge(state: TicketState) -> Element {
    let (class, label) = match state {
        TicketState::OnSale => ("badge on-sale", t!("state-on-sale")),
        TicketState::Held => ("badge held", t!("state-held")),
        TicketState::Sold => ("badge sold", t!("state-sold")),
        TicketState::Withdrawn => ("badge withdrawn", t!("state-withdrawn")),
    };
    rsx! {
        span { class, "{label}" }
    }
}
