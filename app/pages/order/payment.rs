//! Paying an order: with a card, and with what the bank wants to know before it says yes.

use crate::api::ApiError;
use crate::api::payments::{authenticate, get_payment, pay};
use crate::client::{clock, stripe};
use crate::components::{Card, CardForm, Notice, ReadyCard, Tone, use_hydrated};
use crate::i18n::{money, t};
use dioxus::prelude::*;
use shared::orders::Order;
use shared::payments::{Decline, Payment, PaymentState, TEST_CARDS};
use shared::{Money, OrderId, PaymentId, Rejection};
use std::time::Duration;

/// How long it takes to look again whether the bank wants to know something.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// What a person can do about the payment of a held order.
#[component]
pub fn PaymentForm(order: Order, over: bool, changed: EventHandler<()>) -> Element {
    let (order_id, total) = (order.id, order.total);
    let mut ready = use_context::<ReadyCard>().0;
    let mut busy = use_signal(|| false);
    let mut error = use_signal(|| None::<ApiError>);
    // Whether it was this page that began the payment: it was loaded again otherwise, perhaps on the way back from the bank.
    let mut began_here = use_signal(|| false);
    let alive = use_hydrated();
    // It belongs to this component, since the form is replaced while the bank is being asked.
    let pay_with = use_callback(move |card: Card| {
        if *busy.peek() {
            return;
        }
        busy.set(true);
        began_here.set(true);
        error.set(None);
        spawn(async move {
            let paid = pay(order_id, card.method).await;
            // A token is good for one try; where nobody was reached it was not used up.
            if !matches!(paid, Err(ApiError::Unavailable)) {
                ready.set(None);
            }
            error.set(paid.err());
            // Whatever came of it, the order says how it goes on.
            changed.call(());
            busy.set(false);
        });
    });
    match order.payment.as_ref().map(|payment| (payment.id, payment.state)) {
        Some((id, PaymentState::Started)) => rsx! {
            if alive {
                UnderWay { id, began_here, changed }
            } else {
                PlainAnswer { order_id, id }
            }
        },
        Some((_, PaymentState::Unknown)) => rsx! {
            Notice { tone: Tone::Plain, {t!("bank-silent")} }
        },
        Some((_, PaymentState::Authorized | PaymentState::Captured)) => rsx! {
            Notice { tone: Tone::Good, {t!("bank-yes")} }
        },
        _ if over && !busy() => rsx! {},
        earlier => {
            let pay_words = t!("pay", total = money(total));
            let refused = earlier.filter(|(_, state)| *state == PaymentState::Declined && !busy());
            rsx! {
                section { class: "panel narrow",
                    h2 { {pay_words.clone()} }
                    if let Some(reason) = error() {
                        Notice { tone: Tone::Bad, {reason.words()} }
                    } else if let Some((id, _)) = refused {
                        Refused { id }
                    }
                    if !alive {
                        PlainPay { order_id, total }
                    } else if let Some(card) = ready() {
                        PayWithReady { words: t!("pay-with", total = money(total), card = card.words()), busy: busy(), card, pay_with }
                    } else {
                        CardForm {
                            total,
                            words: pay_words,
                            waiting: busy().then(|| t!("asking-bank")),
                            taken: pay_with,
                        }
                    }
                }
            }
        }
    }
}

/// Paying where no script runs: with the sandbox's test cards, since no card number may reach our server.
#[component]
fn PlainPay(order_id: OrderId, total: Money) -> Element {
    rsx! {
        form { class: "stack", method: "post", action: "/forms/pay",
            input { r#type: "hidden", name: "order", value: "{order_id}" }
            div { class: "field",
                label { r#for: "method", {t!("test-card")} }
                select { id: "method", name: "method",
                    for card in TEST_CARDS {
                        option { key: "{card.method}", value: card.method, "{card.number} "
                            {t!("test-card-outcome", card = card.method)} }
                    }
                }
                p { class: "hint", {t!("card-needs-script")} }
            }
            button { r#type: "submit", {t!("pay", total = money(total))} }
        }
    }
}

/// The answer to the bank where no script runs.
#[component]
fn PlainAnswer(order_id: OrderId, id: PaymentId) -> Element {
    rsx! {
        form { class: "panel narrow", method: "post", action: "/forms/authenticate",
            input { r#type: "hidden", name: "order", value: "{order_id}" }
            input { r#type: "hidden", name: "payment", value: "{id}" }
            h2 { {t!("bank-may-ask")} }
            div { class: "actions",
                button { r#type: "submit", name: "approve", value: "yes", {t!("it-is-me")} }
                button { r#type: "submit", name: "approve", value: "no", class: "quiet", {t!("no")} }
            }
        }
    }
}

/// The card that was entered before the clock started: one press, and it is paid.
#[component]
fn PayWithReady(words: String, busy: bool, card: Card, pay_with: EventHandler<Card>) -> Element {
    let mut ready = use_context::<ReadyCard>().0;
    rsx! {
        div { class: "actions",
            button { disabled: busy, onclick: move |_| pay_with.call(card.clone()),
                if busy { {t!("asking-bank")} } else { "{words}" }
            }
            button { class: "link", disabled: busy, onclick: move |_| ready.set(None), {t!("card-other")} }
        }
    }
}

/// Why an earlier try was refused.
#[component]
fn Refused(id: PaymentId) -> Element {
    let payment = use_resource(use_reactive!(|(id,)| get_payment(id.to_string())));
    let decline = payment.read().as_ref().and_then(|answer| answer.as_ref().ok()).and_then(|payment| payment.decline);
    rsx! {
        if let Some(decline) = decline {
            Notice { tone: Tone::Bad, {ApiError::from(Rejection::CardDeclined(decline)).words()} }
        }
    }
}

/// A payment that the bank is still looking at, or that waits for the person.
#[component]
fn UnderWay(id: PaymentId, began_here: Signal<bool>, changed: EventHandler<()>) -> Element {
    let mut payment = use_signal(|| None::<Payment>);
    let mut busy = use_signal(|| false);
    let mut error = use_signal(|| None::<ApiError>);
    let answer = use_callback(move |approve: bool| {
        if *busy.peek() {
            return;
        }
        busy.set(true);
        spawn(async move {
            match authenticate(id.to_string(), approve).await {
                Ok(newest) => payment.set(Some(newest)),
                Err(ApiError::Rejected(Rejection::CardDeclined(Decline::AuthenticationFailed))) => payment.set(None),
                Err(reason) => error.set(Some(reason)),
            }
            changed.call(());
            busy.set(false);
        });
    });
    use_effect(move || {
        spawn(async move {
            let asked = asked(id).await;
            let bank_url = asked.bank_url.clone();
            payment.set(Some(asked));
            let Some(url) = bank_url else { return };
            // Back from the bank's page one is not sent there again: what was said there is asked for instead.
            match *began_here.peek() {
                true => stripe::go_to(&url),
                false => answer.call(true),
            }
            loop {
                stripe::returned().await;
                answer.call(true);
            }
        });
    });
    let waits = payment().filter(|payment| payment.needs_authentication);
    rsx! {
        if let Some(reason) = error() {
            Notice { tone: Tone::Bad, {reason.words()} }
        }
        if let Some(payment) = waits {
            section { class: "panel narrow",
                h2 { {t!("bank-asks")} }
                if let Some(url) = payment.bank_url {
                    p { {t!("bank-page")} }
                    a { class: "button", href: url, {t!("bank-go")} }
                } else {
                    p { {t!("bank-here")} }
                    div { class: "actions",
                        button { disabled: busy(), onclick: move |_| answer.call(true), {t!("it-is-me")} }
                        button { class: "quiet", disabled: busy(), onclick: move |_| answer.call(false), {t!("no")} }
                    }
                }
            }
        } else {
            Notice { tone: Tone::Plain, {t!("asking-bank-words")} }
        }
    }
}

/// Waits until the bank wants the person to prove who they are. It may never, and then the order says what became of it.
async fn asked(id: PaymentId) -> Payment {
    loop {
        match get_payment(id.to_string()).await {
            Ok(payment) if payment.needs_authentication => return payment,
            _ => clock::sleep(LOOK_AGAIN).await,
        }
    }
}
