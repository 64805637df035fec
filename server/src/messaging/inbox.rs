//! The inbox: an event is handled in the transaction that records it as handled, so a second delivery has no effect.
//!
//! An event whose prerequisites are missing, or whose handler fails, stays in the inbox with its next try and is
//! acknowledged to the bus all the same: it never blocks the events behind it, among which may be its prerequisite.

use super::{EventHandler, Subscriptions};
use crate::store::{Millis, Store, Text, Tx, Version};
use crate::tasks;
use crate::telemetry::traces;
use crate::{Cause, Error};
use async_trait::async_trait;
use futures::future::join_all;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, IntoActiveModel, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, OnConflict},
};
use shared::{Envelope, Instant};
use std::time::Duration;
use tracing::{Instrument, Span};
use uuid::Uuid;

/// How many pending events one step retries.
const BATCH: u64 = 50;
/// After this many failures an event is a dead letter.
const MAX_ATTEMPTS: i64 = 8;
/// The first delay before a retry; doubles with each attempt.
const FIRST_RETRY_DELAY: Duration = Duration::from_millis(20);
/// The longest delay while an event waits for another one, or for a store or broker that is away.
const MAX_RETRY_DELAY: Duration = Duration::from_secs(1);
/// After so many attempts an event that is not ready is tried at the longer interval: what it waits for is not on its way.
const MAX_SOON_ATTEMPTS: i64 = 100;
const LATE_RETRY_INTERVAL: Duration = Duration::from_secs(30);
/// The interval between retries of a dead letter: its cause may have been fixed.
const DEAD_LETTER_RETRY_INTERVAL: Duration = Duration::from_secs(300);

/// What has become of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::EnumString, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum State {
    /// Its effect is committed, or a newer version of its aggregate made it obsolete.
    Handled,
    /// It waits for another aggregate's event.
    NotReady,
    /// Its handler failed and will run again.
    Failing,
    /// Its handler failed [`MAX_ATTEMPTS`] times, or it cannot be decoded.
    DeadLetter,
}

pub mod row {
    use super::State;
    use crate::store::{Millis, Text, Version};
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "inbox")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub subject: String,
        pub aggregate_id: Uuid,
        pub version: Version,
        pub state: Text<State>,
        /// How many attempts failed or found the event not ready.
        pub attempts: i64,
        /// `None` once handled.
        pub next_try_at: Option<Millis>,
        /// Why the last attempt failed.
        pub reason: Option<String>,
        /// The event as JSON, kept until it is handled.
        pub envelope: Option<String>,
        pub received_at: Millis,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// The newest version of each aggregate that was handled. It outlives the inbox's rows, so that an event replayed years
/// later is still recognised as old.
mod newest_version {
    use crate::store::Version;
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "inbox_versions")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub subject: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub aggregate_id: Uuid,
        pub version: Version,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// A service's inbox.
pub struct Inbox {
    store: Store,
    subscriptions: Subscriptions,
}

impl Inbox {
    pub fn new(store: Store, subscriptions: Subscriptions) -> Self {
        Inbox { store, subscriptions }
    }

    /// One step: retries pending events that are due. Returns when the next one is due.
    ///
    /// # Errors
    /// If the database is away.
    pub async fn step(&self) -> Result<Option<Instant>, Error> {
        let store = &self.store;
        let now = store.environment().now();
        let due = row::Entity::find()
            .filter(row::Column::NextTryAt.lte(Millis(now)))
            // Longest due first, so that events which are never ready cannot keep younger ones from their turn.
            .order_by_asc(row::Column::NextTryAt)
            .limit(BATCH)
            .all(store.read())
            .await?;
        // All of them, even if one fails; they share commits.
        let failed = join_all(due.into_iter().map(|row| self.retry(row))).await.into_iter().find_map(Result::err);
        failed.map_or(Ok(()), Err)?;
        let pending = row::Entity::find()
            .filter(row::Column::NextTryAt.is_not_null())
            .order_by_asc(row::Column::NextTryAt)
            .one(store.read())
            .await?;
        Ok(pending.and_then(|row| row.next_try_at).map(|millis| millis.0))
    }

    async fn retry(&self, row: row::Model) -> Result<(), Error> {
        let Ok(envelope) = serde_json::from_str::<Envelope>(row.envelope.as_deref().unwrap_or_default()) else {
            return self.postpone_undecodable(row).await;
        };
        let subscriptions = self.subscriptions.clone();
        let (span, aggregate_id) = (self.span(&envelope), envelope.aggregate_id);
        let work = self.store.write(Cause::from(&envelope), move |tx| {
            Box::pin(async move {
                let pending = row::Entity::find_by_id(row.id).filter(row::Column::NextTryAt.is_not_null());
                match pending.one(tx.db()).await? {
                    Some(row) => handle(subscriptions, tx, row, envelope).await,
                    // Handled by another process, or made obsolete, since the row was read.
                    None => Ok(()),
                }
            })
        });
        work.instrument(span).await?;
        self.store.wake(aggregate_id);
        Ok(())
    }

    /// Log lines inside this span carry the event and the request that began the chain.
    fn span(&self, envelope: &Envelope) -> Span {
        let (service, subject) = (self.store.service().name(), envelope.subject.name());
        let (event, correlation_id) = (envelope.id, envelope.correlation_id);
        let span = tracing::info_span!("handle_event", service, subject, %event, %correlation_id);
        traces::follow(&span, Cause::from(envelope));
        span
    }

    /// An event that this program still cannot decode waits for a version that can.
    async fn postpone_undecodable(&self, row: row::Model) -> Result<(), Error> {
        let store = &self.store;
        let work = store.write(store.root_cause(), move |tx| {
            Box::pin(async move {
                let next_try_at = Millis(tx.now() + DEAD_LETTER_RETRY_INTERVAL);
                let postponed = row::Entity::update_many()
                    .col_expr(row::Column::State, Expr::value(Text(State::DeadLetter)))
                    .col_expr(row::Column::NextTryAt, Expr::value(next_try_at))
                    .filter(row::Column::Id.eq(row.id))
                    // A newer process may have handled it since the row was read.
                    .filter(row::Column::NextTryAt.is_not_null());
                postponed.exec(tx.db()).await.map(drop).map_err(Error::from)
            })
        });
        work.await
    }
}

#[async_trait]
impl EventHandler for Inbox {
    async fn deliver(&self, envelope: &Envelope) -> Result<(), Error> {
        let (span, aggregate_id) = (self.span(envelope), envelope.aggregate_id);
        let (subscriptions, envelope) = (self.subscriptions.clone(), envelope.clone());
        let work = self.store.write(Cause::from(&envelope), move |tx| {
            Box::pin(async move {
                match insert_new(tx, &envelope).await? {
                    Some(row) => handle(subscriptions, tx, row, envelope).await,
                    // A second delivery.
                    None => Ok(()),
                }
            })
        });
        work.instrument(span).await?;
        self.store.wake(aggregate_id);
        Ok(())
    }

    async fn store_undecodable(&self, id: Uuid, subject: &str, text: &str, reason: &str) -> Result<(), Error> {
        tracing::error!(event = %id, subject, reason, "event dead-lettered: it cannot be decoded");
        let store = &self.store;
        let now = store.environment().now();
        let row = row::Model {
            id,
            subject: subject.to_owned(),
            aggregate_id: Uuid::nil(),
            version: Version(0),
            state: Text(State::DeadLetter),
            attempts: 1,
            next_try_at: Some(Millis(now + DEAD_LETTER_RETRY_INTERVAL)),
            reason: Some(reason.to_owned()),
            envelope: Some(text.to_owned()),
            received_at: Millis(now),
        };
        let work = store.write(store.root_cause(), |tx| Box::pin(async move { insert(tx, row).await.map(drop) }));
        work.await
    }
}

async fn insert_new(tx: &Tx, envelope: &Envelope) -> Result<Option<row::Model>, Error> {
    let row = row::Model {
        id: envelope.id.uuid(),
        subject: envelope.subject.name().to_owned(),
        aggregate_id: envelope.aggregate_id,
        version: Version(envelope.version),
        state: Text(State::Handled),
        attempts: 0,
        next_try_at: None,
        reason: None,
        envelope: None,
        received_at: Millis(tx.now()),
    };
    insert(tx, row).await
}

/// Inserts a row; `None` if the event is in the inbox already.
async fn insert(tx: &Tx, row: row::Model) -> Result<Option<row::Model>, Error> {
    let once = OnConflict::column(row::Column::Id).do_nothing().to_owned();
    let inserted = row::Entity::insert(row.clone().into_active_model().reset_all()).on_conflict(once);
    let inserted = inserted.exec_without_returning(tx.db()).await?;
    Ok((inserted == 1).then_some(row))
}

/// Runs the service's handler and records the outcome in the event's row.
async fn handle(subscriptions: Subscriptions, tx: &Tx, row: row::Model, envelope: Envelope) -> Result<(), Error> {
    let result = {
        let envelope = envelope.clone();
        // A panic is a failed attempt of this event, and rolls back to the savepoint like any other failure.
        tx.savepoint(move |inner| {
            Box::pin(async move { tasks::catch_panic(handle_if_newest(&subscriptions, inner, &envelope)).await })
        })
        .await
    };
    let mut after = row.clone();
    (after.aggregate_id, after.version) = (envelope.aggregate_id, Version(envelope.version));
    match result {
        Ok(()) => {
            (after.state, after.next_try_at, after.envelope) = (Text(State::Handled), None, None);
            settle_older(tx, &after).await?;
        }
        Err(error) => schedule_retry(tx.now(), &mut after, &envelope, error)?,
    }
    if after != row {
        after.into_active_model().reset_all().update(tx.db()).await?;
    }
    Ok(())
}

/// Runs the handler unless a version as new was handled before. The version is recorded in the handler's savepoint, so
/// that a failed attempt leaves no trace.
async fn handle_if_newest(subscriptions: &Subscriptions, tx: &Tx, envelope: &Envelope) -> Result<(), Error> {
    let version = Version(envelope.version);
    let row = newest_version::Model {
        subject: envelope.subject.name().to_owned(),
        aggregate_id: envelope.aggregate_id,
        version,
    };
    let newer = OnConflict::columns([newest_version::Column::Subject, newest_version::Column::AggregateId])
        .update_column(newest_version::Column::Version)
        .action_and_where(Expr::col((newest_version::Entity, newest_version::Column::Version)).lt(version))
        .to_owned();
    let row = row.into_active_model().reset_all();
    let recorded = newest_version::Entity::insert(row).on_conflict(newer).exec_without_returning(tx.db()).await?;
    if recorded == 1 { subscriptions.handle(tx, envelope).await } else { Ok(()) }
}

/// Keeps the event with its next try.
fn schedule_retry(now: Instant, row: &mut row::Model, envelope: &Envelope, error: Error) -> Result<(), Error> {
    row.attempts += 1;
    row.envelope = Some(serde_json::to_string(envelope)?);
    let backoff = FIRST_RETRY_DELAY * 2_u32.pow(u32::try_from(row.attempts.clamp(0, 10)).unwrap_or(10));
    let (state, next_try_at) = match error {
        Error::NotReady(None) if row.attempts > MAX_SOON_ATTEMPTS => (State::NotReady, now + LATE_RETRY_INTERVAL),
        Error::NotReady(at) => (State::NotReady, at.unwrap_or(now + backoff.min(MAX_RETRY_DELAY))),
        // Neither an outage nor a concurrent change counts as a failed attempt.
        Error::Unavailable(_) | Error::Conflict | Error::InFlight => (State::Failing, now + MAX_RETRY_DELAY),
        Error::Rejected(_) | Error::Failed(_) if row.attempts < MAX_ATTEMPTS => (State::Failing, now + backoff),
        Error::Rejected(_) | Error::Failed(_) => (State::DeadLetter, now + DEAD_LETTER_RETRY_INTERVAL),
    };
    if state == State::DeadLetter && row.state.0 != State::DeadLetter {
        let (event, subject, attempts) = (envelope.id, envelope.subject, row.attempts);
        tracing::error!(%event, %subject, attempts, %error, "event dead-lettered, retried every 5 minutes");
    }
    row.reason = (state != State::NotReady).then(|| error.to_string());
    (row.state, row.next_try_at) = (Text(state), Some(Millis(next_try_at)));
    Ok(())
}

/// Marks pending older versions of the aggregate as handled: the event that was just handled carries the whole state.
async fn settle_older(tx: &Tx, row: &row::Model) -> Result<(), Error> {
    let settled = row::Entity::update_many()
        .col_expr(row::Column::State, Expr::value(Text(State::Handled)))
        .col_expr(row::Column::NextTryAt, Expr::value(Option::<i64>::None))
        .col_expr(row::Column::Envelope, Expr::value(Option::<String>::None))
        .filter(row::Column::NextTryAt.is_not_null())
        .filter(row::Column::Subject.eq(&row.subject))
        .filter(row::Column::AggregateId.eq(row.aggregate_id))
        .filter(row::Column::Version.lt(row.version));
    settled.exec(tx.db()).await.map(drop).map_err(Error::from)
}

/// Whether a pending event is due by then.
///
/// # Errors
/// If the database is away.
pub async fn has_due(db: &impl ConnectionTrait, by: Instant) -> Result<bool, Error> {
    let pending = row::Entity::find().filter(row::Column::NextTryAt.lte(Millis(by)));
    Ok(pending.one(db).await?.is_some())
}

/// How many events are pending, and how many of those are dead letters.
///
/// # Errors
/// If the database is away.
pub async fn count_pending(db: &impl ConnectionTrait) -> Result<(u64, u64), Error> {
    let pending = row::Entity::find().filter(row::Column::NextTryAt.is_not_null());
    let dead_letters = pending.clone().filter(row::Column::State.eq(Text(State::DeadLetter)));
    Ok((pending.count(db).await?, dead_letters.count(db).await?))
}

/// Gives dead letters all their attempts again, after their cause was fixed. Returns their number.
///
/// # Errors
/// If the database is away.
pub async fn requeue_dead_letters(db: &impl ConnectionTrait) -> Result<u64, Error> {
    let requeued = row::Entity::update_many()
        .col_expr(row::Column::State, Expr::value(Text(State::Failing)))
        .col_expr(row::Column::Attempts, Expr::value(0_i64))
        .col_expr(row::Column::NextTryAt, Expr::value(0_i64))
        .filter(row::Column::State.eq(Text(State::DeadLetter)));
    Ok(requeued.exec(db).await?.rows_affected)
}
