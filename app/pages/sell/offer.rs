//! Selling, step two: the seats and their price.

use crate::api::tickets::{get_show, list_tickets, offer_tickets};
use crate::client::context::use_user_id;
use crate::client::focus::focus_first_error;
use crate::client::request_key::use_request_key;
use crate::components::{Field, Notice, Problem, SellerProceeds, ShowHeader, ShowTime, Tone};
use crate::error::ApiError;
use crate::i18n::{self, money, parse_amount, t};
use crate::model::price_summary::PriceSummary;
use crate::model::seat_ranges::{self, SeatInput};
use crate::routes;
use dioxus::prelude::*;
use shared::ShowId;
use shared::tickets::{Seat, Show};

#[component]
pub fn OfferPage(id: String) -> Element {
    let fetched = use_server_future(use_reactive!(|(id,)| get_show(id)))?;
    match fetched() {
        Some(Ok(listing)) => rsx! {
            ShowHeader { show: listing.show.clone(), title: t!("sell-title", show = listing.show.title.as_str()),
                p { class: "lead",
                    ShowTime { show: listing.show.clone(), with_zone: true }
                    " · {listing.show.venue}, {listing.show.city}"
                }
            }
            if listing.show.cancelled {
                Notice { tone: Tone::Bad, {t!("sell-cancelled")} }
            } else {
                OfferForm { show: listing.show }
            }
        },
        Some(Err(error)) => rsx! {
            Problem { error }
        },
        None => rsx! {},
    }
}

#[component]
fn OfferForm(show: Show) -> Element {
    let text = |start: &str| use_signal(|| start.to_owned());
    let (section, row, numbers) = (text(""), text(""), text(""));
    let (price, face_value) = (text(""), text(""));
    let may_issue = use_user_id() == Some(show.creator_id);
    let mut issued = use_signal(|| true);
    let mut busy = use_signal(|| false);
    let mut error = use_signal(|| None::<ApiError>);
    let (navigator, key) = (use_navigator(), use_request_key());
    let parsed_show = show.clone();
    let parse = move || -> Result<_, ApiError> {
        let seats = seat_ranges::parse(&section(), &row(), &numbers())?;
        let price = parse_amount("price", &price(), parsed_show.currency)?;
        let printed = face_value();
        let face_value = (!printed.trim().is_empty())
            .then(|| parse_amount("face_value", &printed, parsed_show.currency))
            .transpose()?;
        Ok((seats, price, face_value))
    };
    let submit = move |event: FormEvent| {
        event.prevent_default();
        let show_id = show.id;
        async move {
            if busy() {
                return;
            }
            busy.set(true);
            let result = match parse() {
                Ok((seats, price, face_value)) => {
                    let issued = may_issue && issued();
                    let contents = (show_id, price, face_value, seats.clone(), issued);
                    key.send(&contents, offer_tickets(show_id, price, face_value, seats, Some(issued))).await
                }
                Err(failure) => Err(failure),
            };
            match result {
                Ok(_) => {
                    navigator.push(routes::selling());
                }
                Err(failure) => {
                    busy.set(false);
                    error.set(Some(failure));
                    focus_first_error();
                }
            }
        }
    };
    let seats = seat_ranges::parse(&section(), &row(), &numbers()).unwrap_or_default();
    let submit_label = t!("list-tickets", count = seats.len());
    let field_error = |field| error.read().as_ref().and_then(|error: &ApiError| error.field_message(field));
    rsx! {
        form { class: "stack panel narrow", method: "post", novalidate: true, onsubmit: submit,
            if let Some(error) = error() {
                Notice { tone: Tone::Bad, {error.message()} }
            }
            Field { name: "section", label: t!("section"), value: section, error: field_error("section"), required: false }
            Field { name: "row", label: t!("row"), value: row, error: field_error("row"), required: false }
            Field {
                name: "seats",
                label: t!("seats"),
                hint: t!("seats-hint"),
                value: numbers,
                error: field_error("seats").or_else(|| field_error("seat")),
                required: false,
            }
            SeatPreview { seats }
            Prices { show, price, face_value, error: error() }
            if may_issue {
                label { class: "choice",
                    input {
                        r#type: "checkbox",
                        name: "issued",
                        checked: issued(),
                        onchange: move |event| issued.set(event.checked()),
                    }
                    {t!("issue-here")}
                }
                p { class: "hint", {t!("issue-here-hint")} }
            }
            button { r#type: "submit", disabled: busy(), "{submit_label}" }
        }
    }
}

/// The price of each ticket, and the price that is printed on it.
#[component]
fn Prices(show: Show, price: Signal<String>, face_value: Signal<String>, error: Option<ApiError>) -> Element {
    let field_error = |field| error.as_ref().and_then(|error: &ApiError| error.field_message(field));
    rsx! {
        Field { name: "price", label: t!("price-of-each", currency = show.currency.code()), value: price, error: field_error("price"), inputmode: "decimal" }
        SellerProceeds { price_input: price(), currency: show.currency }
        PriceAdvice { show: show.id }
        Field {
            name: "face_value",
            label: t!("face-value-of-each"),
            value: face_value,
            error: field_error("face_value"),
            inputmode: "decimal",
            required: false,
        }
    }
}

/// The seats as buyers will read them.
#[component]
fn SeatPreview(seats: Vec<SeatInput>) -> Element {
    let parse = |seat: &SeatInput| Seat::parse(&seat.section, &seat.row, &seat.seat).ok();
    let seats: Vec<Seat> = seats.iter().filter_map(parse).collect();
    rsx! {
        ul { class: "preview", aria_label: t!("preview"),
            for (index , seat) in seats.into_iter().enumerate() {
                li { key: "{index}", class: "badge", {i18n::seat(&seat)} }
            }
        }
    }
}

/// The prices of other tickets for the same show.
#[component]
fn PriceAdvice(show: ShowId) -> Element {
    let listed = use_resource(move || list_tickets(show.to_string(), None, None));
    let prices =
        listed.read().as_ref().and_then(|result| result.as_ref().ok()).and_then(|page| PriceSummary::of(&page.items));
    rsx! {
        p { class: "hint", role: "status",
            if let Some(PriceSummary { count, lowest, median, .. }) = prices {
                {t!("price-advice", lowest = money(lowest), middle = money(median), count = count)}
            }
        }
    }
}
