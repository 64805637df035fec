//! What the person sells and sold.

use crate::Route;
use crate::api::tickets::list_selling;
use crate::components::{CurrentUser, Empty, Heading, Problem, SeatWords, SignInFirst, StateBadge, When};
use dioxus::prelude::*;
use shared::tickets::Ticket;

/// What the person sells and sold.
#[component]
pub fn Selling() -> Element {
    let current = use_context::<CurrentUser>();
    if current.0.read().is_none() {
        return rsx! {
            Heading { title: "My sales" }
            SignInFirst { back: "/selling", reason: "Sign in to see what you sell." }
        };
    }
    rsx! {
        Heading { title: "My sales" }
        Sales {}
    }
}

#[component]
fn Sales() -> Element {
    let fetched = use_server_future(|| list_selling(None))?;
    let mut older = use_signal(Vec::<Ticket>::new);
    let mut next = use_signal(|| None::<Option<String>>);
    match fetched() {
        Some(Ok(page)) if page.items.is_empty() => rsx! {
            Empty { title: "You sell nothing yet",
                Link { class: "button", to: Route::Sell { query: Default::default() }.address(), "Sell tickets" }
            }
        },
        Some(Ok(page)) => {
            let cursor = next().unwrap_or(page.next);
            let has_more = cursor.is_some();
            let more = move |_| {
                let cursor = cursor.clone();
                async move {
                    if let Ok(page) = list_selling(cursor).await {
                        older.with_mut(|known| known.extend(page.items));
                        next.set(Some(page.next));
                    }
                }
            };
            rsx! {
                ul { class: "tickets",
                    for ticket in page.items.into_iter().chain(older()) {
                        Sale { key: "{ticket.id}", ticket }
                    }
                }
                if has_more {
                    p { class: "pager",
                        button { class: "quiet", onclick: more, "Show more" }
                    }
                }
            }
        }
        Some(Err(error)) => rsx! {
            Problem { error }
        },
        None => rsx! {},
    }
}

#[component]
fn Sale(ticket: Ticket) -> Element {
    rsx! {
        li { class: "offer",
            span { class: "about",
                Link { to: Route::TicketPage { id: ticket.id.to_string() }, "{ticket.show.title}" }
                span { class: "hint",
                    " "
                    When { show: ticket.show.clone() }
                }
                br {}
                SeatWords { seat: ticket.seat.clone() }
            }
            StateBadge { state: ticket.state }
            strong { class: "price", "{ticket.price}" }
        }
    }
}
