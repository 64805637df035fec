//! Shows and the tickets for them.

#[cfg(feature = "server")]
use super::path_id;
use crate::error::ApiError;
use crate::model::seat_ranges::SeatInput;
#[cfg(feature = "server")]
use crate::web::Session;
use dioxus::prelude::*;
use shared::tickets::{ShowFilter, ShowListing, Ticket};
#[cfg(feature = "server")]
use shared::{
    Flaw, Invalid, Price,
    tickets::{
        CancelShow, CreateShow, GetShow, GetTicket, ListSelling, ListShows, ListTickets, OfferTickets, RefundSale,
        RepriceTicket, Seat, WithdrawTicket,
    },
    value::ShortText,
};
use shared::{Money, Paginated, ShowId};

/// Upcoming shows that match the filter.
#[get("/api/shows?{filter}", session: Session)]
pub async fn list_shows(filter: ShowFilter) -> Result<Paginated<ShowListing>, ApiError> {
    session.call(ListShows { filter }).await
}

#[post("/api/shows", session: Session)]
pub async fn create_show(
    title: String,
    venue: String,
    city: String,
    country: String,
    category: String,
    starts_at: String,
    time_zone: String,
    currency: String,
) -> Result<ShowListing, ApiError> {
    let request = CreateShow {
        title: ShortText::parse("title", &title)?,
        venue: ShortText::parse("venue", &venue)?,
        city: ShortText::parse("city", &city)?,
        country: ShortText::parse("country", &country)?,
        category: category.parse().map_err(|_| Invalid::new("category", Flaw::UnknownChoice))?,
        starts_at,
        time_zone,
        currency: currency.parse().map_err(|_| Invalid::new("currency", Flaw::UnknownChoice))?,
    };
    session.call(request).await
}

#[get("/api/shows/{id}", session: Session)]
pub async fn get_show(id: String) -> Result<ShowListing, ApiError> {
    session.call(GetShow { id: path_id(&id)? }).await
}

/// Cancels a show of the caller, which refunds every buyer. Repeated calls return the progress.
#[post("/api/shows/{id}/cancel", session: Session)]
pub async fn cancel_show(id: String) -> Result<ShowListing, ApiError> {
    session.call(CancelShow { id: path_id(&id)? }).await
}

/// The tickets of a show that are on sale or held.
#[get("/api/shows/{id}/tickets?sort&cursor", session: Session)]
pub async fn list_tickets(
    id: String,
    sort: Option<String>,
    cursor: Option<String>,
) -> Result<Paginated<Ticket>, ApiError> {
    session.call(ListTickets { show_id: path_id(&id)?, sort, cursor }).await
}

/// Offers one ticket per seat for sale. `issued`: the tickets get codes of this marketplace, which only the creator of the show may do.
#[post("/api/tickets", session: Session)]
pub async fn offer_tickets(
    show_id: ShowId,
    price: Money,
    face_value: Option<Money>,
    seats: Vec<SeatInput>,
    issued: Option<bool>,
) -> Result<Vec<Ticket>, ApiError> {
    let seats = seats.iter().map(|seat| Seat::parse(&seat.section, &seat.row, &seat.seat)).collect::<Result<_, _>>()?;
    let in_face_value = |invalid: Invalid| Invalid::new("face_value", invalid.flaw);
    let face_value = face_value.map(Price::try_from).transpose().map_err(in_face_value)?;
    let (price, issued) = (Price::try_from(price)?, issued.unwrap_or(false));
    session.call(OfferTickets { show_id, price, face_value, seats, issued }).await
}

#[get("/api/tickets/{id}", session: Session)]
pub async fn get_ticket(id: String) -> Result<Ticket, ApiError> {
    session.call(GetTicket { id: path_id(&id)? }).await
}

/// Changes the price of a ticket of the caller. `version` is the one that the caller has seen.
#[put("/api/tickets/{id}", session: Session)]
pub async fn reprice_ticket(id: String, price: Money, version: u64) -> Result<Ticket, ApiError> {
    session.call(RepriceTicket { id: path_id(&id)?, price: Price::try_from(price)?, version }).await
}

/// Takes a ticket of the caller off sale for good.
#[delete("/api/tickets/{id}", session: Session)]
pub async fn withdraw_ticket(id: String) -> Result<Ticket, ApiError> {
    session.call(WithdrawTicket { id: path_id(&id)? }).await
}

/// The tickets that the caller sells or has sold.
#[get("/api/selling?cursor", session: Session)]
pub async fn list_selling(cursor: Option<String>) -> Result<Paginated<Ticket>, ApiError> {
    session.call(ListSelling { cursor }).await
}

/// Refunds the buyer of a ticket that the caller has sold.
#[post("/api/tickets/{id}/refund", session: Session)]
pub async fn refund_sale(id: String) -> Result<(), ApiError> {
    session.call(RefundSale { ticket_id: path_id(&id)? }).await
}
