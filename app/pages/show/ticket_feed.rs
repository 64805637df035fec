//! Keeps the tickets on a show's page in step with the server.

use crate::api::tickets::{get_show, list_tickets};
use crate::client::clock;
use crate::client::feed::{self, FeedUpdate, Topic};
use dioxus::prelude::*;
use shared::Paginated;
use shared::tickets::{ShowListing, Ticket, TicketState};

/// The tickets that the page shows.
pub struct TicketFeed {
    pub tickets: Signal<Vec<Ticket>>,
    /// The cursor of the next page of tickets, if there is one.
    pub next: Signal<Option<String>>,
    /// How far the server's clock is ahead of the client's, once it is known.
    pub server_ahead_millis: Signal<Option<i64>>,
}

/// Applies updates of the show's feed, and lists the tickets again whenever the feed has been connected.
pub fn use_ticket_feed(listing: Signal<ShowListing>, first: Paginated<Ticket>) -> TicketFeed {
    let show = listing.peek().show.id;
    let mut next = use_signal(|| first.next.clone());
    let mut tickets = use_signal(|| first.items.clone());
    let mut server_ahead_millis = use_signal(|| None::<i64>);
    // Updates since the list was requested. They may be newer than the list.
    let mut updates = use_signal(Vec::<Ticket>::new);
    use_effect(move || {
        spawn(feed::subscribe(Topic::Show(show), move |update| match update {
            FeedUpdate::Ticket(ticket) => {
                if ticket.show.cancelled {
                    refetch_show(listing);
                }
                updates.write().push((*ticket).clone());
                tickets.with_mut(|known| merge(known, *ticket));
            }
            FeedUpdate::Own | FeedUpdate::Heartbeat => {}
            FeedUpdate::Hello(server_now) => {
                if let Some(server_now) = server_now {
                    server_ahead_millis.set(Some(server_now.millis() - clock::now().millis()));
                }
                updates.set(Vec::new());
                spawn(async move {
                    if let Ok(page) = list_tickets(show.to_string(), None, None).await {
                        let mut newest = page.items;
                        updates.peek().iter().for_each(|ticket| merge(&mut newest, ticket.clone()));
                        tickets.set(newest);
                        next.set(page.next);
                    }
                });
            }
        }));
    });
    TicketFeed { tickets, next, server_ahead_millis }
}

fn refetch_show(mut listing: Signal<ShowListing>) {
    let id = listing.peek().show.id;
    spawn(async move {
        if let Ok(newest) = get_show(id.to_string()).await {
            listing.set(newest);
        }
    });
}

/// Adds a ticket or replaces an older version of it. Only tickets that are on sale or held stay in the list.
pub fn merge(tickets: &mut Vec<Ticket>, update: Ticket) {
    match tickets.iter_mut().find(|ticket| ticket.id == update.id) {
        Some(known) if known.version < update.version => *known = update,
        Some(_) => {}
        None => tickets.push(update),
    }
    tickets.retain(|ticket| matches!(ticket.state, TicketState::OnSale | TicketState::Held));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::ticket;

    #[test]
    fn only_newer_versions_of_a_ticket_are_shown() {
        let mut known = vec![ticket(1, 2, TicketState::Held)];

        merge(&mut known, ticket(1, 1, TicketState::OnSale));
        assert_eq!(known[0].state, TicketState::Held, "older version");
        merge(&mut known, ticket(1, 3, TicketState::OnSale));
        merge(&mut known, ticket(2, 1, TicketState::OnSale));
        assert_eq!(known.len(), 2);
        merge(&mut known, ticket(1, 4, TicketState::Sold));

        assert_eq!(known.iter().map(|ticket| ticket.id).collect::<Vec<_>>(), [ticket(2, 1, TicketState::OnSale).id]);
    }
}
