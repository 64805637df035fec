//! Passes: who may enter with a ticket that was issued here, its code, its resale, and the refund of its sale.

mod changes;
mod rules;
#[cfg(test)]
pub mod tests;
#[cfg(test)]
mod transfer_tests;
mod transfers;

pub use changes::{PassChanges, TicketChanges};
pub use rules::{check_cap, price_cap};
pub use transfers::store_changes;

use super::changes::{TicketChange, apply_changes};
use super::pass_schema::{self, ClaimKind, ClaimRow, PassRow};
use super::schema::{self, NewTicket, TicketRow};
use super::{Tickets, cancellation, check_currency, closing, keys};
use crate::store::{Millis, Tx, Version};
use crate::{Caller, Error};
use shared::page::position;
use shared::ticket_code::IssuedCode;
use shared::tickets::{
    GetPass, GetPassCode, ListPasses, Listing, MAX_TRANSFERS, Pass, RefundSale, ResellPass, Seat, Show, Ticket,
    TicketState,
};
use shared::{Money, Paginated, PassId, Rejection, ShowId, TicketId, UserId};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use uuid::Uuid;

impl Tickets {
    pub(super) async fn passes(self: Arc<Self>, caller: Caller, request: ListPasses) -> Result<Paginated<Pass>, Error> {
        let before = position(request.cursor.as_deref())?;
        let rows = pass_schema::passes_of_owner(self.store.read(), caller.person()?, before).await?;
        let Paginated { items, next } = Paginated::cut(rows, |row| PassId::new(row.id));
        Ok(Paginated { items: self.views(items).await?, next })
    }

    pub(super) async fn pass(self: Arc<Self>, caller: Caller, request: GetPass) -> Result<Pass, Error> {
        let row = self.acquired(&caller, request.id).await?;
        self.views(vec![row]).await?.pop().ok_or(Rejection::NotFound.into())
    }

    pub(super) async fn code(self: Arc<Self>, caller: Caller, request: GetPassCode) -> Result<IssuedCode, Error> {
        let row = self.acquired(&caller, request.id).await?;
        let generation = u32::try_from(row.generation).map_err(Error::caused_by)?;
        Ok(IssuedCode { code: self.codes.sign(row.show_id.into(), request.id, generation) })
    }

    /// A pass that the caller has acquired. Those that the creator of a show has not sold have no code that anybody could show.
    async fn acquired(&self, caller: &Caller, id: PassId) -> Result<PassRow, Error> {
        let person = caller.person()?;
        let row = pass_schema::pass(self.store.read(), id).await?;
        let is_acquired = row.owner_id == person.uuid() && row.title_id.is_some();
        if is_acquired { Ok(row) } else { Err(Rejection::NotFound.into()) }
    }

    pub(super) async fn resell(self: Arc<Self>, caller: Caller, request: ResellPass) -> Result<Ticket, Error> {
        let seller = caller.person()?;
        super::rules::check_seller(self.real_payments, &caller)?;
        let (key_owner, cap_percent) = (caller.clone(), self.price_cap_percent);
        let write = self.store.write(&caller, move |tx| {
            Box::pin(async move {
                let resale = request.clone();
                let creating = tx.idempotent(&key_owner, &request, move |tx| {
                    Box::pin(async move { Ok((resell(tx, seller, resale, cap_percent).await?, ())) })
                });
                creating.await.map(|(ticket, _)| ticket)
            })
        });
        write.await
    }

    pub(super) async fn refund_sale(self: Arc<Self>, caller: Caller, request: RefundSale) -> Result<(), Error> {
        let seller = caller.person()?;
        let key_owner = caller.clone();
        let write = self.store.write(&caller, move |tx| {
            Box::pin(async move {
                let ticket = request.ticket_id;
                let refunding = tx.idempotent(&key_owner, &request, move |tx| {
                    Box::pin(async move { Ok((refund_sale(tx, seller, ticket).await?, ())) })
                });
                refunding.await.map(drop)
            })
        });
        write.await
    }

    /// The passes as their owner sees them. Three queries, however many passes.
    async fn views(&self, rows: Vec<PassRow>) -> Result<Vec<Pass>, Error> {
        let db = self.store.read();
        let shows = schema::shows_by_id(db, rows.iter().map(|row| row.show_id).collect()).await?;
        let shows = shows.into_iter().map(|show| Ok((show.id, schema::show_of(show)?)));
        let shows: HashMap<Uuid, Show> = shows.collect::<Result<_, Error>>()?;
        let claims = pass_schema::live_claims(db, rows.iter().map(|row| row.id)).await?;
        let listed = schema::tickets_by_id(db, claims.iter().filter_map(|claim| claim.ticket_id).collect()).await?;
        let view = |row: PassRow| {
            let show = shows.get(&row.show_id).ok_or(Rejection::NotFound)?;
            let claim = claims.iter().find(|claim| claim.pass_id == row.id);
            let listing = claim.filter(|claim| claim.kind.0 == ClaimKind::Listing);
            let ticket = listing.and_then(|claim| listed.iter().find(|ticket| Some(ticket.id) == claim.ticket_id));
            let face_value = Money::new(row.face_value, show.currency);
            Ok(Pass {
                id: row.id.into(),
                show: show.clone(),
                seat: row.seat()?,
                face_value,
                price_cap: price_cap(face_value, self.price_cap_percent),
                listing: ticket.map(|ticket| Listing {
                    ticket_id: ticket.id.into(),
                    price: Money::new(ticket.price, show.currency),
                    state: ticket.state.0,
                }),
                refund_requested: claim.is_some_and(|claim| claim.kind.0 == ClaimKind::Refund),
                transfer: claim.map(ClaimRow::transfer).transpose()?.flatten(),
                transfers_left: MAX_TRANSFERS.saturating_sub(u32::try_from(row.transfers).unwrap_or(MAX_TRANSFERS)),
                admission: claim.map(ClaimRow::admission).transpose()?.flatten(),
            })
        };
        rows.into_iter().map(view).collect()
    }
}

/// The passes that the creator of a show has of these seats, and that nothing takes up, by the keys of the seats: those whose sale was
/// refunded, and those that were withdrawn before anybody bought them.
pub async fn reusable(
    tx: &Tx,
    show: ShowId,
    creator: UserId,
    seats: &[Seat],
) -> Result<HashMap<String, (PassId, Option<TicketId>)>, Error> {
    let keys = seats.iter().filter_map(keys::of_numbered_seat);
    let mut own = pass_schema::passes_of_seats(tx.db(), show, keys).await?;
    own.retain(|pass| pass.owner_id == creator.uuid());
    let claims = pass_schema::live_claims(tx.db(), own.iter().map(|pass| pass.id)).await?;
    own.retain(|pass| claims.iter().all(|claim| claim.pass_id != pass.id));
    let entry = |pass: PassRow| Some((pass.seat_key?, (PassId::new(pass.id), pass.title_id.map(TicketId::new))));
    Ok(own.into_iter().filter_map(entry).collect())
}

/// Gives each of these new tickets of the creator of a show its pass; `existing` are those that are not new.
pub async fn issue(tx: &Tx, tickets: &[TicketChange], existing: BTreeSet<PassId>) -> Result<(), Error> {
    let listed = |TicketChange { after, .. }: &TicketChange| Some((after.clone(), after.pass_id?));
    let listed: Vec<_> = tickets.iter().filter_map(listed).collect();
    let new_pass = |(ticket, id): &(TicketRow, Uuid)| PassRow {
        id: *id,
        show_id: ticket.show_id,
        seat_section: ticket.seat_section.clone(),
        seat_row: ticket.seat_row.clone(),
        seat_number: ticket.seat_number.clone(),
        seat_key: ticket.numbered_seat_key(),
        face_value: ticket.face_value.unwrap_or(ticket.price),
        owner_id: ticket.seller_id,
        generation: 1,
        title_id: None,
        transfers: 0,
        changed_at: Millis(tx.now()),
        version: Version(0),
    };
    let is_new = |listed: &&(TicketRow, Uuid)| !existing.contains(&PassId::new(listed.1));
    let passes: Vec<_> = listed.iter().filter(is_new).map(new_pass).collect();
    pass_schema::store_passes(tx, passes).await?;
    let claim = |(ticket, pass): &(TicketRow, Uuid)| ClaimRow::of_ticket(tx, ClaimKind::Listing, *pass, ticket.id);
    pass_schema::insert_claims(tx, listed.iter().map(claim).collect()).await
}

async fn resell(tx: &Tx, seller: UserId, request: ResellPass, cap_percent: Option<u32>) -> Result<Ticket, Error> {
    let pass = pass_schema::pass(tx.db(), request.id).await?;
    rules::check_disposable(&pass, seller, live_claim(tx, pass.id).await?)?;
    let show = schema::show_of(schema::show(tx.db(), pass.show_id.into()).await?)?;
    super::rules::check_sellable(&show, tx.now())?;
    check_currency(&show, request.price, "price")?;
    check_cap(request.price, price_cap(Money::new(pass.face_value, show.currency), cap_percent))?;
    if !closing::who_left(tx, [seller.uuid()].into()).await?.is_empty() {
        return Err(Rejection::SignedOut.into());
    }
    cancellation::lock_show(tx, show.id).await?;
    let new = NewTicket {
        show_id: show.id,
        seller,
        seat: pass.seat()?,
        price: request.price.money().minor,
        face_value: Some(pass.face_value),
        pass: Some((request.id, pass.title_id.map(TicketId::new))),
    };
    let ticket = new.row(tx);
    pass_schema::insert_claims(tx, vec![ClaimRow::of_ticket(tx, ClaimKind::Listing, pass.id, ticket.id)]).await?;
    let change = TicketChange { before: None, after: ticket, cause: tx.cause() };
    let shows = HashMap::from([(show.id.uuid(), show)]);
    let mut tickets = apply_changes(tx, &shows, vec![change]).await?;
    tickets.pop().ok_or_else(|| Error::failed("the ticket was not stored"))
}

/// What takes a pass up, with the state of the ticket that it is listed by.
async fn live_claim(tx: &Tx, pass: Uuid) -> Result<Option<(ClaimKind, Option<TicketState>)>, Error> {
    let Some(claim) = pass_schema::live_claims(tx.db(), [pass]).await?.pop() else { return Ok(None) };
    let state = match claim.ticket_id {
        Some(ticket) => Some(schema::ticket(tx.db(), ticket.into()).await?.state.0),
        None => None,
    };
    Ok(Some((claim.kind.0, state)))
}

/// Marks the tickets of an order, which `orders` then refunds. Decided here, since a refund must not cross a resale.
async fn refund_sale(tx: &Tx, seller: UserId, id: TicketId) -> Result<(), Error> {
    let ticket = schema::ticket(tx.db(), id).await?;
    if ticket.seller_id != seller.uuid() {
        return Err(Rejection::NotYours.into());
    }
    let order = ticket.order_id.filter(|_| ticket.state.0 == TicketState::Sold).ok_or(Rejection::NotSold)?;
    if ticket.refund_requested {
        return Ok(());
    }
    let sold = schema::tickets_of_order(tx.db(), order).await?;
    if sold.iter().any(|other| other.seller_id != seller.uuid()) {
        return Err(Rejection::SoldTogether.into());
    }
    let show = schema::show_of(schema::show(tx.db(), ticket.show_id.into()).await?)?;
    if show.starts_at <= tx.now() {
        return Err(Rejection::ShowBegun.into());
    }
    let ids: Vec<Uuid> = sold.iter().filter_map(|ticket| ticket.pass_id).collect();
    let passes = pass_schema::passes_by_id(tx.db(), ids.iter().copied()).await?;
    let claims = pass_schema::live_claims(tx.db(), ids).await?;
    for pass in &passes {
        let ticket = sold.iter().find(|ticket| ticket.pass_id == Some(pass.id)).ok_or(Rejection::NotFound)?;
        rules::check_refundable(ticket, pass, claims.iter().find(|claim| claim.pass_id == pass.id))?;
    }
    let claim =
        |ticket: &TicketRow| ticket.pass_id.map(|pass| ClaimRow::of_ticket(tx, ClaimKind::Refund, pass, ticket.id));
    pass_schema::insert_claims(tx, sold.iter().filter_map(claim).collect()).await?;
    let (cause, mut changes) = (tx.cause(), TicketChanges::new(Vec::new()));
    for ticket in sold {
        changes.change(ticket, cause, |row| row.refund_requested = true);
    }
    let shows = HashMap::from([(show.id.uuid(), show)]);
    apply_changes(tx, &shows, changes.into_changes()).await.map(drop)
}
