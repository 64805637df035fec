//! What is around every page: the way to the other pages, and who is signed in.

use crate::api::{self, ApiError};
use crate::components::{Paying, ReadyCard, Skeleton};
use crate::i18n::{Language, t};
use crate::routes::Route;
use crate::routes::{HomeQuery, SellQuery, SignInQuery};
use dioxus::prelude::*;
use shared::UserId;
use shared::auth::User;

/// Who is signed in, wherever one asks.
#[derive(Clone, Copy, PartialEq)]
pub struct CurrentUser(pub Signal<Option<User>>);

/// Why nobody can say who is signed in, if so.
#[derive(Clone, PartialEq)]
pub struct SessionUnknown(pub Option<ApiError>);

/// Who is signed in.
pub fn use_person() -> Option<UserId> {
    let current = use_context::<CurrentUser>();
    current.0.read().as_ref().map(|user| user.id)
}

/// The page that a route leads to: what is only filtered otherwise stays the same page.
#[cfg(target_arch = "wasm32")]
fn page_of(route: &Route) -> String {
    match route {
        Route::Home { .. } => "/".to_owned(),
        other => other.address(),
    }
}

/// Moves the focus to that element, and tells whether it is there. Only what is looked for is scrolled to.
#[cfg(target_arch = "wasm32")]
pub(super) fn focus_on(selector: &str, scroll: bool) -> bool {
    use wasm_bindgen::JsCast;
    let document = web_sys::window().and_then(|window| window.document());
    let found = document.and_then(|document| document.query_selector(selector).ok().flatten());
    let Some(element) = found.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) else {
        return false;
    };
    // A heading takes the focus only if it is told so; what can be tabbed to must stay so.
    if element.tab_index() < 0 {
        element.set_tab_index(-1);
    }
    let options = web_sys::FocusOptions::new();
    options.set_prevent_scroll(!scroll);
    element.focus_with_options(&options).is_ok()
}

/// Moves the focus to the page's heading. It may come only with what is fetched; until then the focus waits close by.
#[cfg(target_arch = "wasm32")]
async fn focus_on_heading() {
    const LOOK_AGAIN: std::time::Duration = std::time::Duration::from_millis(50);
    const TRIES: usize = 200;
    if focus_on("main h1", false) || !focus_on("main", false) {
        return;
    }
    for _ in 0..TRIES {
        crate::client::clock::sleep(LOOK_AGAIN).await;
        let document = web_sys::window().and_then(|window| window.document());
        let focused = document.and_then(|document| document.active_element()).map(|element| element.id());
        // Whoever has gone on meanwhile is not called back.
        if focused.as_deref() != Some("content") || focus_on("main h1", false) {
            return;
        }
    }
}

/// Moves the focus to the page's heading, where what had it is gone: the page has become another one at the same address.
pub fn focus_heading() {
    #[cfg(target_arch = "wasm32")]
    spawn(focus_on_heading());
}

/// Takes the focus along to another page, as a browser does that loads one. The heading is read by that, so nothing
/// else announces the page. What is loaded first keeps the focus where the browser puts it.
#[component]
fn FocusFollows() -> Element {
    #[cfg(target_arch = "wasm32")]
    {
        let page = page_of(&use_route::<Route>());
        let mut shown = use_hook(|| CopyValue::new(page.clone()));
        use_effect(use_reactive!(|(page,)| {
            if *shown.peek() != page {
                shown.set(page);
                spawn(focus_on_heading());
            }
        }));
    }
    rsx! {}
}

/// A link in the navigation, which says so when one is there already.
#[component]
fn NavLink(to: Route, class: Option<String>, children: Element) -> Element {
    let (here, there) = (use_route::<Route>().address(), to.address());
    let path = |address: &str| address.split('?').next().unwrap_or_default().to_owned();
    // The router's link says it where the addresses are the same to the letter; a question in it changes no page.
    let asks_more = here != there && path(&here) == path(&there);
    rsx! {
        Link { class, to: there, aria_current: if asks_more { "page" }, {children} }
    }
}

/// The languages to choose from. A plain form: the page is loaded anew in the other one, with script or without.
#[component]
fn Languages() -> Element {
    let back = use_route::<Route>().address();
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

/// What is around every page.
#[component]
pub fn Layout() -> Element {
    let fetched = use_server_future(api::auth::me)?;
    let unclear = use_context_provider(|| SessionUnknown(fetched().and_then(Result::err)));
    let mut current = use_context_provider(|| CurrentUser(Signal::new(fetched().and_then(Result::ok).flatten())));
    // Only the client asks how payments are made: a page is not to wait for that.
    let paying = use_resource(async || {
        // And not in the moment in which it takes the page over.
        crate::client::clock::sleep(std::time::Duration::ZERO).await;
        api::payments::settings().await
    });
    use_context_provider(|| Paying(paying));
    let mut ready_card = use_context_provider(|| ReadyCard(Signal::new(None)));
    // The server's page becomes alive when the client has taken it over; until then its buttons do nothing.
    let mut ready = use_signal(|| false);
    use_effect(move || ready.set(true));
    let navigator = use_navigator();
    let sign_out = move |event: FormEvent| {
        event.prevent_default();
        async move {
            if api::auth::sign_out().await.is_ok() {
                current.0.set(None);
                ready_card.0.set(None);
                navigator.push(Route::Home { query: HomeQuery::default() }.address());
            }
        }
    };
    rsx! {
        a { class: "skip", href: "#content", {t!("skip")} }
        header { class: "top",
            NavLink { class: "brand", to: Route::Home { query: HomeQuery::default() }, {t!("brand")} }
            nav { aria_label: t!("main-navigation"),
                NavLink { to: Route::Sell { query: SellQuery::default() }, {t!("nav-sell")} }
                if let Some(user) = current.0() {
                    NavLink { to: Route::Orders {}, {t!("nav-orders")} }
                    NavLink { to: Route::Selling {}, {t!("nav-sales")} }
                    span { class: "who", "{user.email}" }
                    form { method: "post", action: "/forms/sign-out", onsubmit: sign_out,
                        button { r#type: "submit", class: "link", {t!("sign-out")} }
                    }
                } else if unclear.0.is_some() {
                    span { class: "who", {t!("who-is-unclear")} }
                } else {
                    NavLink { to: Route::SignIn { query: SignInQuery::default() }, {t!("sign-in")} }
                    NavLink { class: "button", to: Route::SignUp { query: SignInQuery::default() }, {t!("sign-up")} }
                }
            }
        }
        FocusFollows {}
        main { id: "content", tabindex: "-1", "data-ready": ready(),
            ErrorBoundary {
                handle_error: |_| rsx! {
                    crate::components::Problem { error: ApiError::Failed }
                },
                SuspenseBoundary {
                    fallback: |_| rsx! {
                        Skeleton {}
                    },
                    Outlet::<Route> {}
                }
            }
        }
        footer {
            if matches!(&*paying.read(), Some(Ok(settings)) if settings.test_mode) {
                p { {t!("test-mode-footer")} }
            }
            // A window speaks the language of its system.
            if cfg!(not(feature = "desktop")) {
                Languages {}
            }
        }
    }
}
