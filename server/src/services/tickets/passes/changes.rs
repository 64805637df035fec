//! How passes change hands and are taken up (`docs/ticket-protocol.md`, steps 4, 5, 7 and 9).

use crate::services::tickets::changes::TicketChange;
use crate::services::tickets::pass_schema::{
    ClaimKind, ClaimRow, PassRow, end_claims, insert_claims, live_claims, passes_by_id, store_passes,
};
use crate::services::tickets::schema::{self, TicketRow};
use crate::store::{Millis, Text, Tx};
use crate::{Cause, Error};
use shared::tickets::{PassChanged, Show, TicketState};
use shared::{Rejection, UserId};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;

/// Tickets in memory, and their changes in order.
#[derive(Default)]
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

    pub fn withdraw(&mut self, ticket: TicketRow, cause: Cause) {
        self.change(ticket, cause, |row| {
            row.state = Text(TicketState::Withdrawn);
            row.price_version = row.price_version.next();
        });
    }

    pub fn into_changes(self) -> Vec<TicketChange> {
        self.changes
    }

    /// A ticket that is in memory or is read now.
    pub async fn load(&mut self, tx: &Tx, id: Uuid) -> Result<TicketRow, Error> {
        if let Some(row) = self.rows.get(&id) {
            return Ok(row.clone());
        }
        let row = schema::ticket(tx.db(), id.into()).await?;
        self.rows.insert(id, row.clone());
        Ok(row)
    }
}

/// Passes with their live claims, and what happens to them in one write.
#[derive(Default)]
pub struct PassChanges {
    passes: HashMap<Uuid, PassRow>,
    /// By pass.
    claims: HashMap<Uuid, ClaimRow>,
    changed: BTreeMap<Uuid, Cause>,
    /// By pass: the owners of those that change hands.
    former_owners: HashMap<Uuid, Uuid>,
    ended: Vec<Uuid>,
    made: Vec<ClaimRow>,
    /// Tickets whose origin was refunded: what they sell is to go back.
    undone: BTreeSet<Uuid>,
    /// What may have to go back, and why.
    released: BTreeMap<Uuid, Cause>,
}

impl PassChanges {
    /// Those of tickets whose orders change. Reads nothing if no ticket is of a pass.
    pub async fn of(tx: &Tx, tickets: &[TicketRow]) -> Result<Self, Error> {
        let ids: BTreeSet<Uuid> = tickets.iter().filter_map(|ticket| ticket.pass_id).collect();
        if ids.is_empty() {
            return Ok(PassChanges::default());
        }
        let origins =
            schema::tickets_by_id(tx.db(), tickets.iter().filter_map(|ticket| ticket.origin_id).collect()).await?;
        let is_undone = |ticket: &&TicketRow| {
            let origin = origins.iter().find(|origin| ticket.origin_id == Some(origin.id));
            origin.is_some_and(|origin| origin.sale_refunded && origin.buyer_id == Some(ticket.seller_id))
        };
        let undone = tickets.iter().filter(is_undone).map(|ticket| ticket.id).collect();
        Ok(PassChanges { undone, ..PassChanges::load(tx, ids).await? })
    }

    pub async fn load(tx: &Tx, ids: BTreeSet<Uuid>) -> Result<Self, Error> {
        let passes = passes_by_id(tx.db(), ids.iter().copied()).await?;
        let claims = live_claims(tx.db(), ids).await?;
        Ok(PassChanges {
            passes: passes.into_iter().map(|pass| (pass.id, pass)).collect(),
            claims: claims.into_iter().map(|claim| (claim.pass_id, claim)).collect(),
            ..PassChanges::default()
        })
    }

    pub fn pass(&self, id: Uuid) -> Option<&PassRow> {
        self.passes.get(&id)
    }

    /// The live claim of a pass.
    pub fn claim(&self, pass: Uuid) -> Option<&ClaimRow> {
        self.claims.get(&pass)
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
    pub fn capture(&mut self, ticket: &TicketRow, buyer: UserId, cause: Cause) {
        let Some(pass) = ticket.pass_id else { return };
        if self.claims.get(&pass).is_some_and(|claim| claim.is_listing_of(ticket.id)) {
            self.end_claim(pass);
            self.give(pass, buyer.uuid(), Some(ticket.id), cause);
        }
    }

    /// An order for a ticket is over: its pass may have to go back.
    pub fn release(&mut self, ticket: &TicketRow, cause: Cause) {
        let Some(pass) = ticket.pass_id else { return };
        let ends = |claim: &ClaimRow| {
            let is_ended = claim.kind.0 == ClaimKind::Refund || ticket.state.0 == TicketState::Withdrawn;
            claim.ticket_id == Some(ticket.id) && is_ended
        };
        if self.claims.get(&pass).is_some_and(ends) {
            self.end_claim(pass);
        }
        self.released.insert(pass, cause);
    }

    /// Takes a pass up, which nothing does.
    pub fn take_up(&mut self, claim: ClaimRow, cause: Cause) {
        self.changed.insert(claim.pass_id, cause);
        self.claims.insert(claim.pass_id, claim.clone());
        self.made.push(claim);
    }

    /// Its owner offers it as a gift.
    pub fn offer(&mut self, transfer: ClaimRow, cause: Cause) {
        if let Some(row) = self.passes.get_mut(&transfer.pass_id) {
            row.transfers += 1;
        }
        self.take_up(transfer, cause);
    }

    /// Ends what takes a pass up: a gift that is taken back, or an admission that is undone. The pass may have to go back.
    pub fn let_go(&mut self, pass: Uuid, cause: Cause) {
        self.end_claim(pass);
        self.changed.insert(pass, cause);
        self.released.insert(pass, cause);
    }

    /// The person accepts a gift. What the giver bought is the title still.
    pub fn accept(&mut self, pass: Uuid, person: UserId, cause: Cause) {
        self.end_claim(pass);
        let title = self.passes.get(&pass).and_then(|row| row.title_id);
        self.give(pass, person.uuid(), title, cause);
    }

    /// Somebody enters. A listing that nobody holds ends, and so does a gift that nobody has accepted.
    pub async fn admit(&mut self, tx: &Tx, admission: ClaimRow, tickets: &mut TicketChanges) -> Result<(), Error> {
        let cause = tx.cause();
        if let Some(listing) = self.claims.get(&admission.pass_id).and_then(|claim| claim.ticket_id) {
            let listing = tickets.load(tx, listing).await?;
            tickets.withdraw(listing, cause);
        }
        self.end_claim(admission.pass_id);
        self.take_up(admission, cause);
        Ok(())
    }

    /// Gives passes back whose sale was refunded, and stores and publishes all.
    pub async fn store(
        mut self,
        tx: &Tx,
        tickets: &mut TicketChanges,
        shows: &HashMap<Uuid, Show>,
    ) -> Result<(), Error> {
        for (pass, cause) in std::mem::take(&mut self.released) {
            self.settle(tx, pass, cause, tickets).await?;
        }
        end_claims(tx, std::mem::take(&mut self.ended)).await?;
        insert_claims(tx, std::mem::take(&mut self.made)).await?;
        let (mut rows, mut events) = (Vec::new(), Vec::new());
        for (id, cause) in std::mem::take(&mut self.changed) {
            let Some(mut row) = self.passes.remove(&id) else { continue };
            row.version = row.version.next();
            row.changed_at = Millis(tx.now());
            let show = shows.get(&row.show_id).ok_or(Rejection::NotFound)?;
            let former_owner_id = self.former_owners.get(&id).map(|id| UserId::new(*id));
            events.push((cause, PassChanged { former_owner_id, ..event_of(&row, self.claims.get(&id), show)? }));
            rows.push(row);
        }
        store_passes(tx, rows).await?;
        tx.publish_all(events.iter().map(|(cause, event)| (*cause, event))).await
    }

    /// Gives a pass back, link by link, while the sale by which its owner has it is refunded. Stops where the owner has passed it on
    /// or used it, or while somebody is buying it: the end of that order decides.
    async fn settle(&mut self, tx: &Tx, pass: Uuid, cause: Cause, tickets: &mut TicketChanges) -> Result<(), Error> {
        loop {
            let row = self.passes.get(&pass).ok_or(Rejection::NotFound)?;
            let (Some(title), owner) = (row.title_id, row.owner_id) else { return Ok(()) };
            let title = tickets.load(tx, title).await?;
            if !title.sale_refunded || title.buyer_id != Some(owner) {
                return Ok(());
            }
            match self.claims.get(&pass).map(|claim| (claim.kind.0, claim.ticket_id)) {
                Some((ClaimKind::Admission, _)) => return Ok(()),
                Some((ClaimKind::Listing, Some(listing))) => {
                    let listing = tickets.load(tx, listing).await?;
                    match listing.state.0 {
                        TicketState::Held | TicketState::Sold => return Ok(()),
                        TicketState::OnSale => tickets.withdraw(listing, cause),
                        TicketState::Withdrawn => {}
                    }
                }
                Some(_) | None => {}
            }
            self.end_claim(pass);
            self.give(pass, title.seller_id, title.origin_id, cause);
        }
    }

    fn end_claim(&mut self, pass: Uuid) {
        if let Some(claim) = self.claims.remove(&pass) {
            self.ended.push(claim.id);
        }
    }

    fn give(&mut self, pass: Uuid, person: Uuid, title: Option<Uuid>, cause: Cause) {
        if let Some(row) = self.passes.get_mut(&pass) {
            if row.title_id != title {
                row.transfers = 0;
            }
            self.former_owners.entry(pass).or_insert(row.owner_id);
            row.owner_id = person;
            row.title_id = title;
            row.generation += 1;
            self.changed.insert(pass, cause);
        }
    }
}

/// The pass as others see it. No code is in it.
fn event_of(row: &PassRow, claim: Option<&ClaimRow>, show: &Show) -> Result<PassChanged, Error> {
    Ok(PassChanged {
        pass_id: row.id.into(),
        show: show.clone(),
        seat: row.seat()?,
        owner_id: row.owner_id.into(),
        former_owner_id: None,
        generation: u32::try_from(row.generation).map_err(Error::caused_by)?,
        transfer: claim.map(ClaimRow::transfer).transpose()?.flatten(),
        admitted: claim.is_some_and(|claim| claim.kind.0 == ClaimKind::Admission),
        version: row.version.0,
    })
}
