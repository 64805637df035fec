//! The frame around every page: the navigation, the language choice, and the state that all pages share.

use crate::api;
use crate::client::clock;
use crate::client::context::{CurrentUser, PaymentSettings, ReadyCard, SessionUnknown, use_address};
use crate::client::hydration::use_hydrated;
use crate::client::{device, recently_viewed};
use crate::components::{Problem, Skeleton};
use crate::error::ApiError;
use crate::i18n::{Language, t};
use crate::routes::{self, AccountQuery, SignInQuery};
use dioxus::prelude::*;
use std::time::Duration;

/// The frame around the current page, which is `children`.
#[component]
pub fn PageLayout(children: Element) -> Element {
    let fetched = use_server_future(api::auth::me)?;
    use_context_provider(|| SessionUnknown(fetched().and_then(Result::err)));
    use_context_provider(|| CurrentUser(Signal::new(fetched().and_then(Result::ok).flatten())));
    use_context_provider(|| ReadyCard(Signal::new(None)));
    // Fetched by the client only, so that no page waits for it, and in a task after hydration, which it would prolong.
    let payment_settings = use_resource(async || {
        clock::sleep(Duration::ZERO).await;
        api::payments::settings().await
    });
    use_context_provider(|| PaymentSettings(payment_settings));
    let hydrated = use_hydrated();
    rsx! {
        a { class: "skip", href: "#content", {t!("skip")} }
        Header {}
        FocusOnNavigation {}
        main { id: "content", tabindex: "-1", "data-ready": hydrated,
            ErrorBoundary {
                handle_error: |_| rsx! {
                    Problem { error: ApiError::Failed }
                },
                SuspenseBoundary {
                    fallback: |_| rsx! {
                        Skeleton {}
                    },
                    {children}
                }
            }
        }
        footer {
            if matches!(&*payment_settings.read(), Some(Ok(settings)) if settings.test_mode) {
                p { {t!("test-mode-footer")} }
            }
            // The desktop client uses the language of the system.
            if cfg!(not(feature = "desktop")) {
                LanguageForm {}
            }
        }
    }
}

#[component]
fn Header() -> Element {
    let mut current = use_context::<CurrentUser>();
    let mut ready_card = use_context::<ReadyCard>();
    let SessionUnknown(session_error) = use_context();
    let navigator = use_navigator();
    let sign_out = move |event: FormEvent| {
        event.prevent_default();
        async move {
            if api::auth::sign_out().await.is_ok() {
                current.0.set(None);
                ready_card.0.set(None);
                recently_viewed::forget();
                device::forget_pages().await;
                navigator.push(routes::home());
            }
        }
    };
    let sign_in_query = SignInQuery::default();
    rsx! {
        header { class: "top",
            NavLink { class: "brand", to: routes::home(), {t!("brand")} }
            nav { aria_label: t!("main-navigation"),
                NavLink { to: routes::sell(), {t!("nav-sell")} }
                if let Some(user) = current.0() {
                    NavLink { to: routes::passes(), {t!("nav-passes")} }
                    NavLink { to: routes::orders(), {t!("nav-orders")} }
                    NavLink { to: routes::selling(), {t!("nav-sales")} }
                    NavLink { class: "who", to: routes::account(&AccountQuery::default()),
                        span { class: "unseen", {t!("account")} " " }
                        bdi { "{user.email}" }
                    }
                    form { method: "post", action: "/forms/sign-out", onsubmit: sign_out,
                        button { r#type: "submit", class: "link", {t!("sign-out")} }
                    }
                } else if session_error.is_some() {
                    span { class: "who", {t!("who-is-unclear")} }
                } else {
                    NavLink { to: routes::sign_in(&sign_in_query), {t!("sign-in")} }
                    NavLink { class: "button", to: routes::sign_up(&sign_in_query), {t!("sign-up")} }
                }
            }
        }
    }
}

fn path(address: &str) -> &str {
    address.split_once('?').map_or(address, |(path, _)| path)
}

/// A link in the navigation, which is marked as current if it leads to the current page.
#[component]
fn NavLink(to: String, class: Option<String>, children: Element) -> Element {
    let address = use_address();
    // The router's link marks itself only if the whole addresses are equal; a query does not make it another page.
    let differs_in_query = address != to && path(&address) == path(&to);
    rsx! {
        Link { class, to, aria_current: if differs_in_query { "page" }, {children} }
    }
}

/// Focuses the heading of the next page, as a browser does when it loads one, so that screen readers read it. The first
/// page keeps the browser's own focus.
#[component]
fn FocusOnNavigation() -> Element {
    let address = use_address();
    // Filters of the home page are part of its address, and changing them must not move the focus.
    let page = if path(&address) == "/" { routes::home() } else { address };
    let mut shown = use_hook(|| CopyValue::new(page.clone()));
    use_effect(use_reactive!(|(page,)| {
        if *shown.peek() != page {
            shown.set(page);
            // The desktop client does this in its history, which the menu can change, too.
            #[cfg(target_arch = "wasm32")]
            crate::client::focus::focus_heading();
        }
    }));
    rsx! {}
}

/// Chooses a language. The form reloads the page in that language, with or without script.
#[component]
fn LanguageForm() -> Element {
    let back = use_address();
    rsx! {
        form { class: "languages", method: "post", action: "/forms/language", aria_label: t!("language"),
            input { r#type: "hidden", name: "back", value: back }
            for language in Language::ALL {
                button {
                    key: "{language.tag()}",
                    r#type: "submit",
                    class: "link",
                    name: "language",
                    value: language.tag(),
                    lang: language.tag(),
                    aria_current: if language == Language::current() { "true" },
                    {language.own_name()}
                }
            }
        }
    }
}
