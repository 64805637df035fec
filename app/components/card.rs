//! Gathering a card: with Stripe's own field, or with the sandbox's test cards. Its number never reaches our server.

use crate::api::ApiError;
use crate::client::stripe;
use crate::components::{Field, Notice, Tone, focus_first_error};
use crate::i18n::t;
use dioxus::prelude::*;
use shared::Money;
use shared::payments::{Settings, TEST_CARDS};

/// A card that can be charged once.
#[derive(Clone, Debug, PartialEq)]
pub struct Card {
    /// The token that stands for it.
    pub method: String,
    /// The last four digits of its number, if they are known.
    pub ending: String,
}

impl Card {
    /// Which card it is, in words.
    pub fn words(&self) -> String {
        match self.ending.as_str() {
            "" => t!("card-entered"),
            ending => t!("card-ending", digits = ending),
        }
    }

    /// The test card of that number, however it is typed.
    fn test(number: &str) -> Option<Card> {
        let digits: String = number.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
        let card = TEST_CARDS.iter().find(|card| card.number == digits)?;
        Some(Card { method: card.method.to_owned(), ending: digits[digits.len() - 4..].to_owned() })
    }
}

/// The card that was entered before the clock started, kept in this window's memory only.
#[derive(Clone, Copy, PartialEq)]
pub struct ReadyCard(pub Signal<Option<Card>>);

/// How payments are made here, as soon as the client has asked.
#[derive(Clone, Copy, PartialEq)]
pub struct Paying(pub Resource<Result<Settings, ApiError>>);

/// How payments are made here, if that is known already.
pub fn use_settings() -> Option<Settings> {
    use_context::<Paying>().0.read().as_ref().and_then(|settings| settings.as_ref().ok()).cloned()
}

/// Asks for a card, and hands over what stands for it.
#[component]
pub fn CardForm(
    total: Money,
    /// What the button says.
    words: String,
    /// What it says while somebody waits for what comes after.
    waiting: Option<String>,
    taken: EventHandler<Card>,
) -> Element {
    let mut paying = use_context::<Paying>().0;
    match paying() {
        Some(Ok(settings)) => rsx! {
            if settings.test_mode {
                p { class: "badge held", {t!("test-mode")} }
            }
            if let Some(key) = settings.publishable_key {
                StripeForm { stripe_key: key, total, words, waiting, taken }
            } else {
                TestForm { words, waiting, taken }
            }
        },
        Some(Err(reason)) => rsx! {
            Notice { tone: Tone::Bad,
                {reason.words()}
                " "
                button { class: "link", onclick: move |_| paying.restart(), {t!("try-again")} }
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
fn TestForm(words: String, waiting: Option<String>, taken: EventHandler<Card>) -> Element {
    let mut number = use_signal(String::new);
    let mut unknown = use_signal(|| false);
    let busy = waiting.is_some();
    let submit = move |event: FormEvent| {
        event.prevent_default();
        let card = Card::test(&number());
        unknown.set(card.is_none());
        if card.is_none() {
            focus_first_error();
        }
        if let Some(card) = card.filter(|_| !busy) {
            taken.call(card);
        }
    };
    let about = unknown().then(|| t!("card-unknown"));
    rsx! {
        form { class: "stack", method: "post", novalidate: true, onsubmit: submit,
            Field { name: "card", label: t!("card-number"), value: number, error: about, inputmode: "numeric" }
            button { r#type: "submit", disabled: busy, {waiting.unwrap_or(words)} }
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

/// Stripe's form: what is typed into it, only Stripe sees.
#[component]
fn StripeForm(
    stripe_key: String,
    total: Money,
    words: String,
    waiting: Option<String>,
    taken: EventHandler<Card>,
) -> Element {
    let mut reading = use_signal(|| false);
    let mut error = use_signal(|| None::<String>);
    let mount = use_callback(move |()| {
        let key = stripe_key.clone();
        spawn(async move { error.set(stripe::mount(&key, total).await.err()) });
    });
    use_effect(move || mount.call(()));
    use_drop(stripe::unmount);
    let busy = waiting.is_some() || reading();
    let submit = move |event: FormEvent| {
        event.prevent_default();
        async move {
            if busy || reading() {
                return;
            }
            reading.set(true);
            let read = stripe::card().await;
            reading.set(false);
            error.set(read.as_ref().err().cloned());
            if let Ok(card) = read {
                taken.call(card);
            }
        }
    };
    rsx! {
        if let Some(reason) = error() {
            Notice { tone: Tone::Bad,
                "{reason} "
                button { class: "link", r#type: "button", onclick: move |_| mount.call(()), {t!("card-show-again")} }
            }
        }
        form { class: "stack", method: "post", novalidate: true, onsubmit: submit,
            // Stripe's script fills it; nothing here ever changes what is in it.
            div { id: stripe::PLACE, class: "stripe-card" }
            button { r#type: "submit", disabled: busy,
                if reading() { {t!("one-moment")} } else { {waiting.unwrap_or(words)} }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_card_is_known_however_it_is_typed() {
        let known = |number: &str| Card::test(number).map(|card| (card.method, card.ending));
        let card = |method: &str, ending: &str| Some((method.to_owned(), ending.to_owned()));
        assert_eq!(known("4242 4242 4242 4242"), card("pm_card_visa", "4242"));
        assert_eq!(known("4000-0000-0000-0002"), card("pm_card_chargeDeclined", "0002"));
        assert_eq!(known("4111 1111 1111 1111"), None);
    }
}
