//! Where the user is signed in, and signing out there.

use crate::api::auth;
use crate::client::submission::use_submission;
use crate::components::{ActionError, Moment, Problem, device_name};
use crate::i18n::t;
use dioxus::prelude::*;
use shared::auth::SessionInfo;

/// Fetches the sessions again when `changes` changes.
#[component]
pub fn Sessions(changes: Signal<u32>, on_change: EventHandler<()>) -> Element {
    let fetched = use_server_future(auth::list_sessions)?;
    let mut newest = use_signal(|| None::<Vec<SessionInfo>>);
    use_effect(move || {
        if changes() > 0 {
            spawn(async move {
                if let Ok(sessions) = auth::list_sessions().await {
                    newest.set(Some(sessions));
                }
            });
        }
    });
    let sessions = match fetched() {
        Some(Ok(sessions)) => newest().unwrap_or(sessions),
        Some(Err(error)) => {
            return rsx! {
                Problem { error, heading: false }
            };
        }
        None => return rsx! {},
    };
    let several = sessions.len() > 1;
    rsx! {
        section { class: "panel", aria_labelledby: "sessions",
            h2 { id: "sessions", {t!("sessions")} }
            ul { class: "plain rows",
                for session in sessions {
                    SessionItem { key: "{session.id}", session, on_change }
                }
            }
            if several {
                RevokeOthers { on_change }
            }
        }
    }
}

#[component]
fn SessionItem(session: SessionInfo, on_change: EventHandler<()>) -> Element {
    let submission = use_submission();
    let (id, device) = (session.id, device_name(&session.agent));
    let revoke = move |event: FormEvent| {
        event.prevent_default();
        submission.send(auth::revoke_session(id.to_string()), move || on_change.call(()));
    };
    rsx! {
        li {
            span { class: "about",
                strong { title: session.agent, "{device}" }
                if session.current {
                    " "
                    span { class: "badge on-sale", {t!("this-device")} }
                }
                br {}
                span { class: "hint",
                    bdi { "{session.network}" }
                    " · "
                    {t!("session-started")}
                    " "
                    Moment { at: session.started_at }
                    if !session.current {
                        " · "
                        {t!("session-used")}
                        " "
                        Moment { at: session.used_at }
                    }
                }
                if let Some(error) = submission.error() {
                    ActionError { error }
                }
            }
            if !session.current {
                form { method: "post", action: "/forms/revoke-session", onsubmit: revoke,
                    input { r#type: "hidden", name: "id", value: "{id}" }
                    button { r#type: "submit", class: "quiet", disabled: submission.is_busy(), aria_label: t!("end-session-of", device = device.as_str()), {t!("sign-out")} }
                }
            }
        }
    }
}

#[component]
fn RevokeOthers(on_change: EventHandler<()>) -> Element {
    let submission = use_submission();
    let revoke = move |event: FormEvent| {
        event.prevent_default();
        submission.send(auth::revoke_other_sessions(), move || on_change.call(()));
    };
    rsx! {
        if let Some(error) = submission.error() {
            ActionError { error }
        }
        form { class: "aside", method: "post", action: "/forms/revoke-other-sessions", onsubmit: revoke,
            button { r#type: "submit", class: "quiet", disabled: submission.is_busy(), {t!("end-other-sessions")} }
        }
    }
}
