//! Which of the held tickets on a show's page the user holds. The list of tickets is the same for everybody, so only the client asks.

use crate::api::orders::list_orders;
use crate::client::context::use_user_id;
use dioxus::prelude::*;
use shared::orders::{Order, OrderState};
use shared::tickets::{Ticket, TicketState};
use shared::{Instant, OrderId, TicketId};

/// A ticket that an order of the user holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OwnHold {
    ticket: TicketId,
    order: OrderId,
    until: Instant,
}

/// Asks once, and only where a ticket is held: everybody who watches a show sees each of its holds.
pub fn use_own_holds(tickets: &[Ticket]) -> Signal<Vec<OwnHold>> {
    let user = use_user_id();
    let is_held = tickets.iter().any(|ticket| ticket.state == TicketState::Held);
    let mut holds = use_signal(Vec::new);
    use_effect(use_reactive!(|user, is_held| {
        if user.is_some() && is_held {
            spawn(async move {
                // Held orders are the newest ones.
                if let Ok(page) = list_orders(None).await {
                    holds.set(own_holds(&page.items));
                }
            });
        }
    }));
    holds
}

fn own_holds(orders: &[Order]) -> Vec<OwnHold> {
    let held = orders.iter().filter(|order| order.state == OrderState::Held);
    let of_order = |order: &Order| {
        let (id, until) = (order.id, order.expires_at);
        order.lines.iter().map(|line| OwnHold { ticket: line.ticket_id, order: id, until }).collect::<Vec<_>>()
    };
    held.flat_map(of_order).collect()
}

/// The user's order that holds the ticket. Somebody else's hold of it, since then, ends at another time.
pub fn order_holding(holds: &[OwnHold], ticket: &Ticket) -> Option<OrderId> {
    let is_own = |hold: &&OwnHold| hold.ticket == ticket.id && ticket.held_until == Some(hold.until);
    holds.iter().find(is_own).filter(|_| ticket.state == TicketState::Held).map(|hold| hold.order)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::ticket;
    use shared::Id;

    #[test]
    fn a_hold_is_the_users_until_it_ends() {
        let until = |seconds: i64| Some(Instant::from_millis(seconds * 1000));
        let held = |version, held_until| Ticket { held_until, ..ticket(1, version, TicketState::Held) };
        let order = Id::from(uuid::Uuid::from_u128(7));
        let holds = [OwnHold { ticket: held(2, None).id, order, until: Instant::from_millis(60_000) }];

        assert_eq!(order_holding(&holds, &held(2, until(60))), Some(order));
        assert_eq!(order_holding(&holds, &ticket(1, 3, TicketState::OnSale)), None, "it has ended");
        assert_eq!(order_holding(&holds, &held(4, until(90))), None, "it is somebody else's");
        assert_eq!(order_holding(&[], &held(2, until(60))), None);
    }
}
