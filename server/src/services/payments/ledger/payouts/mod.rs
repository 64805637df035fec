//! Payouts: sellers get what they are owed, some time after the show.
//!
//! A payout is stored before the provider is asked to make it: `instructed → paid | failed`. The money of a failed one is
//! owed again.

#[cfg(test)]
mod tests;

use super::{JournalEntry, negated};
use crate::Error;
use crate::services::payments::gateway::{Gateways, Payout, PayoutOutcome, PayoutProvider};
use crate::services::payments::schema::{
    EntryKind, GatewayName, LedgerAccount, PayoutState, payout_checks, payouts, postings,
};
use crate::store::{Millis, Store, Text, Tx};
use crate::tasks::{self, Tasks};
use sea_orm::sea_query::{Expr, ExprTrait, Func, OnConflict};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait,
};
use shared::{Currency, Instant, Money, UserId};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use uuid::Uuid;

/// How many sellers, and how many payouts, are handled in one run.
const BATCH: u64 = 50;
/// The pause before the next run if there are more sellers than fit one.
const FULL_BATCH_PAUSE: Duration = Duration::from_secs(1);
/// Interval between payout runs.
const RUN_INTERVAL: Duration = Duration::from_secs(60);
/// The delay before the first retry; it doubles with each one, up to [`MAX_RETRY_DELAY`].
const FIRST_RETRY_DELAY: Duration = Duration::from_secs(2);
const MAX_RETRY_DELAY: Duration = Duration::from_secs(3600);
/// When a seller without bank details is checked again; the interval doubles with each check.
const FIRST_READINESS_INTERVAL: Duration = Duration::from_secs(600);
const MAX_READINESS_INTERVAL: Duration = Duration::from_secs(24 * 3600);

/// Pays sellers in the background.
pub struct PayoutWorker {
    store: Store,
    tasks: Tasks,
    gateways: Arc<Gateways>,
    next_run_at: Mutex<Instant>,
    /// Held by the run that is under way, so that no second one makes the same payouts.
    running: Arc<tokio::sync::Mutex<()>>,
}

impl PayoutWorker {
    pub fn new(store: Store, tasks: Tasks, gateways: Arc<Gateways>) -> Arc<Self> {
        Arc::new(PayoutWorker {
            store,
            tasks,
            gateways,
            next_run_at: Mutex::new(Instant::from_millis(0)),
            running: Arc::default(),
        })
    }

    /// Starts a run if one is due.
    pub fn start_due(self: &Arc<Self>, now: Instant) {
        let Ok(running) = self.running.clone().try_lock_owned() else { return };
        {
            let mut next_run_at = self.next_run_at();
            if now < *next_run_at {
                return;
            }
            *next_run_at = now + RUN_INTERVAL;
        }
        let worker = self.clone();
        self.tasks.spawn(async move {
            let gateways = &worker.gateways;
            let run = run(&worker.store, gateways.payout_provider(), gateways.current);
            match tasks::catch_panic(run).await {
                Ok(Some(next)) => {
                    let mut next_run_at = worker.next_run_at();
                    *next_run_at = (*next_run_at).min(next);
                }
                Ok(None) => {}
                Err(error) => tracing::warn!(%error, "payout run failed, it will be retried"),
            }
            drop(running);
        });
    }

    fn next_run_at(&self) -> MutexGuard<'_, Instant> {
        self.next_run_at.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Instructs a payout for every unpaid balance and makes the instructed payouts. Returns when the next run is due.
///
/// # Errors
/// If the database is unavailable. A provider that fails is no error: the payout is retried.
pub async fn run(store: &Store, provider: &dyn PayoutProvider, gateway: GatewayName) -> Result<Option<Instant>, Error> {
    let now = store.environment().now();
    let unpaid = unpaid_balances(store.read(), gateway, now).await?;
    // More sellers may be owed money than fit one run.
    let next_balances = (unpaid.len() as u64 == BATCH).then(|| now + FULL_BATCH_PAUSE);
    for (seller, currency) in unpaid {
        let is_ready = tasks::catch_panic(provider.is_ready(seller)).await.unwrap_or_else(|error| {
            tracing::warn!(%seller, %error, "seller not checked, the check will be retried");
            false
        });
        let work = store.write(store.root_cause(), move |tx| {
            Box::pin(async move {
                if is_ready {
                    instruct(tx, seller, currency, gateway).await
                } else {
                    postpone_check(tx, seller, gateway).await
                }
            })
        });
        // One seller's failure must not keep the others from their money.
        if let Err(error) = work.await {
            tracing::warn!(%seller, %error, "payout not instructed, it will be retried");
        }
    }
    for row in due(store.read(), gateway, store.environment().now()).await? {
        let amount = Money::new(row.amount, row.currency.0);
        let payout = Payout { id: row.id, seller: row.seller_id.into(), amount, attempts: row.attempts };
        let outcome = tasks::catch_panic(provider.send(&payout)).await;
        if let Err(error) = &outcome {
            tracing::warn!(payout = %payout.id, %error, "payout failed, it will be retried");
        }
        store.write(store.root_cause(), move |tx| Box::pin(record(tx, payout.id, outcome.ok()))).await?;
    }
    let next_release = next_release(store.read(), gateway, now).await?;
    let next_try = next_try(store.read(), gateway).await?;
    let next_check = next_check(store.read(), gateway, now).await?;
    Ok([next_release, next_try, next_check, next_balances].into_iter().flatten().min())
}

/// Stores when a seller who cannot be paid yet is checked again.
async fn postpone_check(tx: &Tx, seller: UserId, gateway: GatewayName) -> Result<(), Error> {
    use payout_checks::Column;
    let before = payout_checks::Entity::find_by_id((Text(gateway), seller.uuid())).one(tx.db()).await?;
    let attempts = before.map_or(0, |check| check.attempts);
    let doublings = u32::try_from(attempts.clamp(0, 16)).unwrap_or(0);
    let interval = (FIRST_READINESS_INTERVAL * 2_u32.pow(doublings)).min(MAX_READINESS_INTERVAL);
    let check = payout_checks::Model {
        gateway: Text(gateway),
        seller_id: seller.uuid(),
        attempts: attempts + 1,
        next_check_at: Millis(tx.now() + interval),
    };
    let overwrite = OnConflict::columns([Column::Gateway, Column::SellerId])
        .update_columns([Column::Attempts, Column::NextCheckAt])
        .to_owned();
    let upsert = payout_checks::Entity::insert(check.into_active_model().reset_all()).on_conflict(overwrite);
    Ok(upsert.exec_without_returning(tx.db()).await.map(drop)?)
}

/// Whether a seller could not be paid a while ago.
pub async fn is_waiting(db: &impl ConnectionTrait, of: (UserId, GatewayName)) -> Result<bool, Error> {
    Ok(payout_checks::Entity::find_by_id((Text(of.1), of.0.uuid())).one(db).await?.is_some())
}

/// A seller who has entered bank details meanwhile is paid in the next run.
pub async fn check_now(tx: &Tx, of: (UserId, GatewayName)) -> Result<(), Error> {
    let check = payout_checks::Entity::delete_by_id((Text(of.1), of.0.uuid()));
    Ok(check.exec(tx.db()).await.map(drop)?)
}

/// The sellers, and the currencies, with money to be paid out now; without those who could not be paid a while ago.
async fn unpaid_balances(
    db: &impl ConnectionTrait,
    gateway: GatewayName,
    now: Instant,
) -> Result<Vec<(UserId, Currency)>, Error> {
    let waiting = payout_checks::Entity::find()
        .select_only()
        .column(payout_checks::Column::SellerId)
        .filter(payout_checks::Column::Gateway.eq(Text(gateway)))
        .filter(payout_checks::Column::NextCheckAt.gt(Millis(now)))
        .into_query();
    let found: Vec<(Uuid, Text<Currency>)> = postings::Entity::find()
        .select_only()
        .columns([postings::Column::PersonId, postings::Column::Currency])
        .filter(postings::Column::Open.eq(true))
        .filter(postings::Column::Gateway.eq(Text(gateway)))
        .filter(postings::Column::ReleasesAt.lte(Millis(now)))
        .filter(postings::Column::PersonId.not_in_subquery(waiting))
        .group_by(postings::Column::PersonId)
        .group_by(postings::Column::Currency)
        .having(Expr::expr(Func::sum(Expr::col(postings::Column::Amount))).lt(0))
        .limit(BATCH)
        .into_tuple()
        .all(db)
        .await?;
    Ok(found.into_iter().map(|(person, currency)| (person.into(), currency.0)).collect())
}

async fn instruct(tx: &Tx, seller: UserId, currency: Currency, gateway: GatewayName) -> Result<(), Error> {
    let open = postings::Entity::find()
        .filter(postings::Column::Open.eq(true))
        .filter(postings::Column::Gateway.eq(Text(gateway)))
        .filter(postings::Column::PersonId.eq(seller.uuid()))
        .filter(postings::Column::Currency.eq(Text(currency)))
        .filter(postings::Column::ReleasesAt.lte(Millis(tx.now())))
        .order_by_asc(postings::Column::Id)
        .all(tx.db())
        .await?;
    let amount = Money::new(-open.iter().map(|posting| posting.amount).sum::<i64>(), currency);
    // Another process of this service may have been faster.
    if amount.minor <= 0 {
        return Ok(());
    }
    let id: Uuid = tx.new_id();
    for posting in open {
        let include = postings::Entity::update_many()
            .col_expr(postings::Column::Open, Expr::value(false))
            .col_expr(postings::Column::PayoutId, Expr::value(id))
            .filter(postings::Column::Id.eq(posting.id))
            .filter(postings::Column::Open.eq(true));
        if include.exec(tx.db()).await?.rows_affected != 1 {
            return Err(Error::Conflict);
        }
    }
    let row = payouts::Model {
        id,
        gateway: Text(gateway),
        seller_id: seller.uuid(),
        amount: amount.minor,
        currency: Text(currency),
        state: Text(PayoutState::Instructed),
        note: None,
        attempts: 0,
        next_try_at: Some(Millis(tx.now())),
        created_at: Millis(tx.now()),
    };
    let mut entry = JournalEntry::of_payout(tx, EntryKind::Payout, &row);
    entry.post(LedgerAccount::Seller, amount, Some(seller));
    entry.post(LedgerAccount::Payout, negated(amount), Some(seller));
    row.into_active_model().reset_all().insert(tx.db()).await?;
    entry.book().await
}

/// Stores the outcome of a payout, unless it is stored already. Without an outcome the payout is retried.
async fn record(tx: &Tx, id: Uuid, outcome: Option<PayoutOutcome>) -> Result<(), Error> {
    let row = payouts::Entity::find_by_id(id).one(tx.db()).await?;
    let mut row = row.ok_or_else(|| Error::failed(format!("payout {id} is not in the database")))?;
    if row.state.0 != PayoutState::Instructed {
        return Ok(());
    }
    let (amount, seller) = (Money::new(row.amount, row.currency.0), UserId::new(row.seller_id));
    match outcome {
        None => {
            let doublings = u32::try_from(row.attempts.clamp(0, 16)).unwrap_or(0);
            let delay = (FIRST_RETRY_DELAY * 2_u32.pow(doublings)).min(MAX_RETRY_DELAY);
            (row.next_try_at, row.attempts) = (Some(Millis(tx.now() + delay)), row.attempts + 1);
        }
        Some(PayoutOutcome::Paid(reference)) => {
            (row.state, row.note, row.next_try_at) = (Text(PayoutState::Paid), Some(reference), None);
            let mut entry = JournalEntry::of_payout(tx, EntryKind::PayoutPaid, &row);
            entry.post(LedgerAccount::Payout, amount, Some(seller));
            entry.post(LedgerAccount::Gateway, negated(amount), None);
            entry.book().await?;
        }
        Some(PayoutOutcome::Refused(reason)) => {
            (row.state, row.note, row.next_try_at) = (Text(PayoutState::Failed), Some(reason), None);
            let mut entry = JournalEntry::of_payout(tx, EntryKind::PayoutFailed, &row);
            entry.post(LedgerAccount::Payout, amount, Some(seller));
            let owed = entry.post(LedgerAccount::Seller, negated(amount), Some(seller));
            // Not at once: somebody has to fix the cause first.
            owed.releases_at = Some(Millis(tx.now() + MAX_RETRY_DELAY));
            owed.open = true;
            // The next payout that includes this posting sets it.
            owed.payout_id = None;
            entry.book().await?;
        }
    }
    Ok(row.into_active_model().reset_all().update(tx.db()).await.map(drop)?)
}

async fn due(db: &impl ConnectionTrait, gateway: GatewayName, now: Instant) -> Result<Vec<payouts::Model>, Error> {
    let found = payouts::Entity::find()
        .filter(payouts::Column::Gateway.eq(Text(gateway)))
        .filter(payouts::Column::NextTryAt.lte(Millis(now)));
    Ok(found.order_by_asc(payouts::Column::NextTryAt).limit(BATCH).all(db).await?)
}

async fn next_try(db: &impl ConnectionTrait, gateway: GatewayName) -> Result<Option<Instant>, Error> {
    let found = payouts::Entity::find()
        .filter(payouts::Column::Gateway.eq(Text(gateway)))
        .filter(payouts::Column::NextTryAt.is_not_null());
    let row = found.order_by_asc(payouts::Column::NextTryAt).one(db).await?;
    Ok(row.and_then(|row| row.next_try_at).map(|at| at.0))
}

/// When the next seller is checked again.
async fn next_check(db: &impl ConnectionTrait, gateway: GatewayName, now: Instant) -> Result<Option<Instant>, Error> {
    let found = payout_checks::Entity::find()
        .filter(payout_checks::Column::Gateway.eq(Text(gateway)))
        .filter(payout_checks::Column::NextCheckAt.gt(Millis(now)))
        .order_by_asc(payout_checks::Column::NextCheckAt);
    Ok(found.one(db).await?.map(|check| check.next_check_at.0))
}

/// When more money becomes payable.
async fn next_release(db: &impl ConnectionTrait, gateway: GatewayName, now: Instant) -> Result<Option<Instant>, Error> {
    let found = postings::Entity::find()
        .filter(postings::Column::Open.eq(true))
        .filter(postings::Column::Gateway.eq(Text(gateway)))
        .filter(postings::Column::ReleasesAt.gt(Millis(now)));
    let row = found.order_by_asc(postings::Column::ReleasesAt).one(db).await?;
    Ok(row.and_then(|row| row.releases_at).map(|at| at.0))
}
