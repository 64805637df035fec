//! Orders of the caller.

#[cfg(feature = "server")]
use super::path_id;
use crate::error::ApiError;
#[cfg(feature = "server")]
use crate::web::Session;
use dioxus::prelude::*;
use shared::orders::Order;
#[cfg(feature = "server")]
use shared::orders::{CancelOrder, GetOrder, ListOrders, PlaceOrder};
use shared::{Money, Paginated, TicketId};

/// Holds tickets for the caller. `expected_total` is the sum that the caller has seen.
#[post("/api/orders", session: Session)]
pub async fn place_order(ticket_ids: Vec<TicketId>, expected_total: Money) -> Result<Order, ApiError> {
    session.call(PlaceOrder { ticket_ids, expected_total }).await
}

#[get("/api/orders?cursor", session: Session)]
pub async fn list_orders(cursor: Option<String>) -> Result<Paginated<Order>, ApiError> {
    session.call(ListOrders { cursor }).await
}

#[get("/api/orders/{id}", session: Session)]
pub async fn get_order(id: String) -> Result<Order, ApiError> {
    session.call(GetOrder { id: path_id(&id)? }).await
}

/// Releases the held tickets.
#[delete("/api/orders/{id}", session: Session)]
pub async fn cancel_order(id: String) -> Result<Order, ApiError> {
    session.call(CancelOrder { id: path_id(&id)? }).await
}
