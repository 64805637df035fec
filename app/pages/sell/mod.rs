//! Selling, first step: for which show. It is found, or announced.

mod seats;

use self::seats::SellSeats;
use crate::api::ApiError;
use crate::api::tickets::{create_show, list_shows};
use crate::components::{Choice, CurrentUser, Field, Heading, Notice, SignInFirst, Tone, When, focus_first_error};
use crate::i18n::t;
use crate::routes::{Route, SellQuery};
use dioxus::prelude::*;
use shared::Currency;
use shared::tickets::{Category, ShowFilter, ShowListing};

/// Selling tickets.
#[component]
pub fn Sell(query: SellQuery) -> Element {
    let current = use_context::<CurrentUser>();
    if current.0.read().is_none() {
        let back = Route::Sell { query }.address();
        return rsx! {
            Heading { title: t!("sell-tickets") }
            SignInFirst { back, reason: t!("sign-in-to-sell") }
        };
    }
    rsx! {
        if query.show.is_empty() {
            Heading { title: t!("sell-tickets") }
            div { class: "columns",
                FindShow {}
                CreateShow {}
            }
        } else {
            SellSeats { id: query.show }
        }
    }
}

#[component]
fn FindShow() -> Element {
    let words = use_signal(String::new);
    let mut found = use_signal(|| None::<Vec<ShowListing>>);
    let find = move |event: FormEvent| {
        event.prevent_default();
        async move {
            let filter = ShowFilter { search: Some(words()), ..ShowFilter::default() };
            found.set(list_shows(filter).await.ok().map(|page| page.items));
        }
    };
    rsx! {
        section { class: "panel",
            h2 { {t!("which-show")} }
            form { class: "stack", role: "search", onsubmit: find,
                Field { name: "find", label: t!("find-show"), kind: "search", value: words, required: false }
                button { r#type: "submit", class: "quiet", {t!("find")} }
            }
            if let Some(shows) = found() {
                if shows.is_empty() {
                    p { role: "status", {t!("find-nothing")} }
                }
                ul { class: "plain",
                    for listing in shows {
                        li { key: "{listing.show.id}",
                            Link { to: Route::Sell { query: SellQuery::for_show(&listing.show.id.to_string()) }, "{listing.show.title}" }
                            " · {listing.show.city} · "
                            When { show: listing.show.clone() }
                        }
                    }
                }
            }
        }
    }
}

#[component]
fn CreateShow() -> Element {
    let text = |start: &str| use_signal(|| start.to_owned());
    let (title, venue, city, country) = (text(""), text(""), text(""), text(""));
    let (starts_at, mut time_zone) = (text(""), text("Europe/Berlin"));
    let (category, currency) = (text("concert"), text("EUR"));
    let mut busy = use_signal(|| false);
    let mut error = use_signal(|| None::<ApiError>);
    let navigator = use_navigator();
    use_effect(move || {
        if let Some(zone) = own_time_zone() {
            time_zone.set(zone);
        }
    });
    let submit = move |event: FormEvent| {
        event.prevent_default();
        async move {
            if busy() {
                return;
            }
            busy.set(true);
            let created =
                create_show(title(), venue(), city(), country(), category(), starts_at(), time_zone(), currency());
            match created.await {
                Ok(listing) => {
                    navigator.push(Route::Sell { query: SellQuery::for_show(&listing.show.id.to_string()) });
                }
                Err(reason) => {
                    busy.set(false);
                    error.set(Some(reason));
                    focus_first_error();
                }
            }
        }
    };
    let about = |field| error.read().as_ref().and_then(|error: &ApiError| error.about(field));
    let categories: Vec<_> =
        Category::ALL.iter().map(|c| (c.name().to_owned(), t!("category", name = c.name()))).collect();
    let currencies: Vec<_> = Currency::ALL.iter().map(|c| (c.code().to_owned(), c.code().to_owned())).collect();
    rsx! {
        section { class: "panel",
            h2 { {t!("announce-title")} }
            form { class: "stack", method: "post", novalidate: true, onsubmit: submit,
                if let Some(reason) = error() {
                    Notice { tone: Tone::Bad, {reason.words()} }
                }
                Field { name: "title", label: t!("show-title"), value: title, error: about("title") }
                Field { name: "venue", label: t!("venue"), value: venue, error: about("venue") }
                div { class: "pair",
                    Field { name: "city", label: t!("city"), value: city, error: about("city") }
                    Field { name: "country", label: t!("country"), value: country, error: about("country") }
                }
                Field { name: "starts_at", label: t!("starts-at"), kind: "datetime-local", value: starts_at, error: about("starts_at") }
                Field { name: "time_zone", label: t!("show-time-zone"), value: time_zone, error: about("time_zone") }
                div { class: "pair",
                    Choice { name: "category", label: t!("kind"), value: category, options: categories, error: about("category") }
                    Choice { name: "currency", label: t!("currency"), value: currency, options: currencies, error: about("currency") }
                }
                button { r#type: "submit", disabled: busy(), {t!("announce")} }
            }
        }
    }
}

/// The time zone that the person's computer is set to.
fn own_time_zone() -> Option<String> {
    #[cfg(target_arch = "wasm32")]
    {
        let options =
            js_sys::Intl::DateTimeFormat::new(&js_sys::Array::new(), &js_sys::Object::new()).resolved_options();
        js_sys::Reflect::get(&options, &"timeZone".into()).ok()?.as_string()
    }
    #[cfg(all(feature = "desktop", not(target_arch = "wasm32")))]
    {
        iana_time_zone::get_timezone().ok()
    }
    #[cfg(not(any(target_arch = "wasm32", feature = "desktop")))]
    None
}
