//! One example of every refusal.

use super::examples::{ORDER, seat};
use shared::orders::OrderState;
use shared::payments::Decline;
use shared::{Currency, Flaw, Instant, Money, OffsetTime, Rejection};

const EARLIER: OffsetTime = OffsetTime { at: Instant::from_millis(1_792_888_200_000), offset_minutes: 120 };
const LATER: OffsetTime = OffsetTime { at: Instant::from_millis(1_792_891_800_000), offset_minutes: 60 };

/// One example of each rejection but `Invalid`, which the examples of the flaws cover.
pub fn rejections() -> Vec<Rejection> {
    vec![
        Rejection::Malformed("the cause".to_owned()),
        Rejection::TooLarge,
        Rejection::SignedOut,
        Rejection::WrongCredentials,
        Rejection::LinkInvalid,
        Rejection::EmailUnverified,
        Rejection::NotYours,
        Rejection::ForeignOrigin,
        Rejection::NotFound,
        Rejection::NotAllowed,
        Rejection::TicketHeld,
        Rejection::HeldByYou { order_id: ORDER },
        Rejection::TicketSold,
        Rejection::TicketWithdrawn,
        Rejection::TicketListed,
        Rejection::TicketPassedOn,
        Rejection::RefundUnderWay,
        Rejection::TransferPending,
        Rejection::TooManyTransfers { most: 5 },
        Rejection::TicketUsed,
        Rejection::OwnTicket,
        Rejection::SeatTaken { seat: seat(), yours: false },
        Rejection::PriceChanged,
        Rejection::ChangedMeanwhile,
        Rejection::TooManyTickets { most: 8 },
        Rejection::MixedShows,
        Rejection::ShowCancelled,
        Rejection::ShowBegun,
        Rejection::SoldTogether,
        Rejection::NotSold,
        Rejection::OrderExpired,
        Rejection::OrderClosed(OrderState::Complete),
        Rejection::PaymentUnderWay,
        Rejection::CardDeclined(Decline::Generic),
        Rejection::KeyReused,
        Rejection::TooManyRequests { wait_seconds: 60 },
    ]
}

pub const FLAWS: [Flaw; 32] = [
    Flaw::Empty,
    Flaw::TooLong { most: 120 },
    Flaw::InvisibleCharacters,
    Flaw::InvalidEmail,
    Flaw::ShortPassword { least: 8 },
    Flaw::LongPassword { most: 128 },
    Flaw::CommonPassword,
    Flaw::InvalidPaymentMethod,
    Flaw::InvalidAmount,
    Flaw::UnclearAmount { first: Money::new(100, Currency::Eur), second: Money::new(100_000, Currency::Eur) },
    Flaw::PriceNotPositive,
    Flaw::OffStep { step: Money::new(10, Currency::Kwd) },
    Flaw::LowPrice { least: Money::new(50, Currency::Eur) },
    Flaw::HighTotal { most: Money::new(99_999_999, Currency::Eur) },
    Flaw::AboveCap { most: Money::new(4_950, Currency::Eur) },
    Flaw::HighPrice { most: Money::new(99_999_999, Currency::Eur) },
    Flaw::OtherCurrency { currency: Currency::Eur },
    Flaw::UnknownChoice,
    Flaw::InvalidCursor,
    Flaw::NothingChosen,
    Flaw::TogetherBeyond { most: 8 },
    Flaw::InvalidDay,
    Flaw::EndsBeforeItBegins,
    Flaw::InvalidTime,
    Flaw::UnknownTimeZone,
    Flaw::Past,
    Flaw::FarFuture,
    Flaw::SkippedTime,
    Flaw::AmbiguousTime { earlier: EARLIER, later: LATER },
    Flaw::Backwards { first: 9, last: 1 },
    Flaw::SeatCount { most: 100 },
    Flaw::RepeatedSeat { first: 1, second: 3 },
];
