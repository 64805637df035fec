//! Money.

use super::ApiError;
#[cfg(feature = "server")]
use super::path_id;
#[cfg(feature = "server")]
use crate::web::Session;
use dioxus::prelude::*;
use shared::OrderId;
use shared::payments::Payment;
#[cfg(feature = "server")]
use shared::payments::{Authenticate, GetPayment, Method, Pay};

/// Pays an own order.
#[post("/api/payments", session: Session)]
pub async fn pay(order_id: OrderId, method: String) -> Result<Payment, ApiError> {
    session.ask(Pay { order_id, method: Method::try_from(method)? }).await
}

/// One of the caller's own payments.
#[get("/api/payments/{id}", session: Session)]
pub async fn get_payment(id: String) -> Result<Payment, ApiError> {
    session.ask(GetPayment { id: path_id(&id)? }).await
}

/// Test mode's stand-in for the bank's page: the person confirms, or does not, that it is them.
#[post("/api/payments/{id}/authenticate", session: Session)]
pub async fn authenticate(id: String, approve: bool) -> Result<Payment, ApiError> {
    session.ask(Authenticate { id: path_id(&id)?, approve }).await
}
