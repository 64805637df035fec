//! The inbox: an event is handled in the transaction that records it as handled, so a second delivery has no effect.
//!
//! Events that are delivered together are handled together, in one commit. If that fails, each of them is handled by itself, so
//! that none harms the others.
//!
//! An event whose prerequisites are missing, or whose handler fails, stays in the inbox with its next try and is
//! acknowledged to the bus all the same: it never blocks the events behind it, among which may be its prerequisite.

mod handling;

use super::{EventHandler, Subscriptions};
use crate::store::{Millis, Store, Text, Version, insert_all};
use crate::telemetry::traces;
use crate::{Cause, Error};
use async_trait::async_trait;
use futures::future::join_all;
use handling::{handle, handle_all};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Statement,
    sea_query::{Expr, OnConflict},
};
use shared::{Envelope, Instant};
use std::sync::Arc;
use std::time::Duration;
use tracing::{Instrument, Span};
use uuid::Uuid;

/// How many pending events one step retries.
const BATCH: u64 = 50;
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
        store.commit_signals().look_for_pending(next_due(store.read())).await
    }

    async fn retry(&self, row: row::Model) -> Result<(), Error> {
        let Ok(envelope) = serde_json::from_str::<Envelope>(row.envelope.as_deref().unwrap_or_default()) else {
            return self.postpone_undecodable(row).await;
        };
        let (subscriptions, envelope) = (self.subscriptions.clone(), Arc::new(envelope));
        let (span, aggregate_id) = (self.span(&envelope), envelope.aggregate_id);
        let work = self.store.write(Cause::from(envelope.as_ref()), move |tx| {
            Box::pin(async move {
                let pending = row::Entity::find_by_id(row.id).filter(row::Column::NextTryAt.is_not_null());
                match pending.one(tx.db()).await? {
                    Some(row) => handle(&subscriptions, tx, row, &envelope).await,
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
    async fn deliver(&self, envelopes: &[Arc<Envelope>]) -> Result<(), Error> {
        let [first, others @ ..] = envelopes else { return Ok(()) };
        // A span for each event, since each belongs to the trace of another request.
        let spans: Vec<Span> = envelopes.iter().map(|envelope| self.span(envelope)).collect();
        let span = if others.is_empty() {
            spans[0].clone()
        } else {
            tracing::info_span!("handle_events", service = self.store.service().name(), events = envelopes.len())
        };
        let (subscriptions, delivered) = (self.subscriptions.clone(), envelopes.to_vec());
        let work = self.store.write(Cause::from(first.as_ref()), move |tx| {
            Box::pin(async move { handle_all(&subscriptions, tx, delivered).await })
        });
        work.instrument(span).await?;
        for envelope in envelopes {
            self.store.wake(envelope.aggregate_id);
        }
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
        let work = store.write(store.root_cause(), |tx| {
            Box::pin(async move {
                let once = OnConflict::column(row::Column::Id).do_nothing().to_owned();
                tx.has_postponed();
                Ok(insert_all::<row::Entity>(tx, vec![row], Some(once)).await.map(drop)?)
            })
        });
        work.await
    }
}

/// When the next pending event is due.
async fn next_due(db: &impl ConnectionTrait) -> Result<Option<Instant>, Error> {
    let pending =
        row::Entity::find().filter(row::Column::NextTryAt.is_not_null()).order_by_asc(row::Column::NextTryAt).one(db);
    Ok(pending.await?.and_then(|row| row.next_try_at).map(|millis| millis.0))
}

/// Whether a pending event is due by then.
///
/// # Errors
/// If the database is away.
pub async fn has_due(db: &impl ConnectionTrait, by: Instant) -> Result<bool, Error> {
    let pending = row::Entity::find().filter(row::Column::NextTryAt.lte(Millis(by)));
    Ok(pending.one(db).await?.is_some())
}

/// Reads the index `inbox_pending` alone.
pub const COUNT_PENDING: &str = "select count(*) as pending,
    count(case when state = 'dead_letter' then 1 end) as dead_letters from inbox where next_try_at is not null";

/// How many events are pending, and how many of those are dead letters.
///
/// # Errors
/// If the database is away.
pub async fn count_pending(db: &impl ConnectionTrait) -> Result<(u64, u64), Error> {
    let count = Statement::from_string(db.get_database_backend(), COUNT_PENDING);
    let row = db.query_one_raw(count).await?.ok_or_else(|| Error::failed("the database counts nothing"))?;
    let (pending, dead_letters): (i64, i64) = (row.try_get("", "pending")?, row.try_get("", "dead_letters")?);
    Ok((pending.unsigned_abs(), dead_letters.unsigned_abs()))
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
