//! What the person sells and sold, and what that earned.

mod earnings;

use self::earnings::Earnings;
use super::each_once;
use crate::api::ApiError;
use crate::api::orders::refund_sale;
use crate::api::payments::get_account;
use crate::api::tickets::list_selling;
use crate::client::{clock, feed};
use crate::components::{
    Cover, CurrentUser, Empty, Heading, Notice, Problem, SeatWords, SignInFirst, StateBadge, Tone, When,
};
use crate::i18n::{self, money, t};
use crate::routes::Route;
use dioxus::prelude::*;
use shared::tickets::{Ticket, TicketState};
use std::time::Duration;

/// How long it takes until the services have heard of a refund.
const HEARD_TIMEOUT: Duration = Duration::from_secs(1);

/// What the person sells and sold.
#[component]
pub fn Selling() -> Element {
    let current = use_context::<CurrentUser>();
    if current.0.read().is_none() {
        return rsx! {
            Heading { title: t!("nav-sales") }
            SignInFirst { back: "/selling", reason: t!("sign-in-for-sales") }
        };
    }
    rsx! {
        Heading { title: t!("nav-sales") }
        Sales {}
    }
}

#[component]
fn Sales() -> Element {
    let account = use_server_future(|| get_account(None))?;
    let fetched = use_server_future(|| list_selling(None))?;
    let mut newest = use_signal(Vec::<Ticket>::new);
    let mut newest_account = use_signal(|| None);
    let mut older = use_signal(Vec::<Ticket>::new);
    let mut next = use_signal(|| None::<Option<String>>);
    let changed = use_callback(move |()| {
        spawn(async move {
            if let Ok(page) = list_selling(None).await {
                newest.set(page.items);
            }
            // What was earned is known only once others have heard of it, too.
            clock::sleep(HEARD_TIMEOUT).await;
            if let Ok(account) = get_account(None).await {
                newest_account.set(Some(Ok(account)));
            }
        });
    });
    feed::use_own_news(move |()| changed.call(()));
    match fetched() {
        Some(Ok(page)) if page.items.is_empty() && newest.read().is_empty() => rsx! {
            Empty { title: t!("no-sales"),
                Link { class: "button", to: Route::Sell { query: Default::default() }.address(), {t!("sell-tickets")} }
            }
        },
        Some(Ok(page)) => {
            let cursor = next().unwrap_or(page.next);
            let all = each_once(newest().into_iter().chain(page.items).chain(older()), |ticket| ticket.id);
            let has_more = cursor.is_some();
            let more = move |_| {
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
                    for ticket in all {
                        Sale { key: "{ticket.id}", ticket, changed }
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

#[component]
fn Sale(ticket: Ticket, changed: EventHandler<()>) -> Element {
    // The client's clock is read when the page is alive: until then it looks as the server wrote it.
    let mut begun = use_signal(|| true);
    let starts_at = ticket.show.starts_at;
    use_effect(move || begun.set(starts_at <= clock::now()));
    let can_give_back = ticket.state == TicketState::Sold && !ticket.show.cancelled && !begun();
    rsx! {
        li { class: "offer",
            div { class: "stub",
                Cover { show: ticket.show.clone() }
            }
            span { class: "about",
                Link { to: Route::TicketPage { id: ticket.id.to_string() }, "{ticket.show.title}" }
                br {}
                span { class: "hint",
                    " "
                    When { show: ticket.show.clone() }
                }
                br {}
                SeatWords { seat: ticket.seat.clone() }
            }
            StateBadge { state: ticket.state }
            strong { class: "price", {money(ticket.price)} }
            if can_give_back {
                GiveBack { ticket, changed }
            }
        }
    }
}

/// Giving a buyer the money back, after a second question.
#[component]
fn GiveBack(ticket: Ticket, changed: EventHandler<()>) -> Element {
    let (id, price) = (ticket.id, ticket.price);
    let mut asked = use_signal(|| false);
    let mut busy = use_signal(|| false);
    let mut error = use_signal(|| None::<ApiError>);
    let give_back = move |_| async move {
        if busy() {
            return;
        }
        busy.set(true);
        error.set(None);
        match refund_sale(id.to_string()).await {
            Ok(()) => {
                clock::sleep(HEARD_TIMEOUT).await;
                changed.call(());
            }
            Err(reason) => error.set(Some(reason)),
        }
        busy.set(false);
        asked.set(false);
    };
    rsx! {
        div { class: "wide",
            if let Some(reason) = error() {
                Notice { tone: Tone::Bad, {reason.words()} }
            }
            if asked() {
                p { role: "alert",
                    {t!("refund-ask", price = money(price))}
                }
                div { class: "actions",
                    button { class: "danger", disabled: busy(), onclick: give_back,
                        if busy() { {t!("refund-busy")} } else { {t!("refund-yes")} }
                    }
                    button { class: "quiet", disabled: busy(), onclick: move |_| asked.set(false), {t!("refund-no")} }
                }
            } else {
                button { class: "link", aria_label: t!("refund-of", seat = i18n::seat(&ticket.seat)), onclick: move |_| asked.set(true), {t!("refund")} }
            }
        }
    }
}
