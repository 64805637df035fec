//! Paying an order with a card, and the bank's authentication of the buyer.

use super::authentication::{Authentication, PlainAuthentication};
use crate::api::payments::{get_payment, pay};
use crate::client::context::ReadyCard;
use crate::client::hydration::use_hydrated;
use crate::client::request_key::use_request_key;
use crate::components::{ActionError, CardForm, Notice, Tone};
use crate::error::ApiError;
use crate::i18n::{money, t};
use crate::model::card::Card;
use dioxus::prelude::*;
use shared::orders::Order;
use shared::payments::{PaymentState, TEST_CARDS};
use shared::{Money, OrderId, PaymentId, Rejection};

/// The payment of a held order: its progress, or a form.
#[component]
pub fn PaymentSection(order: Order, expired: bool, on_change: EventHandler<()>) -> Element {
    let (order_id, total) = (order.id, order.total);
    let mut ready_card = use_context::<ReadyCard>().0;
    let mut busy = use_signal(|| false);
    let mut error = use_signal(|| None::<ApiError>);
    // False if the page was loaded since, for example on the way back from the bank.
    let mut started_here = use_signal(|| false);
    let (hydrated, key) = (use_hydrated(), use_request_key());
    // The callback belongs to this component, since the form is unmounted while the payment is in progress.
    let on_card = use_callback(move |card: Card| {
        if *busy.peek() {
            return;
        }
        busy.set(true);
        started_here.set(true);
        error.set(None);
        spawn(async move {
            let result = key.send(&(order_id, &card.method), pay(order_id, card.method.clone())).await;
            // A token can be used once; without a connection to the server it was not used.
            if !matches!(result, Err(ApiError::Unavailable)) {
                ready_card.set(None);
            }
            error.set(result.err());
            // The order that is fetched next shows the result, also if the call has failed.
            on_change.call(());
            busy.set(false);
        });
    });
    match order.payment.as_ref().map(|payment| (payment.id, payment.state)) {
        Some((id, PaymentState::Started)) => rsx! {
            if hydrated {
                Authentication { id, started_here, on_change }
            } else {
                PlainAuthentication { order_id, id }
            }
        },
        Some((_, PaymentState::Unknown)) => rsx! {
            Notice { tone: Tone::Plain, {t!("bank-silent")} }
        },
        Some((_, PaymentState::Authorized | PaymentState::Captured)) => rsx! {
            Notice { tone: Tone::Good, {t!("bank-yes")} }
        },
        _ if expired && !busy() => rsx! {},
        previous => {
            let declined = previous.filter(|(_, state)| *state == PaymentState::Declined && !busy()).map(|(id, _)| id);
            rsx! {
                PaymentForm { order_id, total, error: error(), declined, busy: busy(), hydrated, on_card }
            }
        }
    }
}

/// The form to pay with: the prepared card, a new card, or a plain form until the page is hydrated.
#[component]
fn PaymentForm(
    order_id: OrderId,
    total: Money,
    error: Option<ApiError>,
    /// The previous payment, if it was declined.
    declined: Option<PaymentId>,
    busy: bool,
    hydrated: bool,
    on_card: EventHandler<Card>,
) -> Element {
    let ready_card = use_context::<ReadyCard>().0;
    let pay_label = t!("pay", total = money(total));
    rsx! {
        section { class: "panel narrow",
            h2 { {pay_label.clone()} }
            if let Some(error) = error {
                ActionError { error }
            } else if let Some(id) = declined {
                DeclineNotice { id }
            }
            if !hydrated {
                PlainPaymentForm { order_id, total }
            } else if let Some(card) = ready_card() {
                ReadyCardForm { label: t!("pay-with", total = money(total), card = card.label()), busy, card, on_card }
            } else {
                CardForm { total, submit_label: pay_label, busy_label: busy.then(|| t!("asking-bank")), on_card }
            }
        }
    }
}

/// Pays without script. Only the sandbox's test cards work, since no card number may reach our server.
#[component]
fn PlainPaymentForm(order_id: OrderId, total: Money) -> Element {
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

/// Pays with the card that was entered before the tickets were held.
#[component]
fn ReadyCardForm(label: String, busy: bool, card: Card, on_card: EventHandler<Card>) -> Element {
    let mut ready_card = use_context::<ReadyCard>().0;
    rsx! {
        div { class: "actions",
            button { disabled: busy, onclick: move |_| on_card.call(card.clone()),
                if busy { {t!("asking-bank")} } else { "{label}" }
            }
            button { class: "link", disabled: busy, onclick: move |_| ready_card.set(None), {t!("card-other")} }
        }
    }
}

/// Why the previous payment was declined.
#[component]
fn DeclineNotice(id: PaymentId) -> Element {
    let payment = use_resource(use_reactive!(|(id,)| get_payment(id.to_string())));
    let decline = payment.read().as_ref().and_then(|result| result.as_ref().ok()).and_then(|payment| payment.decline);
    rsx! {
        if let Some(decline) = decline {
            Notice { tone: Tone::Bad, {ApiError::from(Rejection::CardDeclined(decline)).message()} }
        }
    }
}
