//! Paying an order, with the test cards of the sandbox. The card's number never leaves the browser.

use crate::api::ApiError;
use crate::api::payments::{authenticate, get_payment, pay};
use crate::components::{Field, Notice, Tone};
use dioxus::prelude::*;
use shared::orders::Order;
use shared::payments::{Decline, PaymentState, TEST_CARDS};
use shared::{PaymentId, Rejection};

/// The token that stands for a test card.
fn token_of(number: &str) -> Option<&'static str> {
    let digits: String = number.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    TEST_CARDS.iter().find(|card| card.number == digits).map(|card| card.method)
}

/// What a person can do about the payment of a held order.
#[component]
pub fn PaymentForm(order: Order, over: bool, changed: EventHandler<()>) -> Element {
    match order.payment.as_ref().map(|payment| (payment.id, payment.state)) {
        Some((id, PaymentState::Started)) => rsx! {
            UnderWay { id, changed }
        },
        Some((_, PaymentState::Unknown)) => rsx! {
            Notice { tone: Tone::Plain, "Your bank has not answered yet. We are checking; you will not be charged twice." }
        },
        Some((_, PaymentState::Authorized | PaymentState::Captured)) => rsx! {
            Notice { tone: Tone::Good, "Your bank said yes. The tickets are being made yours …" }
        },
        _ if over => rsx! {},
        _ => rsx! {
            Card { order, changed }
        },
    }
}

#[component]
fn Card(order: Order, changed: EventHandler<()>) -> Element {
    let order_id = order.id;
    let mut number = use_signal(String::new);
    let mut busy = use_signal(|| false);
    let mut unknown = use_signal(|| false);
    let mut error = use_signal(|| None::<ApiError>);
    let submit = move |event: FormEvent| {
        event.prevent_default();
        async move {
            let method = token_of(&number());
            unknown.set(method.is_none());
            let Some(method) = method.filter(|_| !busy()) else { return };
            busy.set(true);
            error.set(None);
            if let Err(reason) = pay(order_id, method.to_owned()).await {
                error.set(Some(reason));
            }
            // Whatever came of it, the order says how it goes on.
            changed.call(());
            busy.set(false);
        }
    };
    let about = unknown().then(|| "this is test mode, use one of the test cards below".to_owned());
    rsx! {
        section { class: "panel narrow",
            h2 { "Pay {order.total}" }
            p { class: "badge held", "Test mode: no real money moves" }
            if let Some(reason) = error() {
                Notice { tone: Tone::Bad, "{reason}" }
            }
            form { class: "stack", method: "post", novalidate: true, onsubmit: submit,
                Field { name: "card", label: "Card number", value: number, error: about, inputmode: "numeric" }
                button { r#type: "submit", disabled: busy(),
                    if busy() { "Asking your bank …" } else { "Pay {order.total}" }
                }
            }
            details {
                summary { "Test cards" }
                ul { class: "plain cards",
                    for card in TEST_CARDS {
                        li { key: "{card.number}",
                            button { class: "link", r#type: "button", onclick: move |_| number.set(card.number.to_owned()), "{card.number}" }
                            " {card.outcome}"
                        }
                    }
                }
            }
        }
    }
}

/// A payment that the bank is still looking at, or that waits for the person.
#[component]
fn UnderWay(id: PaymentId, changed: EventHandler<()>) -> Element {
    let payment = use_resource(move || get_payment(id.to_string()));
    let mut busy = use_signal(|| false);
    let mut error = use_signal(|| None::<ApiError>);
    let mut answer = move |approve: bool| {
        if busy() {
            return;
        }
        busy.set(true);
        spawn(async move {
            match authenticate(id.to_string(), approve).await {
                Ok(_) | Err(ApiError::Rejected(Rejection::CardDeclined(Decline::AuthenticationFailed))) => {}
                Err(reason) => error.set(Some(reason)),
            }
            changed.call(());
            busy.set(false);
        });
    };
    let waits = matches!(&*payment.read(), Some(Ok(payment)) if payment.needs_authentication);
    rsx! {
        if let Some(reason) = error() {
            Notice { tone: Tone::Bad, "{reason}" }
        }
        if waits {
            section { class: "panel narrow",
                h2 { "Your bank asks: is it you?" }
                p { "In test mode this page stands for your bank's." }
                div { class: "actions",
                    button { disabled: busy(), onclick: move |_| answer(true), "Yes, it is me" }
                    button { class: "quiet", disabled: busy(), onclick: move |_| answer(false), "No" }
                }
            }
        } else {
            Notice { tone: Tone::Plain, "Asking your bank … You will not be charged twice." }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_card_is_known_however_it_is_typed() {
        assert_eq!(token_of("4242 4242 4242 4242"), Some("pm_card_visa"));
        assert_eq!(token_of("4000-0000-0000-0002"), Some("pm_card_chargeDeclined"));
        assert_eq!(token_of("4111 1111 1111 1111"), None);
    }
}
