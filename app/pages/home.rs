//! All shows, and finding the right one. Every filter is in the address.

use crate::api::tickets::list_shows;
use crate::client::clock;
use crate::components::{Empty, Pager, Problem, Recent, ShowCard, use_typed};
use crate::i18n::t;
use crate::routes::{HomeQuery, Route, set};
use dioxus::prelude::*;
use shared::orders::MAX_TICKETS_PER_SHOW;
use shared::tickets::{Category, ShowFilter};
use std::iter;
use std::time::Duration;

/// How long nobody types before it is searched for.
const PAUSE: Duration = Duration::from_millis(250);

/// The fields of the search.
const FIELDS: [&str; 7] = ["search", "city", "category", "from", "to", "together", "sort"];

/// All shows, and finding the right one.
#[component]
pub fn Home(query: HomeQuery) -> Element {
    rsx! {
        document::Title { {t!("page-title", title = t!("home-title"))} }
        div { class: "hero",
            div { class: "stage",
                h1 { {t!("home-title")} }
                p { class: "lead", {t!("home-lead")} }
            }
            Search { filter: query.0.clone() }
        }
        Shows { filter: query.0 }
        // At the end, since it comes later than the page: what comes before must not move.
        Recent {}
    }
}

/// The shows that fit. While others are being looked for, these stay where they are.
#[component]
fn Shows(filter: ShowFilter) -> Element {
    let first = filter.clone();
    let fetched = use_server_future(move || list_shows(first.clone()))?;
    let mut is_first = use_hook(|| CopyValue::new(true));
    let of = filter.clone();
    let later = use_resource(use_reactive!(|(of,)| async move {
        // What is seen first came with the page.
        match is_first.replace(false) {
            true => None,
            false => Some(list_shows(of).await),
        }
    }));
    let busy = later.state().cloned() == UseResourceState::Pending;
    let shows = later.value().cloned().flatten().or_else(|| fetched.value().cloned());
    match shows {
        Some(Ok(page)) if page.items.is_empty() => rsx! {
            Empty { title: t!("no-show-fits"),
                p { {t!("no-show-fits-words")} }
                Link { class: "button", to: Route::Sell { query: Default::default() }.address(), {t!("sell-tickets")} }
            }
        },
        Some(Ok(page)) => {
            let more = |cursor| Route::Home { query: HomeQuery(ShowFilter { cursor: Some(cursor), ..filter }) };
            rsx! {
                ul { class: "shows", aria_busy: busy,
                    for listing in page.items {
                        ShowCard { key: "{listing.show.id}", listing }
                    }
                }
                Pager { next: page.next.map(more) }
            }
        }
        Some(Err(error)) => rsx! {
            Problem { error, heading: false }
        },
        None => rsx! {},
    }
}

/// The filters: they search while one types, and as a form without script, too.
#[component]
fn Search(filter: ShowFilter) -> Element {
    let navigator = use_navigator();
    let mut draft = use_signal(|| filter.clone());
    let mut sent = use_signal(|| filter.clone());
    // The way back and forth in the browser's history changes the fields; an answer to what was typed before does not.
    use_effect(use_reactive!(|(filter,)| if filter != *sent.peek() {
        sent.set(filter.clone());
        draft.set(filter);
    }));
    let go = use_callback(move |keep: bool| {
        let wanted = ShowFilter { cursor: None, ..draft.peek().clone() };
        if wanted != *sent.peek() {
            sent.set(wanted.clone());
            let address = Route::Home { query: HomeQuery(wanted) }.address();
            // What is typed on the way to a word is nothing to go back to.
            if keep {
                navigator.push(address)
            } else {
                navigator.replace(address)
            };
        }
    });
    for name in FIELDS {
        use_typed(name, move |value| draft.with_mut(|filter| set(filter, name, value)));
    }
    // After those: what was filled in before the page was alive is searched for at once.
    use_effect(move || {
        if *draft.peek() != *sent.peek() {
            go.call(false);
        }
    });
    let typed = use_callback(move |(name, value): (&'static str, String)| {
        draft.with_mut(|filter| set(filter, name, value));
        let now = draft.peek().clone();
        spawn(async move {
            clock::sleep(PAUSE).await;
            if now == *draft.peek() {
                go.call(false);
            }
        });
    });
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let current = draft();
    rsx! {
        form { class: "search", role: "search", method: "get", action: "/",
            onsubmit: move |event| {
                event.prevent_default();
                go.call(true);
            },
            div { class: "field wide",
                label { r#for: "search", {t!("search")} }
                input { id: "search", name: "search", r#type: "search", placeholder: t!("search-example"), value: text(&current.search),
                    oninput: move |event| typed.call(("search", event.value())) }
            }
            div { class: "field",
                label { r#for: "city", {t!("city")} }
                input { id: "city", name: "city", value: text(&current.city), oninput: move |event| typed.call(("city", event.value())) }
            }
            Pick { name: "category", label: t!("kind"), chosen: text(&current.category), options: kinds(), typed }
            div { class: "field",
                label { r#for: "from", {t!("from")} }
                input { id: "from", name: "from", r#type: "date", value: text(&current.from), oninput: move |event| typed.call(("from", event.value())) }
            }
            div { class: "field",
                label { r#for: "to", {t!("to")} }
                input { id: "to", name: "to", r#type: "date", value: text(&current.to), oninput: move |event| typed.call(("to", event.value())) }
            }
            Pick { name: "together", label: t!("together"), chosen: text(&current.together), options: numbers(), typed }
            Pick { name: "sort", label: t!("sort"), chosen: text(&current.sort), options: sorts(), typed }
            button { r#type: "submit", {t!("find-shows")} }
        }
    }
}

/// A choice among some.
#[component]
fn Pick(
    name: &'static str,
    label: String,
    chosen: String,
    options: Vec<(String, String)>,
    typed: EventHandler<(&'static str, String)>,
) -> Element {
    rsx! {
        div { class: "field",
            label { r#for: name, "{label}" }
            select { id: name, name, onchange: move |event| typed.call((name, event.value())),
                for (value , words) in options {
                    option { value: "{value}", selected: chosen == value, "{words}" }
                }
            }
        }
    }
}

fn kinds() -> Vec<(String, String)> {
    let named =
        Category::ALL.iter().map(|category| (category.name().to_owned(), t!("category", name = category.name())));
    iter::once((String::new(), t!("every-kind"))).chain(named).collect()
}

fn numbers() -> Vec<(String, String)> {
    let more = (2..=MAX_TICKETS_PER_SHOW).map(|count| (count.to_string(), t!("seats-count", count = count)));
    iter::once((String::new(), t!("any-number"))).chain(more).collect()
}

fn sorts() -> Vec<(String, String)> {
    let sorts = [("", t!("sort-date")), ("price", t!("sort-price")), ("newest", t!("sort-newest"))];
    sorts.map(|(value, words)| (value.to_owned(), words)).to_vec()
}
