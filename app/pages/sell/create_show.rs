//! The form that announces a show.

use crate::api::tickets::create_show;
use crate::client::clock;
use crate::client::focus::focus_first_error;
use crate::components::{Field, Notice, Select, Tone};
use crate::error::ApiError;
use crate::i18n::t;
use crate::routes;
use dioxus::prelude::*;
use shared::Currency;
use shared::tickets::Category;

/// Announces a show, and continues with the tickets for it.
#[component]
pub fn CreateShow() -> Element {
    let text = |start: &str| use_signal(|| start.to_owned());
    let (title, venue, city, country) = (text(""), text(""), text(""), text(""));
    let (starts_at, mut time_zone) = (text(""), text("Europe/Berlin"));
    let (category, currency) = (text("concert"), text("EUR"));
    let mut busy = use_signal(|| false);
    let mut error = use_signal(|| None::<ApiError>);
    let navigator = use_navigator();
    use_effect(move || {
        if let Some(zone) = clock::local_time_zone() {
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
                    navigator.push(routes::sell_for(listing.show.id));
                }
                Err(failure) => {
                    busy.set(false);
                    error.set(Some(failure));
                    focus_first_error();
                }
            }
        }
    };
    let field_error = |field| error.read().as_ref().and_then(|error: &ApiError| error.field_message(field));
    let categories: Vec<_> =
        Category::ALL.iter().map(|c| (c.name().to_owned(), t!("category", name = c.name()))).collect();
    let currencies: Vec<_> = Currency::ALL.iter().map(|c| (c.code().to_owned(), c.code().to_owned())).collect();
    rsx! {
        section { class: "panel",
            h2 { {t!("announce-title")} }
            form { class: "stack", method: "post", novalidate: true, onsubmit: submit,
                if let Some(error) = error() {
                    Notice { tone: Tone::Bad, {error.message()} }
                }
                Field { name: "title", label: t!("show-title"), value: title, error: field_error("title") }
                Field { name: "venue", label: t!("venue"), value: venue, error: field_error("venue") }
                div { class: "pair",
                    Field { name: "city", label: t!("city"), value: city, error: field_error("city") }
                    Field { name: "country", label: t!("country"), value: country, error: field_error("country") }
                }
                Field { name: "starts_at", label: t!("starts-at"), kind: "datetime-local", value: starts_at, error: field_error("starts_at") }
                Field { name: "time_zone", label: t!("show-time-zone"), value: time_zone, error: field_error("time_zone") }
                div { class: "pair",
                    Select { name: "category", label: t!("kind"), value: category, options: categories, error: field_error("category") }
                    Select { name: "currency", label: t!("currency"), value: currency, options: currencies, error: field_error("currency") }
                }
                button { r#type: "submit", disabled: busy(), {t!("announce")} }
            }
        }
    }
}
