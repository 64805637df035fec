//! What concerned the security of the account lately, so that its owner notices a stranger.

use crate::api::auth;
use crate::components::{Moment, Problem, device_name};
use crate::i18n::t;
use dioxus::prelude::*;
use shared::auth::SecurityEvent;

/// How many events are shown before the others are asked for.
const SHOWN_AT_FIRST: usize = 5;

/// Fetches the events again when `changes` changes.
#[component]
pub fn SecurityEvents(changes: Signal<u32>) -> Element {
    let fetched = use_server_future(auth::list_security_events)?;
    let mut newest = use_signal(|| None::<Vec<SecurityEvent>>);
    use_effect(move || {
        if changes() > 0 {
            spawn(async move {
                if let Ok(events) = auth::list_security_events().await {
                    newest.set(Some(events));
                }
            });
        }
    });
    let mut events = match fetched() {
        Some(Ok(events)) => newest().unwrap_or(events),
        Some(Err(error)) => {
            return rsx! {
                Problem { error, heading: false }
            };
        }
        None => return rsx! {},
    };
    let earlier = events.split_off(SHOWN_AT_FIRST.min(events.len()));
    rsx! {
        section { class: "panel", aria_labelledby: "activity",
            h2 { id: "activity", {t!("security-events")} }
            p { {t!("security-events-words")} }
            EventList { events }
            if !earlier.is_empty() {
                details {
                    summary { {t!("security-events-earlier")} }
                    EventList { events: earlier }
                }
            }
        }
    }
}

#[component]
fn EventList(events: Vec<SecurityEvent>) -> Element {
    rsx! {
        ul { class: "plain rows",
            for (index , event) in events.into_iter().enumerate() {
                li { key: "{index}",
                    span { class: "about",
                        strong { {t!("security-event", kind = <&'static str>::from(event.kind))} }
                        br {}
                        span { class: "hint",
                            Moment { at: event.at }
                            " · {device_name(&event.agent)} · "
                            bdi { "{event.network}" }
                        }
                    }
                }
            }
        }
    }
}
