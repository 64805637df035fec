//! Cancelling a show: its creator asks twice, and then watches the money go back.

use crate::api::ApiError;
use crate::api::tickets::{cancel_show, get_show};
use crate::client::clock;
use crate::components::{Notice, Tone, use_person};
use crate::i18n::t;
use dioxus::prelude::*;
use shared::tickets::{Cancellation, ShowListing};
use std::time::Duration;

/// How often it is asked how far it has come.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// What everybody is told of a cancelled show, and what its creator can do.
#[component]
pub fn Cancelling(listing: Signal<ShowListing>) -> Element {
    let current = listing();
    let creator = use_person() == Some(current.show.creator_id);
    // The client's clock is read when the page is alive: until then it looks as the server wrote it.
    let mut begun = use_signal(|| true);
    use_effect(move || begun.set(listing.peek().show.starts_at <= clock::now()));
    rsx! {
        if current.show.cancelled {
            Notice { tone: Tone::Bad,
                strong { {t!("cancelled-show")} }
                " "
                {t!("cancelled-show-money")}
            }
            if let Some(cancellation) = current.cancellation.filter(|_| creator) {
                Progress { listing, cancellation }
            }
        } else if creator && !begun() {
            Ask { listing }
        }
    }
}

/// How far it has come, until everything is taken back.
#[component]
fn Progress(listing: Signal<ShowListing>, cancellation: Cancellation) -> Element {
    let id = listing.peek().show.id;
    use_effect(move || {
        spawn(async move {
            while listing.peek().cancellation.is_some_and(|cancellation| cancellation.left > 0) {
                clock::sleep(LOOK_AGAIN).await;
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
fn Ask(listing: Signal<ShowListing>) -> Element {
    let id = listing.peek().show.id;
    let mut asked = use_signal(|| false);
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
            Err(reason) => {
                busy.set(false);
                error.set(Some(reason));
            }
        }
    };
    rsx! {
        section { class: "panel narrow",
            h2 { {t!("you-announced")} }
            if let Some(reason) = error() {
                Notice { tone: Tone::Bad, {reason.words()} }
            }
            if asked() {
                p { role: "alert", {t!("cancel-ask")} }
                div { class: "actions",
                    button { class: "danger", disabled: busy(), onclick: cancel, {t!("cancel-yes")} }
                    button { class: "quiet", disabled: busy(), onclick: move |_| asked.set(false), {t!("cancel-no")} }
                }
            } else {
                button { class: "quiet", onclick: move |_| asked.set(true), {t!("cancel-show")} }
            }
        }
    }
}
