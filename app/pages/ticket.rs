//! One ticket: for buyers to hold, for its seller to edit or withdraw.

use crate::api::ApiError;
use crate::api::tickets::{get_ticket, reprice_ticket, withdraw_ticket};
use crate::components::{
    Field, Notice, Poster, Problem, SeatWords, SellerShare, StateBadge, Tone, When, focus_first_error, use_person,
};
use crate::i18n::{amount, money, t};
use crate::pages::show::hold::Hold;
use crate::routes::Route;
use dioxus::prelude::*;
use shared::Money;
use shared::tickets::{Ticket, TicketState};

/// One ticket.
#[component]
pub fn TicketPage(id: String) -> Element {
    let mut fetched = use_server_future(use_reactive!(|(id,)| get_ticket(id)))?;
    let person = use_person();
    let changed = move |()| fetched.restart();
    match fetched() {
        Some(Ok(ticket)) => {
            let show = ticket.show.clone();
            let own = person == Some(ticket.seller_id);
            rsx! {
                Poster { show: show.clone(), title: show.title.to_string(),
                    p { class: "lead",
                        When { show: show.clone(), with_zone: true }
                    }
                    p { class: "place",
                        "{show.venue}, {show.city} · "
                        Link { to: Route::ShowPage { id: show.id.to_string() }, {t!("all-tickets")} }
                    }
                }
                section { class: "panel admits",
                    h2 {
                        SeatWords { seat: ticket.seat.clone() }
                    }
                    p {
                        StateBadge { state: ticket.state }
                    }
                    p { class: "big-price", {money(ticket.price)} }
                    p { class: "hint", {t!("all-in-line")} }
                    if let Some(face_value) = ticket.face_value {
                        p { class: "hint", {t!("face-value-line", price = money(face_value))} }
                    }
                }
                if show.cancelled {
                    Notice { tone: Tone::Bad, {t!("cancelled-show")} " " {t!("cancelled-show-money")} }
                } else if own {
                    Edit { ticket, changed }
                } else if ticket.state == TicketState::OnSale {
                    Buy { ticket }
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
fn Buy(ticket: Ticket) -> Element {
    let chosen = use_signal(|| vec![ticket.id]);
    rsx! {
        Hold { show: ticket.show.id, picked: vec![ticket], chosen, fixed: true }
    }
}

/// What a seller can do with a ticket, or why not.
#[component]
fn Edit(ticket: Ticket, changed: EventHandler<()>) -> Element {
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
            Reprice { ticket, changed }
        },
    }
}

#[component]
fn Reprice(ticket: Ticket, changed: EventHandler<()>) -> Element {
    let (id, version, currency) = (ticket.id, ticket.version, ticket.price.currency);
    let price = use_signal(|| amount(ticket.price));
    let mut busy = use_signal(|| false);
    let mut error = use_signal(|| None::<ApiError>);
    let mut wrong_price = use_signal(|| false);
    let reprice = move |event: FormEvent| {
        event.prevent_default();
        async move {
            let typed = Money::parse(&price(), currency);
            wrong_price.set(typed.is_none());
            let Some(new_price) = typed.filter(|_| !busy()) else {
                focus_first_error();
                return;
            };
            busy.set(true);
            let done = reprice_ticket(id.to_string(), new_price, version).await;
            busy.set(false);
            match done {
                Ok(_) => changed.call(()),
                Err(reason) => {
                    error.set(Some(reason));
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
        let done = withdraw_ticket(id.to_string()).await;
        busy.set(false);
        match done {
            Ok(_) => changed.call(()),
            Err(reason) => error.set(Some(reason)),
        }
    };
    let about_price = match wrong_price() {
        true => Some(t!("flaw-no-amount")),
        false => error.read().as_ref().and_then(|error: &ApiError| error.about("price")),
    };
    let general = error().filter(|_| about_price.is_none());
    rsx! {
        section { class: "panel narrow",
            h2 { {t!("your-ticket")} }
            if let Some(reason) = general {
                Notice { tone: Tone::Bad,
                    {reason.words()}
                    " "
                    button { class: "link", onclick: move |_| changed.call(()), {t!("look-again")} }
                }
            }
            form { class: "stack", method: "post", novalidate: true, onsubmit: reprice,
                Field { name: "price", label: t!("price-in", currency = currency.code()), value: price, error: about_price, inputmode: "decimal" }
                SellerShare { typed: price(), currency }
                div { class: "actions",
                    button { r#type: "submit", disabled: busy(), {t!("change-price")} }
                    button { r#type: "button", class: "quiet", disabled: busy(), onclick: withdraw, {t!("withdraw")} }
                }
            }
        }
    }
}
