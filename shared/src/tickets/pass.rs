//! What happens to a ticket after its sale: who may enter with it, its code, its resale, and its refund.

use super::door::Admission;
use super::{Seat, Show, TicketState};
use crate::event::{Event, Subject};
use crate::id::{PassId, TicketId, TransferId, UserId};
use crate::money::Money;
use crate::price::Price;
use crate::value::Email;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

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
    /// The owner's offer to give it away.
    pub transfer: Option<PendingTransfer>,
    /// How often the owner may still offer it as a gift.
    pub transfers_left: u32,
    /// When and where somebody entered with it.
    pub admission: Option<Admission>,
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

/// How often a pass may be offered as a gift between two sales. More would make a way around the cap of the price.
pub const MAX_TRANSFERS: u32 = 5;

/// An offer to give a pass away that is neither accepted nor taken back. Until it is accepted, the code of the giver is valid.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PendingTransfer {
    /// It is in the link that the recipient receives. It is no secret.
    pub id: TransferId,
    /// Who may accept it: the person who has proved this address.
    pub recipient: Email,
}

/// A pass that is offered to the caller.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PassTransfer {
    /// What [`AcceptTransfer`] accepts.
    pub id: TransferId,
    /// The show that the pass admits to.
    pub show: Show,
    /// The place that it admits to.
    pub seat: Seat,
}

/// Offers a pass of the caller as a gift. Refused with `TooManyTransfers`, with `OwnTicket` for the caller's own address, and as a resale is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TransferPass {
    /// A pass whose owner is the caller.
    pub id: PassId,
    /// Receives a link. An account may be created for it then.
    pub recipient: Email,
}

/// Ends an offer of the caller. Refused with `LinkInvalid` if it was accepted or ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TakeBackTransfer {
    /// [`PendingTransfer::id`].
    pub id: TransferId,
}

/// Returns an offer to the caller, who has proved the address that it was sent to. Refused with `LinkInvalid` if it was accepted or
/// ended, and for everybody else.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GetTransfer {
    /// [`PendingTransfer::id`].
    pub id: TransferId,
}

/// Makes the caller the owner of the pass, and all codes of it so far invalid. Refused as [`GetTransfer`] is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AcceptTransfer {
    /// [`PendingTransfer::id`].
    pub id: TransferId,
}

/// The event `tickets.pass_changed`: a pass got another owner, was offered as a gift, or was admitted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PassChanged {
    /// The pass.
    pub pass_id: PassId,
    /// A copy of the show, as mails describe it.
    pub show: Show,
    /// The place that it admits to.
    pub seat: Seat,
    /// The present owner.
    pub owner_id: UserId,
    /// Who had it before, if this version gave it to the owner.
    pub former_owner_id: Option<UserId>,
    /// The generation of the owner's code.
    pub generation: u32,
    /// The pending offer.
    pub transfer: Option<PendingTransfer>,
    /// Whether somebody has entered with it.
    pub admitted: bool,
    /// The version of the pass that this event makes.
    pub version: u64,
}

/// The data of a feed's event `pass`, for its owner and who had it before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PassUpdate {
    /// The pass to load again.
    pub id: PassId,
    /// [`PassChanged::version`].
    pub version: u64,
}

impl Event for PassChanged {
    const SUBJECT: Subject = Subject::TicketsPassChanged;

    fn aggregate(&self) -> Uuid {
        self.pass_id.uuid()
    }

    fn version(&self) -> u64 {
        self.version
    }
}
