//! Shows, and the tickets on sale for them.

use super::ApiError;
#[cfg(feature = "server")]
use super::path_id;
#[cfg(feature = "server")]
use crate::web::Session;
use dioxus::prelude::*;
use serde::{Deserialize, Serialize};
use shared::tickets::{ShowFilter, ShowListing, Ticket};
#[cfg(feature = "server")]
use shared::{
    Flaw, Invalid, Price,
    tickets::{
        CancelShow, CreateShow, GetShow, GetTicket, ListSelling, ListShows, ListTickets, OfferTickets, RepriceTicket,
        Seat, WithdrawTicket,
    },
    value::ShortText,
};
use shared::{Money, Paginated, ShowId};

/// A seat as it is typed; empty parts are left out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TypedSeat {
    /// The block or the stand.
    pub section: String,
    /// The row.
    pub row: String,
    /// The seat's number.
    pub seat: String,
}

/// The shows to come.
#[get("/api/shows?{filter}", session: Session)]
pub async fn list_shows(filter: ShowFilter) -> Result<Paginated<ShowListing>, ApiError> {
    session.call(ListShows { filter }).await
}

/// Announces a show.
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
        category: category.parse().map_err(|_| Invalid::new("category", Flaw::NoChoice))?,
        starts_at,
        time_zone,
        currency: currency.parse().map_err(|_| Invalid::new("currency", Flaw::NoChoice))?,
    };
    session.call(request).await
}

/// One show.
#[get("/api/shows/{id}", session: Session)]
pub async fn get_show(id: String) -> Result<ShowListing, ApiError> {
    session.call(GetShow { id: path_id(&id)? }).await
}

/// Cancels an own show: every buyer gets the money back. Repeated, it says how far that has come.
#[post("/api/shows/{id}/cancel", session: Session)]
pub async fn cancel_show(id: String) -> Result<ShowListing, ApiError> {
    session.call(CancelShow { id: path_id(&id)? }).await
}

/// A show's tickets that are on sale or held.
#[get("/api/shows/{id}/tickets?sort&cursor", session: Session)]
pub async fn list_tickets(
    id: String,
    sort: Option<String>,
    cursor: Option<String>,
) -> Result<Paginated<Ticket>, ApiError> {
    session.call(ListTickets { show_id: path_id(&id)?, sort, cursor }).await
}

/// Offers tickets for sale, one a seat.
#[post("/api/tickets", session: Session)]
pub async fn offer_tickets(
    show_id: ShowId,
    price: Money,
    face_value: Option<Money>,
    seats: Vec<TypedSeat>,
) -> Result<Vec<Ticket>, ApiError> {
    let seats = seats.iter().map(|seat| Seat::parse(&seat.section, &seat.row, &seat.seat)).collect::<Result<_, _>>()?;
    let about_face_value = |invalid: Invalid| Invalid::new("face_value", invalid.flaw);
    let face_value = face_value.map(Price::try_from).transpose().map_err(about_face_value)?;
    session.call(OfferTickets { show_id, price: Price::try_from(price)?, face_value, seats }).await
}

/// One ticket.
#[get("/api/tickets/{id}", session: Session)]
pub async fn get_ticket(id: String) -> Result<Ticket, ApiError> {
    session.call(GetTicket { id: path_id(&id)? }).await
}

/// Gives an own ticket another price.
#[put("/api/tickets/{id}", session: Session)]
pub async fn reprice_ticket(id: String, price: Money, version: u64) -> Result<Ticket, ApiError> {
    session.call(RepriceTicket { id: path_id(&id)?, price: Price::try_from(price)?, version }).await
}

/// Takes an own ticket off sale for good.
#[delete("/api/tickets/{id}", session: Session)]
pub async fn withdraw_ticket(id: String) -> Result<Ticket, ApiError> {
    session.call(WithdrawTicket { id: path_id(&id)? }).await
}

/// The caller's own tickets.
#[get("/api/selling?cursor", session: Session)]
pub async fn list_selling(cursor: Option<String>) -> Result<Paginated<Ticket>, ApiError> {
    session.call(ListSelling { cursor }).await
}
