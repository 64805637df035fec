//! A payment in progress: the bank decides, and may ask the buyer to authenticate.

use crate::api::payments::{authenticate, get_payment};
use crate::client::{clock, external_page};
use crate::components::{ActionError, Notice, Tone};
use crate::error::ApiError;
use crate::i18n::t;
use dioxus::prelude::*;
use shared::payments::{Decline, Payment};
use shared::{OrderId, PaymentId, Rejection};
use std::time::Duration;

/// How often the client checks whether the bank asks for authentication.
const POLL_INTERVAL: Duration = Duration::from_secs(1);

#[component]
pub fn Authentication(id: PaymentId, started_here: Signal<bool>, on_change: EventHandler<()>) -> Element {
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
                Err(failure) => error.set(Some(failure)),
            }
            on_change.call(());
            busy.set(false);
        });
    });
    use_effect(move || {
        spawn(async move {
            let requested = authentication_request(id).await;
            let bank_url = requested.bank_url.clone();
            payment.set(Some(requested));
            let Some(url) = bank_url else { return };
            // A page that did not start the payment was loaded on the way back from the bank: fetch the bank's answer instead
            // of sending the buyer there again.
            if *started_here.peek() {
                external_page::open(&url);
            } else {
                answer.call(true);
            }
            loop {
                external_page::returned().await;
                answer.call(true);
            }
        });
    });
    let requested = payment().filter(|payment| payment.needs_authentication);
    rsx! {
        if let Some(error) = error() {
            ActionError { error }
        }
        if let Some(payment) = requested {
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

/// Answers the sandbox's bank without script.
#[component]
pub fn PlainAuthentication(order_id: OrderId, id: PaymentId) -> Element {
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

/// Waits until the bank asks for authentication. It may never ask; the order then changes without it, which unmounts the
/// component and cancels this.
async fn authentication_request(id: PaymentId) -> Payment {
    loop {
        match get_payment(id.to_string()).await {
            Ok(payment) if payment.needs_authentication => return payment,
            _ => clock::sleep(POLL_INTERVAL).await,
        }
    }
}
