//! Payouts: sellers get what they are owed, some time after the show.
//!
//! A payout is stored before the provider is asked to make it: `instructed → paid | failed`. The money of a failed one is
//! owed again.

#[cfg(test)]
mod tests;

use super::{JournalEntry, negated};
use crate::Error;
use crate::services::payments::gateway::{Gateways, Payout, PayoutOutcome, PayoutProvider};
use crate::services::payments::schema::{EntryKind, GatewayName, LedgerAccount, PayoutState, payouts, postings};
use crate::store::{Millis, Store, Text, Tx};
use crate::tasks::Tasks;
use sea_orm::sea_query::{Expr, ExprTrait, Func};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};
use shared::{Currency, Instant, Money, UserId};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use uuid::Uuid;

/// How many sellers, and how many payouts, are handled in one run.
const BATCH: u64 = 50;
/// Interval between payout runs.
const RUN_INTERVAL: Duration = Duration::from_secs(60);
/// The delay before the first retry; it doubles with each one, up to [`MAX_RETRY_DELAY`].
const FIRST_RETRY_DELAY: Duration = Duration::from_secs(2);
const MAX_RETRY_DELAY: Duration = Duration::from_secs(3600);
/// When a seller without bank details is checked again.
const READINESS_INTERVAL: Duration = Duration::from_secs(600);

/// Pays sellers in the background.
pub struct PayoutWorker {
    store: Store,
    tasks: Tasks,
    gateways: Arc<Gateways>,
    next_run_at: Mutex<Instant>,
}

impl PayoutWorker {
    pub fn new(store: Store, tasks: Tasks, gateways: Arc<Gateways>) -> Arc<Self> {
        Arc::new(PayoutWorker { store, tasks, gateways, next_run_at: Mutex::new(Instant::from_millis(0)) })
    }

    /// Starts a run if one is due.
    pub fn start_due(self: &Arc<Self>, now: Instant) {
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
            match run(&worker.store, gateways.payout_provider(), gateways.current).await {
                Ok(Some(next)) => {
                    let mut next_run_at = worker.next_run_at();
                    *next_run_at = (*next_run_at).min(next);
                }
                Ok(None) => {}
                Err(error) => tracing::warn!(%error, "payout run failed, it will be retried"),
            }
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
    let mut next_check = None;
    for (seller, currency) in unpaid_balances(store.read(), gateway, now).await? {
        if provider.is_ready(seller).await.unwrap_or(false) {
            let instruct = store.write(store.root_cause(), move |tx| Box::pin(instruct(tx, seller, currency, gateway)));
            instruct.await?;
        } else {
            next_check = Some(now + READINESS_INTERVAL);
        }
    }
    for row in due(store.read(), gateway, store.environment().now()).await? {
        let amount = Money::new(row.amount, row.currency.0);
        let payout = Payout { id: row.id, seller: row.seller_id.into(), amount, attempts: row.attempts };
        let outcome = provider.send(&payout).await;
        if let Err(error) = &outcome {
            tracing::warn!(payout = %payout.id, %error, "payout failed, it will be retried");
        }
        store.write(store.root_cause(), move |tx| Box::pin(record(tx, payout.id, outcome.ok()))).await?;
    }
    let next_release = next_release(store.read(), gateway, now).await?;
    Ok([next_release, next_try(store.read(), gateway).await?, next_check].into_iter().flatten().min())
}

/// The sellers, and the currencies, with money to be paid out now.
async fn unpaid_balances(
    db: &impl ConnectionTrait,
    gateway: GatewayName,
    now: Instant,
) -> Result<Vec<(UserId, Currency)>, Error> {
    let found: Vec<(Uuid, Text<Currency>)> = postings::Entity::find()
        .select_only()
        .columns([postings::Column::PersonId, postings::Column::Currency])
        .filter(postings::Column::Open.eq(true))
        .filter(postings::Column::Gateway.eq(Text(gateway)))
        .filter(postings::Column::ReleasesAt.lte(Millis(now)))
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

/// When more money becomes payable.
async fn next_release(db: &impl ConnectionTrait, gateway: GatewayName, now: Instant) -> Result<Option<Instant>, Error> {
    let found = postings::Entity::find()
        .filter(postings::Column::Open.eq(true))
        .filter(postings::Column::Gateway.eq(Text(gateway)))
        .filter(postings::Column::ReleasesAt.gt(Millis(now)));
    let row = found.order_by_asc(postings::Column::ReleasesAt).one(db).await?;
    Ok(row.and_then(|row| row.releases_at).map(|at| at.0))
}
