//! Why an argument of a request is refused.

use crate::instant::OffsetTime;
use crate::money::{Currency, Money};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// An argument that was refused. A form shows the text next to the field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Error)]
#[error("{flaw}")]
pub struct Invalid {
    /// The argument's name in the API, such as `time_zone`.
    pub field: String,
    /// What is wrong, and what would be right.
    pub flaw: Flaw,
}

impl Invalid {
    /// Refuses the argument `field` because of `flaw`.
    pub fn new(field: impl Into<String>, flaw: Flaw) -> Self {
        Invalid { field: field.into(), flaw }
    }
}

/// What is wrong with an argument. The English text, which is also the documentation, is for callers of the API; pages
/// translate the variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Error, strum::EnumCount)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the error text documents the variant")]
pub enum Flaw {
    #[error("this cannot be empty")]
    Empty,
    #[error("this has at most {most} characters")]
    TooLong { most: usize },
    #[error("this has characters that do not show")]
    InvisibleCharacters,
    #[error("an e-mail address looks like name@example.org")]
    #[serde(rename = "no_email")]
    InvalidEmail,
    #[error("a password has at least {least} characters")]
    ShortPassword { least: usize },
    #[error("a password has at most {most} characters")]
    LongPassword { most: usize },
    #[error("many people use this password, so it is among the first that are tried")]
    CommonPassword,
    #[error("this is not a payment method that can be charged")]
    #[serde(rename = "no_method")]
    InvalidPaymentMethod,
    #[error("an amount looks like 49.90")]
    #[serde(rename = "no_amount")]
    InvalidAmount,
    #[error("this can be {first} or {second}: write it without a mark of thousands")]
    UnclearAmount { first: Money, second: Money },
    #[error("a price is more than zero")]
    #[serde(rename = "no_price")]
    PriceNotPositive,
    #[error("a price in {} is in steps of {step}", step.currency.code())]
    OffStep { step: Money },
    #[error("a price is at least {least}, or cards cannot be charged with it")]
    LowPrice { least: Money },
    #[error("an order is at most {most}, or cards cannot be charged with it")]
    HighTotal { most: Money },
    #[error("a ticket is resold for at most {most}")]
    AboveCap { most: Money },
    #[error("a price is at most {most}")]
    HighPrice { most: Money },
    #[error("tickets for this show are paid in {}", currency.code())]
    OtherCurrency { currency: Currency },
    #[error("there is no such choice")]
    #[serde(rename = "no_choice")]
    UnknownChoice,
    #[error("no page of this list has this cursor")]
    #[serde(rename = "no_cursor")]
    InvalidCursor,
    #[error("choose at least one ticket, and each once")]
    NothingChosen,
    #[error("ask for 1 to {most} seats together")]
    TogetherBeyond { most: u32 },
    #[error("a day looks like 2026-12-05")]
    #[serde(rename = "no_day")]
    InvalidDay,
    #[error("the last day is before the first")]
    EndsBeforeItBegins,
    #[error("a date and time look like 2026-12-05T20:00")]
    #[serde(rename = "no_time")]
    InvalidTime,
    #[error("a time zone is named like Europe/Berlin")]
    #[serde(rename = "no_time_zone")]
    UnknownTimeZone,
    #[error("the show must be in the future")]
    Past,
    #[error("the show must be within the next five years")]
    FarFuture,
    #[error("the clocks skip this time on that day")]
    SkippedTime,
    #[error("the clocks show this time twice on that day, so choose {earlier} or {later}")]
    AmbiguousTime { earlier: OffsetTime, later: OffsetTime },
    #[error("{first}-{last} runs backwards, write {last}-{first}")]
    Backwards { first: u32, last: u32 },
    #[error("list between 1 and {most} seats at once")]
    SeatCount { most: usize },
    #[error("seats {first} and {second} of the list are the same, list each once")]
    RepeatedSeat { first: usize, second: usize },
}
