//! The decisions of `orders`: which tickets can be held, and how an order completes or ends. Pure functions.
//!
//! `Held → Complete | Expired | Cancelled`, `Complete → Refunded`; no other transition exists.

use shared::orders::{EndReason, MAX_TICKETS_PER_SHOW, OrderState, PlaceOrder};
use shared::payments::PaymentState;
use shared::tickets::{TicketChanged, TicketState};
use shared::{Flaw, Instant, Invalid, Money, OrderId, PaymentId, Rejection, TicketId, UserId};
use std::collections::BTreeSet;
use std::time::Duration;

/// The first payment of an order extends its hold by this, so that a slow bank does not cost the buyer the tickets.
pub const PAYMENT_EXTENSION: Duration = Duration::from_secs(120);

/// A ticket as `orders` knows it: the newest `tickets.changed` event that it has handled.
pub type TicketReplica = TicketChanged;

/// A payment as `orders` knows it, from the newest `payments.changed` event that it has handled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaymentReplica {
    pub id: PaymentId,
    pub state: PaymentState,
}

/// The part of an order that changes after it was placed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderLifecycle {
    pub state: OrderState,
    /// Why the order ended; `None` while it is held or complete, and if it expired.
    pub reason: Option<EndReason>,
    /// When an unpaid hold ends.
    pub expires_at: Instant,
    /// Whether [`PAYMENT_EXTENSION`] was added to `expires_at`; that happens once.
    pub extended: bool,
    /// The payment that completed the order.
    pub payment_id: Option<PaymentId>,
    /// See [`OrderChanged::captured`](shared::orders::OrderChanged::captured).
    pub captured: bool,
}

impl OrderLifecycle {
    fn ended(self, state: OrderState, reason: EndReason) -> Self {
        OrderLifecycle { state, reason: Some(reason), ..self }
    }
}

/// Checks a request against the replicas of its tickets, and returns the order's total.
///
/// Whether a ticket is held or sold is not checked here: a replica may be outdated, so the unique index `lines_live`
/// decides that.
///
/// # Errors
/// Why the tickets cannot be held. [`may_be_outdated`] tells whether a newer replica could change that.
pub fn place(request: &PlaceOrder, tickets: &[TicketReplica], buyer: UserId, now: Instant) -> Result<Money, Rejection> {
    check_selection(&request.ticket_ids)?;
    let [first, ..] = tickets else { return Err(Rejection::NotFound) };
    let show = &first.ticket.show;
    if tickets.len() != request.ticket_ids.len() {
        return Err(Rejection::NotFound);
    }
    if tickets.iter().any(|replica| replica.ticket.seller_id == buyer) {
        return Err(Rejection::OwnTicket);
    }
    if tickets.iter().any(|replica| replica.ticket.show.cancelled) {
        return Err(Rejection::ShowCancelled);
    }
    if tickets.iter().any(|replica| replica.ticket.state == TicketState::Withdrawn) {
        return Err(Rejection::TicketWithdrawn);
    }
    // One order, one show: a cancelled show ends and refunds whole orders.
    if tickets.iter().any(|replica| replica.ticket.show.id != show.id) {
        return Err(Rejection::MixedShows);
    }
    if show.starts_at <= now {
        return Err(Rejection::ShowBegun);
    }
    let mut prices = tickets.iter().map(|replica| replica.ticket.price);
    let total = prices.try_fold(Money::new(0, show.currency), Money::checked_add);
    let total = total.expect("a show has one currency, and the sum of a few bounded prices cannot overflow");
    let (_, most) = show.currency.chargeable();
    if total.minor > most.minor {
        return Err(Invalid::new("ticket_ids", Flaw::HighTotal { most }).into());
    }
    if total == request.expected_total { Ok(total) } else { Err(Rejection::PriceChanged) }
}

fn check_selection(ticket_ids: &[TicketId]) -> Result<(), Rejection> {
    let distinct: BTreeSet<_> = ticket_ids.iter().collect();
    if distinct.is_empty() || distinct.len() != ticket_ids.len() {
        return Err(Invalid::new("ticket_ids", Flaw::NothingChosen).into());
    }
    if distinct.len() > MAX_TICKETS_PER_SHOW as usize {
        return Err(Rejection::TooManyTickets { most: MAX_TICKETS_PER_SHOW });
    }
    Ok(())
}

/// Whether [`place`] may have failed only because a replica is missing or outdated: what the buyer saw in `tickets` may
/// reach `orders` a moment later.
pub fn may_be_outdated(rejection: &Rejection) -> bool {
    matches!(rejection, Rejection::NotFound | Rejection::PriceChanged)
}

/// Why tickets cannot be held of which another order has at least one.
pub fn taken(tickets: &[TicketReplica]) -> Rejection {
    let is_sold = tickets.iter().any(|replica| replica.ticket.state == TicketState::Sold);
    if is_sold { Rejection::TicketSold } else { Rejection::TicketHeld }
}

/// What the replica of a ticket means for an order that contains it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TicketView {
    /// `tickets` has assigned the ticket to this order.
    pub confirmed: bool,
    /// The seller repriced or withdrew the ticket before `tickets` handled this order, so it will never be confirmed.
    pub changed: bool,
    pub show_cancelled: bool,
    /// The seller gives the money of this order back.
    pub refund_requested: bool,
    /// The ticket is of a pass, which changes hands when the payment is captured.
    pub issued: bool,
}

/// How an order sees one of its tickets; `price_version` is the one that the order was placed on.
pub fn ticket_view(order: OrderId, price_version: u64, replica: &TicketReplica) -> TicketView {
    let confirmed = replica.order_id == Some(order);
    let changed = !confirmed && replica.price_version > price_version;
    TicketView {
        confirmed,
        changed,
        show_cancelled: replica.ticket.show.cancelled,
        refund_requested: confirmed && replica.refund_requested,
        issued: replica.ticket.issued,
    }
}

/// The order after a ticket or payment of it changed; equal to `order` if nothing follows from that.
pub fn next_lifecycle(order: OrderLifecycle, tickets: &[TicketView], payments: &[PaymentReplica]) -> OrderLifecycle {
    match order.state {
        OrderState::Held => next_while_held(order, tickets, payments),
        OrderState::Complete => next_while_complete(order, tickets, payments),
        OrderState::Expired | OrderState::Cancelled | OrderState::Refunded => order,
    }
}

fn next_while_held(order: OrderLifecycle, tickets: &[TicketView], payments: &[PaymentReplica]) -> OrderLifecycle {
    if tickets.iter().any(|ticket| ticket.show_cancelled) {
        return order.ended(OrderState::Cancelled, EndReason::ShowCancelled);
    }
    if tickets.iter().any(|ticket| ticket.changed) {
        return order.ended(OrderState::Cancelled, EndReason::TicketChanged);
    }
    let payment_begun = payments.iter().any(|payment| payment.state != PaymentState::Declined);
    let order = if payment_begun && !order.extended {
        OrderLifecycle { extended: true, expires_at: order.expires_at + PAYMENT_EXTENSION, ..order }
    } else {
        order
    };
    let confirmed = tickets.iter().all(|ticket| ticket.confirmed);
    match payments.iter().find(|payment| payment.state == PaymentState::Authorized) {
        Some(payment) if confirmed => {
            OrderLifecycle { state: OrderState::Complete, payment_id: Some(payment.id), ..order }
        }
        _ => order,
    }
}

fn next_while_complete(order: OrderLifecycle, tickets: &[TicketView], payments: &[PaymentReplica]) -> OrderLifecycle {
    let own_payment = payments.iter().find(|payment| order.payment_id == Some(payment.id));
    let payment_state = own_payment.map(|payment| payment.state);
    if payment_state == Some(PaymentState::Voided) {
        order.ended(OrderState::Refunded, EndReason::CaptureFailed)
    } else if tickets.iter().any(|ticket| ticket.show_cancelled) {
        order.ended(OrderState::Refunded, EndReason::ShowCancelled)
    } else if payment_state == Some(PaymentState::Refunded) {
        order.ended(OrderState::Refunded, EndReason::RefundedExternally)
    } else if tickets.iter().any(|ticket| ticket.refund_requested) {
        order.ended(OrderState::Refunded, EndReason::BySeller)
    } else if payment_state == Some(PaymentState::Captured) && tickets.iter().any(|ticket| ticket.issued) {
        OrderLifecycle { captured: true, ..order }
    } else {
        order
    }
}

#[derive(Debug, PartialEq, Eq)]
pub enum DeadlineDecision {
    Expire(OrderLifecycle),
    /// The clock of `orders` has not reached the deadline.
    RetryAt(Instant),
    /// The deadline was extended, or the order is not held any more.
    Ignore,
}

/// Whether an order expires when `expiration` reports that `deadline` has passed. The clock of `orders` decides; the
/// clock of `expiration` may be ahead of it.
pub fn deadline_due(order: OrderLifecycle, deadline: Instant, now: Instant) -> DeadlineDecision {
    match order.state {
        OrderState::Held if now >= order.expires_at => {
            DeadlineDecision::Expire(OrderLifecycle { state: OrderState::Expired, ..order })
        }
        OrderState::Held if deadline == order.expires_at => DeadlineDecision::RetryAt(deadline),
        _ => DeadlineDecision::Ignore,
    }
}

/// The order after its buyer gives the tickets back.
///
/// # Errors
/// If the order is not held any more.
pub fn cancel(order: OrderLifecycle) -> Result<OrderLifecycle, Rejection> {
    match order.state {
        OrderState::Held => Ok(order.ended(OrderState::Cancelled, EndReason::CancelledByBuyer)),
        state => Err(Rejection::OrderClosed(state)),
    }
}
