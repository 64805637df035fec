//! Requests, replies and the event of `orders`: who holds or owns which ticket, and until when.

use crate::Service;
use crate::event::{Event, Subject};
use crate::id::{OrderId, PaymentId, TicketId, UserId};
use crate::instant::Instant;
use crate::money::Money;
use crate::page::Paginated;
use crate::payments::PaymentState;
use crate::tickets::{Seat, Show};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The maximum of tickets for one show that one person may hold or own, so that nobody can hold a whole house.
pub const MAX_TICKETS_PER_SHOW: u32 = 8;

/// `held → complete | expired | cancelled`, `complete → refunded`.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    strum::Display,
    strum::EnumString,
    strum::IntoStaticStr,
    strum::VariantArray,
)]
#[strum(serialize_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum OrderState {
    /// The tickets are reserved and not paid yet.
    Held,
    /// The payment is authorized, and the tickets belong to the buyer.
    Complete,
    /// The hold ended before the payment was authorized.
    Expired,
    /// Ended before the payment was authorized, for an [`EndReason`].
    Cancelled,
    /// Was complete; the buyer no longer has the tickets and gets the money back.
    Refunded,
}

impl OrderState {
    /// Whether the order has ended and its tickets do not belong to the buyer.
    pub fn is_over(self) -> bool {
        matches!(self, OrderState::Expired | OrderState::Cancelled | OrderState::Refunded)
    }
}

/// Why an order was cancelled or refunded.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    strum::Display,
    strum::EnumString,
    strum::IntoStaticStr,
    strum::VariantArray,
)]
#[strum(serialize_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// The buyer released the held tickets.
    CancelledByBuyer,
    /// The seller repriced or withdrew a ticket before `tickets` could confirm its hold.
    TicketChanged,
    /// The authorized payment could not be captured.
    CaptureFailed,
    /// The creator of the show cancelled it.
    ShowCancelled,
    /// The seller refunded the sale before the show.
    BySeller,
    /// The payment was refunded outside this program, for example in Stripe's dashboard.
    RefundedExternally,
}

/// One ticket of an order, as it was when the order was placed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OrderLine {
    /// Names the live ticket; the other fields are copies.
    pub ticket_id: TicketId,
    /// The same for every line of an order.
    pub show: Show,
    /// The place that the ticket admits to.
    pub seat: Seat,
    /// The price in this order. A later change of the ticket's price does not concern it.
    pub price: Money,
    /// See [`Ticket::issued`](crate::tickets::Ticket::issued).
    #[serde(default)]
    pub issued: bool,
}

/// An order's latest payment, as `orders` knows it from events: `payments` may be ahead.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PaymentSummary {
    /// For `payments.get`, which answers with the current state.
    pub id: PaymentId,
    /// The state in the newest event.
    pub state: PaymentState,
}

/// An order as its buyer sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Order {
    /// Sorts by the time of placing.
    pub id: OrderId,
    /// The only person who may see the order.
    pub buyer_id: UserId,
    /// Decides what the buyer can do next.
    pub state: OrderState,
    /// `None` unless the order is cancelled or refunded.
    pub reason: Option<EndReason>,
    /// 1 to [`MAX_TICKETS_PER_SHOW`], in the order of their tickets' ids.
    pub lines: Vec<OrderLine>,
    /// The sum of the lines, which is the amount of the payment.
    pub total: Money,
    /// The start of the hold.
    pub placed_at: Instant,
    /// The end of the hold, if the order is still held then.
    pub expires_at: Instant,
    /// Whether the start of a payment has moved `expires_at`, which happens once.
    pub extended: bool,
    /// Whether issued tickets of it are the buyer's: a moment after the order is complete, when its payment is captured.
    #[serde(default)]
    pub captured: bool,
    /// The newest attempt to pay; declined ones before it are left out.
    pub payment: Option<PaymentSummary>,
    /// The server's clock when it answered: a client counts down from it, since its own clock may be wrong.
    pub server_now: Instant,
    /// 1, 2, 3, …: raised by each change.
    pub version: u64,
}

/// Holds tickets of one show for the caller until they are paid or the hold ends. If the caller holds exactly these
/// already, that order is returned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlaceOrder {
    /// 1 to [`MAX_TICKETS_PER_SHOW`], each once.
    pub ticket_ids: Vec<TicketId>,
    /// The total that the buyer saw; refused with `PriceChanged` if it is not the current one.
    pub expected_total: Money,
}

/// Returns an order of the caller.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GetOrder {
    /// An order whose buyer is the caller.
    pub id: OrderId,
}

/// Lists the orders of the caller, newest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ListOrders {
    /// [`Paginated::next`] of the previous page; `None` for the first page.
    pub cursor: Option<String>,
}

/// Cancels a held order of the caller, which releases its tickets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CancelOrder {
    /// An order whose buyer is the caller.
    pub id: OrderId,
}

/// One ticket of an order, as the other services need it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HeldTicket {
    /// `tickets` updates this ticket.
    pub ticket_id: TicketId,
    /// `payments` credits this person.
    pub seller_id: UserId,
    /// For mails and statements.
    pub seat: Seat,
    /// See [`OrderLine::price`].
    pub price: Money,
    /// The ticket's `price_version` when the order was placed. `tickets` confirms the hold only while it is the same.
    #[serde(rename = "terms")]
    pub price_version: u64,
}

/// A message of a person's live feed. It carries no state: the reader fetches the order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OrderUpdate {
    /// The order that changed.
    pub id: OrderId,
    /// Its new version, with which a reader can skip a state that it has.
    pub version: u64,
}

/// An order was created or changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OrderChanged {
    /// The aggregate.
    pub id: OrderId,
    /// 1, 2, 3, … without gaps.
    pub version: u64,
    /// Owns the tickets once the order is complete.
    pub buyer_id: UserId,
    /// Decides what the other services do with tickets and money.
    pub state: OrderState,
    /// See [`Order::reason`].
    pub reason: Option<EndReason>,
    /// Every ticket of an order is for this show.
    pub show: Show,
    /// See [`Order::lines`].
    pub lines: Vec<HeldTicket>,
    /// See [`Order::total`].
    pub total: Money,
    /// See [`Order::expires_at`].
    pub expires_at: Instant,
    /// The payment that completed the order, and the only one that may be captured.
    pub payment_id: Option<PaymentId>,
    /// Whether that payment is captured, so that its passes are the buyer's. Only orders of issued tickets say so: nothing else follows
    /// from it.
    #[serde(default)]
    pub captured: bool,
}
impl Event for OrderChanged {
    const SUBJECT: Subject = Subject::OrdersChanged;
    fn aggregate(&self) -> Uuid {
        self.id.uuid()
    }
    fn version(&self) -> u64 {
        self.version
    }
}

crate::request::requests! { Service::Orders;
    PlaceOrder = "orders.place" -> Order;
    GetOrder = "orders.get" -> Order;
    ListOrders = "orders.list" -> Paginated<Order>;
    CancelOrder = "orders.cancel" -> Order;
}
