//! What a seller has earned, where that money is, and what made it.

use crate::api::ApiError;
use crate::api::payments::{get_account, set_up_payouts};
use crate::client::stripe;
use crate::components::{Notice, Tone};
use crate::i18n::{self, day, money, t};
use dioxus::prelude::*;
use shared::payments::{Balance, Movement, MovementKind, SellerAccount};

/// What the person has earned. The sales below it are shown whether or not this can be had.
#[component]
pub fn Earnings(account: Option<Result<SellerAccount, ApiError>>) -> Element {
    match account {
        Some(Ok(account)) if account.balances.is_empty() => rsx! {},
        Some(Ok(account)) => rsx! {
            section { class: "panel", aria_labelledby: "earnings",
                h2 { id: "earnings", {t!("earnings")} }
                for balance in account.balances.clone() {
                    Sums { key: "{balance.owed.currency.code()}", balance }
                }
                if !account.can_be_paid {
                    SetUp {}
                }
                Movements { account }
            }
        },
        Some(Err(reason)) => rsx! {
            Notice { tone: Tone::Bad, {t!("earnings-failed")} " " {reason.words()} }
        },
        None => rsx! {},
    }
}

/// Where the money of one currency is.
#[component]
fn Sums(balance: Balance) -> Element {
    let sums = [
        (t!("owed"), balance.owed),
        (t!("held-back"), balance.held),
        (t!("on-its-way"), balance.on_its_way),
        (t!("paid-out"), balance.paid_out),
    ];
    rsx! {
        dl { class: "sums", aria_label: balance.owed.currency.code(),
            for (words , sum) in sums {
                div { key: "{words}",
                    dt { "{words}" }
                    dd { {money(sum)} }
                }
            }
        }
    }
}

/// Whoever moves the money does not know yet where to send it, and asks that on a page of its own.
#[component]
fn SetUp() -> Element {
    let mut busy = use_signal(|| false);
    let mut page = use_signal(|| None::<String>);
    let mut error = use_signal(|| None::<ApiError>);
    let begin = move |_| async move {
        if busy() {
            return;
        }
        busy.set(true);
        match set_up_payouts().await {
            Ok(Some(url)) => {
                stripe::go_to(&url);
                page.set(Some(url));
            }
            Ok(None) => {}
            Err(reason) => error.set(Some(reason)),
        }
        busy.set(false);
    };
    rsx! {
        Notice { tone: Tone::Plain,
            p { {t!("payouts-unknown")} }
            if let Some(reason) = error() {
                p { {reason.words()} }
            }
            if let Some(url) = page() {
                a { class: "button", href: url, {t!("payouts-go-on")} }
            } else {
                button { disabled: busy(), onclick: begin, {t!("payouts-say")} }
            }
        }
    }
}

#[component]
fn Movements(account: SellerAccount) -> Element {
    let mut older = use_signal(Vec::<Movement>::new);
    let mut next = use_signal(|| None::<Option<String>>);
    let mut error = use_signal(|| None::<ApiError>);
    let cursor = next().unwrap_or(account.movements.next);
    let has_more = cursor.is_some();
    let more = move |_| {
        let cursor = cursor.clone();
        async move {
            match get_account(cursor).await {
                Ok(account) => {
                    older.with_mut(|known| known.extend(account.movements.items));
                    next.set(Some(account.movements.next));
                    error.set(None);
                }
                Err(reason) => error.set(Some(reason)),
            }
        }
    };
    // What is new meanwhile moves everything down, so a page can begin with what is shown already.
    let first = account.movements.items;
    let later = older().into_iter().filter(|movement| !first.contains(movement)).collect::<Vec<_>>();
    rsx! {
        details {
            summary { {t!("history")} }
            ul { class: "plain movements",
                for movement in first.into_iter().chain(later) {
                    ShortText { key: "{movement.id}", movement }
                }
            }
            if let Some(reason) = error() {
                Notice { tone: Tone::Bad, {reason.words()} }
            }
            if has_more {
                p { class: "pager",
                    button { class: "quiet", onclick: more, {t!("show-more")} }
                }
            }
        }
        // The browser's own way to keep a file; a window without one has no place for it.
        if cfg!(not(feature = "desktop")) {
            p { class: "aside",
                a { href: "/account.csv", download: "ticketing-account.csv", {t!("download")} }
            }
        }
    }
}

fn word(kind: MovementKind) -> String {
    let name = match kind {
        MovementKind::Sale => "sale",
        MovementKind::Refund => "refund",
        MovementKind::Payout => "payout",
        MovementKind::PayoutFailed => "payout_failed",
    };
    t!("movement", kind = name)
}

#[component]
fn ShortText(movement: Movement) -> Element {
    rsx! {
        li {
            span { class: "about",
                strong { {word(movement.kind)} }
                if let Some(about) = movement.about {
                    " {about.show} · "
                    {i18n::seat(&about.seat)}
                }
                br {}
                span { class: "hint",
                    time { datetime: "{movement.at}", {day(movement.at)} }
                    if let Some(price) = movement.price {
                        " · "
                        {t!("movement-price", price = money(price))}
                    }
                    if let Some(fee) = movement.fee.filter(|fee| fee.minor != 0) {
                        " · "
                        {t!("movement-fee", fee = money(fee))}
                    }
                }
            }
            strong { class: "price", {money(movement.amount)} }
        }
    }
}
