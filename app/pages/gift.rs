//! Gives a ticket away, and accepts one.

use crate::api::passes::{accept_transfer, get_transfer, take_back_transfer, transfer_pass};
use crate::client::context::CurrentUser;
use crate::client::focus::focus_first_error;
use crate::client::hydration::use_hydrated;
use crate::client::request_key::use_request_key;
use crate::client::submission::use_submission;
use crate::components::{
    ActionError, Field, Heading, Notice, Problem, SeatLabel, ShowHeader, ShowPlace, ShowTime, SignInPrompt, Tone,
};
use crate::error::ApiError;
use crate::i18n::t;
use crate::routes;
use dioxus::prelude::*;
use shared::tickets::{Pass, PassTransfer, PendingTransfer};
use shared::value::Email;
use shared::{PassId, Rejection};

/// Offers the pass as a gift, or says to whom it is offered. Nothing while it is for sale or refunded.
#[component]
pub fn Gift(pass: Pass, on_change: EventHandler<()>) -> Element {
    if let Some(transfer) = pass.transfer {
        return rsx! {
            PendingGift { transfer, on_change }
        };
    }
    if pass.listing.is_some() || pass.refund_requested || pass.transfers_left == 0 {
        return rsx! {};
    }
    rsx! {
        GiftForm { id: pass.id, on_change }
    }
}

#[component]
fn GiftForm(id: PassId, on_change: EventHandler<()>) -> Element {
    let recipient = use_signal(String::new);
    let mut busy = use_signal(|| false);
    let mut error = use_signal(|| None::<ApiError>);
    // Only the client can send it.
    let (key, hydrated) = (use_request_key(), use_hydrated());
    let submit = move |event: FormEvent| {
        event.prevent_default();
        async move {
            if busy() {
                return;
            }
            busy.set(true);
            let result = match Email::try_from(recipient()) {
                Ok(email) => key.send(&(id, &email), transfer_pass(id.to_string(), email.clone())).await,
                Err(invalid) => Err(invalid.into()),
            };
            busy.set(false);
            match result {
                Ok(_) => on_change.call(()),
                Err(failure) => {
                    error.set(Some(failure));
                    focus_first_error();
                }
            }
        }
    };
    let address_error = error.read().as_ref().and_then(|error: &ApiError| error.field_message("email"));
    let form_error = error().filter(|_| address_error.is_none());
    rsx! {
        section { class: "panel narrow",
            h2 { {t!("gift-title")} }
            p { class: "hint", {t!("gift-hint")} }
            if let Some(error) = form_error {
                ActionError { error }
            }
            form { class: "stack", method: "post", novalidate: true, onsubmit: submit,
                Field { name: "email", label: t!("gift-address"), value: recipient, kind: "email", error: address_error, autocomplete: "off", inputmode: "email" }
                div { class: "actions",
                    button { r#type: "submit", disabled: busy() || !hydrated, {t!("gift-button")} }
                }
            }
        }
    }
}

#[component]
fn PendingGift(transfer: PendingTransfer, on_change: EventHandler<()>) -> Element {
    let submission = use_submission();
    let id = transfer.id;
    let take_back = move |_| {
        submission.send(async move { take_back_transfer(id.to_string()).await.map(drop) }, move || on_change.call(()));
    };
    rsx! {
        section { class: "panel narrow",
            h2 { {t!("gift-title")} }
            p { {t!("gift-pending", recipient = transfer.recipient.as_str())} }
            if let Some(error) = submission.error() {
                ActionError { error }
            }
            p { class: "actions",
                button { class: "quiet", disabled: submission.is_busy(), onclick: take_back, {t!("gift-take-back")} }
            }
        }
    }
}

/// Accepts a gift. The mail about it links here.
#[component]
pub fn GiftPage(id: String) -> Element {
    let current = use_context::<CurrentUser>();
    if current.0.read().is_none() {
        return rsx! {
            Heading { title: t!("gift-for-you") }
            SignInPrompt { back: routes::gift(&id), reason: t!("gift-sign-in") }
        };
    }
    rsx! {
        OfferedGift { id }
    }
}

#[component]
fn OfferedGift(id: String) -> Element {
    let current = use_context::<CurrentUser>();
    let fetched = use_server_future(use_reactive!(|(id,)| get_transfer(id)))?;
    let explained = |text: String| {
        rsx! {
            Heading { title: t!("gift-for-you") }
            Notice { tone: Tone::Plain, {text} }
        }
    };
    match fetched() {
        Some(Ok(transfer)) => rsx! {
            Acceptance { transfer }
        },
        Some(Err(ApiError::Rejected(Rejection::EmailUnverified))) => explained(t!("gift-unverified")),
        Some(Err(ApiError::Rejected(Rejection::LinkInvalid))) => {
            let address = current.0().map(|user| user.email.to_string()).unwrap_or_default();
            explained(t!("gift-gone", address = address))
        }
        Some(Err(error)) => rsx! {
            Problem { error }
        },
        None => rsx! {},
    }
}

#[component]
fn Acceptance(transfer: PassTransfer) -> Element {
    let submission = use_submission();
    let navigator = use_navigator();
    let (id, show) = (transfer.id, transfer.show);
    let accept = move |_| {
        let accepted = async move {
            let pass = accept_transfer(id.to_string()).await?;
            navigator.replace(routes::pass(pass.id));
            Ok(())
        };
        submission.send(accepted, || ());
    };
    rsx! {
        ShowHeader { show: show.clone(), title: t!("gift-for-you"),
            p { class: "lead", bdi { "{show.title}" } }
            p {
                ShowTime { show: show.clone(), with_zone: true }
            }
            p { class: "place",
                ShowPlace { show: show.clone() }
            }
        }
        section { class: "panel narrow",
            h2 {
                SeatLabel { seat: transfer.seat.clone() }
            }
            p { class: "hint", {t!("gift-accept-hint")} }
            if let Some(error) = submission.error() {
                ActionError { error }
            }
            p { class: "actions",
                button { disabled: submission.is_busy(), onclick: accept, {t!("gift-accept")} }
            }
        }
    }
}
