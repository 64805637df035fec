//! What a seller has earned, where that money is, and what made it.

use crate::api::ApiError;
use crate::api::payments::{get_account, set_up_payouts};
use crate::components::{Notice, Tone};
use crate::stripe;
use dioxus::prelude::*;
use shared::payments::{Account, Balance, Movement, MovementKind};

/// What the person has earned. The sales below it are shown whether or not this can be had.
#[component]
pub fn Earnings(account: Option<Result<Account, ApiError>>) -> Element {
    match account {
        Some(Ok(account)) if account.balances.is_empty() => rsx! {},
        Some(Ok(account)) => rsx! {
            section { class: "panel", aria_labelledby: "earnings",
                h2 { id: "earnings", "Earnings" }
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
            Notice { tone: Tone::Bad, "We cannot show what you earned: {reason}." }
        },
        None => rsx! {},
    }
}

/// Where the money of one currency is.
#[component]
fn Sums(balance: Balance) -> Element {
    let sums = [
        ("Owed now", balance.owed),
        ("Held until after the show", balance.held),
        ("On its way", balance.on_its_way),
        ("Paid out", balance.paid_out),
    ];
    rsx! {
        dl { class: "sums", aria_label: balance.owed.currency.code(),
            for (words , money) in sums {
                div { key: "{words}",
                    dt { "{words}" }
                    dd { "{money}" }
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
            p { "We do not know yet where to send your money. It is kept for you until you say." }
            if let Some(reason) = error() {
                p { "{reason}" }
            }
            if let Some(url) = page() {
                a { class: "button", href: url, "Go on with Stripe" }
            } else {
                button { disabled: busy(), onclick: begin, "Say where to send it" }
            }
        }
    }
}

#[component]
fn Movements(account: Account) -> Element {
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
            summary { "History" }
            ul { class: "plain movements",
                for movement in first.into_iter().chain(later) {
                    Line { key: "{movement.id}", movement }
                }
            }
            if let Some(reason) = error() {
                Notice { tone: Tone::Bad, "{reason}" }
            }
            if has_more {
                p { class: "pager",
                    button { class: "quiet", onclick: more, "Show more" }
                }
            }
        }
        // The browser's own way to keep a file; a window without one has no place for it.
        if cfg!(not(feature = "desktop")) {
            p { class: "aside",
                a { href: "/account.csv", download: "ticketing-account.csv", "Download as CSV" }
            }
        }
    }
}

fn word(kind: MovementKind) -> &'static str {
    match kind {
        MovementKind::Sale => "Sale",
        MovementKind::Refund => "Refund",
        MovementKind::Payout => "Payout",
        MovementKind::PayoutFailed => "Payout that could not be delivered",
    }
}

#[component]
fn Line(movement: Movement) -> Element {
    let at = movement.at.to_string();
    // The day is the same for everybody, since it is read off the moment as it is written, in UTC.
    let day = at.get(..10).unwrap_or(&at).to_owned();
    rsx! {
        li {
            span { class: "about",
                strong { {word(movement.kind)} }
                if let Some(about) = movement.about {
                    " {about}"
                }
                br {}
                span { class: "hint",
                    time { datetime: "{at}", "{day}" }
                    if let Some(price) = movement.price {
                        " · price {price}"
                    }
                    if let Some(fee) = movement.fee.filter(|fee| fee.minor != 0) {
                        " · fee {fee}"
                    }
                }
            }
            strong { class: "price", "{movement.amount}" }
        }
    }
}
