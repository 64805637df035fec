//! What `orders` is asked and says: who holds or owns which ticket, and until when.

use crate::payments::PaymentState;
use crate::tickets::{Seat, Show};
use crate::{Event, Instant, Money, OrderId, Paginated, PaymentId, Subject, TicketId, UserId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// How many tickets of one show one person may hold or own.
pub const MAX_TICKETS_PER_SHOW: u32 = 8;

/// Where an order is in its life: `held → complete | expired | cancelled`, `complete → refunded`.
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
    /// The tickets wait for their payment.
    Held,
    /// Paid: the tickets are the buyer's.
    Complete,
    /// Not paid in time.
    Expired,
    /// Ended before it was paid.
    Cancelled,
    /// Paid, and the money was given back.
    Refunded,
}

impl OrderState {
    /// Whether the order has ended without the buyer having the tickets.
    pub fn is_over(self) -> bool {
        matches!(self, OrderState::Expired | OrderState::Cancelled | OrderState::Refunded)
    }
}

/// Why an order ended other than by the clock.
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
    /// The buyer asked for it.
    CancelledByBuyer,
    /// The seller changed or withdrew a ticket before the hold reached it.
    TicketChanged,
    /// The authorized money could not be taken.
    CaptureFailed,
    /// The show was cancelled by whoever announced it.
    ShowCancelled,
    /// The seller gave the money back before the show.
    BySeller,
    /// The money was given back from outside, as from the gateway's own pages.
    RefundedExternally,
}

/// One ticket of an order, as it was when the hold began.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OrderLine {
    /// The ticket.
    pub ticket_id: TicketId,
    /// What it admits to.
    pub show: Show,
    /// Where.
    pub seat: Seat,
    /// What it costs in this order, whatever happens to its price elsewhere.
    pub price: Money,
}

/// What is known of an order's latest payment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PaymentSummary {
    /// The payment.
    pub id: PaymentId,
    /// Its state when `orders` last heard of it.
    pub state: PaymentState,
}

/// An order, as its buyer sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Order {
    /// Names the order.
    pub id: OrderId,
    /// Whose order it is.
    pub buyer_id: UserId,
    /// Where it is in its life.
    pub state: OrderState,
    /// Why it ended, if somebody or something ended it.
    pub reason: Option<EndReason>,
    /// The tickets.
    pub lines: Vec<OrderLine>,
    /// The sum of the lines: what is paid.
    pub total: Money,
    /// When the hold began.
    pub placed_at: Instant,
    /// When an unpaid hold ends.
    pub expires_at: Instant,
    /// Whether a payment has begun and moved `expires_at`; that happens once.
    pub extended: bool,
    /// The latest payment that `orders` has heard of.
    pub payment: Option<PaymentSummary>,
    /// The server's clock when this was answered, to count down by.
    pub server_now: Instant,
    /// Rises with each change.
    pub version: u64,
}

/// Holds tickets for the caller.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PlaceOrder {
    /// The tickets, each once.
    pub ticket_ids: Vec<TicketId>,
    /// The sum that the buyer was shown.
    pub expected_total: Money,
}

/// Asks for one of the caller's own orders.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct GetOrder {
    /// Which order.
    pub id: OrderId,
}

/// Asks for the caller's own orders, newest first.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ListOrders {
    /// Where the page begins.
    pub cursor: Option<String>,
}

/// Gives the held tickets of an own order back.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CancelOrder {
    /// Which order.
    pub id: OrderId,
}

/// Gives the buyer of an own sold ticket the money back, before the show: the whole order, if all of it is the caller's.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RefundSale {
    /// The sold ticket.
    pub ticket_id: TicketId,
}

/// A line of an order, as the other services need it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HeldTicket {
    /// The ticket.
    pub ticket_id: TicketId,
    /// Who sells it.
    pub seller_id: UserId,
    /// Where it admits to.
    pub seat: Seat,
    /// What it costs in this order.
    pub price: Money,
    /// The ticket's `price_version` when the order was placed. `tickets` confirms the hold only while it is the same.
    #[serde(rename = "terms")]
    pub price_version: u64,
}

/// One piece of news on a person's live feed: the order itself is asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OrderUpdate {
    /// Which order.
    pub id: OrderId,
    /// What it has risen to.
    pub version: u64,
}

/// An order is new, or not as it was.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OrderChanged {
    /// Names the order.
    pub id: OrderId,
    /// Rises with each change.
    pub version: u64,
    /// Whose order it is.
    pub buyer_id: UserId,
    /// Where it is in its life.
    pub state: OrderState,
    /// Why it ended, if somebody or something ended it.
    pub reason: Option<EndReason>,
    /// What the tickets admit to: all of an order's are for one show.
    pub show: Show,
    /// The tickets.
    pub lines: Vec<HeldTicket>,
    /// What is paid.
    pub total: Money,
    /// When an unpaid hold ends.
    pub expires_at: Instant,
    /// The payment that completed it; no other one is captured.
    pub payment_id: Option<PaymentId>,
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

crate::request::requests! { crate::Service::Orders;
    PlaceOrder = "orders.place" -> Order;
    GetOrder = "orders.get" -> Order;
    ListOrders = "orders.list" -> Paginated<Order>;
    CancelOrder = "orders.cancel" -> Order;
    RefundSale = "orders.refund_sale" -> ();
}
