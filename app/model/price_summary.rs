//! What the tickets of a show cost, at a glance: for those who buy, and for those who wonder what to ask.

use shared::Money;
use shared::tickets::{Ticket, TicketState};

/// The prices of what is on sale.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prices {
    /// How many tickets are on sale.
    pub count: usize,
    /// The cheapest.
    pub lowest: Money,
    /// Half of them cost no more than this.
    pub middle: Money,
    /// The dearest.
    pub highest: Money,
}

impl Prices {
    /// The prices of those of the tickets that are on sale; nothing, if none is.
    pub fn of<'a>(tickets: impl IntoIterator<Item = &'a Ticket>) -> Option<Prices> {
        let on_sale = tickets.into_iter().filter(|ticket| ticket.state == TicketState::OnSale);
        let mut all: Vec<Money> = on_sale.map(|ticket| ticket.price).collect();
        all.sort_by_key(|price| price.minor);
        let middle = *all.get(all.len().saturating_sub(1) / 2)?;
        Some(Prices { count: all.len(), lowest: *all.first()?, middle, highest: *all.last()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::ticket;

    #[test]
    fn half_of_the_tickets_cost_no_more_than_the_middle() {
        let of = |minors: &[i64]| {
            let priced = |minor: &i64| {
                let mut ticket = ticket(1, 1, TicketState::OnSale);
                ticket.price.minor = *minor;
                ticket
            };
            let tickets: Vec<Ticket> = minors.iter().map(priced).collect();
            Prices::of(&tickets).map(|prices| (prices.lowest.minor, prices.middle.minor, prices.highest.minor))
        };

        assert_eq!(of(&[30, 10, 20]), Some((10, 20, 30)));
        assert_eq!(of(&[40, 10, 20, 30]), Some((10, 20, 40)));
        assert_eq!(of(&[]), None);
    }

    #[test]
    fn what_cannot_be_bought_counts_for_nothing() {
        assert_eq!(Prices::of(&[ticket(1, 1, TicketState::Held), ticket(2, 1, TicketState::Sold)]), None);
    }
}
