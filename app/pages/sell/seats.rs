//! Selling, second step: which seats, for how much.

use crate::api::ApiError;
use crate::api::tickets::{TypedSeat, get_show, list_tickets, offer_tickets};
use crate::components::{Field, Notice, Poster, Problem, SellerShare, Tone, When, focus_first_error};
use crate::i18n::{self, money, t};
use crate::model::price_summary::Prices;
use crate::model::seat_ranges;
use crate::routes::Route;
use dioxus::prelude::*;
use shared::tickets::{Seat, Show};
use shared::{Flaw, Invalid, Money, ShowId};

/// The seats of a show to sell.
#[component]
pub fn SellSeats(id: String) -> Element {
    let fetched = use_server_future(use_reactive!(|(id,)| get_show(id)))?;
    match fetched() {
        Some(Ok(listing)) => rsx! {
            Poster { show: listing.show.clone(), title: t!("sell-title", show = listing.show.title.as_str()),
                p { class: "lead",
                    When { show: listing.show.clone(), with_zone: true }
                    " · {listing.show.venue}, {listing.show.city}"
                }
            }
            if listing.show.cancelled {
                Notice { tone: Tone::Bad, {t!("sell-cancelled")} }
            } else {
                Seats { show: listing.show }
            }
        },
        Some(Err(error)) => rsx! {
            Problem { error }
        },
        None => rsx! {},
    }
}

fn amount(field: &'static str, text: &str, show: &Show) -> Result<Money, ApiError> {
    Money::parse(text, show.currency).ok_or_else(|| Invalid::new(field, Flaw::NoAmount).into())
}

#[component]
fn Seats(show: Show) -> Element {
    let text = |start: &str| use_signal(|| start.to_owned());
    let (section, row, numbers) = (text(""), text(""), text(""));
    let (price, face_value) = (text(""), text(""));
    let mut busy = use_signal(|| false);
    let mut error = use_signal(|| None::<ApiError>);
    let navigator = use_navigator();
    let of = show.clone();
    let read = move || -> Result<_, ApiError> {
        let seats = seat_ranges::parse(&section(), &row(), &numbers())?;
        let price = amount("price", &price(), &of)?;
        let printed = face_value();
        let face_value = (!printed.trim().is_empty()).then(|| amount("face_value", &printed, &of)).transpose()?;
        Ok((seats, price, face_value))
    };
    let submit = move |event: FormEvent| {
        event.prevent_default();
        let read = read.clone();
        let show_id = show.id;
        async move {
            if busy() {
                return;
            }
            busy.set(true);
            let done = match read() {
                Ok((seats, price, face_value)) => offer_tickets(show_id, price, face_value, seats).await,
                Err(reason) => Err(reason),
            };
            match done {
                Ok(_) => {
                    navigator.push(Route::Selling {});
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
    let typed = seat_ranges::parse(&section(), &row(), &numbers()).unwrap_or_default();
    let count = typed.len();
    let words = t!("list-tickets", count = count);
    rsx! {
        form { class: "stack panel narrow", method: "post", novalidate: true, onsubmit: submit,
            if let Some(reason) = error() {
                Notice { tone: Tone::Bad, {reason.words()} }
            }
            Field { name: "section", label: t!("section"), value: section, error: about("section"), required: false }
            Field { name: "row", label: t!("row"), value: row, error: about("row"), required: false }
            Field {
                name: "seats",
                label: t!("seats"),
                hint: t!("seats-hint"),
                value: numbers,
                error: about("seats").or_else(|| about("seat")),
                required: false,
            }
            Preview { typed }
            Field { name: "price", label: t!("price-of-each", currency = show.currency.code()), value: price, error: about("price"), inputmode: "decimal" }
            SellerShare { typed: price(), currency: show.currency }
            Advice { show: show.id }
            Field {
                name: "face_value",
                label: t!("face-value-of-each"),
                value: face_value,
                error: about("face_value"),
                inputmode: "decimal",
                required: false,
            }
            button { r#type: "submit", disabled: busy(), "{words}" }
        }
    }
}

/// The seats as buyers will read them.
#[component]
fn Preview(typed: Vec<TypedSeat>) -> Element {
    let read = |seat: &TypedSeat| Seat::parse(&seat.section, &seat.row, &seat.seat).ok();
    let seats: Vec<Seat> = typed.iter().filter_map(read).collect();
    rsx! {
        ul { class: "preview", aria_label: t!("preview"),
            for (index , seat) in seats.into_iter().enumerate() {
                li { key: "{index}", class: "badge", {i18n::seat(&seat)} }
            }
        }
    }
}

/// What others ask for tickets for the same show.
#[component]
fn Advice(show: ShowId) -> Element {
    let listed = use_resource(move || list_tickets(show.to_string(), None, None));
    let prices =
        listed.read().as_ref().and_then(|answer| answer.as_ref().ok()).and_then(|page| Prices::of(&page.items));
    rsx! {
        p { class: "hint", role: "status",
            if let Some(Prices { count, lowest, middle, .. }) = prices {
                {t!("price-advice", lowest = money(lowest), middle = money(middle), count = count)}
            }
        }
    }
}
