//! What happens to a ticket after its sale: who may enter with it, its code, its resale, and its refund.

use super::{Seat, Show, TicketState};
use crate::id::{PassId, TicketId};
use crate::money::Money;
use crate::price::Price;
use serde::{Deserialize, Serialize};

/// The right to one seat of a show that was issued here. It has one owner and one valid code at any time. It changes hands when the
/// payment for a ticket of it is captured, and when such a sale is refunded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pass {
    /// Sorts by the time of issue.
    pub id: PassId,
    /// A copy of the show, so that a pass can be displayed by itself.
    pub show: Show,
    /// The place that it admits to.
    pub seat: Seat,
    /// The price that the creator of the show issued it for.
    pub face_value: Money,
    /// The highest price of a resale; `None` if the site caps none.
    pub price_cap: Option<Money>,
    /// The owner's offer of it; `None` unless it is on sale, held, or sold and not paid for yet. Until that, the owner's code is valid.
    pub listing: Option<Listing>,
    /// Whether the seller is refunding it.
    pub refund_requested: bool,
}

/// The ticket by which the owner of a pass sells it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Listing {
    /// The ticket.
    pub ticket_id: TicketId,
    /// What its buyer pays.
    pub price: Money,
    /// On sale, held or sold.
    pub state: TicketState,
}

/// Lists the passes that the caller has acquired, the latest issued first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ListPasses {
    /// [`Paginated::next`](crate::Paginated::next) of the previous page; `None` for the first page.
    pub cursor: Option<String>,
}

/// Returns a pass of the caller. `NotFound` for everybody else.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GetPass {
    /// A pass whose owner is the caller.
    pub id: PassId,
}

/// Returns the present code of a pass that the caller has acquired. `NotFound` for everybody else.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GetPassCode {
    /// A pass whose owner is the caller.
    pub id: PassId,
}

/// Offers a pass of the caller for sale: a new ticket with the seat and the face value of the pass. Its code stays valid until a buyer has
/// paid.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ResellPass {
    /// A pass whose owner is the caller.
    pub id: PassId,
    /// In the currency of the show, at most [`Pass::price_cap`].
    pub price: Price,
}

/// Refunds the whole order that a ticket was sold in, before the show. Refused with `SoldTogether` if the order has tickets
/// of other sellers, and with `TicketPassedOn` or `TicketListed` if the buyer has sold or listed one of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RefundSale {
    /// A sold ticket whose seller is the caller.
    pub ticket_id: TicketId,
}
