//! Group commit: writes that wait at the same time share one transaction and so one flush to the disk.

use super::CommitSignals;
use crate::Error;
use crate::error::DATABASE;
use futures::{FutureExt, future::BoxFuture};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, SqliteTransactionMode,
    TransactionOptions, TransactionTrait,
};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;

/// How long one shared commit may take, and its statements; the server ends each of those after ten seconds.
const STEP_TIMEOUT: Duration = Duration::from_secs(30);
/// How long to wait before the next try to connect.
const RETRY_DELAY: Duration = Duration::from_millis(500);
/// How many writes share a commit at most.
const MAX_PER_COMMIT: usize = 64;

/// PostgreSQL lets one transaction of ours write at a time, as SQLite does by itself: what a write reads stays true until
/// it is committed, in every process of the service.
pub const ONE_AT_A_TIME: &str = "select pg_advisory_xact_lock(1)";

/// One write: it works inside the shared transaction and returns how to answer once that is committed.
pub type WriteJob = Box<dyn for<'a> FnOnce(&'a DatabaseTransaction) -> BoxFuture<'a, JobOutcome> + Send>;

/// Answers whoever waits for a write, with whether the shared transaction was committed.
pub type Reply = Box<dyn FnOnce(Result<(), Error>) + Send>;

/// A write that was done, as far as the shared transaction goes.
pub struct JobOutcome {
    /// Answers whoever waits for it.
    pub answer: Reply,
    /// Whether the connection broke: nothing of the shared transaction can be kept.
    pub broken: bool,
}

/// Does the jobs as they come until nobody can send any more.
pub async fn run(
    mut db: DatabaseConnection,
    reconnect: impl AsyncFn() -> Result<DatabaseConnection, DbErr>,
    mut jobs: mpsc::Receiver<WriteJob>,
    committed: Arc<CommitSignals>,
) {
    while let Some(first) = jobs.recv().await {
        if tokio::time::timeout(STEP_TIMEOUT, step(&db, first, &mut jobs)).await.is_err() {
            // The other end is gone without a word. Its connection would wait for ever, so it is left behind.
            tracing::error!("a write got no answer, the database is connected to anew");
            db = reconnected(&reconnect, &mut jobs).await;
        }
        committed.relay.notify_one();
        committed.inbox.notify_one();
        committed.tick.notify_one();
        committed.news.notify_waiters();
    }
}

async fn reconnected(
    reconnect: &impl AsyncFn() -> Result<DatabaseConnection, DbErr>,
    jobs: &mut mpsc::Receiver<WriteJob>,
) -> DatabaseConnection {
    loop {
        match reconnect().await {
            Ok(db) => return db,
            Err(error) => tracing::warn!(%error, "the database cannot be reached yet"),
        }
        refuse(jobs);
        tokio::time::sleep(RETRY_DELAY).await;
    }
}

/// Tells all who wait that it cannot be done now: dropping a job says so.
fn refuse(jobs: &mut mpsc::Receiver<WriteJob>) {
    while jobs.try_recv().is_ok() {}
}

/// One shared commit: the first job, and all that came meanwhile.
async fn step(db: &DatabaseConnection, first: WriteJob, jobs: &mut mpsc::Receiver<WriteJob>) {
    let batch = match begin(db).await {
        Ok(batch) => batch,
        Err(error) => {
            tracing::error!(%error, "a write could not begin");
            return refuse(jobs);
        }
    };
    let mut answers = Vec::new();
    let mut broken = false;
    let mut next = Some(first);
    while let Some(job) = next.take() {
        // A panic in one write must not end the others: its savepoint is undone when it is dropped.
        match AssertUnwindSafe(job(&batch)).catch_unwind().await {
            Ok(finish) => {
                answers.push(finish.answer);
                broken |= finish.broken;
            }
            Err(_) => tracing::error!("a write panicked and was undone"),
        }
        if answers.len() < MAX_PER_COMMIT && !broken {
            next = jobs.try_recv().ok();
        }
    }
    let result = match broken {
        true => batch.rollback().await.map_err(Error::from).and(Err(Error::Unavailable(DATABASE))),
        false => batch.commit().await.map_err(Error::from),
    };
    if let Err(error) = &result {
        tracing::error!(%error, writes = answers.len(), "a commit failed, whoever asked is told so");
    }
    for answer in answers {
        answer(result.clone());
    }
}

async fn begin(db: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    let immediate = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    let batch = db.begin_with_options(immediate).await?;
    if db.get_database_backend() == DbBackend::Postgres {
        batch.execute_unprepared(ONE_AT_A_TIME).await?;
    }
    Ok(batch)
}
