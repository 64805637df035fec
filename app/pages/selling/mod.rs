//! The user's sales and earnings.

mod earnings;

use self::earnings::Earnings;
use crate::api::payments::get_account;
use crate::api::tickets::{list_selling, refund_sale};
use crate::client::context::CurrentUser;
use crate::client::{clock, feed};
use crate::components::{
    ActionError, Cover, EmptyState, Heading, Problem, SeatLabel, ShowTime, SignInPrompt, StateBadge,
};
use crate::error::ApiError;
use crate::i18n::{self, money, t};
use crate::model::unique::unique_by;
use crate::routes;
use dioxus::prelude::*;
use shared::tickets::{Ticket, TicketState};
use std::time::Duration;

/// How long the services usually need to replicate a refund or a sale.
const REPLICATION_DELAY: Duration = Duration::from_secs(1);

#[component]
pub fn Selling() -> Element {
    let current = use_context::<CurrentUser>();
    if current.0.read().is_none() {
        return rsx! {
            Heading { title: t!("nav-sales") }
            SignInPrompt { back: routes::selling(), reason: t!("sign-in-for-sales") }
        };
    }
    rsx! {
        Heading { title: t!("nav-sales") }
        SaleList {}
    }
}

#[component]
fn SaleList() -> Element {
    let account = use_server_future(|| get_account(None))?;
    let fetched = use_server_future(|| list_selling(None))?;
    let mut newest = use_signal(Vec::<Ticket>::new);
    let mut newest_account = use_signal(|| None);
    let mut older = use_signal(Vec::<Ticket>::new);
    let mut next = use_signal(|| None::<Option<String>>);
    let reload = use_callback(move |()| {
        spawn(async move {
            if let Ok(page) = list_selling(None).await {
                newest.set(page.items);
            }
            // The account follows the tickets later, once the payments service has received their events.
            clock::sleep(REPLICATION_DELAY).await;
            if let Ok(account) = get_account(None).await {
                newest_account.set(Some(Ok(account)));
            }
        });
    });
    feed::use_live_updates(move |()| reload.call(()));
    match fetched() {
        Some(Ok(page)) if page.items.is_empty() && newest.read().is_empty() => rsx! {
            EmptyState { title: t!("no-sales"),
                Link { class: "button", to: routes::sell(), {t!("sell-tickets")} }
            }
        },
        Some(Ok(page)) => {
            let cursor = next().unwrap_or(page.next);
            let tickets = unique_by(newest().into_iter().chain(page.items).chain(older()), |ticket| ticket.id);
            let has_more = cursor.is_some();
            let show_more = move |_| {
                let cursor = cursor.clone();
                async move {
                    if let Ok(page) = list_selling(cursor).await {
                        older.with_mut(|known| known.extend(page.items));
                        next.set(Some(page.next));
                    }
                }
            };
            rsx! {
                Earnings { account: newest_account().or_else(&*account) }
                ul { class: "tickets stubs",
                    for ticket in tickets {
                        Sale { key: "{ticket.id}", ticket, on_change: reload }
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

#[component]
fn Sale(ticket: Ticket, on_change: EventHandler<()>) -> Element {
    // The clock is read only after hydration, so that the client renders the same page as the server first.
    let mut started = use_signal(|| true);
    let starts_at = ticket.show.starts_at;
    use_effect(move || started.set(starts_at <= clock::now()));
    let can_refund = ticket.state == TicketState::Sold && !ticket.show.cancelled && !started();
    rsx! {
        li { class: "offer",
            div { class: "stub",
                Cover { show: ticket.show.clone() }
            }
            span { class: "about",
                Link { to: routes::ticket(ticket.id), bdi { "{ticket.show.title}" } }
                br {}
                span { class: "hint",
                    " "
                    ShowTime { show: ticket.show.clone() }
                }
                br {}
                SeatLabel { seat: ticket.seat.clone() }
            }
            StateBadge { state: ticket.state }
            strong { class: "price", {money(ticket.price)} }
            if can_refund {
                RefundForm { ticket, on_change }
            }
        }
    }
}

/// Refunds the buyer after a confirmation.
#[component]
fn RefundForm(ticket: Ticket, on_change: EventHandler<()>) -> Element {
    let (id, price) = (ticket.id, ticket.price);
    let mut confirming = use_signal(|| false);
    let mut busy = use_signal(|| false);
    let mut error = use_signal(|| None::<ApiError>);
    let refund = move |_| async move {
        if busy() {
            return;
        }
        busy.set(true);
        error.set(None);
        match refund_sale(id.to_string()).await {
            Ok(()) => {
                clock::sleep(REPLICATION_DELAY).await;
                on_change.call(());
            }
            Err(failure) => error.set(Some(failure)),
        }
        busy.set(false);
        confirming.set(false);
    };
    rsx! {
        div { class: "wide",
            if let Some(error) = error() {
                ActionError { error }
            }
            if confirming() {
                p { role: "alert",
                    {t!("refund-ask", price = money(price))}
                }
                div { class: "actions",
                    button { class: "danger", disabled: busy(), onclick: refund,
                        if busy() { {t!("refund-busy")} } else { {t!("refund-yes")} }
                    }
                    button { class: "quiet", disabled: busy(), onclick: move |_| confirming.set(false), {t!("refund-no")} }
                }
            } else {
                button { class: "link", aria_label: t!("refund-of", seat = i18n::seat(&ticket.seat)), onclick: move |_| confirming.set(true), {t!("refund")} }
            }
        }
    }
}
