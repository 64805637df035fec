//! How passes change hands when the orders for their tickets change (`docs/ticket-protocol.md`, steps 4 and 5).

use super::super::schema::{self, TicketChange, TicketRow};
use super::schema::{ClaimKind, ClaimRow, PassRow, end_claims, live_claims, passes_by_id, store_passes};
use crate::store::{Text, Tx};
use crate::{Cause, Error};
use shared::tickets::TicketState;
use shared::{Rejection, UserId};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;

/// Tickets in memory, and their changes in order.
pub struct TicketChanges {
    rows: HashMap<Uuid, TicketRow>,
    changes: Vec<TicketChange>,
}

impl TicketChanges {
    pub fn new(rows: Vec<TicketRow>) -> Self {
        TicketChanges { rows: rows.into_iter().map(|row| (row.id, row)).collect(), changes: Vec::new() }
    }

    /// # Errors
    /// [`Rejection::NotFound`] if it is not in memory.
    pub fn get(&self, id: Uuid) -> Result<&TicketRow, Rejection> {
        self.rows.get(&id).ok_or(Rejection::NotFound)
    }

    /// Makes the next version of a ticket.
    pub fn change(&mut self, before: TicketRow, cause: Cause, change: impl FnOnce(&mut TicketRow)) {
        let mut after = before.clone();
        change(&mut after);
        after.version = before.version.next();
        self.rows.insert(after.id, after.clone());
        self.changes.push(TicketChange { before: Some(before), after, cause });
    }

    pub fn into_changes(self) -> Vec<TicketChange> {
        self.changes
    }

    async fn load(&mut self, tx: &Tx, id: Uuid) -> Result<TicketRow, Error> {
        if let Some(row) = self.rows.get(&id) {
            return Ok(row.clone());
        }
        let row = schema::ticket(tx.db(), id.into()).await?;
        self.rows.insert(id, row.clone());
        Ok(row)
    }
}

/// The passes of tickets whose orders change, with their live claims.
#[derive(Default)]
pub struct PassChanges {
    passes: HashMap<Uuid, PassRow>,
    /// By pass.
    claims: HashMap<Uuid, ClaimRow>,
    changed: BTreeSet<Uuid>,
    ended: Vec<Uuid>,
    /// Tickets whose origin was refunded: what they sell is to go back.
    undone: BTreeSet<Uuid>,
    /// What may have to go back, and why.
    released: BTreeMap<Uuid, Cause>,
}

impl PassChanges {
    /// Reads nothing if no ticket is of a pass.
    pub async fn of(tx: &Tx, tickets: &[TicketRow]) -> Result<Self, Error> {
        let ids: BTreeSet<Uuid> = tickets.iter().filter_map(|ticket| ticket.pass_id).collect();
        if ids.is_empty() {
            return Ok(PassChanges::default());
        }
        let passes = passes_by_id(tx.db(), ids.iter().copied()).await?;
        let claims = live_claims(tx.db(), ids).await?;
        let origins =
            schema::tickets_by_id(tx.db(), tickets.iter().filter_map(|ticket| ticket.origin_id).collect()).await?;
        let is_undone = |ticket: &&TicketRow| {
            let origin = origins.iter().find(|origin| ticket.origin_id == Some(origin.id));
            origin.is_some_and(|origin| origin.sale_refunded && origin.buyer_id == Some(ticket.seller_id))
        };
        Ok(PassChanges {
            passes: passes.into_iter().map(|pass| (pass.id, pass)).collect(),
            claims: claims.into_iter().map(|claim| (claim.pass_id, claim)).collect(),
            undone: tickets.iter().filter(is_undone).map(|ticket| ticket.id).collect(),
            ..PassChanges::default()
        })
    }

    /// Whether its pass has moved to the buyer by this ticket.
    pub fn has_moved(&self, ticket: &TicketRow) -> bool {
        let is_listed = |pass| self.claims.get(&pass).is_some_and(|claim| claim.is_listing_of(ticket.id));
        ticket.state.0 == TicketState::Sold && ticket.pass_id.is_some_and(|pass| !is_listed(pass))
    }

    /// Whether the ticket is not for sale again when its order ends: it was its buyer's, or what it sells was refunded to its seller.
    pub fn ends_with_release(&self, ticket: &TicketRow) -> bool {
        self.has_moved(ticket) || self.undone.contains(&ticket.id)
    }

    /// The payment for a ticket is captured: its pass goes to the buyer, unless it did already.
    pub fn capture(&mut self, ticket: &TicketRow, buyer: UserId) {
        let Some(pass) = ticket.pass_id else { return };
        if self.claims.get(&pass).is_some_and(|claim| claim.is_listing_of(ticket.id)) {
            self.end_claim(pass);
            self.give(pass, buyer.uuid(), Some(ticket.id));
        }
    }

    /// An order for a ticket is over: its pass may have to go back.
    pub fn release(&mut self, ticket: &TicketRow, cause: Cause) {
        let Some(pass) = ticket.pass_id else { return };
        let ends = |claim: &ClaimRow| {
            let is_ended = claim.kind.0 == ClaimKind::Refund || ticket.state.0 == TicketState::Withdrawn;
            claim.ticket_id == ticket.id && is_ended
        };
        if self.claims.get(&pass).is_some_and(ends) {
            self.end_claim(pass);
        }
        self.released.insert(pass, cause);
    }

    /// Gives passes back whose sale was refunded, and stores all.
    pub async fn store(mut self, tx: &Tx, tickets: &mut TicketChanges) -> Result<(), Error> {
        for (pass, cause) in std::mem::take(&mut self.released) {
            self.settle(tx, pass, cause, tickets).await?;
        }
        let changed = self.changed.iter().filter_map(|id| self.passes.remove(id));
        let changed: Vec<_> = changed.collect();
        if !changed.is_empty() {
            store_passes(tx, changed).await?;
        }
        end_claims(tx, self.ended).await
    }

    /// Gives a pass back, link by link, while the sale by which its owner has it is refunded. Stops where the owner has passed it on,
    /// or while somebody is buying it: the end of that order decides.
    async fn settle(&mut self, tx: &Tx, pass: Uuid, cause: Cause, tickets: &mut TicketChanges) -> Result<(), Error> {
        loop {
            let row = self.passes.get(&pass).ok_or(Rejection::NotFound)?;
            let (Some(title), owner) = (row.title_id, row.owner_id) else { return Ok(()) };
            let title = tickets.load(tx, title).await?;
            if !title.sale_refunded || title.buyer_id != Some(owner) {
                return Ok(());
            }
            if let Some(claim) = self.claims.get(&pass) {
                let listing = tickets.load(tx, claim.ticket_id).await?;
                match (claim.kind.0, listing.state.0) {
                    (ClaimKind::Listing, TicketState::Held | TicketState::Sold) => return Ok(()),
                    (ClaimKind::Listing, TicketState::OnSale) => tickets.change(listing, cause, |row| {
                        row.state = Text(TicketState::Withdrawn);
                        row.price_version = row.price_version.next();
                    }),
                    (ClaimKind::Listing, TicketState::Withdrawn) | (ClaimKind::Refund, _) => {}
                }
                self.end_claim(pass);
            }
            self.give(pass, title.seller_id, title.origin_id);
        }
    }

    fn end_claim(&mut self, pass: Uuid) {
        self.ended.extend(self.claims.remove(&pass).map(|claim| claim.id));
    }

    fn give(&mut self, pass: Uuid, person: Uuid, title: Option<Uuid>) {
        if let Some(row) = self.passes.get_mut(&pass) {
            row.owner_id = person;
            row.title_id = title;
            row.generation += 1;
            row.version = row.version.next();
            self.changed.insert(pass);
        }
    }
}

impl ClaimRow {
    fn is_listing_of(&self, ticket: Uuid) -> bool {
        self.kind.0 == ClaimKind::Listing && self.ticket_id == ticket
    }
}
