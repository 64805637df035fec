//! Payments, earnings and payouts of the caller.

#[cfg(feature = "server")]
use super::path_id;
use crate::error::ApiError;
#[cfg(feature = "server")]
use crate::web::Session;
use dioxus::prelude::*;
use shared::OrderId;
#[cfg(feature = "server")]
use shared::payments::{Authenticate, GetAccount, GetPayment, GetSettings, Pay, PaymentMethod, SetUpPayouts};
use shared::payments::{Payment, SellerAccount, Settings};

#[post("/api/payments", session: Session)]
pub async fn pay(order_id: OrderId, method: String) -> Result<Payment, ApiError> {
    session.call(Pay { order_id, method: PaymentMethod::try_from(method)? }).await
}

#[get("/api/payments/{id}", session: Session)]
pub async fn get_payment(id: String) -> Result<Payment, ApiError> {
    session.call(GetPayment { id: path_id(&id)? }).await
}

/// Answers the bank's authentication request. The sandbox uses `approve` as the answer; with Stripe the call makes the
/// server fetch the result of the authentication now.
#[post("/api/payments/{id}/authenticate", session: Session)]
pub async fn authenticate(id: String, approve: bool) -> Result<Payment, ApiError> {
    session.call(Authenticate { id: path_id(&id)?, approve }).await
}

/// How this site takes payments.
#[get("/api/payments/settings", session: Session)]
pub async fn settings() -> Result<Settings, ApiError> {
    session.call(GetSettings {}).await
}

#[get("/api/account?cursor", session: Session)]
pub async fn get_account(cursor: Option<String>) -> Result<SellerAccount, ApiError> {
    session.call(GetAccount { cursor }).await
}

/// Starts the payout onboarding and returns its address; `None` if nothing is left to set up.
#[post("/api/account/payouts", session: Session)]
pub async fn set_up_payouts() -> Result<Option<String>, ApiError> {
    session.call(SetUpPayouts {}).await
}
