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
pub use rows::{insert_all, is_after};

use crate::error::DATABASE;
use crate::{Cause, Environment, Error};
use futures::future::BoxFuture;
use group_commit::Place;
use sea_orm::{DatabaseConnection, DatabaseTransaction, TransactionTrait};
use shared::{Instant, Service};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
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

/// Signalled after commits, so that nothing has to poll.
pub struct CommitSignals {
    /// There are events to publish.
    pub relay: Arc<Notify>,
    /// There may be a prerequisite that a pending event waits for.
    pub inbox: Arc<Notify>,
    /// There may be something due.
    pub tick: Arc<Notify>,
    /// Whether the inbox may have pending events. Without any, no commit wakes it.
    has_pending: AtomicBool,
}

impl Default for CommitSignals {
    fn default() -> Self {
        // A former process may have left some.
        let has_pending = AtomicBool::new(true);
        CommitSignals { relay: Arc::default(), inbox: Arc::default(), tick: Arc::default(), has_pending }
    }
}

impl CommitSignals {
    /// Signals a commit with these effects.
    fn committed(&self, effects: Effects) {
        if effects.published {
            self.relay.notify_one();
        }
        if effects.postponed {
            self.has_pending.store(true, Ordering::SeqCst);
        }
        if self.has_pending.load(Ordering::SeqCst) {
            self.inbox.notify_one();
        }
        self.tick.notify_one();
    }

    /// Runs a read of the pending events, which returns when the next one is due.
    ///
    /// # Errors
    /// What the read returns.
    pub async fn look_for_pending(
        &self,
        read: impl Future<Output = Result<Option<Instant>, Error>>,
    ) -> Result<Option<Instant>, Error> {
        // Before the read: an event that is postponed meanwhile sets it again.
        self.has_pending.store(false, Ordering::SeqCst);
        let next = read.await;
        if !matches!(next, Ok(None)) {
            self.has_pending.store(true, Ordering::SeqCst);
        }
        next
    }
}

/// What a write did that something else in this process has to follow up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Effects {
    /// It published events.
    published: bool,
    /// It left events in the inbox to be handled later.
    postponed: bool,
}

impl Effects {
    fn and(self, other: Effects) -> Effects {
        Effects { published: self.published || other.published, postponed: self.postponed || other.postponed }
    }
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
        let job: group_commit::WriteJob = Box::new(move |batch, place| {
            Box::pin(async move {
                let (now, effects) = (environment.now(), Arc::default());
                let whole = Tx { db: batch, now, environment, cause, effects: Arc::clone(&effects) };
                let result = match place {
                    Place::First => work(&whole).instrument(span).await,
                    Place::Later => whole.savepoint(work).instrument(span).await,
                };
                let succeeded = result.is_ok();
                let effects = if succeeded { *lock(&effects) } else { Effects::default() };
                // A transaction whose connection broke must not be committed: the driver would report success.
                let connection_lost = matches!(result, Err(Error::Unavailable(_)));
                let reply: group_commit::Reply = Box::new(move |committed| {
                    // The caller may be gone; what was committed stays.
                    let _ = reply.send(committed.and(result));
                });
                group_commit::JobOutcome { reply, succeeded, connection_lost, effects }
            })
        });
        let stopped = Error::Unavailable(self.service.name());
        if self.jobs.send(job).await.is_err() {
            return Err(stopped);
        }
        replied.await.unwrap_or(Err(stopped))
    }
}

/// A write in progress.
pub struct Tx {
    /// Shared by the views of this write with other causes.
    db: Arc<DatabaseTransaction>,
    now: Instant,
    environment: Environment,
    cause: Cause,
    effects: Arc<Mutex<Effects>>,
}

fn lock(effects: &Mutex<Effects>) -> MutexGuard<'_, Effects> {
    effects.lock().unwrap_or_else(PoisonError::into_inner)
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

    /// Tells that this write has put events into the outbox.
    pub fn has_published(&self) {
        lock(&self.effects).published = true;
    }

    /// Tells that this write has left an event in the inbox to be handled later.
    pub fn has_postponed(&self) {
        lock(&self.effects).postponed = true;
    }

    /// The same write, whose events name another cause: a write can react to several events.
    pub fn caused_by(&self, cause: Cause) -> Tx {
        let (db, environment, effects) = (self.db.clone(), self.environment.clone(), self.effects.clone());
        Tx { db, now: self.now, environment, cause, effects }
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
        let (environment, effects) = (self.environment.clone(), self.effects.clone());
        let db = Arc::new(self.db.begin().await.map_err(|_| Error::Unavailable(DATABASE))?);
        let inner = Tx { db, now: self.now, environment, cause: self.cause, effects };
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
