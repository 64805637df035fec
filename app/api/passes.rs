//! What the tickets admit to that a user has acquired: passes and their codes.

use super::ApiError;
#[cfg(feature = "server")]
use super::path_id;
use crate::model::pass_code::PassCode;
#[cfg(feature = "server")]
use crate::web::Session;
use dioxus::prelude::*;
#[cfg(feature = "server")]
use shared::Price;
#[cfg(feature = "server")]
use shared::tickets::{
    AcceptTransfer, GetPass, GetPassCode, GetTransfer, ListPasses, ResellPass, TakeBackTransfer, TransferPass,
};
use shared::tickets::{Pass, PassTransfer, Ticket};
use shared::value::Email;
use shared::{Money, Paginated};

/// The passes that the caller has acquired.
#[get("/api/passes?cursor", session: Session)]
pub async fn list_passes(cursor: Option<String>) -> Result<Paginated<Pass>, ApiError> {
    session.call(ListPasses { cursor }).await
}

#[get("/api/passes/{id}", session: Session)]
pub async fn get_pass(id: String) -> Result<Pass, ApiError> {
    session.call(GetPass { id: path_id(&id)? }).await
}

/// The code of a pass, for its owner only. Like every reply of the API, it is sent as `no-store`.
#[get("/api/passes/{id}/code", session: Session)]
pub async fn get_pass_code(id: String) -> Result<PassCode, ApiError> {
    Ok(PassCode::draw(session.call(GetPassCode { id: path_id(&id)? }).await?.code))
}

/// Offers a pass of the caller for sale.
#[post("/api/passes/{id}/resale", session: Session)]
pub async fn resell_pass(id: String, price: Money) -> Result<Ticket, ApiError> {
    session.call(ResellPass { id: path_id(&id)?, price: Price::try_from(price)? }).await
}

/// Offers a pass of the caller as a gift: the reader of the address gets a link.
#[post("/api/passes/{id}/transfer", session: Session)]
pub async fn transfer_pass(id: String, recipient: Email) -> Result<Pass, ApiError> {
    session.call(TransferPass { id: path_id(&id)?, recipient }).await
}

/// Ends an offer of the caller that nobody has accepted.
#[delete("/api/transfers/{id}", session: Session)]
pub async fn take_back_transfer(id: String) -> Result<Pass, ApiError> {
    session.call(TakeBackTransfer { id: path_id(&id)? }).await
}

/// A gift that is offered to the caller.
#[get("/api/transfers/{id}", session: Session)]
pub async fn get_transfer(id: String) -> Result<PassTransfer, ApiError> {
    session.call(GetTransfer { id: path_id(&id)? }).await
}

/// Makes the caller the owner of a pass that is offered to them.
#[post("/api/transfers/{id}/accept", session: Session)]
pub async fn accept_transfer(id: String) -> Result<Pass, ApiError> {
    session.call(AcceptTransfer { id: path_id(&id)? }).await
}
