//! What the person holds and bought.

use super::each_once;
use crate::api::orders::list_orders;
use crate::client::feed;
use crate::components::{Cover, CurrentUser, Empty, Heading, Problem, SignInFirst, When};
use crate::i18n::{money, t};
use crate::routes::Route;
use dioxus::prelude::*;
use shared::orders::{Order, OrderState};

/// What the person holds and bought.
#[component]
pub fn Orders() -> Element {
    let current = use_context::<CurrentUser>();
    if current.0.read().is_none() {
        return rsx! {
            Heading { title: t!("nav-orders") }
            SignInFirst { back: "/orders", reason: t!("sign-in-for-orders") }
        };
    }
    rsx! {
        Heading { title: t!("nav-orders") }
        List {}
    }
}

#[component]
fn List() -> Element {
    let fetched = use_server_future(|| list_orders(None))?;
    let mut newest = use_signal(Vec::<Order>::new);
    let mut older = use_signal(Vec::<Order>::new);
    let mut next = use_signal(|| None::<Option<String>>);
    feed::use_own_news(move |()| {
        spawn(async move {
            if let Ok(page) = list_orders(None).await {
                newest.set(page.items);
            }
        });
    });
    match fetched() {
        Some(Ok(page)) if page.items.is_empty() && newest.read().is_empty() => rsx! {
            Empty { title: t!("no-orders"),
                Link { class: "button", to: Route::Home { query: Default::default() }.address(), {t!("find-a-show")} }
            }
        },
        Some(Ok(page)) => {
            let cursor = next().unwrap_or(page.next);
            let all = each_once(newest().into_iter().chain(page.items).chain(older()), |order| order.id);
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
                ul { class: "tickets stubs",
                    for order in all {
                        ShortText { key: "{order.id}", order }
                    }
                }
                if has_more {
                    p { class: "pager",
                        button { class: "quiet", onclick: more, {t!("show-more")} }
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
pub fn state_words(state: OrderState) -> (&'static str, String) {
    match state {
        OrderState::Held => ("badge held", t!("order-state-held")),
        OrderState::Complete => ("badge on-sale", t!("order-state-complete")),
        OrderState::Expired => ("badge withdrawn", t!("order-state-expired")),
        OrderState::Cancelled => ("badge withdrawn", t!("order-state-cancelled")),
        OrderState::Refunded => ("badge withdrawn", t!("order-state-refunded")),
    }
}

#[component]
fn ShortText(order: Order) -> Element {
    let (class, words) = state_words(order.state);
    let tickets = t!("tickets-count", count = order.lines.len());
    let to = Route::OrderPage { id: order.id.to_string() };
    rsx! {
        li { class: "offer",
            if let Some(line) = order.lines.first() {
                div { class: "stub",
                    Cover { show: line.show.clone() }
                }
            }
            span { class: "about",
                if let Some(line) = order.lines.first() {
                    Link { to: to.clone(), "{line.show.title}" }
                    br {}
                    span { class: "hint",
                        " "
                        When { show: line.show.clone() }
                    }
                }
                br {}
                "{tickets}"
            }
            span { class, "{words}" }
            strong { class: "price", {money(order.total)} }
            if order.state == OrderState::Held {
                Link { class: "button", to, {t!("pay-now")} }
            }
        }
    }
}
