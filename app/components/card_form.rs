//! Asks for a card, with Stripe's own field or with the sandbox's test cards. The card number never reaches our server.

use super::field::Field;
use super::notice::{Notice, Tone};
use crate::client::context::PaymentSettings;
use crate::client::focus::focus_first_error;
use crate::client::stripe;
use crate::i18n::t;
use crate::model::card::Card;
use dioxus::prelude::*;
use shared::Money;
use shared::payments::TEST_CARDS;

#[component]
pub fn CardForm(
    total: Money,
    submit_label: String,
    /// The button's label while the caller is busy with an earlier card; the form cannot be submitted meanwhile.
    busy_label: Option<String>,
    on_card: EventHandler<Card>,
) -> Element {
    let mut settings = use_context::<PaymentSettings>().0;
    match settings() {
        Some(Ok(settings)) => rsx! {
            if settings.test_mode {
                p { class: "badge held", {t!("test-mode")} }
            }
            if let Some(key) = settings.publishable_key {
                StripeForm { stripe_key: key, total, submit_label, busy_label, on_card }
            } else {
                TestForm { submit_label, busy_label, on_card }
            }
        },
        Some(Err(error)) => rsx! {
            Notice { tone: Tone::Bad,
                {error.message()}
                " "
                button { class: "link", onclick: move |_| settings.restart(), {t!("try-again")} }
            }
        },
        None => rsx! {
            p { class: "loading unseen", role: "status", {t!("one-moment")} }
            div { class: "waiting", aria_hidden: "true",
                div { class: "skeleton line" }
                div { class: "skeleton row" }
                div { class: "skeleton row" }
            }
        },
    }
}

/// The sandbox's form.
#[component]
fn TestForm(submit_label: String, busy_label: Option<String>, on_card: EventHandler<Card>) -> Element {
    let mut number = use_signal(String::new);
    let mut unknown = use_signal(|| false);
    let busy = busy_label.is_some();
    let submit = move |event: FormEvent| {
        event.prevent_default();
        let card = Card::from_test_number(&number());
        unknown.set(card.is_none());
        if card.is_none() {
            focus_first_error();
        }
        if let Some(card) = card.filter(|_| !busy) {
            on_card.call(card);
        }
    };
    let error = unknown().then(|| t!("card-unknown"));
    rsx! {
        form { class: "stack", method: "post", novalidate: true, onsubmit: submit,
            Field { name: "card", label: t!("card-number"), value: number, error, inputmode: "numeric" }
            button { r#type: "submit", disabled: busy, {busy_label.unwrap_or(submit_label)} }
        }
        details {
            summary { {t!("test-cards")} }
            ul { class: "plain cards",
                for card in TEST_CARDS {
                    li { key: "{card.number}",
                        button { class: "link", r#type: "button", onclick: move |_| number.set(card.number.to_owned()), "{card.number}" }
                        " "
                        {t!("test-card-outcome", card = card.method)}
                    }
                }
            }
        }
    }
}

/// Stripe's form: only Stripe sees what is entered.
#[component]
fn StripeForm(
    stripe_key: String,
    total: Money,
    submit_label: String,
    busy_label: Option<String>,
    on_card: EventHandler<Card>,
) -> Element {
    let mut tokenizing = use_signal(|| false);
    let mut error = use_signal(|| None::<String>);
    let mount = use_callback(move |()| {
        let key = stripe_key.clone();
        spawn(async move { error.set(stripe::mount(&key, total).await.err()) });
    });
    use_effect(move || mount.call(()));
    use_drop(stripe::unmount);
    let busy = busy_label.is_some() || tokenizing();
    let submit = move |event: FormEvent| {
        event.prevent_default();
        async move {
            if busy || tokenizing() {
                return;
            }
            tokenizing.set(true);
            let card = stripe::tokenize_card().await;
            tokenizing.set(false);
            error.set(card.as_ref().err().cloned());
            if let Ok(card) = card {
                on_card.call(card);
            }
        }
    };
    rsx! {
        if let Some(error) = error() {
            Notice { tone: Tone::Bad,
                "{error} "
                button { class: "link", r#type: "button", onclick: move |_| mount.call(()), {t!("card-show-again")} }
            }
        }
        form { class: "stack", method: "post", novalidate: true, onsubmit: submit,
            // Stripe's script fills this element. It has no children here, so that no render overwrites the field.
            div { id: stripe::ELEMENT_ID, class: "stripe-card" }
            button { r#type: "submit", disabled: busy,
                if tokenizing() { {t!("one-moment")} } else { {busy_label.unwrap_or(submit_label)} }
            }
        }
    }
}
