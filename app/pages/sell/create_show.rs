//! The form that announces a show.

use crate::api::tickets::create_show;
use crate::client::clock;
use crate::client::focus::focus_first_error;
use crate::client::request_key::use_request_key;
use crate::components::{Field, Notice, Select, Tone};
use crate::error::ApiError;
use crate::i18n::t;
use crate::routes;
use dioxus::prelude::*;
use shared::tickets::Category;
use shared::{Currency, Flaw, Invalid, OffsetTime, Rejection};

/// Announces a show, and continues with the tickets for it.
#[component]
pub fn CreateShow() -> Element {
    let text = |start: &str| use_signal(|| start.to_owned());
    let (title, venue, city, country) = (text(""), text(""), text(""), text(""));
    let (starts_at, mut time_zone) = (text(""), text("Europe/Berlin"));
    let (category, currency) = (text("concert"), text("EUR"));
    let mut busy = use_signal(|| false);
    let mut error = use_signal(|| None::<ApiError>);
    let chosen_time = use_signal(|| None::<ChosenTime>);
    let (navigator, key) = (use_navigator(), use_request_key());
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
            let start = with_choice(chosen_time(), starts_at(), &time_zone());
            let fields = [title(), venue(), city(), country(), category(), start, time_zone(), currency()];
            let [title, venue, city, country, category, start, zone, currency] = fields.clone();
            let created = create_show(title, venue, city, country, category, start, zone, currency);
            match key.send(&fields, created).await {
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
                TimeChoice { error: error(), starts_at, time_zone, chosen_time }
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

/// Which of two equal local times is meant, on the night when clocks go back.
#[derive(Clone, PartialEq)]
struct ChosenTime {
    /// With its offset from UTC.
    time: String,
    /// What was entered when it was chosen.
    starts_at: String,
    time_zone: String,
}

/// The time that was chosen, unless something else was entered since.
fn with_choice(chosen: Option<ChosenTime>, starts_at: String, time_zone: &str) -> String {
    match chosen {
        Some(chosen) if chosen.starts_at == starts_at && chosen.time_zone == time_zone => chosen.time,
        _ => starts_at,
    }
}

/// Asks which of two equal local times is meant, if that is what is wrong.
#[component]
fn TimeChoice(
    error: Option<ApiError>,
    starts_at: Signal<String>,
    time_zone: Signal<String>,
    chosen_time: Signal<Option<ChosenTime>>,
) -> Element {
    let Some(ApiError::Rejected(Rejection::Invalid(Invalid { flaw: Flaw::AmbiguousTime { earlier, later }, .. }))) =
        error
    else {
        return rsx! {};
    };
    let mut choose = move |time: OffsetTime| {
        chosen_time.set(Some(ChosenTime { time: time.to_string(), starts_at: starts_at(), time_zone: time_zone() }));
    };
    rsx! {
        fieldset { class: "field",
            legend { {t!("which-time")} }
            for time in [earlier, later] {
                label { key: "{time}",
                    input { r#type: "radio", name: "which_time", value: "{time}", onchange: move |_| choose(time) }
                    " "
                    {t!("time-with-offset", time = time.clock_time(), offset = time.utc_offset())}
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_is_for_what_was_entered() {
        let (entered, berlin) = ("2026-10-25T02:30", "Europe/Berlin");
        let time = "2026-10-25T02:30:00+01:00".to_owned();
        let chosen = ChosenTime { time: time.clone(), starts_at: entered.to_owned(), time_zone: berlin.to_owned() };

        assert_eq!(with_choice(Some(chosen.clone()), entered.to_owned(), berlin), time);
        for (starts_at, zone) in [("2026-10-25T03:30", berlin), (entered, "Europe/London")] {
            assert_eq!(with_choice(Some(chosen.clone()), starts_at.to_owned(), zone), starts_at);
        }
        assert_eq!(with_choice(None, entered.to_owned(), berlin), entered);
    }
}
