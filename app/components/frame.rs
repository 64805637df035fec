//! What is around every page: the way to the other pages, and who is signed in.

use crate::Route;
use crate::api::{self, ApiError};
use crate::components::{Paying, ReadyCard};
use crate::pages::{HomeQuery, SellQuery, SignInQuery};
use dioxus::prelude::*;
use shared::UserId;
use shared::auth::User;

/// Who is signed in, wherever one asks.
#[derive(Clone, Copy, PartialEq)]
pub struct CurrentUser(pub Signal<Option<User>>);

/// Why nobody can say who is signed in, if so.
#[derive(Clone, PartialEq)]
pub struct Unclear(pub Option<ApiError>);

/// Who is signed in.
pub fn use_person() -> Option<UserId> {
    let current = use_context::<CurrentUser>();
    current.0.read().as_ref().map(|user| user.id)
}

/// What is around every page.
#[component]
pub fn Frame() -> Element {
    let fetched = use_server_future(api::auth::me)?;
    let unclear = use_context_provider(|| Unclear(fetched().and_then(Result::err)));
    let mut current = use_context_provider(|| CurrentUser(Signal::new(fetched().and_then(Result::ok).flatten())));
    // Only the client asks how payments are made: a page is not to wait for that.
    let paying = use_resource(api::payments::settings);
    use_context_provider(|| Paying(paying));
    let mut ready_card = use_context_provider(|| ReadyCard(Signal::new(None)));
    // The server's page becomes alive when the client has taken it over; until then its buttons do nothing.
    let mut ready = use_signal(|| false);
    use_effect(move || ready.set(true));
    let navigator = use_navigator();
    let sign_out = move |_| async move {
        if api::auth::sign_out().await.is_ok() {
            current.0.set(None);
            ready_card.0.set(None);
            navigator.push(Route::Home { query: HomeQuery::default() }.address());
        }
    };
    rsx! {
        a { class: "skip", href: "#content", "Skip to the content" }
        header { class: "top",
            Link { class: "brand", to: Route::Home { query: HomeQuery::default() }.address(), "Ticketing" }
            nav { aria_label: "Main",
                Link { to: Route::Sell { query: SellQuery::default() }.address(), "Sell" }
                if let Some(user) = current.0() {
                    Link { to: Route::Orders {}, "My orders" }
                    Link { to: Route::Selling {}, "My sales" }
                    span { class: "who", "{user.email}" }
                    button { class: "link", onclick: sign_out, "Sign out" }
                } else if unclear.0.is_some() {
                    span { class: "who", "We cannot see who you are right now" }
                } else {
                    Link { to: Route::SignIn { query: SignInQuery::default() }.address(), "Sign in" }
                    Link { class: "button", to: Route::SignUp { query: SignInQuery::default() }.address(), "Sign up" }
                }
            }
        }
        main { id: "content", tabindex: "-1", "data-ready": ready(),
            ErrorBoundary {
                handle_error: |_| rsx! {
                    crate::components::Problem { error: ApiError::Failed }
                },
                SuspenseBoundary {
                    fallback: |_| rsx! {
                        p { class: "loading", role: "status", "One moment …" }
                    },
                    Outlet::<Route> {}
                }
            }
        }
        footer {
            if matches!(&*paying.read(), Some(Ok(settings)) if settings.test_mode) {
                p { "Test mode: no real money moves, and no real card works here." }
            }
        }
    }
}
