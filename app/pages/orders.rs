//! What the person holds and bought.

use crate::Route;
use crate::api::orders::list_orders;
use crate::components::{CurrentUser, Empty, Heading, Problem, SignInFirst, When};
use dioxus::prelude::*;
use shared::orders::{Order, OrderState};

/// What the person holds and bought.
#[component]
pub fn Orders() -> Element {
    let current = use_context::<CurrentUser>();
    if current.0.read().is_none() {
        return rsx! {
            Heading { title: "My orders" }
            SignInFirst { back: "/orders", reason: "Sign in to see what you bought." }
        };
    }
    rsx! {
        Heading { title: "My orders" }
        List {}
    }
}

#[component]
fn List() -> Element {
    let fetched = use_server_future(|| list_orders(None))?;
    let mut older = use_signal(Vec::<Order>::new);
    let mut next = use_signal(|| None::<Option<String>>);
    match fetched() {
        Some(Ok(page)) if page.items.is_empty() => rsx! {
            Empty { title: "You bought nothing yet",
                Link { class: "button", to: Route::Home { query: Default::default() }.address(), "Find a show" }
            }
        },
        Some(Ok(page)) => {
            let cursor = next().unwrap_or(page.next);
            let has_more = cursor.is_some();
            let more = move |_| {
                let cursor = cursor.clone();
                async move {
                    if let Ok(page) = list_orders(cursor).await {
                        older.with_mut(|known| known.extend(page.items));
                        next.set(Some(page.next));
                    }
                }
            };
            rsx! {
                ul { class: "tickets",
                    for order in page.items.into_iter().chain(older()) {
                        Line { key: "{order.id}", order }
                    }
                }
                if has_more {
                    p { class: "pager",
                        button { class: "quiet", onclick: more, "Show more" }
                    }
                }
            }
        }
        Some(Err(error)) => rsx! {
            Problem { error, heading: false }
        },
        None => rsx! {},
    }
}

/// An order's state in words.
pub fn state_words(state: OrderState) -> (&'static str, &'static str) {
    match state {
        OrderState::Held => ("badge held", "Waits for payment"),
        OrderState::Complete => ("badge on-sale", "Paid"),
        OrderState::Expired => ("badge withdrawn", "Time ran out"),
        OrderState::Cancelled => ("badge withdrawn", "Cancelled"),
        OrderState::Refunded => ("badge withdrawn", "Refunded"),
    }
}

#[component]
fn Line(order: Order) -> Element {
    let (class, words) = state_words(order.state);
    let tickets = match order.lines.len() {
        1 => "1 ticket".to_owned(),
        more => format!("{more} tickets"),
    };
    let to = Route::OrderPage { id: order.id.to_string() };
    rsx! {
        li { class: "offer",
            span { class: "about",
                if let Some(line) = order.lines.first() {
                    Link { to: to.clone(), "{line.show.title}" }
                    span { class: "hint",
                        " "
                        When { show: line.show.clone() }
                    }
                }
                br {}
                "{tickets}"
            }
            span { class, "{words}" }
            strong { class: "price", "{order.total}" }
            if order.state == OrderState::Held {
                Link { class: "button", to, "Pay now" }
            }
        }
    }
}
