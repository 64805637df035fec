//! Money.

use super::ApiError;
#[cfg(feature = "server")]
use super::path_id;
#[cfg(feature = "server")]
use crate::web::Session;
use dioxus::prelude::*;
use shared::OrderId;
#[cfg(feature = "server")]
use shared::payments::{Authenticate, GetAccount, GetPayment, GetSettings, Pay, PaymentMethod, SetUpPayouts};
use shared::payments::{Payment, SellerAccount, Settings};

/// Pays an own order.
#[post("/api/payments", session: Session)]
pub async fn pay(order_id: OrderId, method: String) -> Result<Payment, ApiError> {
    session.call(Pay { order_id, method: PaymentMethod::try_from(method)? }).await
}

/// One of the caller's own payments.
#[get("/api/payments/{id}", session: Session)]
pub async fn get_payment(id: String) -> Result<Payment, ApiError> {
    session.call(GetPayment { id: path_id(&id)? }).await
}

/// The person was asked by the bank whether it is them. In the sandbox this is their answer; otherwise it makes us look
/// now what they told the bank.
#[post("/api/payments/{id}/authenticate", session: Session)]
pub async fn authenticate(id: String, approve: bool) -> Result<Payment, ApiError> {
    session.call(Authenticate { id: path_id(&id)?, approve }).await
}

/// How payments are made here.
#[get("/api/payments/settings", session: Session)]
pub async fn settings() -> Result<Settings, ApiError> {
    session.call(GetSettings {}).await
}

/// What the caller has earned.
#[get("/api/account?cursor", session: Session)]
pub async fn get_account(cursor: Option<String>) -> Result<SellerAccount, ApiError> {
    session.call(GetAccount { cursor }).await
}

/// Where the caller says how to be paid; nothing, if there is nothing to say.
#[post("/api/account/payouts", session: Session)]
pub async fn set_up_payouts() -> Result<Option<String>, ApiError> {
    session.call(SetUpPayouts {}).await
}
