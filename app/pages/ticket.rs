//! One ticket: buyers can hold it; its seller can change its price or withdraw it.

use crate::api::tickets::{get_ticket, reprice_ticket, withdraw_ticket};
use crate::client::context::use_user_id;
use crate::client::focus::focus_first_error;
use crate::components::{
    ActionError, Field, Notice, Problem, SeatLabel, SellerProceeds, ShowHeader, ShowPlace, ShowTime, StateBadge, Tone,
};
use crate::error::ApiError;
use crate::i18n::{amount, money, parse_amount, t};
#[cfg(feature = "server")]
use crate::link_preview::LinkPreview;
use crate::pages::show::hold::HoldForm;
use crate::pages::show::own_holds::{order_holding, use_own_holds};
use crate::routes;
use dioxus::prelude::*;
use shared::tickets::{Ticket, TicketState};

#[component]
pub fn TicketPage(id: String) -> Element {
    let mut fetched = use_server_future(use_reactive!(|(id,)| get_ticket(id)))?;
    let user = use_user_id();
    let on_change = move |()| fetched.restart();
    match fetched() {
        Some(Ok(ticket)) => {
            #[cfg(feature = "server")]
            LinkPreview::of_ticket(&ticket).announce();
            let show = ticket.show.clone();
            let own = user == Some(ticket.seller_id);
            rsx! {
                ShowHeader { show: show.clone(), title: show.title.to_string(),
                    p { class: "lead",
                        ShowTime { show: show.clone(), with_zone: true }
                    }
                    p { class: "place",
                        ShowPlace { show: show.clone() }
                        " · "
                        Link { to: routes::show(show.id), {t!("all-tickets")} }
                    }
                }
                section { class: "panel admits",
                    h2 {
                        SeatLabel { seat: ticket.seat.clone() }
                    }
                    p {
                        StateBadge { state: ticket.state }
                    }
                    p { class: "big-price", {money(ticket.price)} }
                    p { class: "hint", {t!("all-in-line")} }
                    if ticket.issued {
                        p { class: "hint", {t!("issued-here")} }
                    }
                    if let Some(face_value) = ticket.face_value {
                        p { class: "hint", {t!("face-value-line", price = money(face_value))} }
                    }
                }
                if show.cancelled {
                    Notice { tone: Tone::Bad, {t!("cancelled-show")} " " {t!("cancelled-show-money")} }
                } else if own {
                    SellerSection { ticket, on_change }
                } else if ticket.state == TicketState::OnSale {
                    BuyerSection { ticket }
                } else if ticket.state == TicketState::Held {
                    HeldSection { ticket }
                }
            }
        }
        Some(Err(error)) => rsx! {
            Problem { error }
        },
        None => rsx! {},
    }
}

#[component]
fn BuyerSection(ticket: Ticket) -> Element {
    let selection = use_signal(|| vec![ticket.id]);
    rsx! {
        HoldForm { show: ticket.show.id, selected: vec![ticket], selection, fixed: true }
    }
}

/// Leads to the order that holds the ticket, if that is the user's.
#[component]
fn HeldSection(ticket: Ticket) -> Element {
    let own_holds = use_own_holds(std::slice::from_ref(&ticket));
    rsx! {
        if let Some(order) = order_holding(&own_holds.read(), &ticket) {
            p { class: "actions",
                Link { class: "button", to: routes::order(order), {t!("held-by-you")} }
            }
        }
    }
}

/// What the seller can do with the ticket.
#[component]
fn SellerSection(ticket: Ticket, on_change: EventHandler<()>) -> Element {
    match ticket.state {
        TicketState::Held => rsx! {
            Notice { tone: Tone::Plain, {t!("edit-held")} }
        },
        TicketState::Sold => rsx! {
            Notice { tone: Tone::Good, {t!("edit-sold")} }
        },
        TicketState::Withdrawn => rsx! {
            Notice { tone: Tone::Plain, {t!("edit-withdrawn")} }
        },
        TicketState::OnSale => rsx! {
            PriceForm { ticket, on_change }
        },
    }
}

#[component]
fn PriceForm(ticket: Ticket, on_change: EventHandler<()>) -> Element {
    let (id, version, currency) = (ticket.id, ticket.version, ticket.price.currency);
    let price = use_signal(|| amount(ticket.price));
    let mut busy = use_signal(|| false);
    let mut error = use_signal(|| None::<ApiError>);
    let reprice = move |event: FormEvent| {
        event.prevent_default();
        async move {
            if busy() {
                return;
            }
            busy.set(true);
            let result = match parse_amount("price", &price(), currency) {
                Ok(new_price) => reprice_ticket(id.to_string(), new_price, version).await,
                Err(invalid) => Err(invalid.into()),
            };
            busy.set(false);
            match result {
                Ok(_) => on_change.call(()),
                Err(failure) => {
                    error.set(Some(failure));
                    focus_first_error();
                }
            }
        }
    };
    let withdraw = move |_| async move {
        if busy() {
            return;
        }
        busy.set(true);
        let result = withdraw_ticket(id.to_string()).await;
        busy.set(false);
        match result {
            Ok(_) => on_change.call(()),
            Err(failure) => error.set(Some(failure)),
        }
    };
    let price_error = error.read().as_ref().and_then(|error: &ApiError| error.field_message("price"));
    let form_error = error().filter(|_| price_error.is_none());
    rsx! {
        section { class: "panel narrow",
            h2 { {t!("your-ticket")} }
            if let Some(error) = form_error {
                ActionError { error,
                    " "
                    button { class: "link", onclick: move |_| on_change.call(()), {t!("look-again")} }
                }
            }
            form { class: "stack", method: "post", novalidate: true, onsubmit: reprice,
                Field { name: "price", label: t!("price-in", currency = currency.code()), value: price, error: price_error, inputmode: "decimal" }
                SellerProceeds { price_input: price(), currency }
                div { class: "actions",
                    button { r#type: "submit", disabled: busy(), {t!("change-price")} }
                    button { r#type: "button", class: "quiet", disabled: busy(), onclick: withdraw, {t!("withdraw")} }
                }
            }
        }
    }
}
