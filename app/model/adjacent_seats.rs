//! Finds adjacent seats among the tickets on sale.

use shared::TicketId;
use shared::tickets::{Ticket, TicketState};

/// The cheapest `count` adjacent seats: consecutive numbers of one row, or unnumbered seats of one area.
pub fn cheapest<'a>(tickets: impl IntoIterator<Item = &'a Ticket>, count: usize) -> Option<Vec<TicketId>> {
    let mut on_sale: Vec<&Ticket> = tickets.into_iter().filter(|ticket| ticket.state == TicketState::OnSale).collect();
    // Price is the last key: unnumbered seats of one area have equal keys otherwise, and the cheapest must come first.
    on_sale.sort_by_key(|ticket| (area(ticket), number(ticket), ticket.price.minor));
    let is_adjacent = |run: &&[&Ticket]| run.windows(2).all(|pair| adjacent(pair[0], pair[1]));
    let sum = |run: &&[&Ticket]| run.iter().map(|ticket| ticket.price.minor).sum::<i64>();
    let best = on_sale.windows(count.max(1)).filter(is_adjacent).min_by_key(sum)?;
    Some(best.iter().map(|ticket| ticket.id).collect())
}

fn area(ticket: &Ticket) -> (Option<&str>, Option<&str>) {
    (ticket.seat.section.as_ref().map(|part| part.as_str()), ticket.seat.row.as_ref().map(|part| part.as_str()))
}

fn number(ticket: &Ticket) -> Option<u32> {
    ticket.seat.seat.as_ref().and_then(|seat| seat.as_str().parse().ok())
}

fn adjacent(one: &Ticket, next: &Ticket) -> bool {
    let consecutive = match (number(one), number(next)) {
        (Some(one), Some(next)) => one.checked_add(1) == Some(next),
        _ => one.seat.seat.is_none() && next.seat.seat.is_none(),
    };
    consecutive && area(one) == area(next)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::ticket;
    use shared::tickets::Seat;

    /// Tickets of `(row, seat, price)`.
    fn tickets(seats: &[(&str, &str, i64)]) -> Vec<Ticket> {
        let one = |(index, (row, seat, minor)): (usize, &(&str, &str, i64))| {
            let mut ticket = ticket(index as u128, 1, TicketState::OnSale);
            ticket.seat = Seat::parse("A", row, seat).expect("a seat");
            ticket.price.minor = *minor;
            ticket
        };
        seats.iter().enumerate().map(one).collect()
    }

    fn cheapest_seats(seats: &[(&str, &str, i64)], count: usize) -> Option<Vec<String>> {
        let tickets = tickets(seats);
        let ids = cheapest(&tickets, count)?;
        let chosen = ids.iter().filter_map(|id| tickets.iter().find(|ticket| ticket.id == *id));
        Some(chosen.map(|ticket| ticket.seat.to_string()).collect())
    }

    #[test]
    fn the_cheapest_adjacent_seats_are_found() {
        let seats = [("1", "9", 10), ("1", "10", 90), ("2", "4", 30), ("2", "5", 40), ("2", "7", 1)];

        let pair = cheapest_seats(&seats, 2);

        assert_eq!(pair, Some(vec!["A, Row 2, Seat 4".to_owned(), "A, Row 2, Seat 5".to_owned()]));
        assert_eq!(cheapest_seats(&seats, 3), None, "seats with a gap between them are not adjacent");
        assert_eq!(cheapest_seats(&seats, 1), Some(vec!["A, Row 2, Seat 7".to_owned()]));
    }

    #[test]
    fn unnumbered_seats_of_one_area_are_adjacent() {
        let seats = [("", "", 30), ("", "", 10), ("", "", 20), ("", "12", 1)];

        let tickets = tickets(&seats);
        let sum = |ids: Vec<TicketId>| -> i64 {
            tickets.iter().filter(|ticket| ids.contains(&ticket.id)).map(|ticket| ticket.price.minor).sum()
        };

        assert_eq!(cheapest(&tickets, 2).map(sum), Some(30));
        assert_eq!(cheapest(&tickets, 4).map(sum), None);
    }

    #[test]
    fn held_tickets_are_not_offered() {
        let mut tickets = tickets(&[("1", "1", 10), ("1", "2", 10)]);
        tickets[1].state = TicketState::Held;

        assert_eq!(cheapest(&tickets, 2), None);
    }
}
