//! Sample events for tests, which change only the fields that they are about.

use shared::orders::{HeldTicket, OrderChanged, OrderState};
use shared::tickets::{Category, Seat, Show, Ticket, TicketChanged, TicketState};
use shared::value::ShortText;
use shared::{Currency, Instant, Money, OrderId, ShowId, TicketId, UserId};
use uuid::Uuid;

/// The price of every sample ticket.
pub const PRICE: Money = Money::new(1999, Currency::Gbp);
pub const BUYER: UserId = UserId::new(Uuid::from_u128(2));
/// Sells every sample ticket and announced the show.
pub const SELLER: UserId = UserId::new(Uuid::from_u128(4));

pub fn short_text(text: &str) -> ShortText {
    ShortText::parse("text", text).expect("samples are short")
}

pub fn held_ticket(number: u128) -> HeldTicket {
    let ticket_id = TicketId::new(Uuid::from_u128(number));
    HeldTicket { ticket_id, seller_id: SELLER, seat: Seat::default(), price: PRICE, price_version: 1 }
}

/// A ticket on sale.
pub fn ticket_changed(number: u128) -> TicketChanged {
    let ticket = Ticket {
        id: TicketId::new(Uuid::from_u128(number)),
        show: show(),
        seller_id: SELLER,
        seat: Seat::default(),
        price: PRICE,
        face_value: None,
        state: TicketState::OnSale,
        issued: false,
        held_until: None,
        version: 1,
    };
    TicketChanged { ticket, order_id: None, refund_requested: false, price_version: 1 }
}

pub fn show() -> Show {
    Show {
        id: ShowId::new(Uuid::from_u128(5)),
        title: short_text("The Tempest"),
        venue: short_text("Globe"),
        city: short_text("London"),
        country: short_text("United Kingdom"),
        category: Category::Theatre,
        starts_at: Instant::from_millis(1_000_000),
        time_zone: "Europe/London".to_owned(),
        local_start: "2026-12-24T19:30".to_owned(),
        currency: Currency::Gbp,
        creator_id: SELLER,
        cancelled: false,
    }
}

/// An order of ticket 3, held until 60 seconds after the epoch.
pub fn order() -> OrderChanged {
    OrderChanged {
        id: OrderId::new(Uuid::from_u128(1)),
        version: 1,
        buyer_id: BUYER,
        state: OrderState::Held,
        reason: None,
        show: show(),
        lines: vec![held_ticket(3)],
        total: PRICE,
        expires_at: Instant::from_millis(60_000),
        payment_id: None,
        captured: false,
    }
}
