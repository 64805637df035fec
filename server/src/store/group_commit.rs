//! Group commit: writes that queue at the same time share one transaction, and so one flush to the disk.

use super::{CommitSignals, Effects};
use crate::Error;
use crate::error::DATABASE;
use crate::tasks::sleep;
use futures::{FutureExt, future::BoxFuture};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, SqliteTransactionMode,
    TransactionOptions, TransactionTrait,
};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;

/// How long one shared transaction may take. The server cancels a single statement after ten seconds.
const BATCH_TIMEOUT: Duration = Duration::from_secs(30);
const RECONNECT_DELAY: Duration = Duration::from_millis(500);
/// How many writes share a commit at most.
const MAX_BATCH: usize = 64;

/// Serialises the write transactions of a service on PostgreSQL, across its processes, as SQLite does by itself: what a
/// write has read stays true until it commits.
pub const WRITE_LOCK: &str = "select pg_advisory_xact_lock(1)";

/// One write: it runs inside the shared transaction and returns how to reply once that is committed.
pub type WriteJob = Box<dyn FnOnce(Arc<DatabaseTransaction>, Place) -> BoxFuture<'static, JobOutcome> + Send>;

/// Where a write stands in its transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// It may use the transaction itself: if it fails, there is nothing else to keep.
    First,
    /// It needs a savepoint.
    Later,
}

/// Replies to the caller of a write with the outcome of the shared commit.
pub type Reply = Box<dyn FnOnce(Result<(), Error>) + Send>;

/// A write that has run, as far as the shared transaction is concerned.
pub struct JobOutcome {
    pub reply: Reply,
    /// Whether its changes are to be kept.
    pub succeeded: bool,
    /// Nothing of the shared transaction can be kept.
    pub connection_lost: bool,
    pub(super) effects: Effects,
}

/// Runs queued jobs until every sender is gone.
pub async fn run(
    mut db: DatabaseConnection,
    reconnect: impl AsyncFn() -> Result<DatabaseConnection, DbErr>,
    mut queue: mpsc::Receiver<WriteJob>,
    signals: Arc<CommitSignals>,
) {
    while let Some(first) = queue.recv().await {
        match tokio::time::timeout(BATCH_TIMEOUT, run_batch(&db, first, &mut queue)).await {
            Ok(effects) => signals.committed(effects),
            Err(_) => {
                // The server is gone without closing the connection, which would wait for ever: replace it.
                tracing::error!(timeout = ?BATCH_TIMEOUT, "write batch timed out, reconnecting to the database");
                db = connect_again(&reconnect, &mut queue).await;
            }
        }
    }
}

async fn connect_again(
    reconnect: &impl AsyncFn() -> Result<DatabaseConnection, DbErr>,
    queue: &mut mpsc::Receiver<WriteJob>,
) -> DatabaseConnection {
    loop {
        match reconnect().await {
            Ok(db) => return db,
            Err(error) => tracing::warn!(%error, "database not reachable, retrying"),
        }
        refuse_queued(queue);
        sleep(RECONNECT_DELAY).await;
    }
}

/// Fails all queued writes: a dropped job tells its caller that the database is unavailable.
fn refuse_queued(queue: &mut mpsc::Receiver<WriteJob>) {
    while queue.try_recv().is_ok() {}
}

/// Runs the first job and those queued meanwhile in one transaction. Returns their effects.
async fn run_batch(db: &DatabaseConnection, first: WriteJob, queue: &mut mpsc::Receiver<WriteJob>) -> Effects {
    let batch = match begin(db).await {
        Ok(batch) => batch,
        Err(error) => {
            tracing::error!(%error, "write batch could not begin, its writes are refused");
            refuse_queued(queue);
            return Effects::default();
        }
    };
    let batch = Arc::new(batch);
    let (mut replies, mut effects, mut connection_lost) = (Vec::new(), Effects::default(), false);
    // PostgreSQL rolls a transaction back in which a statement has failed and calls that a commit: only a savepoint tells.
    let is_postgres = db.get_database_backend() == DbBackend::Postgres;
    let (mut next, mut place) = (Some(first), if is_postgres { Place::Later } else { Place::First });
    let mut keep = true;
    while let Some(job) = next.take() {
        // A panic in one write must not fail the others: its savepoint is rolled back when dropped.
        let succeeded = match AssertUnwindSafe(job(batch.clone(), place)).catch_unwind().await {
            Ok(outcome) => {
                replies.push(outcome.reply);
                connection_lost |= outcome.connection_lost;
                effects = effects.and(outcome.effects);
                outcome.succeeded
            }
            Err(_) => {
                tracing::error!("write panicked and was rolled back");
                false
            }
        };
        keep = succeeded || place == Place::Later;
        place = Place::Later;
        if keep && replies.len() < MAX_BATCH && !connection_lost {
            next = queue.try_recv().ok();
        }
    }
    let result = match Arc::into_inner(batch) {
        Some(batch) if keep && !connection_lost => batch.commit().await.map_err(Error::from),
        Some(batch) if !connection_lost => batch.rollback().await.map_err(Error::from),
        Some(batch) => batch.rollback().await.map_err(Error::from).and(Err(Error::Unavailable(DATABASE))),
        None => Err(Error::failed("a part of a write outlives it")),
    };
    if let Err(error) = &result {
        tracing::error!(%error, writes = replies.len(), "commit failed, its writes are refused");
    }
    for reply in replies {
        reply(result.clone());
    }
    effects
}

/// The options of a transaction that has SQLite's lock of all writes from its beginning.
pub fn immediate() -> TransactionOptions {
    TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    }
}

async fn begin(db: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    let batch = db.begin_with_options(immediate()).await?;
    if db.get_database_backend() == DbBackend::Postgres {
        batch.execute_unprepared(WRITE_LOCK).await?;
    }
    Ok(batch)
}
