//! Sample data for the style guide.

use crate::client::clock;
use shared::auth::User;
use shared::tickets::{Category, Seat, Show, ShowListing, Ticket, TicketState};
use shared::value::ShortText;
use shared::{Currency, Id, Instant, Money};
use std::time::Duration;

fn id<Thing>(number: usize) -> Id<Thing> {
    format!("00000000-0000-4000-8000-{number:012}").parse().expect("a well-formed id")
}

fn short_text(text: &str) -> ShortText {
    ShortText::parse("text", text).expect("samples are short")
}

/// The user whom the style guide is rendered for.
pub fn user() -> User {
    serde_json::from_value(serde_json::json!({ "id": id::<User>(1).to_string(), "email": "ada@example.org" }))
        .expect("a well-formed user")
}

pub fn show(number: usize, category: Category, title: &str) -> Show {
    Show {
        id: id(number),
        title: short_text(title),
        venue: short_text("Tempodrom"),
        city: short_text("Berlin"),
        country: short_text("Germany"),
        category,
        starts_at: Instant::from_millis(1_796_504_400_000),
        time_zone: "Europe/Berlin".to_owned(),
        local_start: "2026-12-05T20:00".to_owned(),
        currency: Currency::Eur,
        creator_id: id(2),
        cancelled: false,
    }
}

/// Two shows of each category.
pub fn listings() -> Vec<ShowListing> {
    let titles = ["The Lantern Foxes: Night Tram Tour", "Hamlet"];
    let all = Category::ALL.into_iter().enumerate().flat_map(|(group, category)| {
        titles.into_iter().enumerate().map(move |(index, title)| (group * 2 + index, category, title))
    });
    all.map(|(number, category, title)| ShowListing {
        show: show(number + 10, category, title),
        lowest_price: (number % 5 != 4).then(|| Money::new(1_990 + 850 * number as i64, Currency::Eur)),
        tickets_left: [12, 1, 3, 40, 0][number % 5],
        cancellation: None,
    })
    .collect()
}

/// Four tickets: on sale, with a face value, the user's own, and held.
pub fn tickets() -> Vec<Ticket> {
    let seats = [("Parquet", "F", "12"), ("Upper Circle", "C", "113"), ("Balcony", "2", "7"), ("", "", "")];
    let ticket = |(number, (section, row, seat)): (usize, (&str, &str, &str))| Ticket {
        id: id(number + 50),
        show: show(10, Category::Concert, "The Lantern Foxes"),
        seller_id: if number == 2 { user().id } else { id(3) },
        seat: Seat::parse(section, row, seat).expect("valid seats"),
        price: Money::new(4_250 + 1_000 * number as i64, Currency::Eur),
        face_value: (number == 1).then(|| Money::new(6_000, Currency::Eur)),
        state: if number == 3 { TicketState::Held } else { TicketState::OnSale },
        held_until: (number == 3).then(|| clock::now() + Duration::from_secs(52)),
        issued: number == 0,
        version: 1,
    };
    seats.into_iter().enumerate().map(ticket).collect()
}
