//! Gives passes away: an offer to an address, which its reader accepts or its giver takes back.

use super::changes::{PassChanges, TicketChanges};
use super::{live_claim, rules};
use crate::services::tickets::changes::apply_changes;
use crate::services::tickets::pass_schema::{self, ClaimKind, ClaimRow, PassRow};
use crate::services::tickets::{Tickets, closing, rules as show_rules, schema};
use crate::store::Tx;
use crate::{Caller, Error};
use shared::tickets::{
    AcceptTransfer, GetTransfer, MAX_TRANSFERS, Pass, PassTransfer, Show, TakeBackTransfer, TransferPass,
};
use shared::{PassId, Rejection, TransferId, UserId};
use std::collections::HashMap;
use std::sync::Arc;

impl Tickets {
    pub(in super::super) async fn transfer(
        self: Arc<Self>,
        caller: Caller,
        request: TransferPass,
    ) -> Result<Pass, Error> {
        let (giver, id) = (caller.person()?, request.id);
        // Somebody with a stranger's address must not make this site write to others.
        let address = caller.address.as_ref().ok_or(Rejection::EmailUnverified)?;
        if *address == request.recipient {
            return Err(Rejection::OwnTicket.into());
        }
        let key_owner = caller.clone();
        let write = self.store.write(&caller, move |tx| {
            Box::pin(async move {
                let transfer = request.clone();
                let offering = tx.idempotent(&key_owner, &request, move |tx| {
                    Box::pin(async move { Ok((offer(tx, giver, transfer).await?, ())) })
                });
                offering.await.map(drop)
            })
        });
        write.await?;
        self.view(id).await
    }

    pub(in super::super) async fn take_back(
        self: Arc<Self>,
        caller: Caller,
        request: TakeBackTransfer,
    ) -> Result<Pass, Error> {
        let giver = caller.person()?;
        let write = self.store.write(&caller, move |tx| {
            Box::pin(async move {
                let (pass, _) = pending(tx, request.id).await?;
                if pass.owner_id != giver.uuid() {
                    return Err(Rejection::LinkInvalid.into());
                }
                let (mut passes, show) = (PassChanges::load(tx, [pass.id].into()).await?, show_of(tx, &pass).await?);
                passes.let_go(pass.id, tx.cause());
                store_changes(tx, passes, TicketChanges::default(), show).await?;
                Ok(PassId::new(pass.id))
            })
        });
        let id = write.await?;
        self.view(id).await
    }

    pub(in super::super) async fn pass_transfer(
        self: Arc<Self>,
        caller: Caller,
        request: GetTransfer,
    ) -> Result<PassTransfer, Error> {
        let db = self.store.read();
        let claim = pass_schema::live_claim(db, request.id.uuid()).await?.ok_or(Rejection::LinkInvalid)?;
        check_recipient(&caller, &claim)?;
        let pass = pass_schema::pass(db, claim.pass_id.into()).await?;
        let show = schema::show_of(schema::show(db, pass.show_id.into()).await?)?;
        Ok(PassTransfer { id: request.id, show, seat: pass.seat()? })
    }

    pub(in super::super) async fn accept(
        self: Arc<Self>,
        caller: Caller,
        request: AcceptTransfer,
    ) -> Result<Pass, Error> {
        let (person, recipient) = (caller.person()?, caller.clone());
        let write = self.store.write(&caller, move |tx| {
            Box::pin(async move {
                let (pass, claim) = pending(tx, request.id).await?;
                check_recipient(&recipient, &claim)?;
                if pass.owner_id == person.uuid() {
                    return Err(Rejection::OwnTicket.into());
                }
                let show = show_of(tx, &pass).await?;
                show_rules::check_sellable(&show, tx.now())?;
                check_stays(tx, person).await?;
                let mut passes = PassChanges::load(tx, [pass.id].into()).await?;
                passes.accept(pass.id, person, tx.cause());
                store_changes(tx, passes, TicketChanges::default(), show).await?;
                pass_schema::mark_accepted(tx, claim.id, person).await?;
                Ok(PassId::new(pass.id))
            })
        });
        let id = write.await?;
        self.view(id).await
    }

    async fn view(&self, id: PassId) -> Result<Pass, Error> {
        let row = pass_schema::pass(self.store.read(), id).await?;
        self.views(vec![row]).await?.pop().ok_or(Rejection::NotFound.into())
    }
}

async fn offer(tx: &Tx, giver: UserId, request: TransferPass) -> Result<TransferId, Error> {
    let mut passes = PassChanges::load(tx, [request.id.uuid()].into()).await?;
    let pass = passes.pass(request.id.uuid()).ok_or(Rejection::NotFound)?.clone();
    rules::check_disposable(&pass, giver, live_claim(tx, pass.id).await?)?;
    if pass.title_id.is_none() {
        // The creator of the show has not sold it: there is no code to give away.
        return Err(Rejection::NotFound.into());
    }
    if pass.transfers >= i64::from(MAX_TRANSFERS) {
        return Err(Rejection::TooManyTransfers { most: MAX_TRANSFERS }.into());
    }
    let show = show_of(tx, &pass).await?;
    show_rules::check_sellable(&show, tx.now())?;
    check_stays(tx, giver).await?;
    let claim =
        ClaimRow { recipient: Some(request.recipient.into()), ..ClaimRow::new(tx, ClaimKind::Transfer, pass.id) };
    let id = claim.id.into();
    passes.offer(claim, tx.cause());
    store_changes(tx, passes, TicketChanges::default(), show).await?;
    Ok(id)
}

/// An offer that is neither accepted nor taken back, and its pass.
async fn pending(tx: &Tx, id: TransferId) -> Result<(PassRow, ClaimRow), Error> {
    let claim = pass_schema::live_claim(tx.db(), id.uuid()).await?.filter(|claim| claim.kind.0 == ClaimKind::Transfer);
    let claim = claim.ok_or(Rejection::LinkInvalid)?;
    Ok((pass_schema::pass(tx.db(), claim.pass_id.into()).await?, claim))
}

/// Only who has proved the address may know of the offer.
fn check_recipient(caller: &Caller, claim: &ClaimRow) -> Result<(), Rejection> {
    caller.person()?;
    let address = caller.address.as_ref().ok_or(Rejection::EmailUnverified)?;
    let is_theirs = claim.recipient.as_deref() == Some(address.as_str());
    if is_theirs { Ok(()) } else { Err(Rejection::LinkInvalid) }
}

/// A person who is closing the account neither gives nor gets.
async fn check_stays(tx: &Tx, person: UserId) -> Result<(), Error> {
    let left = closing::who_left(tx, [person.uuid()].into()).await?;
    if left.is_empty() { Ok(()) } else { Err(Rejection::SignedOut.into()) }
}

async fn show_of(tx: &Tx, pass: &PassRow) -> Result<Show, Error> {
    schema::show_of(schema::show(tx.db(), pass.show_id.into()).await?)
}

/// Stores changes of passes of one show, and of the tickets that follow them.
pub async fn store_changes(tx: &Tx, passes: PassChanges, mut tickets: TicketChanges, show: Show) -> Result<(), Error> {
    let shows = HashMap::from([(show.id.uuid(), show)]);
    passes.store(tx, &mut tickets, &shows).await?;
    apply_changes(tx, &shows, tickets.into_changes()).await.map(drop)
}
