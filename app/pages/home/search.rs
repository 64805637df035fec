//! The filters of the home page. They search while the user types, and work as a plain form, too.

use crate::client::clock;
use crate::client::prehydration_input::use_prehydration_text;
use crate::i18n::t;
use crate::routes::{self, set_filter_field};
use dioxus::prelude::*;
use shared::orders::MAX_TICKETS_PER_SHOW;
use shared::tickets::{Category, ShowFilter};
use std::iter;
use std::time::Duration;

/// How long the user must pause before a search starts.
const DEBOUNCE: Duration = Duration::from_millis(250);

const FIELDS: [&str; 7] = ["search", "city", "category", "from", "to", "together", "sort"];

/// What the user has entered, and how it becomes the filter of the page.
#[derive(Clone, Copy)]
struct Search {
    draft: Signal<ShowFilter>,
    /// Navigates to the draft. `true` adds an entry to the history, `false` replaces the current one.
    submit: Callback<bool>,
    /// Stores the value of a field and searches after a pause.
    on_input: Callback<(&'static str, String)>,
}

fn use_search(filter: ShowFilter) -> Search {
    let navigator = use_navigator();
    let mut draft = use_signal(|| filter.clone());
    let mut submitted = use_signal(|| filter.clone());
    // Back and forward in the history change the fields. A filter that was submitted here does not, since the user may have
    // typed on.
    use_effect(use_reactive!(|(filter,)| if filter != *submitted.peek() {
        submitted.set(filter.clone());
        draft.set(filter);
    }));
    let submit = use_callback(move |add_to_history: bool| {
        let filter = ShowFilter { cursor: None, ..draft.peek().clone() };
        if filter != *submitted.peek() {
            submitted.set(filter.clone());
            let address = routes::shows(&filter);
            if add_to_history {
                navigator.push(address)
            } else {
                navigator.replace(address)
            };
        }
    });
    for name in FIELDS {
        use_prehydration_text(name, move |value| draft.with_mut(|filter| set_filter_field(filter, name, value)));
    }
    // Must follow the effects above: it searches for what was entered before hydration.
    use_effect(move || {
        if *draft.peek() != *submitted.peek() {
            submit.call(false);
        }
    });
    let on_input = use_callback(move |(name, value): (&'static str, String)| {
        draft.with_mut(|filter| set_filter_field(filter, name, value));
        let entered = draft.peek().clone();
        spawn(async move {
            clock::sleep(DEBOUNCE).await;
            if entered == *draft.peek() {
                // Intermediate inputs do not belong in the history.
                submit.call(false);
            }
        });
    });
    Search { draft, submit, on_input }
}

#[component]
pub fn SearchForm(filter: ShowFilter) -> Element {
    let Search { draft, submit, on_input } = use_search(filter);
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let current = draft();
    rsx! {
        form { class: "search", role: "search", method: "get", action: routes::home(),
            onsubmit: move |event| {
                event.prevent_default();
                submit.call(true);
            },
            div { class: "field wide",
                label { r#for: "search", {t!("search")} }
                input { id: "search", name: "search", r#type: "search", dir: "auto", placeholder: t!("search-example"), value: text(&current.search),
                    oninput: move |event| on_input.call(("search", event.value())) }
            }
            div { class: "field",
                label { r#for: "city", {t!("city")} }
                input { id: "city", name: "city", dir: "auto", value: text(&current.city), oninput: move |event| on_input.call(("city", event.value())) }
            }
            FilterSelect { name: "category", label: t!("kind"), selected: text(&current.category), options: categories(), on_input }
            div { class: "field",
                label { r#for: "from", {t!("from")} }
                input { id: "from", name: "from", r#type: "date", value: text(&current.from), oninput: move |event| on_input.call(("from", event.value())) }
            }
            div { class: "field",
                label { r#for: "to", {t!("to")} }
                input { id: "to", name: "to", r#type: "date", value: text(&current.to), oninput: move |event| on_input.call(("to", event.value())) }
            }
            FilterSelect { name: "together", label: t!("together"), selected: text(&current.together), options: seat_counts(), on_input }
            FilterSelect { name: "sort", label: t!("sort"), selected: text(&current.sort), options: sort_orders(), on_input }
            button { r#type: "submit", {t!("find-shows")} }
        }
    }
}

#[component]
fn FilterSelect(
    name: &'static str,
    label: String,
    selected: String,
    /// Values with their labels.
    options: Vec<(String, String)>,
    on_input: EventHandler<(&'static str, String)>,
) -> Element {
    rsx! {
        div { class: "field",
            label { r#for: name, "{label}" }
            select { id: name, name, onchange: move |event| on_input.call((name, event.value())),
                for (value , label) in options {
                    option { value: "{value}", selected: selected == value, "{label}" }
                }
            }
        }
    }
}

fn categories() -> Vec<(String, String)> {
    let named =
        Category::ALL.iter().map(|category| (category.name().to_owned(), t!("category", name = category.name())));
    iter::once((String::new(), t!("every-kind"))).chain(named).collect()
}

fn seat_counts() -> Vec<(String, String)> {
    let counts = (2..=MAX_TICKETS_PER_SHOW).map(|count| (count.to_string(), t!("seats-count", count = count)));
    iter::once((String::new(), t!("any-number"))).chain(counts).collect()
}

fn sort_orders() -> Vec<(String, String)> {
    let orders = [("", t!("sort-date")), ("price", t!("sort-price")), ("newest", t!("sort-newest"))];
    orders.map(|(value, label)| (value.to_owned(), label)).to_vec()
}
