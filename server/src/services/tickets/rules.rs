//! The decisions of `tickets`: which order has a ticket, who may change it, and when a show starts. Pure functions.

use crate::Caller;
use chrono::{DateTime, LocalResult, NaiveDateTime, Offset, TimeZone};
use chrono_tz::Tz;
use shared::orders::{EndReason, HeldTicket, OrderChanged, OrderState};
use shared::tickets::{Show, TicketState};
use shared::{Flaw, Instant, Invalid, OffsetTime, OrderId, Rejection, UserId};
use std::collections::HashMap;
use std::time::Duration;

/// How far ahead a show may start: five years, which catches mistyped years.
const MAX_LEAD_TIME: Duration = Duration::from_secs(5 * 366 * 24 * 3600);

/// The part of a ticket that orders change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TicketLifecycle {
    pub state: TicketState,
    /// The order that holds or bought the ticket.
    pub order_id: Option<OrderId>,
    pub held_until: Option<Instant>,
    /// Raised by a price change or a withdrawal only.
    pub price_version: u64,
    /// The show is cancelled, or the seller has closed the account: the ticket is withdrawn when it is released.
    pub ends_with_release: bool,
}

/// Another order has the ticket. That order is over, since `orders` allows one live order per ticket; the event that
/// says so has not arrived yet.
#[derive(Debug, PartialEq, Eq)]
pub struct HeldByOtherOrder;

/// The ticket after an order that contains it changed; `None` if nothing follows from that. `line` is the ticket's line
/// in the order.
///
/// # Errors
/// If the hold has to wait for another order's end.
pub fn apply_order(
    ticket: TicketLifecycle,
    order: &OrderChanged,
    line: &HeldTicket,
) -> Result<Option<TicketLifecycle>, HeldByOtherOrder> {
    let has_ticket = ticket.order_id == Some(order.id);
    let next = match order.state {
        OrderState::Held if has_ticket => extend(ticket, order.expires_at),
        // The seller repriced or withdrew it first. `orders` sees the new price version and cancels the order.
        OrderState::Held if ticket.price_version != line.price_version || ticket.ends_with_release => None,
        OrderState::Held if ticket.order_id.is_some() => return Err(HeldByOtherOrder),
        OrderState::Held if ticket.state == TicketState::OnSale => Some(TicketLifecycle {
            state: TicketState::Held,
            order_id: Some(order.id),
            held_until: Some(order.expires_at),
            ..ticket
        }),
        OrderState::Complete if has_ticket && ticket.state == TicketState::Held => {
            Some(TicketLifecycle { state: TicketState::Sold, held_until: None, ..ticket })
        }
        OrderState::Expired | OrderState::Cancelled | OrderState::Refunded if has_ticket => {
            Some(release(ticket, order))
        }
        _ => None,
    };
    Ok(next)
}

fn extend(ticket: TicketLifecycle, expires_at: Instant) -> Option<TicketLifecycle> {
    let extended = ticket.state == TicketState::Held && ticket.held_until != Some(expires_at);
    extended.then_some(TicketLifecycle { held_until: Some(expires_at), ..ticket })
}

/// A refunded ticket is not for sale again, unless the buyer never paid because the capture failed.
fn release(ticket: TicketLifecycle, order: &OrderChanged) -> TicketLifecycle {
    let released = TicketLifecycle { order_id: None, held_until: None, ..ticket };
    let sale_undone = order.state == OrderState::Refunded && order.reason != Some(EndReason::CaptureFailed);
    if ticket.ends_with_release || sale_undone {
        TicketLifecycle { state: TicketState::Withdrawn, price_version: ticket.price_version + 1, ..released }
    } else {
        TicketLifecycle { state: TicketState::OnSale, ..released }
    }
}

/// Checks that `person` may reprice or withdraw a ticket.
///
/// # Errors
/// If the ticket is somebody else's, or not on sale.
pub fn check_editable(state: TicketState, seller: UserId, person: UserId) -> Result<(), Rejection> {
    match state {
        _ if seller != person => Err(Rejection::NotYours),
        TicketState::OnSale => Ok(()),
        TicketState::Held => Err(Rejection::TicketHeld),
        TicketState::Sold => Err(Rejection::TicketSold),
        TicketState::Withdrawn => Err(Rejection::TicketWithdrawn),
    }
}

/// Checks that a person may offer something.
///
/// # Errors
/// If real money moves, and the person has not proved an e-mail address.
pub fn check_seller(real_payments: bool, caller: &Caller) -> Result<(), Rejection> {
    if real_payments && caller.address.is_none() { Err(Rejection::EmailUnverified) } else { Ok(()) }
}

/// Checks that a person may issue tickets of a show, and not only list some from elsewhere.
///
/// # Errors
/// If the show is somebody else's.
pub fn check_issuer(issued: bool, show: &Show, seller: UserId) -> Result<(), Rejection> {
    if issued && show.creator_id != seller { Err(Rejection::NotYours) } else { Ok(()) }
}

/// Checks that tickets for a show may be sold.
///
/// # Errors
/// If the show is cancelled, or has begun.
pub fn check_sellable(show: &Show, now: Instant) -> Result<(), Rejection> {
    if show.cancelled {
        Err(Rejection::ShowCancelled)
    } else if show.starts_at <= now {
        Err(Rejection::ShowBegun)
    } else {
        Ok(())
    }
}

/// Checks that no numbered seat is listed twice, by the keys of the seats.
///
/// # Errors
/// Which two seats of the list are the same.
pub fn check_distinct(seat_keys: impl Iterator<Item = Option<String>>) -> Result<(), Invalid> {
    let mut positions = HashMap::new();
    for (second, key) in (1..).zip(seat_keys) {
        let Some(key) = key else { continue };
        if let Some(first) = positions.insert(key, second) {
            return Err(Invalid::new("seats", Flaw::RepeatedSeat { first, second }));
        }
    }
    Ok(())
}

/// When a show starts: the instant, and the local time at the venue.
///
/// # Errors
/// If the time or the time zone cannot be parsed, if the time does not exist, is in the past or too far ahead, or if it is a local time
/// that occurs twice.
pub fn parse_start(text: &str, time_zone: &str, now: Instant) -> Result<(Instant, String), Invalid> {
    let zone: Tz = time_zone.parse().map_err(|_| Invalid::new("time_zone", Flaw::UnknownTimeZone))?;
    let start = match DateTime::parse_from_rfc3339(text) {
        Ok(start) => start.with_timezone(&zone),
        Err(_) => parse_local_time(text, zone)?,
    };
    let starts_at = Instant::from_millis(start.timestamp_millis());
    if starts_at <= now {
        return Err(Invalid::new("starts_at", Flaw::Past));
    }
    if starts_at > now + MAX_LEAD_TIME {
        return Err(Invalid::new("starts_at", Flaw::FarFuture));
    }
    Ok((starts_at, start.format("%Y-%m-%dT%H:%M").to_string()))
}

fn parse_local_time(text: &str, zone: Tz) -> Result<DateTime<Tz>, Invalid> {
    let formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"];
    let local = formats.iter().find_map(|format| NaiveDateTime::parse_from_str(text, format).ok());
    let local = local.ok_or_else(|| Invalid::new("starts_at", Flaw::InvalidTime))?;
    let flaw = match zone.from_local_datetime(&local) {
        LocalResult::Single(start) => return Ok(start),
        LocalResult::None => Flaw::SkippedTime,
        LocalResult::Ambiguous(earlier, later) => {
            Flaw::AmbiguousTime { earlier: offset_time(earlier), later: offset_time(later) }
        }
    };
    Err(Invalid::new("starts_at", flaw))
}

fn offset_time(time: DateTime<Tz>) -> OffsetTime {
    let offset_minutes = time.offset().fix().local_minus_utc() / 60;
    OffsetTime { at: Instant::from_millis(time.timestamp_millis()), offset_minutes }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures;
    use uuid::Uuid;

    const ON_SALE: TicketLifecycle = TicketLifecycle {
        state: TicketState::OnSale,
        order_id: None,
        held_until: None,
        price_version: 1,
        ends_with_release: false,
    };
    const WITHDRAWN: TicketLifecycle = TicketLifecycle { state: TicketState::Withdrawn, price_version: 2, ..ON_SALE };

    fn order(id: u128, state: OrderState) -> OrderChanged {
        OrderChanged { id: OrderId::new(Uuid::from_u128(id)), state, ..fixtures::order() }
    }

    fn apply(ticket: TicketLifecycle, order: &OrderChanged) -> Result<Option<TicketLifecycle>, HeldByOtherOrder> {
        apply_order(ticket, order, &order.lines[0])
    }

    fn held_by(id: u128) -> TicketLifecycle {
        apply(ON_SALE, &order(id, OrderState::Held)).expect("no other order has it").expect("it is on sale")
    }

    fn cancelled(ticket: TicketLifecycle) -> TicketLifecycle {
        TicketLifecycle { ends_with_release: true, ..ticket }
    }

    #[test]
    fn an_order_sells_and_releases_only_tickets_that_it_has() {
        for state in [OrderState::Expired, OrderState::Cancelled, OrderState::Refunded] {
            let over = OrderChanged { reason: Some(EndReason::CaptureFailed), ..order(1, state) };
            assert_eq!(apply(held_by(1), &over), Ok(Some(ON_SALE)), "{state:?}");
            assert_eq!(apply(held_by(1), &order(2, state)), Ok(None), "{state:?} of another order");
            assert_eq!(apply(ON_SALE, &order(2, state)), Ok(None), "{state:?} without a hold");
        }
        let sold = TicketLifecycle { state: TicketState::Sold, held_until: None, ..held_by(1) };
        assert_eq!(apply(held_by(1), &order(1, OrderState::Complete)), Ok(Some(sold)));
        assert_eq!(apply(held_by(1), &order(2, OrderState::Complete)), Ok(None));
    }

    #[test]
    fn a_hold_follows_the_deadline_of_its_order() {
        let expires_at = Instant::from_millis(180_000);
        let extended = OrderChanged { expires_at, ..order(1, OrderState::Held) };

        let ticket = TicketLifecycle { held_until: Some(expires_at), ..held_by(1) };

        assert_eq!(apply(held_by(1), &extended), Ok(Some(ticket)));
        assert_eq!(apply(ticket, &extended), Ok(None));
    }

    #[test]
    fn a_ticket_is_withdrawn_when_its_sale_is_refunded_or_its_show_is_cancelled() {
        assert_eq!(apply(held_by(1), &order(1, OrderState::Refunded)), Ok(Some(WITHDRAWN)));
        assert_eq!(apply(cancelled(held_by(1)), &order(1, OrderState::Expired)), Ok(Some(cancelled(WITHDRAWN))));
        assert_eq!(apply(cancelled(ON_SALE), &order(1, OrderState::Held)), Ok(None));
    }

    #[test]
    fn a_hold_waits_for_the_end_of_the_order_that_has_the_ticket() {
        assert_eq!(apply(held_by(1), &order(2, OrderState::Held)), Err(HeldByOtherOrder));
    }

    #[test]
    fn a_hold_on_an_old_price_version_has_no_effect() {
        let repriced = TicketLifecycle { price_version: 2, ..ON_SALE };

        assert_eq!(apply(repriced, &order(1, OrderState::Held)), Ok(None));
        assert_eq!(apply(WITHDRAWN, &order(1, OrderState::Held)), Ok(None));
    }

    #[test]
    fn with_real_payments_sellers_have_a_verified_address() {
        let unverified = Caller::anonymous(Uuid::nil());
        let address = Some("ann@example.org".to_owned().try_into().expect("an address"));
        let verified = Caller { address, ..unverified.clone() };
        assert_eq!(check_seller(true, &unverified), Err(Rejection::EmailUnverified));
        for (real_payments, caller) in [(true, &verified), (false, &unverified), (false, &verified)] {
            assert_eq!(check_seller(real_payments, caller), Ok(()), "{real_payments} {caller:?}");
        }
    }

    #[test]
    fn a_local_time_is_read_in_the_time_zone_of_the_show() {
        let now = Instant::from_millis(1_790_000_000_000);

        let (instant, local) = parse_start("2026-12-05T20:00", "Europe/Berlin", now).expect("it exists");

        assert_eq!((instant.to_string().as_str(), local.as_str()), ("2026-12-05T19:00:00.000Z", "2026-12-05T20:00"));
        assert_eq!(parse_start("2026-12-05T19:00:00Z", "Europe/Berlin", now).expect("the same"), (instant, local));
        assert!(parse_start("2027-03-28T02:30", "Europe/Berlin", now).is_err(), "skipped by daylight saving time");
        for (text, zone) in [("soon", "Europe/Berlin"), ("2026-12-05T20:00", "Mars"), ("2020-01-01T20:00", "UTC")] {
            assert!(parse_start(text, zone, now).is_err(), "{text} {zone}");
        }
    }

    #[test]
    fn a_local_time_that_occurs_twice_needs_its_offset() {
        let now = Instant::from_millis(1_790_000_000_000);
        for (text, zone, earlier, later) in [
            ("2026-10-25T02:30", "Europe/Berlin", "2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00"),
            ("2026-11-01T01:00", "America/New_York", "2026-11-01T01:00:00-04:00", "2026-11-01T01:00:00-05:00"),
            // Clocks go back by half an hour.
            ("2027-04-04T01:45", "Australia/Lord_Howe", "2027-04-04T01:45:00+11:00", "2027-04-04T01:45:00+10:30"),
        ] {
            let refused = parse_start(text, zone, now).expect_err("it occurs twice");

            let parsed = |text: &str| text.parse::<OffsetTime>().expect("a time with its offset");
            let flaw = Flaw::AmbiguousTime { earlier: parsed(earlier), later: parsed(later) };
            assert_eq!(refused, Invalid::new("starts_at", flaw));
            let [first, second] = [earlier, later].map(|choice| parse_start(choice, zone, now).expect("it is chosen"));
            assert_eq!((first.1.as_str(), second.1.as_str()), (text, text), "the clocks show the same");
            assert_eq!((first.0, second.0), (parsed(earlier).at, parsed(later).at));
        }
        for (text, zone) in [("2026-10-25T01:59", "Europe/Berlin"), ("2026-10-25T03:00", "Europe/Berlin")] {
            assert!(parse_start(text, zone, now).is_ok(), "{text} occurs once");
        }
    }

    #[test]
    fn a_numbered_seat_is_listed_once_in_a_request() {
        let check = |keys: &[Option<&str>]| check_distinct(keys.iter().map(|key| key.map(str::to_owned)));

        assert_eq!(check(&[Some("a"), None, Some("b"), None]), Ok(()));
        let repeated = Invalid::new("seats", Flaw::RepeatedSeat { first: 2, second: 4 });
        assert_eq!(check(&[None, Some("a"), Some("b"), Some("a")]), Err(repeated));
    }
}
