//! An order as the services hear of it, for tests that need one and care for a part of it only.

use shared::orders::{HeldTicket, OrderChanged, OrderState};
use shared::tickets::{Category, Seat, Show};
use shared::value::ShortText;
use shared::{Currency, Instant, Money, OrderId, ShowId, TicketId, UserId};
use uuid::Uuid;

/// What each of its tickets costs.
pub const PRICE: Money = Money::new(1999, Currency::Gbp);
/// Whose order it is.
pub const BUYER: UserId = UserId::new(Uuid::from_u128(2));
/// Who sells its tickets, and announced the show.
pub const SELLER: UserId = UserId::new(Uuid::from_u128(4));

/// A line of text that is known to be one.
pub fn line(text: &str) -> ShortText {
    ShortText::parse("text", text).expect("a line")
}

/// A ticket of it.
pub fn ticket(number: u128) -> HeldTicket {
    let ticket_id = TicketId::new(Uuid::from_u128(number));
    HeldTicket { ticket_id, seller_id: SELLER, seat: Seat::default(), price: PRICE, price_version: 1 }
}

/// What its tickets admit to.
pub fn show() -> Show {
    Show {
        id: ShowId::new(Uuid::from_u128(5)),
        title: line("The Tempest"),
        venue: line("Globe"),
        city: line("London"),
        country: line("United Kingdom"),
        category: Category::Theatre,
        starts_at: Instant::from_millis(1_000_000),
        time_zone: "Europe/London".to_owned(),
        local_start: "2026-12-24T19:30".to_owned(),
        currency: Currency::Gbp,
        creator_id: SELLER,
        cancelled: false,
    }
}

/// The order, with one ticket, held until a minute after the beginning of time.
pub fn order() -> OrderChanged {
    OrderChanged {
        id: OrderId::new(Uuid::from_u128(1)),
        version: 1,
        buyer_id: BUYER,
        state: OrderState::Held,
        reason: None,
        show: show(),
        lines: vec![ticket(3)],
        total: PRICE,
        expires_at: Instant::from_millis(60_000),
        payment_id: None,
    }
}
