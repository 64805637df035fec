//! Why something was refused, in words that are safe to show.

use crate::money::{Currency, Money};
use crate::orders::OrderState;
use crate::payments::Decline;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A field that cannot be taken as it is, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Error)]
#[error("{flaw}")]
pub struct Invalid {
    /// The argument's name.
    pub field: String,
    /// What is wrong with it.
    pub flaw: Flaw,
}

impl Invalid {
    /// `flaw` of the argument `field`.
    pub fn new(field: impl Into<String>, flaw: Flaw) -> Self {
        Invalid { field: field.into(), flaw }
    }
}

/// What is wrong with an argument, and what would be right. The words are for those who call the API; a page has them in the
/// reader's language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Error)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each variant's words are its documentation")]
pub enum Flaw {
    #[error("this cannot be empty")]
    Empty,
    #[error("this has at most {most} characters")]
    TooLong { most: usize },
    #[error("this has characters that do not show")]
    InvisibleCharacters,
    #[error("an e-mail address looks like name@example.org")]
    NoEmail,
    #[error("a password has at least {least} characters")]
    ShortPassword { least: usize },
    #[error("a password has at most {most} characters")]
    LongPassword { most: usize },
    #[error("this is not a payment method that can be charged")]
    NoMethod,
    #[error("an amount looks like 49.90")]
    NoAmount,
    #[error("a price is more than zero")]
    NoPrice,
    #[error("a price in {} is in steps of {step}", step.currency.code())]
    OffStep { step: Money },
    #[error("a price is at most {most}")]
    HighPrice { most: Money },
    #[error("tickets for this show are paid in {}", currency.code())]
    OtherCurrency { currency: Currency },
    #[error("there is no such choice")]
    NoChoice,
    #[error("choose at least one ticket, and each once")]
    NothingChosen,
    #[error("ask for 1 to {most} seats together")]
    TogetherBeyond { most: u32 },
    #[error("a day looks like 2026-12-05")]
    NoDay,
    #[error("a date and time look like 2026-12-05T20:00")]
    NoTime,
    #[error("a time zone is named like Europe/Berlin")]
    NoTimeZone,
    #[error("the show must be in the future")]
    Past,
    #[error("the show must be within the next five years")]
    FarFuture,
    #[error("the clocks skip this time on that day")]
    SkippedTime,
    #[error("{first}-{last} runs backwards, write {last}-{first}")]
    Backwards { first: u32, last: u32 },
    #[error("list between 1 and {most} seats at once")]
    SeatCount { most: usize },
}

/// Every reason for which a request is refused. Refused is not failed: it says what to do next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Error)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each variant's words are its documentation")]
pub enum Rejection {
    #[error("{0}")]
    Invalid(Invalid),
    #[error("the request could not be read: {0}")]
    Malformed(String),
    #[error("the request is too large")]
    TooLarge,
    #[error("sign in first")]
    SignedOut,
    #[error("the e-mail address or the password is wrong")]
    WrongCredentials,
    #[error("this e-mail address has an account already, sign in instead")]
    EmailTaken,
    #[error("this belongs to somebody else")]
    NotYours,
    #[error("the request did not come from this site")]
    ForeignOrigin,
    #[error("there is nothing here")]
    NotFound,
    #[error("this cannot be done here")]
    NotAllowed,
    #[error("somebody else is buying this ticket right now, it may be back in a minute")]
    TicketHeld,
    #[error("this ticket is sold")]
    TicketSold,
    #[error("this ticket is no longer for sale")]
    TicketWithdrawn,
    #[error("this is your own ticket")]
    OwnTicket,
    #[error("the price has changed, look at it again before you buy")]
    PriceChanged,
    #[error("the ticket has changed meanwhile, look at it again")]
    ChangedMeanwhile,
    #[error("nobody can hold more than {most} tickets for one show")]
    TooManyTickets { most: u32 },
    #[error("the tickets of one order are for one show")]
    MixedShows,
    #[error("this show is cancelled")]
    ShowCancelled,
    #[error("this show has begun already")]
    ShowBegun,
    #[error("this ticket was sold together with tickets of other sellers, so it cannot be given back alone")]
    SoldTogether,
    #[error("this ticket is not sold, there is no money to give back")]
    NotSold,
    #[error("the time to pay is over, the tickets are on sale again")]
    OrderExpired,
    #[error("{}", closed(*.0))]
    OrderClosed(OrderState),
    #[error("a payment for this order is under way, wait for its answer")]
    PaymentUnderWay,
    #[error("the card was declined: {0}")]
    CardDeclined(Decline),
    #[error("this request was sent before with other contents")]
    KeyReused,
    #[error("too many tries, wait {wait_seconds} seconds")]
    TooManyRequests { wait_seconds: u64 },
}

fn closed(state: OrderState) -> &'static str {
    match state {
        OrderState::Held => "this order is still open",
        OrderState::Complete => "this order is paid already",
        OrderState::Expired => "the time to pay is over, the tickets are on sale again",
        OrderState::Cancelled => "this order was cancelled",
        OrderState::Refunded => "this order was refunded",
    }
}

impl From<Invalid> for Rejection {
    fn from(invalid: Invalid) -> Self {
        Rejection::Invalid(invalid)
    }
}
