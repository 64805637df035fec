//! Seats beside each other, among those that are on sale.

use shared::TicketId;
use shared::tickets::{Ticket, TicketState};

/// The cheapest `count` seats beside each other: of one row with numbers that follow each other, or without numbers in one
/// area. Nothing, if there are none.
pub fn cheapest<'a>(tickets: impl IntoIterator<Item = &'a Ticket>, count: usize) -> Option<Vec<TicketId>> {
    let mut free: Vec<&Ticket> = tickets.into_iter().filter(|ticket| ticket.state == TicketState::OnSale).collect();
    // By price last: where there are no numbers, the cheapest stand first.
    free.sort_by_key(|ticket| (place(ticket), number(ticket), ticket.price.minor));
    let fits = |run: &&[&Ticket]| run.windows(2).all(|pair| beside(pair[0], pair[1]));
    let sum = |run: &&[&Ticket]| run.iter().map(|ticket| ticket.price.minor).sum::<i64>();
    let best = free.windows(count.max(1)).filter(fits).min_by_key(sum)?;
    Some(best.iter().map(|ticket| ticket.id).collect())
}

fn place(ticket: &Ticket) -> (Option<&str>, Option<&str>) {
    (ticket.seat.section.as_ref().map(|part| part.as_str()), ticket.seat.row.as_ref().map(|part| part.as_str()))
}

/// The seat's number; nothing where seats are not numbered.
fn number(ticket: &Ticket) -> Option<u32> {
    ticket.seat.seat.as_ref().and_then(|seat| seat.as_str().parse().ok())
}

fn beside(one: &Ticket, next: &Ticket) -> bool {
    let follows = match (number(one), number(next)) {
        (Some(one), Some(next)) => one.checked_add(1) == Some(next),
        _ => one.seat.seat.is_none() && next.seat.seat.is_none(),
    };
    follows && place(one) == place(next)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::ticket;
    use shared::tickets::Seat;

    /// Tickets of those rows and seats, each at its price.
    fn tickets(seats: &[(&str, &str, i64)]) -> Vec<Ticket> {
        let one = |(index, (row, seat, minor)): (usize, &(&str, &str, i64))| {
            let mut ticket = ticket(index as u128, 1, TicketState::OnSale);
            ticket.seat = Seat::parse("A", row, seat).expect("a seat");
            ticket.price.minor = *minor;
            ticket
        };
        seats.iter().enumerate().map(one).collect()
    }

    fn found(seats: &[(&str, &str, i64)], count: usize) -> Option<Vec<String>> {
        let tickets = tickets(seats);
        let ids = cheapest(&tickets, count)?;
        let chosen = ids.iter().filter_map(|id| tickets.iter().find(|ticket| ticket.id == *id));
        Some(chosen.map(|ticket| ticket.seat.to_string()).collect())
    }

    #[test]
    fn the_cheapest_seats_beside_each_other_are_found() {
        let seats = [("1", "9", 10), ("1", "10", 90), ("2", "4", 30), ("2", "5", 40), ("2", "7", 1)];

        let pair = found(&seats, 2);

        assert_eq!(pair, Some(vec!["A, Row 2, Seat 4".to_owned(), "A, Row 2, Seat 5".to_owned()]));
        assert_eq!(found(&seats, 3), None, "a gap is no neighbour");
        assert_eq!(found(&seats, 1), Some(vec!["A, Row 2, Seat 7".to_owned()]));
    }

    #[test]
    fn where_seats_have_no_numbers_all_are_beside_each_other() {
        let seats = [("", "", 30), ("", "", 10), ("", "", 20), ("", "12", 1)];

        let tickets = tickets(&seats);
        let sum = |ids: Vec<TicketId>| -> i64 {
            tickets.iter().filter(|ticket| ids.contains(&ticket.id)).map(|ticket| ticket.price.minor).sum()
        };

        assert_eq!(cheapest(&tickets, 2).map(sum), Some(30));
        assert_eq!(cheapest(&tickets, 4).map(sum), None);
    }

    #[test]
    fn what_somebody_is_paying_for_is_not_offered() {
        let mut tickets = tickets(&[("1", "1", 10), ("1", "2", 10)]);
        tickets[1].state = TicketState::Held;

        assert_eq!(cheapest(&tickets, 2), None);
    }
}
