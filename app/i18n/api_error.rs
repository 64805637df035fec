//! Errors in the user's language.

use super::{money, seat, t};
use crate::error::ApiError;
use shared::orders::OrderState;
use shared::payments::Decline;
use shared::{Flaw, Invalid, Rejection};

impl ApiError {
    /// The error as a sentence for the user.
    pub fn message(&self) -> String {
        match self {
            ApiError::Rejected(rejection) => rejection_message(rejection),
            ApiError::Failed => t!("error-failed"),
            ApiError::Unavailable => t!("error-unavailable"),
        }
    }

    /// The sentence for one field of a form; `None` if the error is not about that field.
    pub fn field_message(&self, field: &str) -> Option<String> {
        match self {
            ApiError::Rejected(Rejection::Invalid(invalid)) if invalid.field == field => {
                Some(flaw_message(invalid.flaw))
            }
            _ => None,
        }
    }
}

fn rejection_message(rejection: &Rejection) -> String {
    match rejection {
        Rejection::Invalid(Invalid { flaw, .. }) => flaw_message(*flaw),
        Rejection::Malformed(_) => t!("error-malformed"),
        Rejection::TooLarge => t!("error-too-large"),
        Rejection::SignedOut => t!("error-signed-out"),
        Rejection::WrongCredentials => t!("error-wrong-credentials"),
        Rejection::LinkInvalid => t!("error-link-invalid"),
        Rejection::EmailUnverified => t!("error-email-unverified"),
        Rejection::NotYours => t!("error-not-yours"),
        Rejection::ForeignOrigin => t!("error-foreign-origin"),
        Rejection::NotFound => t!("error-not-found"),
        Rejection::NotAllowed => t!("error-not-allowed"),
        Rejection::TicketHeld => t!("error-ticket-held"),
        Rejection::HeldByYou { .. } => t!("error-held-by-you"),
        Rejection::TicketSold => t!("error-ticket-sold"),
        Rejection::TicketWithdrawn => t!("error-ticket-withdrawn"),
        Rejection::TicketListed => t!("error-ticket-listed"),
        Rejection::TicketPassedOn => t!("error-ticket-passed-on"),
        Rejection::RefundUnderWay => t!("error-refund-under-way"),
        Rejection::TransferPending => t!("error-transfer-pending"),
        Rejection::TooManyTransfers { most } => t!("error-too-many-transfers", most = *most),
        Rejection::TicketUsed => t!("error-ticket-used"),
        Rejection::OwnTicket => t!("error-own-ticket"),
        Rejection::SeatTaken { seat: taken, yours: true } => t!("error-seat-yours", seat = seat(taken)),
        Rejection::SeatTaken { seat: taken, yours: false } => t!("error-seat-taken", seat = seat(taken)),
        Rejection::PriceChanged => t!("error-price-changed"),
        Rejection::ChangedMeanwhile => t!("error-changed-meanwhile"),
        Rejection::TooManyTickets { most } => t!("error-too-many-tickets", most = *most),
        Rejection::MixedShows => t!("error-mixed-shows"),
        Rejection::ShowCancelled => t!("error-show-cancelled"),
        Rejection::ShowBegun => t!("error-show-begun"),
        Rejection::SoldTogether => t!("error-sold-together"),
        Rejection::NotSold => t!("error-not-sold"),
        Rejection::OrderExpired | Rejection::OrderClosed(OrderState::Expired) => t!("error-order-expired"),
        Rejection::OrderClosed(OrderState::Held) => t!("error-order-open"),
        Rejection::OrderClosed(OrderState::Complete) => t!("error-order-paid"),
        Rejection::OrderClosed(OrderState::Cancelled) => t!("error-order-cancelled"),
        Rejection::OrderClosed(OrderState::Refunded) => t!("error-order-refunded"),
        Rejection::PaymentUnderWay => t!("error-payment-under-way"),
        Rejection::CardDeclined(decline) => decline_message(*decline),
        Rejection::KeyReused => t!("error-key-reused"),
        Rejection::TooManyRequests { wait_seconds } => t!("error-too-many-requests", seconds = *wait_seconds),
    }
}

fn decline_message(decline: Decline) -> String {
    match decline {
        Decline::Generic => t!("declined-generic"),
        Decline::InsufficientFunds => t!("declined-insufficient-funds"),
        Decline::ProcessingError => t!("declined-processing-error"),
        Decline::AuthenticationFailed => t!("declined-authentication-failed"),
        Decline::Closed => t!("declined-closed"),
    }
}

fn flaw_message(flaw: Flaw) -> String {
    match flaw {
        Flaw::Empty => t!("flaw-empty"),
        Flaw::TooLong { most } => t!("flaw-too-long", most = most),
        Flaw::InvisibleCharacters => t!("flaw-invisible-characters"),
        Flaw::InvalidEmail => t!("flaw-no-email"),
        Flaw::ShortPassword { least } => t!("flaw-short-password", least = least),
        Flaw::LongPassword { most } => t!("flaw-long-password", most = most),
        Flaw::CommonPassword => t!("flaw-common-password"),
        Flaw::InvalidPaymentMethod => t!("flaw-no-method"),
        Flaw::InvalidAmount => t!("flaw-no-amount"),
        Flaw::UnclearAmount { first, second } => {
            t!("flaw-unclear-amount", first = money(first), second = money(second))
        }
        Flaw::PriceNotPositive => t!("flaw-no-price"),
        Flaw::OffStep { step } => t!("flaw-off-step", step = money(step)),
        Flaw::LowPrice { least } => t!("flaw-low-price", least = money(least)),
        Flaw::HighTotal { most } => t!("flaw-high-total", most = money(most)),
        Flaw::AboveCap { most } => t!("flaw-above-cap", most = money(most)),
        Flaw::HighPrice { most } => t!("flaw-high-price", most = money(most)),
        Flaw::OtherCurrency { currency } => t!("flaw-other-currency", currency = currency.code()),
        Flaw::UnknownChoice => t!("flaw-no-choice"),
        Flaw::InvalidCursor => t!("flaw-no-cursor"),
        Flaw::NothingChosen => t!("flaw-nothing-chosen"),
        Flaw::TogetherBeyond { most } => t!("flaw-together-beyond", most = most),
        Flaw::InvalidDay => t!("flaw-no-day"),
        Flaw::EndsBeforeItBegins => t!("flaw-ends-before-it-begins"),
        Flaw::InvalidTime => t!("flaw-no-time"),
        Flaw::UnknownTimeZone => t!("flaw-no-time-zone"),
        Flaw::Past => t!("flaw-past"),
        Flaw::FarFuture => t!("flaw-far-future"),
        Flaw::SkippedTime => t!("flaw-skipped-time"),
        Flaw::AmbiguousTime { earlier, later } => t!(
            "flaw-ambiguous-time",
            time = earlier.clock_time(),
            earlier = earlier.utc_offset(),
            later = later.utc_offset()
        ),
        Flaw::Backwards { first, last } => t!("flaw-backwards", first = first, last = last),
        Flaw::SeatCount { most } => t!("flaw-seat-count", most = most),
        Flaw::RepeatedSeat { first, second } => t!("flaw-repeated-seat", first = first, second = second),
    }
}
