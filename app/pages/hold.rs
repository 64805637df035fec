//! What is chosen, what it costs, and the button that holds it. Whoever likes has the card ready before.

use crate::Route;
use crate::api::ApiError;
use crate::api::orders::place_order;
use crate::components::{CardForm, Notice, ReadyCard, SignInFirst, Tone, use_alive, use_person};
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
    let words = match ids.len() {
        0 => "Hold tickets and pay".to_owned(),
        1 => "Hold 1 ticket and pay".to_owned(),
        more => format!("Hold {more} tickets and pay"),
    };
    let alive = use_alive();
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
            Notice { tone: Tone::Bad, "{reason}" }
        }
        if stranger() && person.is_none() {
            SignInFirst { back: "/shows/{show}", reason: "Sign in to hold these tickets." }
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
                    "Total "
                    strong { "{total}" }
                    span { class: "hint", " all in, no fees on top" }
                }
            }
            // Where no script runs, nobody knows here what is chosen in the form.
            button { r#type: "submit", disabled: busy() || (alive && total.is_none()), "{words}" }
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
        section { class: "aside", aria_label: "Your card",
            if let Some(card) = ready() {
                p { role: "status",
                    span { class: "badge on-sale", "Ready" }
                    " You can pay with {card.words()} as soon as the tickets are held. "
                    button { class: "link", onclick: move |_| ready.set(None), "Forget this card" }
                }
            } else if wanted() {
                div { class: "panel narrow",
                    h2 { "Card ready before the clock starts" }
                    p { class: "hint", "Nothing is charged until you pay, and it is forgotten when you close this window." }
                    CardForm { total, words: "Use this card", taken }
                    p {
                        button { class: "link", onclick: move |_| wanted.set(false), "Later" }
                    }
                }
            } else {
                button { class: "quiet", onclick: move |_| wanted.set(true), "Have the card ready before the clock starts" }
            }
        }
    }
}
