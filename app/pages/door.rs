//! The door of a show, for its creator and helpers. The list and the scans are on the device, so that it works without a network.

use crate::api::door::create_door_link;
use crate::api::tickets::get_show;
use crate::client::address::{origin, take_fragment};
use crate::client::context::use_user_id;
use crate::client::{device, door};
use crate::components::{ActionError, Heading, Notice, Problem, ShowPlace, ShowTime, Tone};
use crate::error::ApiError;
use crate::i18n::t;
use crate::routes;
use dioxus::prelude::*;
use shared::ShowId;
use shared::tickets::{DoorLink, Show};

#[component]
pub fn DoorPage(id: String) -> Element {
    let fetched = use_server_future(use_reactive!(|(id,)| get_show(id)))?;
    match fetched() {
        Some(Ok(listing)) => rsx! {
            Heading { title: t!("door-title", title = listing.show.title.as_str()) }
            p { class: "lead",
                ShowTime { show: listing.show.clone(), with_zone: true }
            }
            p { class: "place",
                ShowPlace { show: listing.show.clone() }
            }
            if listing.show.cancelled {
                Notice { tone: Tone::Bad, {t!("cancelled-show")} }
            } else {
                Scanner { show: listing.show.id }
                Helpers { show: listing.show }
            }
        },
        Some(Err(error)) => rsx! {
            Problem { error }
        },
        None => rsx! {},
    }
}

/// What `assets/door.js` works in. Nothing here is rendered again.
#[component]
fn Scanner(show: ShowId) -> Element {
    let mut failed = use_signal(|| false);
    use_effect(move || {
        let key = take_fragment();
        spawn(async move {
            failed.set(!door::start(show, key).await);
            // Now that all files are loaded.
            device::keep_pages(vec![routes::door(show)], false);
        });
    });
    use_drop(door::stop);
    rsx! {
        Failure { failed }
        section {
            id: door::ELEMENT_ID,
            class: "panel door",
            "data-admitted": t!("door-admitted"),
            "data-already-admitted": t!("door-already-admitted"),
            "data-replaced": t!("door-replaced"),
            "data-other-show": t!("door-other-show"),
            "data-unknown": t!("door-unknown"),
            "data-undecided": t!("door-undecided"),
            "data-server-says": t!("door-server-says"),
            "data-online": t!("door-online"),
            "data-offline": t!("door-offline"),
            "data-refused": t!("door-refused"),
            "data-no-list": t!("door-no-list"),
            "data-undo": t!("door-undo"),
            "data-undone": t!("door-undone"),
            form { "data-part": "start", class: "stack",
                label { r#for: "gate", {t!("door-gate")} }
                input { id: "gate", "data-part": "gate", name: "gate", required: true, maxlength: 40, autocomplete: "off", value: t!("door-gate-default") }
                div { class: "actions",
                    button { r#type: "submit", {t!("door-start")} }
                }
            }
            div { "data-part": "scan", hidden: true,
                video { "data-part": "camera", class: "camera", hidden: true, muted: true, "playsinline": "true" }
                p { "data-part": "no-camera", class: "hint", hidden: true, {t!("door-no-camera")} }
                div { "data-part": "result", class: "door-result", role: "alert" }
                form { "data-part": "typing", class: "stack",
                    label { r#for: "typed", {t!("door-type")} }
                    input { id: "typed", "data-part": "typed", autocomplete: "off", autocapitalize: "characters", spellcheck: false }
                }
                p { class: "door-state",
                    span { "data-part": "network", class: "badge" }
                    " "
                    {t!("door-admitted-count")}
                    " "
                    strong { "data-part": "admitted", "0" }
                    " · "
                    {t!("door-here-count")}
                    " "
                    strong { "data-part": "here", "0" }
                    " · "
                    {t!("door-waiting-count")}
                    " "
                    strong { "data-part": "waiting", "0" }
                }
                ol { "data-part": "log", class: "door-log" }
            }
        }
    }
}

/// A component of its own: what the script works in would lose its state if it were rendered again.
#[component]
fn Failure(failed: Signal<bool>) -> Element {
    rsx! {
        if failed() {
            Notice { tone: Tone::Bad, {t!("door-failed")} }
        }
    }
}

/// Lets the creator of the show invite helpers.
#[component]
fn Helpers(show: Show) -> Element {
    let is_creator = use_user_id() == Some(show.creator_id);
    let mut link = use_signal(|| None::<Result<DoorLink, ApiError>>);
    let id = show.id;
    let create = move |_| async move {
        link.set(Some(create_door_link(id.to_string()).await));
    };
    if !is_creator {
        return rsx! {};
    }
    rsx! {
        section { class: "panel narrow",
            h2 { {t!("door-helpers")} }
            p { class: "hint", {t!("door-helpers-hint")} }
            match link() {
                Some(Ok(DoorLink { key, .. })) => rsx! {
                    HelperLink { address: format!("{}#{}", routes::door(id), key.reveal()) }
                },
                Some(Err(error)) => rsx! {
                    ActionError { error }
                },
                None => rsx! {},
            }
            p { class: "actions",
                button { class: "quiet", onclick: create, {t!("door-link")} }
            }
        }
    }
}

/// The whole address, to copy. Only browsers know where this site is.
#[component]
fn HelperLink(address: String) -> Element {
    let address = format!("{}{address}", origin());
    rsx! {
        label { r#for: "door-link", {t!("door-link-label")} }
        input { id: "door-link", readonly: true, dir: "ltr", value: address }
    }
}
