//! The door of a show: who may check tickets, the list that devices load, and the decision about each scan
//! (`docs/ticket-protocol.md`, step 9).

mod rules;
mod tables;
#[cfg(test)]
pub mod tests;

pub use tables::RETENTIONS;

use super::pass_schema::{self, ClaimKind, ClaimRow, PassRow};
use super::passes::{PassChanges, TicketChanges, store_changes};
use super::{Tickets, schema};
use crate::services::hash_secret;
use crate::store::{Millis, Text, Tx};
use crate::{Caller, Error};
use rules::Decision;
use sea_orm::ConnectionTrait;
use shared::page::position;
use shared::ticket_code::{TicketCode, Verification};
use shared::tickets::{
    AdmitScans, CreateDoorLink, DoorEntry, DoorKey, DoorLink, DoorList, GetDoorList, MAX_SCANS_AT_ONCE, Scan,
    ScanAnswer, ScanResult, Show, UndoAdmission,
};
use shared::value::{Secret, ShortText};
use shared::{Instant, PassId, Rejection, ShowId};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;
use tables::scans;
use uuid::Uuid;

/// How long after the beginning of the show a link for helpers opens the door.
const LINK_LIFETIME: Duration = Duration::from_secs(24 * 3600);
/// A write that commits late may be of an earlier instant than a list that does not have it.
const OVERLAP: Duration = Duration::from_secs(60);
/// The bytes of a link's secret.
const KEY_BYTES: usize = 16;

impl Tickets {
    pub(super) async fn door_link(self: Arc<Self>, caller: Caller, request: CreateDoorLink) -> Result<DoorLink, Error> {
        let person = caller.person()?;
        let key = Secret::from(hex::encode(self.store.environment().random_bytes::<KEY_BYTES>()));
        let hash = hash_secret(&key);
        let write = self.store.write(&caller, move |tx| {
            Box::pin(async move {
                let show = show_of(tx.db(), request.show_id).await?;
                if show.creator_id != person {
                    return Err(Rejection::NotYours.into());
                }
                let expires_at = show.starts_at + LINK_LIFETIME;
                tables::put_link(tx, show.id, hash, expires_at).await.map(|()| expires_at)
            })
        });
        Ok(DoorLink { key, expires_at: write.await? })
    }

    pub(super) async fn door_list(self: Arc<Self>, caller: Caller, request: GetDoorList) -> Result<DoorList, Error> {
        let (db, as_of) = (self.store.read(), self.store.environment().now());
        let after = position(request.cursor.as_deref())?;
        let show = show_of(db, request.show_id).await?;
        check_staff(db, &caller, &show, &request.key, as_of).await?;
        let since = request.since.map(|since| since - OVERLAP);
        let (rows, next) = tables::passes_of_show(db, show.id, after, since).await?;
        let admissions = tables::admissions(db, rows.iter().map(|pass| pass.id)).await?;
        let entries = rows.iter().map(|pass| entry_of(pass, admissions.get(&pass.id)));
        let (entries, keys) = (entries.collect::<Result<_, Error>>()?, self.codes.public_keys(show.id));
        Ok(DoorList { show, keys, entries, next, as_of })
    }

    pub(super) async fn admit(self: Arc<Self>, caller: Caller, request: AdmitScans) -> Result<Vec<ScanAnswer>, Error> {
        if request.scans.len() > MAX_SCANS_AT_ONCE {
            return Err(Rejection::TooLarge.into());
        }
        let tickets = self.clone();
        let staff = caller.clone();
        let write = self.store.write(&caller, move |tx| {
            Box::pin(async move {
                let show = show_of(tx.db(), request.show_id).await?;
                check_staff(tx.db(), &staff, &show, &request.key, tx.now()).await?;
                if show.cancelled {
                    return Err(Rejection::ShowCancelled.into());
                }
                let read: Vec<_> = request.scans.iter().map(|scan| tickets.verify(show.id, scan)).collect();
                admit(tx, show, request, read).await
            })
        });
        write.await
    }

    pub(super) async fn undo_admission(
        self: Arc<Self>,
        caller: Caller,
        request: UndoAdmission,
    ) -> Result<DoorEntry, Error> {
        let staff = caller.clone();
        let write = self.store.write(&caller, move |tx| {
            Box::pin(async move {
                let show = show_of(tx.db(), request.show_id).await?;
                check_staff(tx.db(), &staff, &show, &request.key, tx.now()).await?;
                let mut changes = PassChanges::load(tx, [request.pass_id.uuid()].into()).await?;
                let pass = changes.pass(request.pass_id.uuid()).filter(|pass| pass.show_id == show.id.uuid());
                let pass = pass.ok_or(Rejection::NotFound)?.id;
                if changes.claim(pass).is_none_or(|claim| claim.kind.0 != ClaimKind::Admission) {
                    return Err(Rejection::NotFound.into());
                }
                changes.let_go(pass, tx.cause());
                tracing::info!(show = %show.id, pass = %request.pass_id, user = ?staff.user, "admission undone");
                store_changes(tx, changes, TicketChanges::default(), show).await?;
                entry_of(&pass_schema::pass(tx.db(), request.pass_id).await?, None)
            })
        });
        write.await
    }

    fn verify(&self, show: ShowId, scan: &Scan) -> Verification {
        let Ok(code) = scan.text.parse::<TicketCode>() else { return Verification::Unknown };
        let named = code.claims().show_id;
        let genuine = code.verify(named, &self.codes.public_keys(named));
        match genuine {
            Verification::Genuine { .. } if named != show => Verification::OtherShow,
            _ => genuine,
        }
    }
}

/// Decides scans, and stores all final answers.
async fn admit(tx: &Tx, show: Show, request: AdmitScans, read: Vec<Verification>) -> Result<Vec<ScanAnswer>, Error> {
    let known = tables::scans(tx.db(), request.device, request.scans.iter().map(|scan| scan.nonce)).await?;
    let mut known: HashMap<Uuid, scans::Model> = known.into_iter().map(|scan| (scan.nonce, scan)).collect();
    let named = known.values().filter_map(|scan| scan.pass_id);
    let ids: BTreeSet<Uuid> = read.iter().filter_map(pass_of).map(PassId::uuid).chain(named).collect();
    let mut changes = PassChanges::load(tx, ids).await?;
    let (mut tickets, mut new, mut results) = (TicketChanges::default(), Vec::new(), Vec::new());
    for (scan, read) in request.scans.iter().zip(&read) {
        if let Some(scan) = known.get(&scan.nonce) {
            results.push((scan.nonce, scan.answer.0, scan.pass_id));
            continue;
        }
        let pass = pass_of(read).and_then(|id| changes.pass(id.uuid())).filter(|pass| pass.show_id == show.id.uuid());
        let pass = pass.cloned();
        let claim = pass.as_ref().and_then(|pass| changes.claim(pass.id)).cloned();
        let state = match claim.as_ref().and_then(|claim| claim.ticket_id) {
            Some(ticket) => Some(tickets.load(tx, ticket).await?.state.0),
            None => None,
        };
        let decision = rules::decide(read, pass.as_ref(), claim.map(|claim| (claim.kind.0, state)));
        let result = match (decision, &pass) {
            (Decision::Admit, Some(pass)) => {
                changes.admit(tx, admission(tx, pass, scan, &request.gate), &mut tickets).await?;
                ScanResult::Admitted
            }
            (Decision::Refuse(result), _) => result,
            (Decision::Admit, None) => ScanResult::Unknown,
        };
        let pass = pass.map(|pass| pass.id);
        if result != ScanResult::Undecided {
            let row = scan_row(tx, &show, &request, scan, read, result);
            known.insert(scan.nonce, row.clone());
            new.push(row);
        }
        results.push((scan.nonce, result, pass));
    }
    let answer = |(nonce, result, pass): (Uuid, ScanResult, Option<Uuid>)| {
        let pass = pass.and_then(|id| changes.pass(id));
        let entry = pass.map(|pass| entry_of(pass, changes.claim(pass.id))).transpose()?;
        Ok(ScanAnswer { nonce, result, entry })
    };
    let answers = results.into_iter().map(answer).collect::<Result<_, Error>>()?;
    store_changes(tx, changes, tickets, show).await?;
    tables::insert_scans(tx, new).await?;
    Ok(answers)
}

fn admission(tx: &Tx, pass: &PassRow, scan: &Scan, gate: &ShortText) -> ClaimRow {
    // A device whose clock is ahead must not say that somebody will have entered.
    let at = scan.at.min(tx.now());
    let gate = Some(gate.as_str().to_owned());
    ClaimRow { gate, made_at: Millis(at), ..ClaimRow::new(tx, ClaimKind::Admission, pass.id) }
}

fn scan_row(
    tx: &Tx,
    show: &Show,
    request: &AdmitScans,
    scan: &Scan,
    read: &Verification,
    result: ScanResult,
) -> scans::Model {
    let generation = match read {
        Verification::Genuine { generation, .. } => Some(i64::from(*generation)),
        Verification::OtherShow | Verification::Unknown => None,
    };
    scans::Model {
        device: request.device,
        nonce: scan.nonce,
        show_id: show.id.uuid(),
        pass_id: pass_of(read).map(PassId::uuid),
        generation,
        gate: request.gate.as_str().to_owned(),
        answer: Text(result),
        scanned_at: Millis(scan.at),
        decided_at: Millis(tx.now()),
    }
}

fn pass_of(read: &Verification) -> Option<PassId> {
    match read {
        Verification::Genuine { pass_id, .. } => Some(*pass_id),
        Verification::OtherShow | Verification::Unknown => None,
    }
}

fn entry_of(pass: &PassRow, claim: Option<&ClaimRow>) -> Result<DoorEntry, Error> {
    Ok(DoorEntry {
        pass_id: pass.id.into(),
        generation: u32::try_from(pass.generation).map_err(Error::caused_by)?,
        admission: claim.map(ClaimRow::admission).transpose()?.flatten(),
    })
}

async fn show_of(db: &impl ConnectionTrait, id: ShowId) -> Result<Show, Error> {
    schema::show_of(schema::show(db, id).await?)
}

/// Only the creator of the show, and who has the link for helpers.
async fn check_staff(
    db: &impl ConnectionTrait,
    caller: &Caller,
    show: &Show,
    key: &DoorKey,
    now: Instant,
) -> Result<(), Error> {
    if caller.user == Some(show.creator_id) {
        return Ok(());
    }
    let Some(key) = key else { return Err(Rejection::NotYours.into()) };
    let opens = tables::opens(db, show.id, &hash_secret(key), now).await?;
    if opens { Ok(()) } else { Err(Rejection::LinkInvalid.into()) }
}
