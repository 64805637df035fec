//! Proving an e-mail address with a mailed link. Programs that look at mails open every link, so only the button has an effect.

use crate::api::auth;
use crate::client::context::CurrentUser;
use crate::client::submission::{use_heading_focus, use_submission};
use crate::components::{Heading, Notice, Tone};
use crate::error::ApiError;
use crate::i18n::t;
use crate::pages::link_token::{LinkTokenField, use_link_token};
use crate::routes::{self, AccountQuery, LinkQuery};
use dioxus::prelude::*;
use shared::Rejection;

#[component]
pub fn VerifyEmail(query: LinkQuery) -> Element {
    let token = use_link_token();
    let mut current = use_context::<CurrentUser>();
    let submission = use_submission();
    use_heading_focus(submission);
    let verify = move |event: FormEvent| {
        event.prevent_default();
        submission.send(auth::verify_email((token.value)()), move || {
            spawn(async move {
                if let Ok(user) = auth::me().await {
                    current.0.set(user);
                }
            });
        });
    };
    let to_account = routes::account(&AccountQuery::default());
    if query.done || submission.is_done() {
        return rsx! {
            div { class: "narrow panel entry",
                Heading { title: t!("verified-title") }
                Notice { tone: Tone::Good, {t!("verified-words")} }
                p { class: "actions",
                    Link { class: "button", to: routes::home(), {t!("all-shows")} }
                    Link { class: "button quiet", to: to_account, {t!("to-account")} }
                }
            }
        };
    }
    let error = submission.error();
    let useless = error == Some(ApiError::Rejected(Rejection::LinkInvalid));
    rsx! {
        div { class: "narrow panel entry",
            Heading { title: t!("verify-title") }
            if useless {
                Notice { tone: Tone::Bad, {t!("error-link-invalid")} }
                p { {t!("verify-again")} }
                p { class: "actions",
                    Link { class: "button", to: to_account, {t!("to-account")} }
                }
            } else {
                p { {t!("verify-words")} }
                form { class: "stack", method: "post", action: "/forms/verify", onsubmit: verify,
                    if let Some(error) = error {
                        Notice { tone: Tone::Bad, {error.message()} }
                    }
                    LinkTokenField { token }
                    button { r#type: "submit", disabled: submission.is_busy(), {t!("verify-button")} }
                }
            }
        }
    }
}
