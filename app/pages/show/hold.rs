//! Holds the selected tickets. The buyer can enter a card before, so that the hold's time is not spent on it.

use crate::api::orders::place_order;
use crate::client::context::{ReadyCard, use_user_id};
use crate::client::hydration::use_hydrated;
use crate::client::request_key::use_request_key;
use crate::components::{ActionError, CardForm, SignInPrompt};
use crate::error::ApiError;
use crate::i18n::{money, t};
use crate::routes;
use dioxus::prelude::*;
use shared::tickets::Ticket;
use shared::{Money, Rejection, ShowId, TicketId};

/// The form's id, by which checkboxes elsewhere on the page belong to it.
pub const HOLD_FORM_ID: &str = "hold";

/// A ticket and the price that the buyer sees, as `/forms/hold` reads them.
pub fn form_value(ticket: &Ticket) -> String {
    format!("{} {} {}", ticket.id, ticket.price.minor, ticket.price.currency.code())
}

#[component]
pub fn HoldForm(
    show: ShowId,
    selected: Vec<Ticket>,
    selection: Signal<Vec<TicketId>>,
    /// Whether the selection cannot change. The form then contains the tickets itself.
    #[props(default)]
    fixed: bool,
) -> Element {
    let user = use_user_id();
    let navigator = use_navigator();
    let mut busy = use_signal(|| false);
    let mut error = use_signal(|| None::<ApiError>);
    let key = use_request_key();
    let mut sign_in_needed = use_signal(|| false);
    let total =
        selected.iter().map(|ticket| ticket.price).reduce(|sum: Money, price| sum.checked_add(price).unwrap_or(sum));
    let ids: Vec<TicketId> = selected.iter().map(|ticket| ticket.id).collect();
    // Without script the checked boxes are known only to the browser.
    let nothing_selected = use_hydrated() && ids.is_empty();
    let submit_label = if nothing_selected { t!("choose-tickets") } else { t!("hold-tickets", count = ids.len()) };
    let hold = move |event: FormEvent| {
        event.prevent_default();
        let ids = ids.clone();
        async move {
            let Some(total) = total.filter(|_| !busy()) else { return };
            if user.is_none() {
                sign_in_needed.set(true);
                return;
            }
            busy.set(true);
            match key.send(&(&ids, total), place_order(ids.clone(), total)).await {
                Ok(order) => {
                    navigator.push(routes::order(order.id));
                }
                Err(failure) => {
                    busy.set(false);
                    selection.set(Vec::new());
                    error.set(Some(failure));
                }
            }
        }
    };
    rsx! {
        if let Some(error) = error() {
            ActionError { error: error.clone(),
                if let ApiError::Rejected(Rejection::HeldByYou { order_id }) = error {
                    " "
                    Link { to: routes::order(order_id), {t!("to-your-order")} }
                }
            }
        }
        if sign_in_needed() && user.is_none() {
            SignInPrompt { back: routes::show(show), reason: t!("sign-in-to-hold") }
        }
        if let (Some(total), Some(_)) = (total, user) {
            CardBeforeHold { total }
        }
        form { class: "bar", id: HOLD_FORM_ID, method: "post", action: "/forms/hold", onsubmit: hold,
            input { r#type: "hidden", name: "show", value: "{show}" }
            if fixed {
                for ticket in selected {
                    input { key: "{ticket.id}", r#type: "hidden", name: "ticket", value: form_value(&ticket) }
                }
            }
            Total { total }
            button { r#type: "submit", disabled: busy() || nothing_selected, "{submit_label}" }
        }
    }
}

#[component]
fn Total(total: Option<Money>) -> Element {
    rsx! {
        p { class: "sum", aria_live: "polite",
            if let Some(total) = total {
                {t!("total")}
                " "
                strong { {money(total)} }
                " "
                span { class: "hint", {t!("all-in")} }
            }
        }
    }
}

/// Asks for the card before the tickets are held. Optional: the order's page asks for it otherwise.
#[component]
fn CardBeforeHold(total: Money) -> Element {
    let mut ready_card = use_context::<ReadyCard>().0;
    let mut form_open = use_signal(|| false);
    let on_card = move |card| {
        form_open.set(false);
        ready_card.set(Some(card));
    };
    rsx! {
        section { class: "aside", aria_label: t!("card-section"),
            if let Some(card) = ready_card() {
                p { role: "status",
                    span { class: "badge on-sale", {t!("card-ready")} }
                    " "
                    {t!("card-ready-words", card = card.label())}
                    " "
                    button { class: "link", onclick: move |_| ready_card.set(None), {t!("card-forget")} }
                }
            } else if form_open() {
                div { class: "panel narrow",
                    h2 { {t!("card-first-title")} }
                    p { class: "hint", {t!("card-first-words")} }
                    CardForm { total, submit_label: t!("card-use"), on_card }
                    p {
                        button { class: "link", onclick: move |_| form_open.set(false), {t!("later")} }
                    }
                }
            } else {
                button { class: "quiet", onclick: move |_| form_open.set(true), {t!("card-first")} }
            }
        }
    }
}
