//! What is chosen, what it costs, and the button that holds it. Whoever likes has the card ready before.

use crate::api::ApiError;
use crate::api::orders::place_order;
use crate::components::{CardForm, Notice, ReadyCard, SignInFirst, Tone, use_hydrated, use_person};
use crate::i18n::{money, t};
use crate::routes::Route;
use dioxus::prelude::*;
use shared::tickets::Ticket;
use shared::{Money, ShowId, TicketId};

/// The form that holds tickets: boxes elsewhere on the page belong to it by this name.
pub const HOLD: &str = "hold";

/// A ticket with the price that is shown, as the form names it.
pub fn form_value(ticket: &Ticket) -> String {
    format!("{} {} {}", ticket.id, ticket.price.minor, ticket.price.currency.code())
}

/// The sum of what is chosen, and the button that holds it.
#[component]
pub fn Hold(
    show: ShowId,
    picked: Vec<Ticket>,
    chosen: Signal<Vec<TicketId>>,
    /// Whether nothing else can be chosen, so that the form itself names the tickets.
    #[props(default)]
    fixed: bool,
) -> Element {
    let person = use_person();
    let navigator = use_navigator();
    let mut busy = use_signal(|| false);
    let mut error = use_signal(|| None::<ApiError>);
    let mut stranger = use_signal(|| false);
    let total =
        picked.iter().map(|ticket| ticket.price).reduce(|sum: Money, price| sum.checked_add(price).unwrap_or(sum));
    let ids: Vec<TicketId> = picked.iter().map(|ticket| ticket.id).collect();
    let alive = use_hydrated();
    // Where no script runs, nobody knows here what is chosen in the form.
    let nothing_chosen = alive && ids.is_empty();
    let words = if nothing_chosen { t!("choose-tickets") } else { t!("hold-tickets", count = ids.len()) };
    let hold = move |event: FormEvent| {
        event.prevent_default();
        let ids = ids.clone();
        async move {
            let Some(total) = total.filter(|_| !busy()) else { return };
            if person.is_none() {
                stranger.set(true);
                return;
            }
            busy.set(true);
            match place_order(ids, total).await {
                Ok(order) => {
                    navigator.push(Route::OrderPage { id: order.id.to_string() });
                }
                Err(reason) => {
                    busy.set(false);
                    chosen.set(Vec::new());
                    error.set(Some(reason));
                }
            }
        }
    };
    rsx! {
        if let Some(reason) = error() {
            Notice { tone: Tone::Bad, {reason.words()} }
        }
        if stranger() && person.is_none() {
            SignInFirst { back: "/shows/{show}", reason: t!("sign-in-to-hold") }
        }
        if let (Some(total), Some(_)) = (total, person) {
            CardFirst { total }
        }
        form { class: "bar", id: HOLD, method: "post", action: "/forms/hold", onsubmit: hold,
            input { r#type: "hidden", name: "show", value: "{show}" }
            if fixed {
                for ticket in picked {
                    input { key: "{ticket.id}", r#type: "hidden", name: "ticket", value: form_value(&ticket) }
                }
            }
            p { class: "sum", aria_live: "polite",
                if let Some(total) = total {
                    {t!("total")}
                    " "
                    strong { {money(total)} }
                    " "
                    span { class: "hint", {t!("all-in")} }
                }
            }
            button { r#type: "submit", disabled: busy() || nothing_chosen, "{words}" }
        }
    }
}

/// The card, ready before the clock starts. It can be left out: the order's page asks for it then.
#[component]
fn CardFirst(total: Money) -> Element {
    let mut ready = use_context::<ReadyCard>().0;
    let mut wanted = use_signal(|| false);
    let taken = move |card| {
        wanted.set(false);
        ready.set(Some(card));
    };
    rsx! {
        section { class: "aside", aria_label: t!("card-section"),
            if let Some(card) = ready() {
                p { role: "status",
                    span { class: "badge on-sale", {t!("card-ready")} }
                    " "
                    {t!("card-ready-words", card = card.words())}
                    " "
                    button { class: "link", onclick: move |_| ready.set(None), {t!("card-forget")} }
                }
            } else if wanted() {
                div { class: "panel narrow",
                    h2 { {t!("card-first-title")} }
                    p { class: "hint", {t!("card-first-words")} }
                    CardForm { total, words: t!("card-use"), taken }
                    p {
                        button { class: "link", onclick: move |_| wanted.set(false), {t!("later")} }
                    }
                }
            } else {
                button { class: "quiet", onclick: move |_| wanted.set(true), {t!("card-first")} }
            }
        }
    }
}
