//! An order: its countdown by the server's clock, its payment, and its outcome.

mod authentication;
mod outcome;
mod payment;
mod sync;

use self::outcome::Outcome;
use self::payment::PaymentSection;
use self::sync::{OrderSync, use_order_sync};
use crate::api::orders::{cancel_order, get_order};
use crate::client::context::CurrentUser;
use crate::client::focus::focus_heading;
use crate::components::{Cover, Heading, Problem, SeatLabel, ShowPlace, ShowTime, SignInPrompt};
use crate::i18n::{money, t};
use crate::routes;
use dioxus::prelude::*;
use shared::orders::{Order, OrderState};
use std::time::Duration;

/// The countdown warns for this long before the hold expires.
const WARNING: Duration = Duration::from_secs(20);

#[component]
pub fn OrderPage(id: String) -> Element {
    let current = use_context::<CurrentUser>();
    if current.0.read().is_none() {
        return rsx! {
            Heading { title: t!("order") }
            SignInPrompt { back: routes::order(&id), reason: t!("sign-in-for-order") }
        };
    }
    rsx! {
        // Dioxus honours `key` only in lists; the one-item list remounts the component for another order.
        for id in [id] {
            FetchedOrder { key: "{id}", id }
        }
    }
}

#[component]
fn FetchedOrder(id: String) -> Element {
    let fetched = use_server_future(use_reactive!(|(id,)| get_order(id)))?;
    match fetched() {
        Some(Ok(order)) => rsx! {
            SyncedOrder { first: order }
        },
        Some(Err(error)) => rsx! {
            Problem { error }
        },
        None => rsx! {},
    }
}

#[component]
fn SyncedOrder(first: Order) -> Element {
    let OrderSync { order, seconds_left, refused, refetch } = use_order_sync(first);
    let mut shown = use_hook(|| CopyValue::new(order.peek().state));
    use_effect(move || {
        let state = order.read().state;
        if shown.replace(state) != state {
            focus_heading();
        }
    });
    let on_change = move |()| refetch.call(());
    if let Some(error) = refused() {
        return rsx! {
            Problem { error }
        };
    }
    let current = order();
    rsx! {
        Heading { title: title(current.state) }
        match current.state {
            OrderState::Held => rsx! {
                Countdown { seconds: seconds_left(), extended: current.extended }
                div { class: "checkout",
                    div {
                        OrderLines { order: current.clone() }
                    }
                    div {
                        PaymentSection { order: current.clone(), expired: seconds_left() == 0, on_change }
                        CancelForm { order: current, on_change }
                    }
                }
            },
            _ => rsx! {
                Outcome { order: current.clone() }
                Arrival { order: current.clone() }
                OrderLines { order: current }
            },
        }
    }
}

/// Leads to the codes of issued tickets, once the payment for them is captured.
#[component]
fn Arrival(order: Order) -> Element {
    let has_codes = order.state == OrderState::Complete && order.lines.iter().any(|line| line.issued);
    rsx! {
        if has_codes && order.captured {
            p { class: "actions",
                Link { class: "button", to: routes::passes(), {t!("to-your-tickets")} }
            }
        } else if has_codes {
            p { role: "status", {t!("tickets-arrive")} }
        }
    }
}

fn title(state: OrderState) -> String {
    match state {
        OrderState::Held => t!("order-held"),
        OrderState::Complete => t!("order-complete"),
        OrderState::Expired => t!("order-expired"),
        OrderState::Cancelled => t!("order-cancelled"),
        OrderState::Refunded => t!("order-refunded"),
    }
}

/// The time that is left to pay.
#[component]
pub fn Countdown(seconds: u64, extended: bool) -> Element {
    let clock = format!("{}:{:02}", seconds / 60, seconds % 60);
    let short = seconds <= WARNING.as_secs();
    let urgent = short && seconds > 0 && !extended;
    // Screen readers announce only the changes of this text, not each second. It is visible only when action is urgent.
    let announcement = match seconds {
        0 => t!("time-over"),
        _ if urgent => t!("time-short-pay"),
        1..=20 => t!("time-short"),
        21..=60 => t!("time-minute"),
        _ => t!("time-held"),
    };
    rsx! {
        div { class: if short { "countdown short" } else { "countdown" },
            p { class: "clock", role: "timer", "translate": "no", "data-testid": "countdown", "{clock}" }
            p {
                if seconds == 0 {
                    {t!("clock-over")}
                } else if extended {
                    {t!("clock-extended")}
                } else {
                    {t!("clock-held")}
                }
            }
            p { class: if urgent { "warning" } else { "unseen" }, role: "status", "data-testid": "warning", "{announcement}" }
        }
    }
}

#[component]
fn OrderLines(order: Order) -> Element {
    rsx! {
        ul { class: "tickets stubs torn",
            for line in order.lines {
                li { class: "offer", key: "{line.ticket_id}",
                    div { class: "stub",
                        Cover { show: line.show.clone() }
                    }
                    span { class: "about",
                        Link { to: routes::show(line.show.id), bdi { "{line.show.title}" } }
                        br {}
                        span { class: "hint",
                            ShowTime { show: line.show.clone(), with_zone: true }
                            " · "
                            ShowPlace { show: line.show.clone() }
                        }
                        br {}
                        SeatLabel { seat: line.seat.clone() }
                    }
                    strong { class: "price", {money(line.price)} }
                }
            }
        }
        p { class: "total",
            {t!("total")}
            " "
            strong { {money(order.total)} }
            " "
            span { class: "hint", {t!("all-in")} }
        }
    }
}

#[component]
fn CancelForm(order: Order, on_change: EventHandler<()>) -> Element {
    let id = order.id;
    let mut busy = use_signal(|| false);
    let cancel = move |event: FormEvent| {
        event.prevent_default();
        async move {
            if !busy() {
                busy.set(true);
                // The order that is fetched next shows the result, also if the call has failed.
                let _ = cancel_order(id.to_string()).await;
                on_change.call(());
                busy.set(false);
            }
        }
    };
    rsx! {
        form { method: "post", action: "/forms/cancel", onsubmit: cancel,
            input { r#type: "hidden", name: "order", value: "{id}" }
            button { r#type: "submit", class: "link", disabled: busy(), {t!("give-back")} }
        }
    }
}
