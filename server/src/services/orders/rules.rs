//! What `orders` decides: whether tickets can be held, and how an order lives and ends.

use shared::orders::{EndReason, MAX_TICKETS_PER_SHOW, OrderState, PlaceOrder};
use shared::payments::PaymentState;
use shared::tickets::{Ticket, TicketChanged, TicketState};
use shared::{Flaw, Instant, Invalid, Money, OrderId, PaymentId, Rejection, TicketId, UserId};
use std::time::Duration;

/// How much longer a hold lasts once a payment has begun.
pub const EXTENSION: Duration = Duration::from_secs(120);

/// A ticket that an order asks for, as `orders` knows it.
#[derive(Clone, Debug)]
pub struct Line {
    /// The ticket.
    pub ticket: Ticket,
    /// The terms of its price.
    pub terms: u64,
}

/// What becomes of an order while it lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderLifecycle {
    /// Where it is.
    pub state: OrderState,
    /// When an unpaid hold ends.
    pub expires_at: Instant,
    /// Whether the hold was extended.
    pub extended: bool,
    /// The payment that completed it.
    pub payment_id: Option<PaymentId>,
}

/// Why an order cannot be placed now.
#[derive(Debug, PartialEq, Eq)]
pub enum NotPlaced {
    /// For good.
    Refused(Rejection),
    /// What `orders` has heard of the tickets does not fit; newer news may be on its way.
    NotReplicatedYet(Rejection),
}

/// Checks a request for tickets against what is known of them. Being held or sold is not looked at: the database
/// decides that.
///
/// # Errors
/// Why not.
pub fn place(
    request: &PlaceOrder,
    known: Vec<TicketChanged>,
    buyer: UserId,
    now: Instant,
) -> Result<(Vec<Line>, Money), NotPlaced> {
    use NotPlaced::{NotReplicatedYet, Refused};
    let mut wanted: Vec<TicketId> = request.ticket_ids.clone();
    wanted.sort_unstable();
    wanted.dedup();
    let most = MAX_TICKETS_PER_SHOW;
    if wanted.is_empty() || wanted.len() != request.ticket_ids.len() {
        return Err(Refused(Invalid::new("ticket_ids", Flaw::NothingChosen).into()));
    }
    if wanted.len() > most as usize {
        return Err(Refused(Rejection::TooManyTickets { most }));
    }
    if known.len() != wanted.len() {
        return Err(NotReplicatedYet(Rejection::NotFound));
    }
    if known.iter().any(|copy| copy.ticket.seller_id == buyer) {
        return Err(Refused(Rejection::OwnTicket));
    }
    if known.iter().any(|copy| copy.ticket.show.cancelled) {
        return Err(Refused(Rejection::ShowCancelled));
    }
    if known.iter().any(|copy| copy.ticket.state == TicketState::Withdrawn) {
        return Err(Refused(Rejection::TicketWithdrawn));
    }
    let show = &known[0].ticket.show;
    // What ends a show ends all of an order, and is paid back as one.
    if known.iter().any(|copy| copy.ticket.show.id != show.id) {
        return Err(Refused(Rejection::MixedShows));
    }
    if show.starts_at <= now {
        return Err(Refused(Rejection::ShowBegun));
    }
    let zero = Money::new(0, show.currency);
    let total = known.iter().try_fold(zero, |sum, copy| sum.checked_add(copy.ticket.price));
    let total = total.expect("eight prices of one currency are far from overflowing");
    if total != request.expected_total {
        return Err(NotReplicatedYet(Rejection::PriceChanged));
    }
    let mut lines: Vec<Line> =
        known.into_iter().map(|copy| Line { ticket: copy.ticket, terms: copy.price_version }).collect();
    lines.sort_by_key(|line| line.ticket.id);
    Ok((lines, total))
}

/// What the newest news of each ticket of a held order means for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TicketView {
    /// `tickets` holds it for this order.
    pub confirmed: bool,
    /// Its seller changed the terms first.
    pub changed: bool,
    /// Its show was cancelled.
    pub show_cancelled: bool,
}

/// How a ticket stands to an order that was placed on `terms`.
pub fn ticket_view(order: OrderId, terms: u64, heard: &TicketChanged) -> TicketView {
    let confirmed = heard.order_id == Some(order);
    TicketView {
        confirmed,
        changed: heard.price_version > terms && !confirmed,
        show_cancelled: heard.ticket.show.cancelled,
    }
}

/// An order after news: as it was, or on with its lifecycle.
pub fn after_news(
    lifecycle: OrderLifecycle,
    ticket_views: &[TicketView],
    payments: &[(PaymentId, PaymentState)],
) -> (OrderLifecycle, Option<EndReason>) {
    let state_of = |wanted| payments.iter().find(|(_, state)| *state == wanted).map(|(id, _)| *id);
    let ours = |wanted| state_of(wanted).is_some_and(|id| lifecycle.payment_id == Some(id));
    let show_cancelled = ticket_views.iter().any(|ticket_view| ticket_view.show_cancelled);
    match lifecycle.state {
        OrderState::Held if show_cancelled => {
            (OrderLifecycle { state: OrderState::Cancelled, ..lifecycle }, Some(EndReason::ShowCancelled))
        }
        OrderState::Held if ticket_views.iter().any(|ticket_view| ticket_view.changed) => {
            (OrderLifecycle { state: OrderState::Cancelled, ..lifecycle }, Some(EndReason::TicketChanged))
        }
        OrderState::Held => {
            let begun = payments.iter().any(|(_, state)| *state != PaymentState::Declined);
            let extended = match begun && !lifecycle.extended {
                true => OrderLifecycle { extended: true, expires_at: lifecycle.expires_at + EXTENSION, ..lifecycle },
                false => lifecycle,
            };
            let confirmed = ticket_views.iter().all(|ticket_view| ticket_view.confirmed);
            match state_of(PaymentState::Authorized).filter(|_| confirmed) {
                Some(payment) => {
                    (OrderLifecycle { state: OrderState::Complete, payment_id: Some(payment), ..extended }, None)
                }
                None => (extended, None),
            }
        }
        // The authorized money could not be taken after all.
        OrderState::Complete if ours(PaymentState::Voided) => {
            (OrderLifecycle { state: OrderState::Refunded, ..lifecycle }, Some(EndReason::CaptureFailed))
        }
        OrderState::Complete if show_cancelled => {
            (OrderLifecycle { state: OrderState::Refunded, ..lifecycle }, Some(EndReason::ShowCancelled))
        }
        OrderState::Complete if ours(PaymentState::Refunded) => {
            (OrderLifecycle { state: OrderState::Refunded, ..lifecycle }, Some(EndReason::RefundedExternally))
        }
        _ => (lifecycle, None),
    }
}

/// What the news that a deadline has passed means.
#[derive(Debug, PartialEq, Eq)]
pub enum Due {
    /// The hold is over.
    Expire,
    /// Not by our clock.
    NotYet,
    /// It concerns a deadline that does not count any more.
    Nothing,
}

/// Whether an order expires now, on the clock of `orders`.
pub fn due(lifecycle: OrderLifecycle, deadline: Instant, now: Instant) -> Due {
    match lifecycle.state {
        OrderState::Held if now >= lifecycle.expires_at => Due::Expire,
        OrderState::Held if deadline == lifecycle.expires_at => Due::NotYet,
        _ => Due::Nothing,
    }
}

/// A complete order after a seller gave the money back, before the show.
///
/// # Errors
/// If the show has begun, or some of the tickets are not this seller's.
pub fn refund_sale(
    lifecycle: OrderLifecycle,
    tickets: &[TicketChanged],
    seller: UserId,
    now: Instant,
) -> Result<OrderLifecycle, Rejection> {
    match lifecycle.state {
        OrderState::Complete if tickets.iter().any(|copy| copy.ticket.seller_id != seller) => {
            Err(Rejection::SoldTogether)
        }
        OrderState::Complete if tickets.iter().any(|copy| copy.ticket.show.starts_at <= now) => {
            Err(Rejection::ShowBegun)
        }
        OrderState::Complete => Ok(OrderLifecycle { state: OrderState::Refunded, ..lifecycle }),
        _ => Err(Rejection::NotSold),
    }
}

/// Whether the buyer may give the tickets back.
///
/// # Errors
/// If the order is not held any more.
pub fn cancel(lifecycle: OrderLifecycle) -> Result<OrderLifecycle, Rejection> {
    match lifecycle.state {
        OrderState::Held => Ok(OrderLifecycle { state: OrderState::Cancelled, ..lifecycle }),
        state => Err(Rejection::OrderClosed(state)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    const DEADLINE: Instant = Instant::from_millis(60_000);
    const HELD: OrderLifecycle =
        OrderLifecycle { state: OrderState::Held, expires_at: DEADLINE, extended: false, payment_id: None };
    const CONFIRMED: TicketView = TicketView { confirmed: true, changed: false, show_cancelled: false };
    const AWAITED: TicketView = TicketView { confirmed: false, ..CONFIRMED };

    fn payment(state: PaymentState) -> (PaymentId, PaymentState) {
        (PaymentId::new(Uuid::from_u128(1)), state)
    }

    #[test]
    fn an_order_completes_only_authorized_and_confirmed() {
        let cases = [
            (vec![CONFIRMED], PaymentState::Authorized, OrderState::Complete),
            (vec![CONFIRMED, AWAITED], PaymentState::Authorized, OrderState::Held),
            (vec![CONFIRMED], PaymentState::Started, OrderState::Held),
            (vec![CONFIRMED], PaymentState::Unknown, OrderState::Held),
            (vec![CONFIRMED], PaymentState::Declined, OrderState::Held),
        ];
        for (ticket_views, state, becomes) in cases {
            let (lifecycle, _) = after_news(HELD, &ticket_views, &[payment(state)]);
            assert_eq!(lifecycle.state, becomes, "{state:?}");
            assert_eq!(lifecycle.payment_id.is_some(), becomes == OrderState::Complete);
        }
    }

    #[test]
    fn a_hold_is_extended_once() {
        let (extended, _) = after_news(HELD, &[AWAITED], &[payment(PaymentState::Started)]);
        assert_eq!((extended.extended, extended.expires_at), (true, DEADLINE + EXTENSION));
        assert_eq!(after_news(extended, &[AWAITED], &[payment(PaymentState::Unknown)]).0, extended);
        assert_eq!(after_news(HELD, &[AWAITED], &[payment(PaymentState::Declined)]).0, HELD);
    }

    #[test]
    fn an_order_that_is_over_stays_so() {
        for state in [OrderState::Expired, OrderState::Cancelled, OrderState::Refunded] {
            let over = OrderLifecycle { state, ..HELD };
            assert_eq!(after_news(over, &[CONFIRMED], &[payment(PaymentState::Authorized)]), (over, None));
            assert_eq!(due(over, DEADLINE, DEADLINE), Due::Nothing);
            assert_eq!(cancel(over), Err(Rejection::OrderClosed(state)));
        }
    }

    #[test]
    fn only_the_payment_that_completed_an_order_can_undo_it() {
        let complete =
            OrderLifecycle { state: OrderState::Complete, payment_id: Some(payment(PaymentState::Voided).0), ..HELD };
        let other = OrderLifecycle { payment_id: Some(PaymentId::new(Uuid::from_u128(2))), ..complete };

        let (refunded, reason) = after_news(complete, &[CONFIRMED], &[payment(PaymentState::Voided)]);
        assert_eq!((refunded.state, reason), (OrderState::Refunded, Some(EndReason::CaptureFailed)));
        assert_eq!(after_news(other, &[CONFIRMED], &[payment(PaymentState::Voided)]), (other, None));
    }

    #[test]
    fn a_show_that_is_cancelled_ends_its_orders_and_gives_the_money_back() {
        let cancelled = TicketView { show_cancelled: true, ..CONFIRMED };
        let paid = payment(PaymentState::Captured);
        let complete = OrderLifecycle { state: OrderState::Complete, payment_id: Some(paid.0), ..HELD };

        let (unpaid, reason) = after_news(HELD, &[cancelled], &[payment(PaymentState::Authorized)]);
        assert_eq!((unpaid.state, reason), (OrderState::Cancelled, Some(EndReason::ShowCancelled)));
        let (refunded, reason) = after_news(complete, &[CONFIRMED, cancelled], &[paid]);
        assert_eq!((refunded.state, reason), (OrderState::Refunded, Some(EndReason::ShowCancelled)));
        let (refunded, reason) = after_news(complete, &[CONFIRMED], &[payment(PaymentState::Refunded)]);
        assert_eq!((refunded.state, reason), (OrderState::Refunded, Some(EndReason::RefundedExternally)));
    }

    #[test]
    fn a_deadline_counts_only_by_our_own_clock() {
        let extended = OrderLifecycle { expires_at: DEADLINE + EXTENSION, extended: true, ..HELD };
        let just_before = Instant::from_millis(59_999);

        assert_eq!(due(HELD, DEADLINE, just_before), Due::NotYet);
        assert_eq!(due(HELD, DEADLINE, DEADLINE), Due::Expire);
        assert_eq!(due(extended, DEADLINE, DEADLINE), Due::Nothing);
        assert_eq!(due(extended, DEADLINE, DEADLINE + EXTENSION), Due::Expire);
    }
}
