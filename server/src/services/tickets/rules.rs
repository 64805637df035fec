//! What `tickets` decides: who has a ticket, and who may change it.

use chrono::{DateTime, NaiveDateTime, TimeZone};
use chrono_tz::Tz;
use shared::orders::{EndReason, HeldTicket, OrderChanged, OrderState};
use shared::tickets::{Show, TicketState};
use shared::{Flaw, Instant, Invalid, OrderId, Rejection, UserId};
use std::time::Duration;

/// How far ahead a show may be.
const FURTHEST: Duration = Duration::from_secs(5 * 366 * 24 * 3600);

/// Who has a ticket, and on which terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hold {
    /// Where it is in its life.
    pub state: TicketState,
    /// The order that holds it or bought it.
    pub order_id: Option<OrderId>,
    /// When the hold ends.
    pub held_until: Option<Instant>,
    /// Raised by a price change or a withdrawal only.
    pub terms: u64,
    /// Whether the show was cancelled: then a ticket that comes back is not on sale again.
    pub show_cancelled: bool,
}

/// Another order still has the ticket: that order is over, and the news of it is on its way.
#[derive(Debug, PartialEq, Eq)]
pub struct StillHeld;

/// What an order's news means for a ticket of it: its new hold, or nothing.
pub fn apply_order(hold: Hold, order: &OrderChanged, line: &HeldTicket) -> Result<Option<Hold>, StillHeld> {
    let ours = hold.order_id == Some(order.id);
    match order.state {
        OrderState::Held if ours => {
            let extended = hold.state == TicketState::Held && hold.held_until != Some(order.expires_at);
            Ok(extended.then_some(Hold { held_until: Some(order.expires_at), ..hold }))
        }
        // The seller got in first: left alone, `orders` hears of the new terms and cancels.
        OrderState::Held if hold.terms != line.price_version || hold.show_cancelled => Ok(None),
        OrderState::Held if hold.order_id.is_some() => Err(StillHeld),
        OrderState::Held if hold.state == TicketState::OnSale => {
            let held_until = Some(order.expires_at);
            Ok(Some(Hold { state: TicketState::Held, order_id: Some(order.id), held_until, ..hold }))
        }
        OrderState::Complete if ours && hold.state == TicketState::Held => {
            Ok(Some(Hold { state: TicketState::Sold, held_until: None, ..hold }))
        }
        // An order that is over releases only what it has.
        OrderState::Expired | OrderState::Cancelled | OrderState::Refunded if ours => {
            let released = Hold { order_id: None, held_until: None, ..hold };
            let undone = order.state == OrderState::Refunded && order.reason != Some(EndReason::CaptureFailed);
            match hold.show_cancelled || undone {
                true => Ok(Some(Hold { state: TicketState::Withdrawn, terms: hold.terms + 1, ..released })),
                false => Ok(Some(Hold { state: TicketState::OnSale, ..released })),
            }
        }
        _ => Ok(None),
    }
}

/// Whether a person may edit or withdraw a ticket in that state.
pub fn may_change(state: TicketState, seller: UserId, person: UserId) -> Result<(), Rejection> {
    match state {
        _ if seller != person => Err(Rejection::NotYours),
        TicketState::OnSale => Ok(()),
        TicketState::Held => Err(Rejection::TicketHeld),
        TicketState::Sold => Err(Rejection::TicketSold),
        TicketState::Withdrawn => Err(Rejection::TicketWithdrawn),
    }
}

/// Whether tickets for a show may be sold: gives it back if so.
///
/// # Errors
/// If it is cancelled, or has begun.
pub fn may_sell(show: Show, now: Instant) -> Result<Show, Rejection> {
    match show.cancelled {
        true => Err(Rejection::ShowCancelled),
        false if show.starts_at <= now => Err(Rejection::ShowBegun),
        false => Ok(show),
    }
}

/// When a show begins: the moment, and the time on the venue's wall.
pub fn starts(text: &str, time_zone: &str, now: Instant) -> Result<(Instant, String), Invalid> {
    let zone: Tz = time_zone.parse().map_err(|_| Invalid::new("time_zone", Flaw::NoTimeZone))?;
    let moment = match DateTime::parse_from_rfc3339(text) {
        Ok(moment) => moment.with_timezone(&zone),
        Err(_) => on_the_wall(text, zone)?,
    };
    let starts_at = Instant::from_millis(moment.timestamp_millis());
    if starts_at <= now {
        return Err(Invalid::new("starts_at", Flaw::Past));
    }
    if starts_at > now + FURTHEST {
        return Err(Invalid::new("starts_at", Flaw::FarFuture));
    }
    Ok((starts_at, moment.format("%Y-%m-%dT%H:%M").to_string()))
}

fn on_the_wall(text: &str, zone: Tz) -> Result<DateTime<Tz>, Invalid> {
    let formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"];
    let wall = formats.iter().find_map(|format| NaiveDateTime::parse_from_str(text, format).ok());
    let wall = wall.ok_or_else(|| Invalid::new("starts_at", Flaw::NoTime))?;
    // A time that the clocks show twice is the first of the two; one that they skip does not exist.
    let missing = || Invalid::new("starts_at", Flaw::SkippedTime);
    zone.from_local_datetime(&wall).earliest().ok_or_else(missing)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures;
    use uuid::Uuid;

    const FREE: Hold =
        Hold { state: TicketState::OnSale, order_id: None, held_until: None, terms: 1, show_cancelled: false };

    fn order(id: u128, state: OrderState) -> OrderChanged {
        OrderChanged { id: OrderId::new(Uuid::from_u128(id)), state, ..fixtures::order() }
    }

    fn heard(hold: Hold, order: &OrderChanged) -> Result<Option<Hold>, StillHeld> {
        hear(hold, order, &order.lines[0])
    }

    fn held_by(id: u128) -> Hold {
        heard(FREE, &order(id, OrderState::Held)).expect("it is free").expect("it is held now")
    }

    #[test]
    fn an_order_holds_sells_and_releases_only_what_it_has() {
        let ended = [OrderState::Expired, OrderState::Cancelled, OrderState::Refunded];

        for state in ended {
            let failed = OrderChanged { reason: Some(EndReason::CaptureFailed), ..order(1, state) };
            assert_eq!(heard(held_by(1), &failed), Ok(Some(FREE)), "{state:?}");
            assert_eq!(heard(held_by(1), &order(2, state)), Ok(None), "{state:?} of another order");
            assert_eq!(heard(FREE, &order(2, state)), Ok(None));
        }
        let sold = heard(held_by(1), &order(1, OrderState::Complete)).expect("ours").expect("sold");
        assert_eq!((sold.state, sold.order_id), (TicketState::Sold, held_by(1).order_id));
        assert_eq!(heard(held_by(1), &order(2, OrderState::Complete)), Ok(None));
    }

    #[test]
    fn a_ticket_whose_sale_was_undone_or_whose_show_is_cancelled_is_not_on_sale_again() {
        let withdrawn = Hold { state: TicketState::Withdrawn, terms: 2, ..FREE };
        let cancelled = |hold: Hold| Hold { show_cancelled: true, ..hold };

        assert_eq!(heard(held_by(1), &order(1, OrderState::Refunded)), Ok(Some(withdrawn)));
        assert_eq!(heard(cancelled(held_by(1)), &order(1, OrderState::Expired)), Ok(Some(cancelled(withdrawn))));
        assert_eq!(heard(cancelled(FREE), &order(1, OrderState::Held)), Ok(None));
    }

    #[test]
    fn a_hold_waits_for_the_news_that_the_one_before_is_over() {
        assert_eq!(heard(held_by(1), &order(2, OrderState::Held)), Err(StillHeld));
    }

    #[test]
    fn a_hold_on_old_terms_is_left_alone() {
        let repriced = Hold { terms: 2, ..FREE };
        let withdrawn = Hold { state: TicketState::Withdrawn, terms: 2, ..FREE };

        assert_eq!(heard(repriced, &order(1, OrderState::Held)), Ok(None));
        assert_eq!(heard(withdrawn, &order(1, OrderState::Held)), Ok(None));
    }

    #[test]
    fn a_wall_clock_time_is_read_in_the_shows_zone() {
        let now = Instant::from_millis(1_790_000_000_000);
        let (moment, wall) = starts("2026-12-05T20:00", "Europe/Berlin", now).expect("it exists");
        assert_eq!((moment.to_string().as_str(), wall.as_str()), ("2026-12-05T19:00:00.000Z", "2026-12-05T20:00"));
        assert_eq!(starts("2026-12-05T19:00:00Z", "Europe/Berlin", now).expect("the same"), (moment, wall));
        assert!(starts("2027-03-28T02:30", "Europe/Berlin", now).is_err(), "skipped");
        for (text, zone) in [("soon", "Europe/Berlin"), ("2026-12-05T20:00", "Mars"), ("2020-01-01T20:00", "UTC")] {
            assert!(starts(text, zone, now).is_err(), "{text} {zone}");
        }
    }
}
