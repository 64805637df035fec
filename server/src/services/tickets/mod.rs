//! Shows, and the tickets on sale for them. `orders` decides who holds a ticket; this service carries that out.

mod backfill;
mod cancellation;
mod changes;
mod closing;
#[cfg(test)]
mod closing_tests;
mod codes;
#[cfg(test)]
mod codes_tests;
mod door;
mod events;
mod keys;
mod lists;
mod pass_schema;
mod passes;
#[cfg(test)]
mod race_tests;
mod rules;
mod schema;
mod search;
#[cfg(test)]
mod seat_tests;
mod seats;
#[cfg(test)]
mod tests;

pub use codes::CodeSigner;
pub use door::RETENTIONS;
pub use schema::MIGRATIONS;

use crate::messaging::Subscriptions;
use crate::rpc::Registry;
use crate::services::ServiceHandler;
use crate::store::{Retention, Store, Text, Tx, Version};
use crate::{Caller, Error};
use async_trait::async_trait;
use changes::TicketChange;
use schema::NewTicket;
use shared::page::position;
use shared::tickets::{
    CancelShow, CreateShow, GetShow, GetTicket, ListSelling, ListShows, ListTickets, MAX_SEATS_AT_ONCE, OfferTickets,
    RepriceTicket, Seat, Show, ShowListing, Ticket, TicketState, WithdrawTicket,
};
use shared::{Flaw, Instant, Invalid, Money, Paginated, Price, Rejection, ShowId, UserId};
use std::collections::{HashMap, hash_map::Entry};
use std::sync::Arc;

pub struct Tickets {
    store: Store,
    /// With real payments, only who has proved an e-mail address may list: a seller must be reachable.
    real_payments: bool,
    codes: CodeSigner,
    /// What a resale may cost, in percent of the face value.
    price_cap_percent: Option<u32>,
}

impl Tickets {
    pub fn new(store: Store, real_payments: bool, codes: CodeSigner, price_cap_percent: Option<u32>) -> Arc<Self> {
        Arc::new(Tickets { store, real_payments, codes, price_cap_percent })
    }

    async fn create_show(self: Arc<Self>, caller: Caller, request: CreateShow) -> Result<ShowListing, Error> {
        let creator = caller.person()?;
        rules::check_seller(self.real_payments, &caller)?;
        let key_owner = caller.clone();
        let write = self.store.write(&caller, move |tx| {
            Box::pin(async move {
                let new = request.clone();
                let creating = tx.idempotent(&key_owner, &request, move |tx| {
                    Box::pin(async move { Ok((insert_show(tx, creator, new).await?, ())) })
                });
                creating.await.map(|(id, _)| id)
            })
        });
        let id = write.await?;
        cancellation::listing(self.store.read(), id).await
    }

    async fn list_shows(self: Arc<Self>, _: Caller, request: ListShows) -> Result<Paginated<ShowListing>, Error> {
        search::shows(self.store.read(), &request.filter, self.store.environment().now()).await
    }

    async fn get_show(self: Arc<Self>, _: Caller, request: GetShow) -> Result<ShowListing, Error> {
        cancellation::listing(self.store.read(), request.id).await
    }

    async fn cancel_show(self: Arc<Self>, caller: Caller, request: CancelShow) -> Result<ShowListing, Error> {
        let person = caller.person()?;
        let write = self.store.write(&caller, move |tx| Box::pin(cancellation::start(tx, request.id, person)));
        write.await?;
        cancellation::listing(self.store.read(), request.id).await
    }

    async fn list(self: Arc<Self>, _: Caller, request: ListTickets) -> Result<Paginated<Ticket>, Error> {
        let db = self.store.read();
        let by_seat = match request.sort.as_deref() {
            None | Some("" | "price") => false,
            Some("seat") => true,
            Some(_) => return Err(Invalid::new("sort", Flaw::UnknownChoice).into()),
        };
        let show = schema::show_of(schema::show(db, request.show_id).await?)?;
        let cursor = request.cursor.as_deref();
        let rows = if by_seat {
            Paginated::cut(lists::by_seat(db, request.show_id, position(cursor)?).await?, |row| {
                (row.seat_order.clone(), row.id)
            })
        } else {
            let rows = lists::by_price(db, request.show_id, position(cursor)?).await?;
            Paginated::cut(rows, |row| (row.price, row.id))
        };
        rows.try_map(|row| schema::ticket_of(&row, &show))
    }

    async fn offer(self: Arc<Self>, caller: Caller, request: OfferTickets) -> Result<Vec<Ticket>, Error> {
        let seller = caller.person()?;
        rules::check_seller(self.real_payments, &caller)?;
        if !(1..=MAX_SEATS_AT_ONCE).contains(&request.seats.len()) {
            return Err(Invalid::new("seats", Flaw::SeatCount { most: MAX_SEATS_AT_ONCE }).into());
        }
        rules::check_distinct(request.seats.iter().map(keys::of_numbered_seat))?;
        let key_owner = caller.clone();
        let write = self.store.write(&caller, move |tx| {
            Box::pin(async move {
                let offer = request.clone();
                let creating = tx.idempotent(&key_owner, &request, move |tx| {
                    Box::pin(async move { Ok((create_tickets(tx, seller, offer).await?, ())) })
                });
                creating.await.map(|(tickets, _)| tickets)
            })
        });
        write.await
    }

    async fn get(self: Arc<Self>, _: Caller, request: GetTicket) -> Result<Ticket, Error> {
        let row = schema::ticket(self.store.read(), request.id).await?;
        let show = schema::show_of(schema::show(self.store.read(), row.show_id.into()).await?)?;
        schema::ticket_of(&row, &show)
    }

    async fn reprice(self: Arc<Self>, caller: Caller, request: RepriceTicket) -> Result<Ticket, Error> {
        let (person, cap_percent) = (caller.person()?, self.price_cap_percent);
        let write = self.store.write(&caller, move |tx| {
            Box::pin(async move {
                let mut row = schema::ticket(tx.db(), request.id).await?;
                rules::check_editable(row.state.0, row.seller_id.into(), person)?;
                if row.version != Version(request.version) {
                    return Err(Rejection::ChangedMeanwhile.into());
                }
                let show = schema::show(tx.db(), row.show_id.into()).await?;
                let show = schema::show_of(show)?;
                rules::check_sellable(&show, tx.now())?;
                check_currency(&show, request.price, "price")?;
                if let (Some(_), Some(face_value)) = (row.origin_id, row.face_value) {
                    let cap = passes::price_cap(Money::new(face_value, show.currency), cap_percent);
                    passes::check_cap(request.price, cap)?;
                }
                let before = row.clone();
                row.price = request.price.money().minor;
                row.price_version = row.price_version.next();
                changes::update_ticket(tx, before, row).await
            })
        });
        write.await
    }

    async fn withdraw(self: Arc<Self>, caller: Caller, request: WithdrawTicket) -> Result<Ticket, Error> {
        let person = caller.person()?;
        let write = self.store.write(&caller, move |tx| {
            Box::pin(async move {
                let mut row = schema::ticket(tx.db(), request.id).await?;
                rules::check_editable(row.state.0, row.seller_id.into(), person)?;
                let before = row.clone();
                row.state = Text(TicketState::Withdrawn);
                row.price_version = row.price_version.next();
                changes::update_ticket(tx, before, row).await
            })
        });
        write.await
    }

    async fn selling(self: Arc<Self>, caller: Caller, request: ListSelling) -> Result<Paginated<Ticket>, Error> {
        let db = self.store.read();
        let before = position(request.cursor.as_deref())?;
        let rows = lists::of_seller(db, caller.person()?, before).await?;
        let mut shows: HashMap<_, Show> = HashMap::new();
        for row in &rows {
            if let Entry::Vacant(entry) = shows.entry(row.show_id) {
                entry.insert(schema::show_of(schema::show(db, row.show_id.into()).await?)?);
            }
        }
        let tickets = rows.iter().map(|row| schema::ticket_of(row, &shows[&row.show_id]));
        Ok(Paginated::cut(tickets.collect::<Result<Vec<_>, _>>()?, |ticket| ticket.id))
    }
}

async fn insert_show(tx: &Tx, creator: UserId, request: CreateShow) -> Result<ShowId, Error> {
    let (starts_at, local_start) = rules::parse_start(&request.starts_at, &request.time_zone, tx.now())?;
    let show = Show {
        id: tx.new_id(),
        title: request.title,
        venue: request.venue,
        city: request.city,
        country: request.country,
        category: request.category,
        starts_at,
        time_zone: request.time_zone,
        local_start,
        currency: request.currency,
        creator_id: creator,
        cancelled: false,
    };
    schema::insert_show(tx, &show).await?;
    Ok(show.id)
}

async fn create_tickets(tx: &Tx, seller: UserId, request: OfferTickets) -> Result<Vec<Ticket>, Error> {
    let show = schema::show_of(schema::show(tx.db(), request.show_id).await?)?;
    check_currency(&show, request.price, "price")?;
    if let Some(face_value) = request.face_value {
        check_currency(&show, face_value, "face_value")?;
    }
    rules::check_sellable(&show, tx.now())?;
    rules::check_issuer(request.issued, &show, seller)?;
    if !closing::who_left(tx, [seller.uuid()].into()).await?.is_empty() {
        return Err(Rejection::SignedOut.into());
    }
    // This locks the show, so that the seats stay free until the tickets are stored.
    cancellation::lock_show(tx, show.id).await?;
    let own =
        if request.issued { passes::reusable(tx, show.id, seller, &request.seats).await? } else { HashMap::new() };
    let own_pass = |seat: &Seat| keys::of_numbered_seat(seat).and_then(|key| own.get(&key));
    seats::check_free(tx, show.id, seller, request.seats.iter().filter(|seat| own_pass(seat).is_none())).await?;
    let new_ticket = |seat: Seat| {
        let pass = own_pass(&seat).copied().unwrap_or_else(|| (tx.new_id(), None));
        let new = NewTicket {
            show_id: show.id,
            seller,
            seat,
            price: request.price.money().minor,
            face_value: request.face_value.map(|price| price.money().minor),
            pass: request.issued.then_some(pass),
        };
        TicketChange { before: None, after: new.row(tx), cause: tx.cause() }
    };
    let changes: Vec<_> = request.seats.into_iter().map(new_ticket).collect();
    passes::issue(tx, &changes, own.into_values().map(|(pass, _)| pass).collect()).await?;
    changes::apply_changes(tx, &HashMap::from([(show.id.uuid(), show)]), changes).await
}

fn check_currency(show: &Show, price: Price, field: &str) -> Result<(), Invalid> {
    let currency = show.currency;
    if price.money().currency == currency { Ok(()) } else { Err(Invalid::new(field, Flaw::OtherCurrency { currency })) }
}

/// The events that this service handles.
pub fn subscriptions() -> Subscriptions {
    Subscriptions::default()
        .on(|tx, orders| Box::pin(events::orders_changed(tx, orders)))
        .on_each(|tx, closed| Box::pin(closing::start(tx, closed.event)))
}

#[async_trait]
impl ServiceHandler for Tickets {
    fn store(&self) -> &Store {
        &self.store
    }

    fn subscriptions(&self) -> Subscriptions {
        subscriptions()
    }

    fn retentions(&self) -> &'static [Retention] {
        RETENTIONS
    }

    fn register(self: Arc<Self>, registry: &mut Registry) {
        registry.register(&self, Tickets::create_show);
        registry.register(&self, Tickets::list_shows);
        registry.register(&self, Tickets::get_show);
        registry.register(&self, Tickets::cancel_show);
        registry.register(&self, Tickets::list);
        registry.register(&self, Tickets::offer);
        registry.register(&self, Tickets::get);
        registry.register(&self, Tickets::reprice);
        registry.register(&self, Tickets::withdraw);
        registry.register(&self, Tickets::selling);
        registry.register(&self, Tickets::refund_sale);
        registry.register(&self, Tickets::passes);
        registry.register(&self, Tickets::pass);
        registry.register(&self, Tickets::code);
        registry.register(&self, Tickets::resell);
        registry.register(&self, Tickets::transfer);
        registry.register(&self, Tickets::take_back);
        registry.register(&self, Tickets::pass_transfer);
        registry.register(&self, Tickets::accept);
        registry.register(&self, Tickets::door_link);
        registry.register(&self, Tickets::door_list);
        registry.register(&self, Tickets::admit);
        registry.register(&self, Tickets::undo_admission);
    }

    async fn tick(self: Arc<Self>) -> Result<Option<Instant>, Error> {
        let cancelling = cancellation::step(&self.store).await?;
        let closing = closing::step(&self.store).await?;
        let adding_keys = backfill::step(&self.store).await?;
        Ok(cancelling.or(closing).or(adding_keys))
    }
}
