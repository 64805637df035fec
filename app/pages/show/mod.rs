//! A show and its tickets, kept up to date by a live feed.

mod cancel;
pub mod hold;
mod hold_countdown;
pub mod own_holds;
mod ticket_feed;

use self::cancel::CancellationSection;
use self::hold::{HOLD_FORM_ID, HoldForm, form_value};
use self::hold_countdown::HoldCountdown;
use self::own_holds::{order_holding, use_own_holds};
use self::ticket_feed::{TicketFeed, merge, use_ticket_feed};
use crate::api::tickets::{get_show, list_tickets};
use crate::client::context::use_user_id;
use crate::client::prehydration_input::use_prehydration_checked;
use crate::client::recently_viewed::remember;
use crate::components::{EmptyState, Problem, SeatLabel, ShowHeader, ShowPlace, ShowTime, StateBadge};
use crate::i18n::{self, money, t};
#[cfg(feature = "server")]
use crate::link_preview::LinkPreview;
use crate::model::adjacent_seats;
use crate::model::price_summary::PriceSummary;
use crate::routes;
use dioxus::prelude::*;
use shared::tickets::{ShowListing, Ticket, TicketState};
use shared::{OrderId, Paginated, TicketId};

/// The largest group of adjacent seats that can be selected with one press.
const MAX_ADJACENT_SEATS: usize = 6;

#[component]
pub fn ShowPage(id: String) -> Element {
    let show_id = id.clone();
    let show = use_server_future(use_reactive!(|(show_id,)| get_show(show_id)))?;
    let tickets = use_server_future(use_reactive!(|(id,)| list_tickets(id, None, None)))?;
    match (show(), tickets()) {
        (Some(Ok(listing)), Some(Ok(first))) => {
            #[cfg(feature = "server")]
            LinkPreview::of_show(&listing).announce();
            rsx! {
                // Dioxus honours `key` only in lists; the one-item list remounts the component for another show.
                for (listing, first) in [(listing, first)] {
                    FetchedShow { key: "{listing.show.id}", listing, first }
                }
            }
        }
        (Some(Err(error)), _) | (_, Some(Err(error))) => rsx! {
            Problem { error }
        },
        _ => rsx! {},
    }
}

#[component]
fn FetchedShow(listing: ShowListing, first: Paginated<Ticket>) -> Element {
    let show = listing.show.id;
    let listing = use_signal(|| listing);
    let cancelled = listing.read().show.cancelled;
    use_effect(move || remember(&listing.peek().show));
    rsx! {
        About { listing: listing() }
        if !cancelled {
            TicketSection { listing, first }
            p { class: "aside",
                Link { to: routes::sell_for(show), {t!("sell-for-this-show")} }
            }
        }
        CancellationSection { listing }
    }
}

#[component]
fn About(listing: ShowListing) -> Element {
    let show = listing.show;
    rsx! {
        ShowHeader { show: show.clone(), title: show.title.to_string(),
            p { class: "lead",
                ShowTime { show: show.clone(), with_zone: true }
            }
            p { class: "place",
                ShowPlace { show, with_country: true }
            }
        }
    }
}

#[component]
fn TicketSection(listing: Signal<ShowListing>, first: Paginated<Ticket>) -> Element {
    let show = listing.peek().show.id;
    let own_holds = use_own_holds(&first.items);
    let TicketFeed { mut tickets, mut next, server_ahead_millis } = use_ticket_feed(listing, first);
    let selection = use_signal(Vec::<TicketId>::new);
    // A selected ticket may have been held or sold to somebody else since.
    let is_selected = |ticket: &&Ticket| ticket.state == TicketState::OnSale && selection.read().contains(&ticket.id);
    let selected: Vec<Ticket> = tickets.read().iter().filter(is_selected).cloned().collect();
    let show_more = move |_| async move {
        if let Some(cursor) = next()
            && let Ok(page) = list_tickets(show.to_string(), None, Some(cursor)).await
        {
            tickets.with_mut(|known| page.items.into_iter().for_each(|ticket| merge(known, ticket)));
            next.set(page.next);
        }
    };
    rsx! {
        if tickets.read().is_empty() {
            EmptyState { title: t!("no-tickets"),
                p { {t!("no-tickets-words")} }
            }
        } else {
            div { class: "overview",
                div {
                    h2 { {t!("tickets")} }
                    p { class: "hint", {t!("prices-all-in")} }
                }
                // Tickets are listed cheapest first, so the highest price is known only at the end of the list.
                if let Some(prices) = PriceSummary::of(&tickets()).filter(|prices| prices.count > 2 && next().is_none()) {
                    PriceOverview { prices }
                }
                AdjacentSeats { tickets, selection }
            }
            ul { class: "tickets seats",
                for ticket in tickets() {
                    TicketItem {
                        key: "{ticket.id}",
                        own_order: order_holding(&own_holds.read(), &ticket),
                        ticket,
                        selection,
                        server_ahead_millis: server_ahead_millis(),
                    }
                }
            }
            if next().is_some() {
                p { class: "pager",
                    button { class: "quiet", onclick: show_more, {t!("show-more")} }
                }
            }
            HoldForm { show, selected, selection }
        }
    }
}

#[component]
fn PriceOverview(prices: PriceSummary) -> Element {
    let sums = [
        (t!("price-lowest"), prices.lowest),
        (t!("price-middle"), prices.median),
        (t!("price-highest"), prices.highest),
    ];
    rsx! {
        dl { class: "sums prices", aria_label: t!("prices"),
            for (label , price) in sums {
                div { key: "{label}",
                    dt { "{label}" }
                    dd { {money(price)} }
                }
            }
        }
    }
}

/// Selects the cheapest adjacent seats.
#[component]
fn AdjacentSeats(tickets: Signal<Vec<Ticket>>, selection: Signal<Vec<TicketId>>) -> Element {
    let user = use_user_id();
    let cheapest = move |count: usize| {
        let known = tickets.read();
        adjacent_seats::cheapest(known.iter().filter(|ticket| user != Some(ticket.seller_id)), count)
    };
    let counts: Vec<usize> = (2..=MAX_ADJACENT_SEATS).filter(|count| cheapest(*count).is_some()).collect();
    rsx! {
        if !counts.is_empty() {
            div { class: "together", role: "group", aria_label: t!("cheapest-together"),
                span { class: "hint", {t!("cheapest-together")} }
                for count in counts {
                    button {
                        key: "{count}",
                        class: "quiet",
                        aria_label: t!("choose-together", count = count),
                        onclick: move |_| selection.set(cheapest(count).unwrap_or_default()),
                        "{count}"
                    }
                }
            }
        }
    }
}

/// A ticket in the list of its show. Tickets that are on sale and not the user's own can be selected.
#[component]
pub fn TicketItem(
    ticket: Ticket,
    selection: Signal<Vec<TicketId>>,
    server_ahead_millis: Option<i64>,
    /// The user's order that holds the ticket.
    #[props(!optional)]
    own_order: Option<OrderId>,
) -> Element {
    let own = use_user_id() == Some(ticket.seller_id);
    let id = ticket.id;
    let selectable = ticket.state == TicketState::OnSale && !own;
    use_prehydration_checked(form_value(&ticket), move || {
        if !selection.peek().contains(&id) {
            selection.write().push(id);
        }
    });
    let toggle = move |event: FormEvent| {
        selection.with_mut(|ids| {
            ids.retain(|known| *known != id);
            if event.checked() {
                ids.push(id);
            }
        });
    };
    rsx! {
        li { class: if selectable { "offer" } else { "offer taken" },
            label {
                input {
                    r#type: "checkbox",
                    form: HOLD_FORM_ID,
                    name: "ticket",
                    value: form_value(&ticket),
                    checked: selectable && selection.read().contains(&id),
                    disabled: !selectable,
                    onchange: toggle,
                }
                SeatLabel { seat: ticket.seat.clone() }
            }
            span { class: "state",
                if own {
                    span { class: "badge", {t!("yours")} }
                }
                if ticket.state == TicketState::Held {
                    if let Some(order) = own_order {
                        Link { class: "badge held", to: routes::order(order), {t!("held-by-you")} }
                    } else {
                        StateBadge { state: ticket.state }
                    }
                    if let Some(until) = ticket.held_until {
                        HoldCountdown { until, server_ahead_millis }
                    }
                }
            }
            span { class: "price",
                if let Some(face_value) = ticket.face_value {
                    span { class: "face-value", {t!("face-value", price = money(face_value))} }
                }
                strong { {money(ticket.price)} }
            }
            Link { class: "more", to: routes::ticket(id), aria_label: t!("details-of", seat = i18n::seat(&ticket.seat)), {t!("details")} }
        }
    }
}
