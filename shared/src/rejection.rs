//! Why a request was refused. The texts are safe to show to people.

use crate::id::OrderId;
use crate::invalid::Invalid;
use crate::orders::OrderState;
use crate::payments::Decline;
use crate::tickets::Seat;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Every reason to refuse a request. A refusal is no failure: it is not logged as an error, and its text tells the caller
/// what to do next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Error, strum::EnumCount)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the error text documents the variant")]
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
    #[error("this link was used before or is too old, ask for a new one")]
    LinkInvalid,
    #[error("verify your e-mail address first")]
    EmailUnverified,
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
    #[error("you hold some of these tickets in the order {order_id} already, pay or cancel it first")]
    HeldByYou { order_id: OrderId },
    #[error("this ticket is sold")]
    TicketSold,
    #[error("this ticket is no longer for sale")]
    TicketWithdrawn,
    #[error("this ticket is listed for sale, withdraw it first")]
    TicketListed,
    #[error("the buyer has passed this ticket on, so its sale cannot be undone")]
    TicketPassedOn,
    #[error("the money for this ticket is being given back")]
    RefundUnderWay,
    #[error("this ticket is offered to somebody already, take it back first")]
    TransferPending,
    #[error("a ticket can be given away {most} times")]
    TooManyTransfers { most: u32 },
    #[error("this ticket has been used at the door")]
    TicketUsed,
    #[error("this is your own ticket")]
    OwnTicket,
    #[error("{}", seat_taken(seat, *yours))]
    SeatTaken { seat: Seat, yours: bool },
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

fn seat_taken(seat: &Seat, yours: bool) -> String {
    if yours {
        format!("you have a ticket for {seat} already")
    } else {
        format!(
            "somebody else has a ticket for {seat} already, if the seat is yours, report that to the operator of this site"
        )
    }
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
