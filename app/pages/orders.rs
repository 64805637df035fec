//! The user's orders.

use crate::api::orders::list_orders;
use crate::client::context::CurrentUser;
use crate::client::feed;
use crate::components::{Cover, EmptyState, Heading, Problem, ShowTime, SignInPrompt};
use crate::i18n::{money, t};
use crate::model::unique::unique_by;
use crate::routes;
use dioxus::prelude::*;
use shared::orders::{Order, OrderState};

#[component]
pub fn Orders() -> Element {
    let current = use_context::<CurrentUser>();
    if current.0.read().is_none() {
        return rsx! {
            Heading { title: t!("nav-orders") }
            SignInPrompt { back: routes::orders(), reason: t!("sign-in-for-orders") }
        };
    }
    rsx! {
        Heading { title: t!("nav-orders") }
        OrderList {}
    }
}

#[component]
fn OrderList() -> Element {
    let fetched = use_server_future(|| list_orders(None))?;
    let mut newest = use_signal(Vec::<Order>::new);
    let mut older = use_signal(Vec::<Order>::new);
    let mut next = use_signal(|| None::<Option<String>>);
    feed::use_live_updates(move |()| {
        spawn(async move {
            if let Ok(page) = list_orders(None).await {
                newest.set(page.items);
            }
        });
    });
    match fetched() {
        Some(Ok(page)) if page.items.is_empty() && newest.read().is_empty() => rsx! {
            EmptyState { title: t!("no-orders"),
                Link { class: "button", to: routes::home(), {t!("find-a-show")} }
            }
        },
        Some(Ok(page)) => {
            let cursor = next().unwrap_or(page.next);
            let orders = unique_by(newest().into_iter().chain(page.items).chain(older()), |order| order.id);
            let has_more = cursor.is_some();
            let show_more = move |_| {
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
                    for order in orders {
                        OrderItem { key: "{order.id}", order }
                    }
                }
                if has_more {
                    p { class: "pager",
                        button { class: "quiet", onclick: show_more, {t!("show-more")} }
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

/// The class and the label of the state's badge.
fn state_badge(state: OrderState) -> (&'static str, String) {
    match state {
        OrderState::Held => ("badge held", t!("order-state-held")),
        OrderState::Complete => ("badge on-sale", t!("order-state-complete")),
        OrderState::Expired => ("badge withdrawn", t!("order-state-expired")),
        OrderState::Cancelled => ("badge withdrawn", t!("order-state-cancelled")),
        OrderState::Refunded => ("badge withdrawn", t!("order-state-refunded")),
    }
}

#[component]
fn OrderItem(order: Order) -> Element {
    let (class, state) = state_badge(order.state);
    let tickets = t!("tickets-count", count = order.lines.len());
    let to = routes::order(order.id);
    rsx! {
        li { class: "offer",
            if let Some(line) = order.lines.first() {
                div { class: "stub",
                    Cover { show: line.show.clone() }
                }
            }
            span { class: "about",
                if let Some(line) = order.lines.first() {
                    Link { to: to.clone(), bdi { "{line.show.title}" } }
                    br {}
                    span { class: "hint",
                        " "
                        ShowTime { show: line.show.clone() }
                    }
                }
                br {}
                "{tickets}"
            }
            span { class, "{state}" }
            strong { class: "price", {money(order.total)} }
            if order.state == OrderState::Held {
                Link { class: "button", to, {t!("pay-now")} }
            }
        }
    }
}
