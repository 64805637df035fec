//! The user's account: address, password, sessions, and the way out.

mod close;
mod email;
mod password;
mod security_events;
mod sessions;

use self::close::CloseSection;
use self::email::EmailSection;
use self::password::PasswordSection;
use self::security_events::SecurityEvents;
use self::sessions::Sessions;
use super::unverified_notice::UnverifiedNotice;
use crate::client::context::CurrentUser;
use crate::components::{Heading, Notice, SignInPrompt, Tone};
use crate::i18n::t;
use crate::routes::{self, AccountChange, AccountQuery};
use dioxus::prelude::*;

/// What a form that was sent without script has done.
fn message(change: AccountChange) -> String {
    match change {
        AccountChange::VerificationSent => t!("link-sent"),
        AccountChange::PasswordChanged => t!("password-changed"),
        AccountChange::EmailChangeSent => t!("email-change-sent"),
        AccountChange::SessionRevoked => t!("session-ended"),
        AccountChange::OtherSessionsRevoked => t!("other-sessions-ended"),
        AccountChange::Closed => t!("account-closed"),
    }
}

#[component]
pub fn Account(query: AccountQuery) -> Element {
    let current = use_context::<CurrentUser>();
    // How often a section has changed what the lists show.
    let mut changes = use_signal(|| 0_u32);
    let Some(user) = current.0() else {
        return rsx! {
            Heading { title: t!("account") }
            if query.done == Some(AccountChange::Closed) {
                Notice { tone: Tone::Good, {t!("account-closed")} }
            } else {
                SignInPrompt { back: routes::account(&AccountQuery::default()), reason: t!("sign-in-for-account") }
            }
        };
    };
    let on_change = move |()| changes += 1;
    rsx! {
        Heading { title: t!("account") }
        if let Some(change) = query.done.filter(|change| *change != AccountChange::Closed) {
            Notice { tone: Tone::Good, {message(change)} }
        }
        UnverifiedNotice {}
        div { class: "columns settings",
            div {
                EmailSection { user: user.clone() }
                PasswordSection { email: user.email.to_string(), on_change }
                Sessions { changes, on_change }
            }
            div {
                SecurityEvents { changes }
                ExportSection {}
                CloseSection { email: user.email.to_string() }
            }
        }
    }
}

/// The desktop client's web view cannot save files.
#[component]
fn ExportSection() -> Element {
    rsx! {
        if cfg!(not(feature = "desktop")) {
            section { class: "panel", aria_labelledby: "export",
                h2 { id: "export", {t!("your-data")} }
                p { {t!("your-data-words")} }
                p { class: "actions",
                    a { class: "button quiet", href: "/account.json", download: "ticketing-account.json", {t!("download-data")} }
                }
            }
        }
    }
}
