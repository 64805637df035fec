//! Group commit: writes that wait at the same time share one transaction and so one flush to the disk.

use super::Committed;
use crate::Error;
use futures::{FutureExt, future::BoxFuture};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, SqliteTransactionMode,
    TransactionOptions, TransactionTrait,
};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use tokio::sync::mpsc;

/// How many writes share a commit at most.
const MOST_PER_COMMIT: usize = 64;

/// PostgreSQL lets one transaction of ours write at a time, as SQLite does by itself: what a write reads stays true until
/// it is committed, in every process of the service.
pub const ONE_AT_A_TIME: &str = "select pg_advisory_xact_lock(1)";

/// One write: it works inside the shared transaction and returns how to answer once that is committed.
pub type Job = Box<dyn for<'a> FnOnce(&'a DatabaseTransaction) -> BoxFuture<'a, Finish> + Send>;

/// Answers whoever waits for a write, with whether the shared transaction was committed.
pub type Finish = Box<dyn FnOnce(Result<(), Error>) + Send>;

/// Does the jobs as they come until nobody can send any more.
pub async fn run(db: DatabaseConnection, mut jobs: mpsc::Receiver<Job>, committed: Arc<Committed>) {
    while let Some(first) = jobs.recv().await {
        step(&db, first, &mut jobs).await;
        committed.relay.notify_one();
        committed.inbox.notify_one();
        committed.tick.notify_one();
        committed.news.notify_waiters();
    }
}

/// One shared commit: the first job, and all that came meanwhile.
async fn step(db: &DatabaseConnection, first: Job, jobs: &mut mpsc::Receiver<Job>) {
    let batch = match begin(db).await {
        Ok(batch) => batch,
        // Dropping the job tells its owner that it was not done.
        Err(error) => return tracing::error!(%error, "a write could not begin"),
    };
    let mut finishes = Vec::new();
    let mut next = Some(first);
    while let Some(job) = next.take() {
        // A panic in one write must not end the others: its savepoint is undone when it is dropped.
        match AssertUnwindSafe(job(&batch)).catch_unwind().await {
            Ok(finish) => finishes.push(finish),
            Err(_) => tracing::error!("a write panicked and was undone"),
        }
        if finishes.len() < MOST_PER_COMMIT {
            next = jobs.try_recv().ok();
        }
    }
    let result: Result<(), DbErr> = batch.commit().await;
    if let Err(error) = &result {
        tracing::error!(%error, writes = finishes.len(), "a commit failed, nothing of it was kept");
    }
    for finish in finishes {
        finish(result.as_ref().copied().map_err(Error::failed));
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
