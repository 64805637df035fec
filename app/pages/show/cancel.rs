//! Cancelling a show: its creator confirms, and then sees the progress of the refunds.

use crate::api::tickets::{cancel_show, get_show};
use crate::client::clock;
use crate::client::context::use_user_id;
use crate::components::{ActionError, Notice, Tone};
use crate::error::ApiError;
use crate::i18n::t;
use crate::routes;
use dioxus::prelude::*;
use shared::tickets::{Cancellation, ShowListing};
use std::time::Duration;

/// How often the progress is fetched.
const POLL_INTERVAL: Duration = Duration::from_secs(1);

/// Shows that a show is cancelled, and lets its creator cancel it.
#[component]
pub fn CancellationSection(listing: Signal<ShowListing>) -> Element {
    let current = listing();
    let is_creator = use_user_id() == Some(current.show.creator_id);
    // The clock is read only after hydration, so that the client renders the same page as the server first.
    let mut started = use_signal(|| true);
    use_effect(move || started.set(listing.peek().show.starts_at <= clock::now()));
    rsx! {
        if current.show.cancelled {
            Notice { tone: Tone::Bad,
                strong { {t!("cancelled-show")} }
                " "
                {t!("cancelled-show-money")}
            }
            if let Some(cancellation) = current.cancellation.filter(|_| is_creator) {
                Progress { listing, cancellation }
            }
        } else if is_creator && !started() {
            CancelForm { listing }
        }
    }
}

#[component]
fn Progress(listing: Signal<ShowListing>, cancellation: Cancellation) -> Element {
    let id = listing.peek().show.id;
    use_effect(move || {
        spawn(async move {
            while listing.peek().cancellation.is_some_and(|cancellation| cancellation.left > 0) {
                clock::sleep(POLL_INTERVAL).await;
                if let Ok(newest) = get_show(id.to_string()).await {
                    listing.set(newest);
                }
            }
        });
    });
    let Cancellation { tickets, left } = cancellation;
    let done = tickets.saturating_sub(left);
    rsx! {
        section { class: "panel narrow", aria_label: t!("cancellation"),
            p { role: "status",
                if tickets == 0 {
                    {t!("cancelled-nobody")}
                } else {
                    {t!("cancelled-progress", done = done, tickets = tickets)}
                }
            }
            if left > 0 {
                progress { max: "{tickets}", value: "{done}", aria_label: t!("tickets-taken-back") }
            }
        }
    }
}

#[component]
fn CancelForm(listing: Signal<ShowListing>) -> Element {
    let id = listing.peek().show.id;
    let mut confirming = use_signal(|| false);
    let mut busy = use_signal(|| false);
    let mut error = use_signal(|| None::<ApiError>);
    let cancel = move |_| async move {
        if busy() {
            return;
        }
        busy.set(true);
        error.set(None);
        match cancel_show(id.to_string()).await {
            Ok(cancelled) => listing.set(cancelled),
            Err(failure) => {
                busy.set(false);
                error.set(Some(failure));
            }
        }
    };
    rsx! {
        section { class: "panel narrow",
            h2 { {t!("you-announced")} }
            if let Some(error) = error() {
                ActionError { error }
            }
            if confirming() {
                p { role: "alert", {t!("cancel-ask")} }
                div { class: "actions",
                    button { class: "danger", disabled: busy(), onclick: cancel, {t!("cancel-yes")} }
                    button { class: "quiet", disabled: busy(), onclick: move |_| confirming.set(false), {t!("cancel-no")} }
                }
            } else {
                p { class: "actions",
                    // Not a link of the router: only a page that is loaded there may use the camera.
                    a { class: "button", href: routes::door(id), {t!("to-the-door")} }
                    button { class: "quiet", onclick: move |_| confirming.set(true), {t!("cancel-show")} }
                }
            }
        }
    }
}
