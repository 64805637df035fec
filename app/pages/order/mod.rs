//! An order: its countdown on the server's clock, its payment, and how it ended.

mod outcome;
mod payment;

use self::outcome::Ended;
use self::payment::PaymentForm;
use crate::api::orders::{cancel_order, get_order};
use crate::client::clock;
use crate::client::feed;
use crate::components::{Cover, CurrentUser, Heading, Problem, SeatWords, SignInFirst, When, focus_heading};
use crate::i18n::{money, t};
use crate::routes::Route;
use dioxus::prelude::*;
use shared::orders::{Order, OrderState};
use shared::payments::PaymentState;
use std::time::Duration;

/// How often the server is asked while it is open how the order goes on.
const LOOK_SOON: Duration = Duration::from_millis(700);
/// How often it is asked anyway: the seller or the show may end it.
const LOOK_ANYWAY: Duration = Duration::from_secs(5);
/// How long before the end the countdown warns.
const WARNING: Duration = Duration::from_secs(20);

/// An order.
#[component]
pub fn OrderPage(id: String) -> Element {
    let current = use_context::<CurrentUser>();
    let back = Route::OrderPage { id: id.clone() }.to_string();
    if current.0.read().is_none() {
        return rsx! {
            Heading { title: t!("order") }
            SignInFirst { back, reason: t!("sign-in-for-order") }
        };
    }
    rsx! {
        // A list of one: only in lists does a new key begin anew, and another order is another page.
        for id in [id] {
            Fetched { key: "{id}", id }
        }
    }
}

#[component]
fn Fetched(id: String) -> Element {
    let fetched = use_server_future(use_reactive!(|(id,)| get_order(id)))?;
    match fetched() {
        Some(Ok(order)) => rsx! {
            Watched { first: order }
        },
        Some(Err(error)) => rsx! {
            Problem { error }
        },
        None => rsx! {},
    }
}

/// How long an order still has, in whole seconds, by the server's clock as it was when the order was answered.
fn seconds_left(order: &Order, since_answer: Duration) -> u64 {
    let left = order.expires_at.since(order.server_now + since_answer);
    left.as_millis().div_ceil(1000).try_into().unwrap_or(u64::MAX)
}

/// Whether the server has to be asked how it goes on.
fn undecided(order: &Order, seconds: u64) -> bool {
    let paying = order.payment.as_ref().is_some_and(|payment| payment.state != PaymentState::Declined);
    order.state == OrderState::Held && (seconds == 0 || paying)
}

#[component]
fn Watched(first: Order) -> Element {
    let id = first.id;
    let left_first = seconds_left(&first, Duration::ZERO);
    let mut order = use_signal(|| first);
    let mut left = use_signal(|| left_first);
    let look = use_callback(move |()| {
        spawn(async move {
            if let Ok(newest) = get_order(id.to_string()).await
                && newest.version >= order.peek().version
            {
                left.set(seconds_left(&newest, Duration::ZERO));
                order.set(newest);
            }
        });
    });
    feed::use_own_news(move |()| look.call(()));
    // The page came with the answer, but nobody knows how long it was under way: so it is asked for again at once.
    use_effect(move || {
        look.call(());
        spawn(async move {
            let mut answered = (order.peek().server_now, clock::now());
            loop {
                clock::sleep(Duration::from_millis(250)).await;
                let current = order.peek().clone();
                if current.state != OrderState::Held {
                    continue;
                }
                if answered.0 != current.server_now {
                    answered = (current.server_now, clock::now());
                }
                let now_left = seconds_left(&current, clock::now().since(answered.1));
                if now_left != *left.peek() {
                    left.set(now_left);
                    if undecided(&current, now_left) {
                        look.call(());
                    }
                } else {
                    let wait = if undecided(&current, now_left) { LOOK_SOON } else { LOOK_ANYWAY };
                    if clock::now().since(answered.1) >= wait {
                        look.call(());
                    }
                }
            }
        });
    });
    let mut shown = use_hook(|| CopyValue::new(order.peek().state));
    use_effect(move || {
        let state = order.read().state;
        if shown.replace(state) != state {
            focus_heading();
        }
    });
    let changed = move |()| look.call(());
    let current = order();
    rsx! {
        Heading { title: title(current.state) }
        match current.state {
            OrderState::Held => rsx! {
                Countdown { seconds: left(), extended: current.extended }
                div { class: "checkout",
                    div {
                        Lines { order: current.clone() }
                    }
                    div {
                        PaymentForm { order: current.clone(), over: left() == 0, changed }
                        Cancel { order: current, changed }
                    }
                }
            },
            _ => rsx! {
                Ended { order: current.clone() }
                Lines { order: current }
            },
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

/// How long there is to pay.
#[component]
pub fn Countdown(seconds: u64, extended: bool) -> Element {
    let words = format!("{}:{:02}", seconds / 60, seconds % 60);
    let short = seconds <= WARNING.as_secs();
    // Read out when it matters, not each second; seen as well when there is something to do at once.
    let urgent = short && seconds > 0 && !extended;
    let spoken = match seconds {
        0 => t!("time-over"),
        _ if urgent => t!("time-short-pay"),
        1..=20 => t!("time-short"),
        21..=60 => t!("time-minute"),
        _ => t!("time-held"),
    };
    rsx! {
        div { class: if short { "countdown short" } else { "countdown" },
            p { class: "clock", role: "timer", "data-testid": "countdown", "{words}" }
            p {
                if seconds == 0 {
                    {t!("clock-over")}
                } else if extended {
                    {t!("clock-extended")}
                } else {
                    {t!("clock-held")}
                }
            }
            p { class: if urgent { "warning" } else { "unseen" }, role: "status", "data-testid": "warning", "{spoken}" }
        }
    }
}

#[component]
fn Lines(order: Order) -> Element {
    rsx! {
        ul { class: "tickets stubs torn",
            for line in order.lines {
                li { class: "offer", key: "{line.ticket_id}",
                    div { class: "stub",
                        Cover { show: line.show.clone() }
                    }
                    span { class: "about",
                        Link { to: Route::ShowPage { id: line.show.id.to_string() }, "{line.show.title}" }
                        br {}
                        span { class: "hint",
                            When { show: line.show.clone(), with_zone: true }
                            " · {line.show.venue}, {line.show.city}"
                        }
                        br {}
                        SeatWords { seat: line.seat.clone() }
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
fn Cancel(order: Order, changed: EventHandler<()>) -> Element {
    let id = order.id;
    let mut busy = use_signal(|| false);
    let cancel = move |event: FormEvent| {
        event.prevent_default();
        async move {
            if !busy() {
                busy.set(true);
                // Whatever came of it, the order itself says it best.
                let _ = cancel_order(id.to_string()).await;
                changed.call(());
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
