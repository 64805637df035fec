//! The price range of a show's tickets, which buyers see and sellers compare their price with.

use shared::Money;
use shared::tickets::{Ticket, TicketState};

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PriceSummary {
    /// How many tickets are on sale.
    pub count: usize,
    pub lowest: Money,
    /// The lower median: half of the tickets cost at most this.
    pub median: Money,
    pub highest: Money,
}

impl PriceSummary {
    /// Summarizes the tickets on sale; `None` if there are none.
    pub fn of<'a>(tickets: impl IntoIterator<Item = &'a Ticket>) -> Option<PriceSummary> {
        let on_sale = tickets.into_iter().filter(|ticket| ticket.state == TicketState::OnSale);
        let mut prices: Vec<Money> = on_sale.map(|ticket| ticket.price).collect();
        prices.sort_by_key(|price| price.minor);
        let median = *prices.get(prices.len().saturating_sub(1) / 2)?;
        Some(PriceSummary { count: prices.len(), lowest: *prices.first()?, median, highest: *prices.last()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::ticket;

    #[test]
    fn half_of_the_tickets_cost_no_more_than_the_median() {
        let summary = |minors: &[i64]| {
            let priced = |minor: &i64| {
                let mut ticket = ticket(1, 1, TicketState::OnSale);
                ticket.price.minor = *minor;
                ticket
            };
            let tickets: Vec<Ticket> = minors.iter().map(priced).collect();
            PriceSummary::of(&tickets).map(|prices| (prices.lowest.minor, prices.median.minor, prices.highest.minor))
        };

        assert_eq!(summary(&[30, 10, 20]), Some((10, 20, 30)));
        assert_eq!(summary(&[40, 10, 20, 30]), Some((10, 20, 40)));
        assert_eq!(summary(&[]), None);
    }

    #[test]
    fn held_and_sold_tickets_do_not_count() {
        assert_eq!(PriceSummary::of(&[ticket(1, 1, TicketState::Held), ticket(2, 1, TicketState::Sold)]), None);
    }
}
