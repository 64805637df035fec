//! Sample data for unit tests.

use shared::tickets::{Category, Seat, Show, Ticket, TicketState};
use shared::value::ShortText;
use shared::{Currency, Id, Instant, Money};

/// A ticket for one euro.
pub fn ticket(number: u128, version: u64, state: TicketState) -> Ticket {
    let text = |text: &str| ShortText::parse("text", text).expect("a short text");
    let show = Show {
        id: Id::from(uuid::Uuid::nil()),
        title: text("Show"),
        venue: text("Venue"),
        city: text("City"),
        country: text("Country"),
        category: Category::Concert,
        starts_at: Instant::from_millis(0),
        time_zone: "UTC".to_owned(),
        local_start: String::new(),
        currency: Currency::Eur,
        creator_id: Id::from(uuid::Uuid::nil()),
        cancelled: false,
    };
    Ticket {
        id: Id::from(uuid::Uuid::from_u128(number)),
        show,
        seller_id: Id::from(uuid::Uuid::nil()),
        seat: Seat::default(),
        price: Money::new(100, Currency::Eur),
        face_value: None,
        state,
        held_until: None,
        issued: false,
        version,
    }
}
