//! The user's earnings: balances, payouts, and the movements behind them.

use crate::api::payments::{get_account, set_up_payouts};
use crate::client::external_page;
use crate::components::{ActionError, Notice, Tone};
use crate::error::ApiError;
use crate::i18n::{self, day, money, t};
use dioxus::prelude::*;
use shared::payments::{Balance, Movement, MovementKind, SellerAccount};

/// The page shows the sales even if the account cannot be fetched.
#[component]
pub fn Earnings(account: Option<Result<SellerAccount, ApiError>>) -> Element {
    match account {
        Some(Ok(account)) if account.balances.is_empty() => rsx! {},
        Some(Ok(account)) => rsx! {
            section { class: "panel", aria_labelledby: "earnings",
                h2 { id: "earnings", {t!("earnings")} }
                for balance in account.balances.clone() {
                    BalanceSums { key: "{balance.owed.currency.code()}", balance }
                }
                if !account.can_be_paid {
                    PayoutSetUp {}
                }
                Movements { account }
            }
        },
        Some(Err(error)) => rsx! {
            Notice { tone: Tone::Bad, {t!("earnings-failed")} " " {error.message()} }
        },
        None => rsx! {},
    }
}

/// The balance of one currency.
#[component]
fn BalanceSums(balance: Balance) -> Element {
    let sums = [
        (t!("owed"), balance.owed),
        (t!("held-back"), balance.held),
        (t!("on-its-way"), balance.on_its_way),
        (t!("paid-out"), balance.paid_out),
    ];
    rsx! {
        dl { class: "sums", aria_label: balance.owed.currency.code(),
            for (label , sum) in sums {
                div { key: "{label}",
                    dt { "{label}" }
                    dd { {money(sum)} }
                }
            }
        }
    }
}

/// Stripe needs the seller's bank account, and asks for it on a page of its own.
#[component]
fn PayoutSetUp() -> Element {
    let mut busy = use_signal(|| false);
    let mut onboarding_url = use_signal(|| None::<String>);
    let mut error = use_signal(|| None::<ApiError>);
    let start = move |_| async move {
        if busy() {
            return;
        }
        busy.set(true);
        match set_up_payouts().await {
            Ok(Some(url)) => {
                external_page::open(&url);
                onboarding_url.set(Some(url));
            }
            Ok(None) => {}
            Err(failure) => error.set(Some(failure)),
        }
        busy.set(false);
    };
    rsx! {
        Notice { tone: Tone::Plain,
            p { {t!("payouts-unknown")} }
            if let Some(error) = error() {
                p { {error.message()} }
            }
            if let Some(url) = onboarding_url() {
                a { class: "button", href: url, {t!("payouts-go-on")} }
            } else {
                button { disabled: busy(), onclick: start, {t!("payouts-say")} }
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
    let show_more = move |_| {
        let cursor = cursor.clone();
        async move {
            match get_account(cursor).await {
                Ok(account) => {
                    older.with_mut(|known| known.extend(account.movements.items));
                    next.set(Some(account.movements.next));
                    error.set(None);
                }
                Err(failure) => error.set(Some(failure)),
            }
        }
    };
    // New movements shift the pages, so an older page may repeat movements of the first one.
    let first = account.movements.items;
    let older = older().into_iter().filter(|movement| !first.contains(movement)).collect::<Vec<_>>();
    rsx! {
        details {
            summary { {t!("history")} }
            p { class: "hint", {t!("history-days")} }
            ul { class: "plain movements",
                for movement in first.into_iter().chain(older) {
                    MovementItem { key: "{movement.id}", movement }
                }
            }
            if let Some(error) = error() {
                ActionError { error }
            }
            if has_more {
                p { class: "pager",
                    button { class: "quiet", onclick: show_more, {t!("show-more")} }
                }
            }
        }
        // The desktop client's web view cannot save files.
        if cfg!(not(feature = "desktop")) {
            p { class: "aside",
                a { href: "/account.csv", download: "ticketing-account.csv", {t!("download")} }
            }
        }
    }
}

fn kind_label(kind: MovementKind) -> String {
    let name = match kind {
        MovementKind::Sale => "sale",
        MovementKind::Refund => "refund",
        MovementKind::Payout => "payout",
        MovementKind::PayoutFailed => "payout_failed",
    };
    t!("movement", kind = name)
}

#[component]
fn MovementItem(movement: Movement) -> Element {
    rsx! {
        li {
            span { class: "about",
                strong { {kind_label(movement.kind)} }
                if let Some(about) = movement.about {
                    " "
                    bdi { "{about.show}" }
                    " · "
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
