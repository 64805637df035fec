//! One service's database. A write is one closure, one instant, one commit, and it may share its commit with others.

mod columns;
mod connect;
mod databases;
mod group_commit;
mod idempotency;

pub use columns::{Millis, Text, Version};
pub use connect::{Migration, open};
pub use databases::Databases;
pub use idempotency::hex;

use crate::error::DATABASE;
use crate::{Cause, Environment, Error};
use futures::future::BoxFuture;
use sea_orm::{DatabaseConnection, DatabaseTransaction, TransactionTrait};
use serde::{Serialize, de::DeserializeOwned};
use shared::{Instant, Service};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::futures::Notified;
use tokio::sync::{Notify, mpsc, oneshot};
use tracing::{Instrument, Span};
use uuid::Uuid;

/// How often somebody who waits for news looks without having been told.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// One service's database.
#[derive(Clone)]
pub struct Store {
    service: Service,
    environment: Environment,
    readers: DatabaseConnection,
    jobs: mpsc::Sender<group_commit::WriteJob>,
    committed: Arc<CommitSignals>,
}

/// Told after every commit, so that nobody has to look all the time.
#[derive(Default)]
pub struct CommitSignals {
    /// For the relay: there may be events to publish.
    pub relay: Notify,
    /// For the inbox: there may be parked events to try again.
    pub inbox: Notify,
    /// For the service itself: there may be something due.
    pub tick: Notify,
    /// For requests that wait for news.
    pub news: Notify,
}

impl Store {
    /// Whose database it is.
    pub fn service(&self) -> Service {
        self.service
    }

    /// The time, ids and randomness that this database's service lives by.
    pub fn environment(&self) -> &Environment {
        &self.environment
    }

    /// A connection for reading what is committed.
    pub fn read(&self) -> &DatabaseConnection {
        &self.readers
    }

    /// What is told after every commit.
    pub fn commit_signals(&self) -> &CommitSignals {
        &self.committed
    }

    /// A cause of its own, for what a service does by itself.
    pub fn root_cause(&self) -> Cause {
        let id = self.environment.new_id();
        Cause { correlation_id: id, causation_id: id }
    }

    /// Does `work` and commits it, or undoes it if it is refused. The answer comes after the commit in either case,
    /// since a refusal may rest on what a neighbour in the same commit wrote.
    ///
    /// # Errors
    /// What `work` says; [`Error::Unavailable`] if the database is away, or the process is stopping. Whether it was
    /// committed is not known then: an idempotency key makes it safe to try again.
    pub async fn write<T, F>(&self, cause: impl Into<Cause>, work: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: for<'a> FnOnce(&'a Tx) -> BoxFuture<'a, Result<T, Error>> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let (environment, cause, span) = (self.environment.clone(), cause.into(), Span::current());
        let job: group_commit::WriteJob = Box::new(move |batch| {
            Box::pin(async move {
                let result = attempt(batch, environment, cause, work).instrument(span).await;
                // A transaction whose connection broke must not be committed: the driver would say that it was.
                let broken = matches!(result, Err(Error::Unavailable(_)));
                let answer: group_commit::Reply = Box::new(move |committed| {
                    // Whoever asked may have gone; what was committed stays.
                    let _ = answer.send(committed.and(result));
                });
                group_commit::JobOutcome { answer, broken }
            })
        });
        let gone = Error::Unavailable(self.service.name());
        if self.jobs.send(job).await.is_err() {
            return Err(gone);
        }
        answered.await.unwrap_or(Err(gone))
    }

    /// Waits for a commit of this service that may bring what somebody waits for, at most until `patience`. Says whether
    /// it is worth looking again.
    pub async fn news(&self, committed: Notified<'_>, patience: Instant) -> bool {
        let now = self.environment.now();
        tokio::select! {
            () = committed => {}
            // Another process of this service may have heard it.
            () = self.environment.sleep_until(patience.min(now + LOOK_EVERY)) => {}
        }
        self.environment.now() < patience
    }
}

async fn attempt<T, F>(batch: &DatabaseTransaction, environment: Environment, cause: Cause, work: F) -> Result<T, Error>
where
    F: for<'a> FnOnce(&'a Tx) -> BoxFuture<'a, Result<T, Error>>,
{
    let now = environment.now();
    let db = batch.begin().await.map_err(|_| Error::Unavailable(DATABASE))?;
    let tx = Tx { db, now, environment, cause };
    let result = work(&tx).await;
    tx.end(result).await
}

/// A write under way: one instant, one commit.
pub struct Tx {
    db: DatabaseTransaction,
    now: Instant,
    environment: Environment,
    cause: Cause,
}

impl Tx {
    /// The connection of this write.
    pub fn db(&self) -> &DatabaseTransaction {
        &self.db
    }

    /// The instant of this write.
    pub fn now(&self) -> Instant {
        self.now
    }

    /// What made somebody write.
    pub fn cause(&self) -> Cause {
        self.cause
    }

    /// A new id of any kind.
    pub fn new_id<T: From<Uuid>>(&self) -> T {
        self.environment.new_id().into()
    }

    /// Does `work` in this write; what it did is undone if it does not succeed, and this write goes on.
    ///
    /// # Errors
    /// What `work` says.
    pub async fn savepoint<T, F>(&self, work: F) -> Result<T, Error>
    where
        F: for<'a> FnOnce(&'a Tx) -> BoxFuture<'a, Result<T, Error>>,
    {
        let environment = self.environment.clone();
        let inner = Tx { db: self.db.begin().await?, now: self.now, environment, cause: self.cause };
        let result = work(&inner).await;
        inner.end(result).await
    }

    async fn end<T>(self, result: Result<T, Error>) -> Result<T, Error> {
        match result {
            Ok(value) => self.db.commit().await.map(|()| value).map_err(|_| Error::Unavailable(DATABASE)),
            Err(error) => {
                self.db.rollback().await.map_err(|_| Error::Unavailable(DATABASE))?;
                Err(error)
            }
        }
    }
}

/// A unit-like value as the one word that stands for it on the wire and in the database.
///
/// # Panics
/// If the value is not written as one word.
pub fn word<T: Serialize>(value: T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        other => panic!("not a word: {other:?}"),
    }
}

/// The value that a word of the database stands for.
///
/// # Errors
/// If the word is not one of ours.
pub fn from_word<T: DeserializeOwned>(word: &str) -> Result<T, Error> {
    serde_json::from_value(serde_json::Value::String(word.to_owned()))
        .map_err(|error| Error::failed(format!("the database has an unknown word: {error}")))
}
