//! A show and its tickets, as fresh as they are on the server.

mod cancel;
pub mod hold;

use self::cancel::Cancelling;
use self::hold::{HOLD, Hold, form_value};
use crate::api::tickets::{get_show, list_tickets};
use crate::client::clock;
use crate::client::feed::{self, FeedUpdate};
use crate::components::{Empty, Left, Poster, Problem, SeatWords, StateBadge, When, remember, use_checked, use_person};
use crate::i18n::{self, money, t};
use crate::model::adjacent_seats;
use crate::model::price_summary::Prices;
use crate::routes::Route;
use crate::routes::SellQuery;
use dioxus::prelude::*;
use shared::tickets::{ShowListing, Ticket, TicketState};
use shared::{Paginated, ShowId, TicketId};

/// Up to how many seats beside each other are offered with one press.
const MAX_TOGETHER: usize = 6;

/// A show and its tickets.
#[component]
pub fn ShowPage(id: String) -> Element {
    let of = id.clone();
    let show = use_server_future(use_reactive!(|(of,)| get_show(of)))?;
    let tickets = use_server_future(use_reactive!(|(id,)| list_tickets(id, None, None)))?;
    match (show(), tickets()) {
        (Some(Ok(listing)), Some(Ok(first))) => rsx! {
            // A list of one: only in lists does a new key begin anew, and another show is another page.
            for (listing, first) in [(listing, first)] {
                Loaded { key: "{listing.show.id}", listing, first }
            }
        },
        (Some(Err(error)), _) | (_, Some(Err(error))) => rsx! {
            Problem { error }
        },
        _ => rsx! {},
    }
}

#[component]
fn Loaded(listing: ShowListing, first: Paginated<Ticket>) -> Element {
    let show = listing.show.id;
    let listing = use_signal(|| listing);
    let cancelled = listing.read().show.cancelled;
    use_effect(move || remember(&listing.peek().show));
    rsx! {
        About { listing: listing() }
        if !cancelled {
            Offers { listing, first }
            p { class: "aside",
                Link { to: Route::Sell { query: SellQuery::for_show(&show.to_string()) }, {t!("sell-for-this-show")} }
            }
        }
        Cancelling { listing }
    }
}

#[component]
fn About(listing: ShowListing) -> Element {
    let show = listing.show;
    rsx! {
        Poster { show: show.clone(), title: show.title.to_string(),
            p { class: "lead",
                When { show: show.clone(), with_zone: true }
            }
            p { class: "place", "{show.venue}, {show.city}, {show.country}" }
        }
    }
}

/// The tickets as the page knows them: what was listed, and the news since.
fn merge(tickets: &mut Vec<Ticket>, news: Ticket) {
    match tickets.iter_mut().find(|ticket| ticket.id == news.id) {
        Some(known) if known.version < news.version => *known = news,
        Some(_) => {}
        None => tickets.push(news),
    }
    tickets.retain(|ticket| matches!(ticket.state, TicketState::OnSale | TicketState::Held));
}

#[component]
fn Offers(listing: Signal<ShowListing>, first: Paginated<Ticket>) -> Element {
    let show = listing.peek().show.id;
    let mut next = use_signal(|| first.next.clone());
    let mut tickets = use_signal(|| first.items.clone());
    let chosen = use_signal(Vec::<TicketId>::new);
    // How far the server's clock is ahead of this one, in milliseconds.
    let mut ahead = use_signal(|| None::<i64>);
    // What was heard since the list was asked for may be newer than the list.
    let mut since = use_signal(Vec::<Ticket>::new);
    use_effect(move || {
        spawn(feed::listen(format!("/api/shows/{show}/live"), move |heard| match heard {
            FeedUpdate::Ticket(news) => {
                if news.show.cancelled {
                    look_at_show(listing);
                }
                since.write().push((*news).clone());
                tickets.with_mut(|known| merge(known, *news));
            }
            FeedUpdate::Order | FeedUpdate::Beat => {}
            FeedUpdate::Hello(now) => {
                if let Some(now) = now {
                    ahead.set(Some(now.millis() - clock::now().millis()));
                }
                since.set(Vec::new());
                spawn(async move {
                    if let Ok(page) = list_tickets(show.to_string(), None, None).await {
                        let mut newest = page.items;
                        since.peek().iter().for_each(|news| merge(&mut newest, news.clone()));
                        tickets.set(newest);
                        next.set(page.next);
                    }
                });
            }
        }));
    });
    // A ticket that somebody else got in the meantime is chosen no more.
    let free = |ticket: &&Ticket| ticket.state == TicketState::OnSale && chosen.read().contains(&ticket.id);
    let picked: Vec<Ticket> = tickets.read().iter().filter(free).cloned().collect();
    let more = move |_| async move {
        if let Some(cursor) = next()
            && let Ok(page) = list_tickets(show.to_string(), None, Some(cursor)).await
        {
            tickets.with_mut(|known| page.items.into_iter().for_each(|ticket| merge(known, ticket)));
            next.set(page.next);
        }
    };
    rsx! {
        if tickets.read().is_empty() {
            Empty { title: t!("no-tickets"),
                p { {t!("no-tickets-words")} }
            }
        } else {
            div { class: "overview",
                div {
                    h2 { {t!("tickets")} }
                    p { class: "hint", {t!("prices-all-in")} }
                }
                // Cheapest first: while there is more, the dearest are not known.
                if let Some(prices) = Prices::of(&tickets()).filter(|prices| prices.count > 2 && next().is_none()) {
                    Overview { prices }
                }
                Together { tickets, chosen }
            }
            ul { class: "tickets seats",
                for ticket in tickets() {
                    Offer { key: "{ticket.id}", ticket, chosen, ahead: ahead() }
                }
            }
            if next().is_some() {
                p { class: "pager",
                    button { class: "quiet", onclick: more, {t!("show-more")} }
                }
            }
            Hold { show, picked, chosen }
        }
    }
}

/// What the tickets cost, at a glance.
#[component]
fn Overview(prices: Prices) -> Element {
    let sums = [
        (t!("price-lowest"), prices.lowest),
        (t!("price-middle"), prices.middle),
        (t!("price-highest"), prices.highest),
    ];
    rsx! {
        dl { class: "sums prices", aria_label: t!("prices"),
            for (words , price) in sums {
                div { key: "{words}",
                    dt { "{words}" }
                    dd { {money(price)} }
                }
            }
        }
    }
}

/// Chooses the cheapest seats beside each other.
#[component]
fn Together(tickets: Signal<Vec<Ticket>>, chosen: Signal<Vec<TicketId>>) -> Element {
    let person = use_person();
    let found = move |count: usize| {
        let known = tickets.read();
        adjacent_seats::cheapest(known.iter().filter(|ticket| person != Some(ticket.seller_id)), count)
    };
    let counts: Vec<usize> = (2..=MAX_TOGETHER).filter(|count| found(*count).is_some()).collect();
    rsx! {
        if !counts.is_empty() {
            div { class: "together", role: "group", aria_label: t!("cheapest-together"),
                span { class: "hint", {t!("cheapest-together")} }
                for count in counts {
                    button {
                        key: "{count}",
                        class: "quiet",
                        aria_label: t!("choose-together", count = count),
                        onclick: move |_| chosen.set(found(count).unwrap_or_default()),
                        "{count}"
                    }
                }
            }
        }
    }
}

/// Asks for the show once more.
fn look_at_show(mut listing: Signal<ShowListing>) {
    let id: ShowId = listing.peek().show.id;
    spawn(async move {
        if let Ok(newest) = get_show(id.to_string()).await {
            listing.set(newest);
        }
    });
}

/// A ticket in the list of its show: to be chosen, own, or held by somebody.
#[component]
pub fn Offer(ticket: Ticket, chosen: Signal<Vec<TicketId>>, ahead: Option<i64>) -> Element {
    let own = use_person() == Some(ticket.seller_id);
    let id = ticket.id;
    let free = ticket.state == TicketState::OnSale && !own;
    use_checked(form_value(&ticket), move || {
        if !chosen.peek().contains(&id) {
            chosen.write().push(id);
        }
    });
    let toggle = move |event: FormEvent| {
        chosen.with_mut(|ids| {
            ids.retain(|known| *known != id);
            if event.checked() {
                ids.push(id);
            }
        });
    };
    rsx! {
        li { class: if free { "offer" } else { "offer taken" },
            label {
                input {
                    r#type: "checkbox",
                    form: HOLD,
                    name: "ticket",
                    value: form_value(&ticket),
                    checked: free && chosen.read().contains(&id),
                    disabled: !free,
                    onchange: toggle,
                }
                SeatWords { seat: ticket.seat.clone() }
            }
            span { class: "state",
                if own {
                    span { class: "badge", {t!("yours")} }
                }
                if ticket.state == TicketState::Held {
                    StateBadge { state: ticket.state }
                    if let Some(until) = ticket.held_until {
                        Left { until, ahead }
                    }
                }
            }
            span { class: "price",
                if let Some(face_value) = ticket.face_value {
                    span { class: "face-value", {t!("face-value", price = money(face_value))} }
                }
                strong { {money(ticket.price)} }
            }
            Link { class: "more", to: Route::TicketPage { id: id.to_string() }, aria_label: t!("details-of", seat = i18n::seat(&ticket.seat)), {t!("details")} }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::ticket;

    #[test]
    fn only_newer_news_changes_what_is_shown() {
        let mut known = vec![ticket(1, 2, TicketState::Held)];

        merge(&mut known, ticket(1, 1, TicketState::OnSale));
        assert_eq!(known[0].state, TicketState::Held, "older news");
        merge(&mut known, ticket(1, 3, TicketState::OnSale));
        merge(&mut known, ticket(2, 1, TicketState::OnSale));
        assert_eq!(known.len(), 2);
        merge(&mut known, ticket(1, 4, TicketState::Sold));

        assert_eq!(known.iter().map(|ticket| ticket.id).collect::<Vec<_>>(), [ticket(2, 1, TicketState::OnSale).id]);
    }
}
