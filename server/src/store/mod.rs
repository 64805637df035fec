//! One service's database. A write is one closure with one instant and one commit, which it may share with other writes.

mod columns;
mod connect;
mod databases;
mod group_commit;
mod idempotency;
pub mod migrate;
pub mod retention;
#[cfg(test)]
mod retention_tests;
mod rows;
pub mod snapshot;
mod table_copy;
mod waiting;

pub use columns::{Millis, Text, Version};
pub use connect::open;
pub use databases::{Databases, Protection};
pub use migrate::Migration;
pub use retention::Retention;
pub use rows::insert_all;

use crate::error::DATABASE;
use crate::{Cause, Environment, Error};
use futures::future::BoxFuture;
use sea_orm::{DatabaseConnection, DatabaseTransaction, TransactionTrait};
use shared::{Instant, Service};
use std::sync::Arc;
use tokio::sync::{Notify, mpsc, oneshot};
use tracing::{Instrument, Span};
use uuid::Uuid;

/// One service's database.
#[derive(Clone)]
pub struct Store {
    service: Service,
    environment: Environment,
    readers: DatabaseConnection,
    jobs: mpsc::Sender<group_commit::WriteJob>,
    commit_signals: Arc<CommitSignals>,
    waiting: Arc<waiting::Waiting>,
}

/// Signalled after every commit, so that nothing has to poll.
#[derive(Default)]
pub struct CommitSignals {
    /// There may be events to publish.
    pub relay: Arc<Notify>,
    /// There may be a prerequisite that a pending event waits for.
    pub inbox: Arc<Notify>,
    /// There may be something due.
    pub tick: Arc<Notify>,
}

impl Store {
    pub fn service(&self) -> Service {
        self.service
    }

    pub fn environment(&self) -> &Environment {
        &self.environment
    }

    /// A connection that reads what is committed.
    pub fn read(&self) -> &DatabaseConnection {
        &self.readers
    }

    pub fn commit_signals(&self) -> &CommitSignals {
        &self.commit_signals
    }

    /// The cause of what a service does by itself: the beginning of a chain.
    pub fn root_cause(&self) -> Cause {
        let id = self.environment.new_id();
        Cause { correlation_id: id, causation_id: id }
    }

    /// Runs `work` and commits it, or rolls it back if it fails. The result is returned after the commit in either case,
    /// since even a refusal may rest on what another write in the same commit has written. `work` may run again, and must
    /// touch nothing outside its [`Tx`].
    ///
    /// # Errors
    /// What `work` returns; [`Error::Unavailable`] if the database is away or the process is stopping. The outcome is
    /// unknown then: an idempotency key makes a retry safe.
    pub async fn write<T, F>(&self, cause: impl Into<Cause>, work: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: for<'a> FnOnce(&'a Tx) -> BoxFuture<'a, Result<T, Error>> + Send + 'static,
    {
        let (reply, replied) = oneshot::channel();
        let (environment, cause, span) = (self.environment.clone(), cause.into(), Span::current());
        let job: group_commit::WriteJob = Box::new(move |batch| {
            Box::pin(async move {
                let result = run_in_savepoint(batch, environment, cause, work).instrument(span).await;
                // A transaction whose connection broke must not be committed: the driver would report success.
                let connection_lost = matches!(result, Err(Error::Unavailable(_)));
                let reply: group_commit::Reply = Box::new(move |committed| {
                    // The caller may be gone; what was committed stays.
                    let _ = reply.send(committed.and(result));
                });
                group_commit::JobOutcome { reply, connection_lost }
            })
        });
        let stopped = Error::Unavailable(self.service.name());
        if self.jobs.send(job).await.is_err() {
            return Err(stopped);
        }
        replied.await.unwrap_or(Err(stopped))
    }
}

async fn run_in_savepoint<T, F>(
    batch: &DatabaseTransaction,
    environment: Environment,
    cause: Cause,
    work: F,
) -> Result<T, Error>
where
    F: for<'a> FnOnce(&'a Tx) -> BoxFuture<'a, Result<T, Error>>,
{
    let now = environment.now();
    let db = batch.begin().await.map_err(|_| Error::Unavailable(DATABASE))?;
    let tx = Tx { db: Arc::new(db), now, environment, cause };
    let result = work(&tx).await;
    tx.end(result).await
}

/// A write in progress.
pub struct Tx {
    /// Shared by the views of this write with other causes.
    db: Arc<DatabaseTransaction>,
    now: Instant,
    environment: Environment,
    cause: Cause,
}

impl Tx {
    pub fn db(&self) -> &DatabaseTransaction {
        &self.db
    }

    /// The instant of this write: it does not move while the write runs.
    pub fn now(&self) -> Instant {
        self.now
    }

    pub fn cause(&self) -> Cause {
        self.cause
    }

    /// The same write, whose events name another cause: a write can react to several events.
    pub fn caused_by(&self, cause: Cause) -> Tx {
        Tx { db: self.db.clone(), now: self.now, environment: self.environment.clone(), cause }
    }

    pub fn new_id<T: From<Uuid>>(&self) -> T {
        self.environment.new_id().into()
    }

    /// Runs `work` in a savepoint: if it fails, its changes are rolled back and this write goes on.
    ///
    /// # Errors
    /// What `work` returns.
    pub async fn savepoint<T, F>(&self, work: F) -> Result<T, Error>
    where
        F: for<'a> FnOnce(&'a Tx) -> BoxFuture<'a, Result<T, Error>>,
    {
        let environment = self.environment.clone();
        let inner = Tx { db: Arc::new(self.db.begin().await?), now: self.now, environment, cause: self.cause };
        let result = work(&inner).await;
        inner.end(result).await
    }

    async fn end<T>(self, result: Result<T, Error>) -> Result<T, Error> {
        let db = Arc::into_inner(self.db).ok_or_else(|| Error::failed("a part of a write outlives it"))?;
        match result {
            Ok(value) => db.commit().await.map(|()| value).map_err(|_| Error::Unavailable(DATABASE)),
            Err(error) => {
                db.rollback().await.map_err(|_| Error::Unavailable(DATABASE))?;
                Err(error)
            }
        }
    }
}
