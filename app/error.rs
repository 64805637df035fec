//! Why a call to the server failed. This is the only module that maps failures to HTTP status codes.

use dioxus::fullstack::{AsStatusCode, ServerFnError, StatusCode};
use serde::{Deserialize, Serialize};
use shared::{Invalid, Rejection};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum ApiError {
    /// The server refused the request; the reason may be shown to the caller.
    #[error("{0}")]
    Rejected(Rejection),
    /// An internal failure. The cause is in the server's log only.
    #[error("something went wrong on our side, nothing was lost, try again")]
    Failed,
    /// The server, or a service behind it, does not respond at the moment.
    #[error("this does not work at the moment, try again in a few seconds")]
    Unavailable,
}

impl ApiError {
    pub fn status(&self) -> StatusCode {
        match self {
            ApiError::Rejected(rejection) => match rejection {
                Rejection::Invalid(_) | Rejection::Malformed(_) | Rejection::MixedShows => StatusCode::BAD_REQUEST,
                Rejection::SignedOut | Rejection::WrongCredentials => StatusCode::UNAUTHORIZED,
                Rejection::NotYours | Rejection::ForeignOrigin | Rejection::EmailUnverified => StatusCode::FORBIDDEN,
                Rejection::NotFound => StatusCode::NOT_FOUND,
                Rejection::NotAllowed => StatusCode::METHOD_NOT_ALLOWED,
                Rejection::TicketHeld
                | Rejection::HeldByYou { .. }
                | Rejection::TicketSold
                | Rejection::TicketWithdrawn
                | Rejection::TicketListed
                | Rejection::TicketPassedOn
                | Rejection::RefundUnderWay
                | Rejection::TransferPending
                | Rejection::TooManyTransfers { .. }
                | Rejection::TicketUsed
                | Rejection::OwnTicket
                | Rejection::SeatTaken { .. }
                | Rejection::PriceChanged
                | Rejection::ChangedMeanwhile
                | Rejection::ShowCancelled
                | Rejection::ShowBegun
                | Rejection::SoldTogether
                | Rejection::NotSold
                | Rejection::TooManyTickets { .. }
                | Rejection::OrderClosed(_)
                | Rejection::PaymentUnderWay
                | Rejection::KeyReused => StatusCode::CONFLICT,
                Rejection::OrderExpired | Rejection::LinkInvalid => StatusCode::GONE,
                Rejection::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
                Rejection::CardDeclined(_) => StatusCode::UNPROCESSABLE_ENTITY,
                Rejection::TooManyRequests { .. } => StatusCode::TOO_MANY_REQUESTS,
            },
            ApiError::Failed => StatusCode::INTERNAL_SERVER_ERROR,
            ApiError::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

impl AsStatusCode for ApiError {
    fn as_status_code(&self) -> StatusCode {
        self.status()
    }
}

impl From<Rejection> for ApiError {
    fn from(rejection: Rejection) -> Self {
        ApiError::Rejected(rejection)
    }
}

impl From<Invalid> for ApiError {
    fn from(invalid: Invalid) -> Self {
        ApiError::Rejected(Rejection::Invalid(invalid))
    }
}

impl From<ServerFnError> for ApiError {
    fn from(error: ServerFnError) -> Self {
        match error {
            // The connection failed or was cut off.
            ServerFnError::Request(_) => ApiError::Unavailable,
            _ => ApiError::Failed,
        }
    }
}

#[cfg(feature = "server")]
impl From<server::Error> for ApiError {
    fn from(error: server::Error) -> Self {
        match error {
            server::Error::Rejected(rejection) => ApiError::Rejected(rejection),
            server::Error::Unavailable(_)
            | server::Error::NotReady(_)
            | server::Error::Conflict
            | server::Error::InFlight => ApiError::Unavailable,
            server::Error::Failed(_) => ApiError::Failed,
        }
    }
}
