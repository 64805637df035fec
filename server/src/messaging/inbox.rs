//! In: an event is handled in the transaction that remembers having handled it, so a second delivery does nothing.
//!
//! What comes too early, or cannot be handled, is parked here with its next try and taken from the bus all the same:
//! it never blocks the messages behind it, among which may be the one that it waits for.

use super::EventHandler;
use crate::Cause;
use crate::Error;
use crate::services::ServiceHandler;
use crate::store::Tx;
use crate::telemetry::traces;
use async_trait::async_trait;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect,
    sea_query::{Expr, OnConflict},
};
use shared::{Envelope, Instant};
use std::sync::Arc;
use std::time::Duration;
use tracing::{Instrument, Span};
use uuid::Uuid;

/// How many parked events are tried in one step.
const BATCH: u64 = 50;
/// How often an event may fail before it is dead.
const MAX_FAILURES: i64 = 8;
/// How soon an early event is tried again, growing with each try up to [`LONGEST_EARLY`].
const FIRST_EARLY: Duration = Duration::from_millis(20);
/// How long an early event waits at most; news of anything wakes it sooner.
const LONGEST_EARLY: Duration = Duration::from_secs(1);
/// How often a dead event is tried again: the cause may have been mended.
const DEAD_RETRY: Duration = Duration::from_secs(300);
/// How long handled events are remembered; nothing is delivered again after that.
const RETENTION: Duration = Duration::from_secs(30 * 24 * 3600);

/// What has become of an event.
const HANDLED: &str = "handled";
const EARLY: &str = "early";
const FAILING: &str = "failing";
const DEAD: &str = "dead";

/// The rows.
pub mod row {
    use sea_orm::entity::prelude::*;

    /// An event that was heard.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "inbox")]
    pub struct Model {
        /// The event's id.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        /// What it is about.
        pub subject: String,
        /// What it tells of.
        pub aggregate_id: Uuid,
        /// Which version of it.
        pub version: i64,
        /// `handled`, `early`, `failing` or `dead`.
        pub state: String,
        /// How often it was tried in vain.
        pub attempts: i64,
        /// When it is tried again.
        pub next_try_at: Option<i64>,
        /// Why it could not be handled.
        pub reason: Option<String>,
        /// The event itself, as long as it is not handled.
        pub envelope: Option<String>,
        /// When it was first heard.
        pub received_at: i64,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// A service's inbox.
pub struct Inbox {
    handler: Arc<dyn ServiceHandler>,
}

impl Inbox {
    /// The inbox of this service.
    pub fn new(handler: Arc<dyn ServiceHandler>) -> Self {
        Inbox { handler }
    }

    /// One step: tries parked events whose time has come. Says when the next one's time is.
    ///
    /// # Errors
    /// If the database is away.
    pub async fn step(&self) -> Result<Option<Instant>, Error> {
        let store = self.handler.store();
        let now = store.environment().now();
        let due = row::Entity::find()
            .filter(row::Column::NextTryAt.lte(now.millis()))
            .order_by_asc(row::Column::Id)
            .limit(BATCH)
            .all(store.read())
            .await?;
        for row in due {
            self.retry(row).await?;
        }
        let waiting = row::Entity::find()
            .filter(row::Column::NextTryAt.is_not_null())
            .order_by_asc(row::Column::NextTryAt)
            .one(store.read())
            .await?;
        Ok(waiting.and_then(|row| row.next_try_at).map(Instant::from_millis))
    }

    async fn retry(&self, row: row::Model) -> Result<(), Error> {
        let Ok(envelope) = serde_json::from_str::<Envelope>(row.envelope.as_deref().unwrap_or_default()) else {
            return self.put_off(row).await;
        };
        let handler = self.handler.clone();
        let span = self.span(&envelope);
        let work = self.handler.store().write(Cause::from(&envelope), move |tx| {
            Box::pin(async move {
                let waiting = row::Entity::find_by_id(row.id).filter(row::Column::NextTryAt.is_not_null());
                match waiting.one(tx.db()).await? {
                    Some(row) => handle(handler, tx, row, envelope).await,
                    // Settled since we looked.
                    None => Ok(()),
                }
            })
        });
        work.instrument(span).await
    }

    /// What is logged meanwhile belongs to this event, and to the request that began it all.
    fn span(&self, envelope: &Envelope) -> Span {
        let (service, subject) = (self.handler.store().service().name(), envelope.subject.name());
        let (event, correlation_id) = (envelope.id, envelope.correlation_id);
        let span = tracing::info_span!("hear", service, subject, %event, %correlation_id);
        traces::follow(&span, Cause::from(envelope));
        span
    }

    /// What still cannot be read waits for a version of this program that can.
    async fn put_off(&self, row: row::Model) -> Result<(), Error> {
        let store = self.handler.store();
        let work = store.write(store.root_cause(), move |tx| {
            Box::pin(async move {
                let later = row::Entity::update_many()
                    .col_expr(row::Column::State, Expr::value(DEAD))
                    .col_expr(row::Column::NextTryAt, Expr::value((tx.now() + DEAD_RETRY).millis()))
                    .filter(row::Column::Id.eq(row.id))
                    // A process that can read it may have settled it since we looked.
                    .filter(row::Column::NextTryAt.is_not_null());
                later.exec(tx.db()).await.map(drop).map_err(Error::from)
            })
        });
        work.await
    }
}

#[async_trait]
impl EventHandler for Inbox {
    async fn deliver(&self, envelope: &Envelope) -> Result<(), Error> {
        let (handler, envelope, span) = (self.handler.clone(), envelope.clone(), self.span(envelope));
        let work = self.handler.store().write(Cause::from(&envelope), move |tx| {
            Box::pin(async move {
                match insert_new(tx, &envelope).await? {
                    Some(row) => handle(handler, tx, row, envelope).await,
                    // A second delivery.
                    None => Ok(()),
                }
            })
        });
        work.instrument(span).await
    }

    async fn store_undecodable(&self, id: Uuid, subject: &str, text: &str, reason: &str) -> Result<(), Error> {
        tracing::error!(event = %id, subject, reason, "an event is dead: it cannot be read");
        let store = self.handler.store();
        let row = row::Model {
            id,
            subject: subject.to_owned(),
            aggregate_id: Uuid::nil(),
            version: 0,
            state: DEAD.to_owned(),
            attempts: 1,
            next_try_at: Some((store.environment().now() + DEAD_RETRY).millis()),
            reason: Some(reason.to_owned()),
            envelope: Some(text.to_owned()),
            received_at: store.environment().now().millis(),
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
        version: envelope.version.cast_signed(),
        state: HANDLED.to_owned(),
        attempts: 0,
        next_try_at: None,
        reason: None,
        envelope: None,
        received_at: tx.now().millis(),
    };
    insert(tx, row).await
}

/// Writes a row down unless it is there already.
async fn insert(tx: &Tx, row: row::Model) -> Result<Option<row::Model>, Error> {
    let once = OnConflict::column(row::Column::Id).do_nothing().to_owned();
    let inserted = row::Entity::insert(row.clone().into_active_model().reset_all()).on_conflict(once);
    let inserted = inserted.exec_without_returning(tx.db()).await?;
    Ok((inserted == 1).then_some(row))
}

/// Lets the service handle the event, and remembers how that went.
async fn handle(handler: Arc<dyn ServiceHandler>, tx: &Tx, row: row::Model, envelope: Envelope) -> Result<(), Error> {
    let heard = {
        let envelope = envelope.clone();
        tx.savepoint(move |inner| Box::pin(async move { handler.handle_event(inner, &envelope).await })).await
    };
    let mut after = row.clone();
    (after.aggregate_id, after.version) = (envelope.aggregate_id, envelope.version.cast_signed());
    match heard {
        Ok(()) => {
            (after.state, after.next_try_at, after.envelope) = (HANDLED.to_owned(), None, None);
            settle_older(tx, &after).await?;
        }
        Err(error) => park(tx.now(), &mut after, &envelope, error)?,
    }
    if after != row {
        after.into_active_model().reset_all().update(tx.db()).await?;
    }
    Ok(())
}

/// Parks an event with its next try.
fn park(now: Instant, row: &mut row::Model, envelope: &Envelope, error: Error) -> Result<(), Error> {
    row.attempts += 1;
    row.envelope = Some(serde_json::to_string(envelope)?);
    let patience = FIRST_EARLY * 2_u32.pow(u32::try_from(row.attempts.min(10)).unwrap_or(10));
    let (state, next_try_at) = match error {
        Error::Early(at) => (EARLY, at.unwrap_or(now + patience.min(LONGEST_EARLY))),
        // Being away is not the event's fault, so it is not held against it.
        Error::Unavailable(_) => (FAILING, now + LONGEST_EARLY),
        Error::Rejected(_) | Error::Failed(_) if row.attempts < MAX_FAILURES => (FAILING, now + patience),
        Error::Rejected(_) | Error::Failed(_) => (DEAD, now + DEAD_RETRY),
    };
    if state == DEAD && row.state != DEAD {
        tracing::error!(event = %envelope.id, subject = %envelope.subject, reason = %error, "an event is dead");
    }
    row.reason = (state != EARLY).then(|| error.to_string());
    (row.state, row.next_try_at) = (state.to_owned(), Some(next_try_at.millis()));
    Ok(())
}

/// What a newer version of an aggregate was handled after need not be handled any more.
async fn settle_older(tx: &Tx, row: &row::Model) -> Result<(), Error> {
    let settled = row::Entity::update_many()
        .col_expr(row::Column::State, Expr::value(HANDLED))
        .col_expr(row::Column::NextTryAt, Expr::value(Option::<i64>::None))
        .col_expr(row::Column::Envelope, Expr::value(Option::<String>::None))
        .filter(row::Column::NextTryAt.is_not_null())
        .filter(row::Column::Subject.eq(&row.subject))
        .filter(row::Column::AggregateId.eq(row.aggregate_id))
        .filter(row::Column::Version.lt(row.version));
    settled.exec(tx.db()).await.map(drop).map_err(Error::from)
}

/// Whether a parked event is to be tried by then.
///
/// # Errors
/// If the database is away.
pub async fn has_due(db: &impl ConnectionTrait, by: Instant) -> Result<bool, Error> {
    let waiting = row::Entity::find().filter(row::Column::NextTryAt.lte(by.millis()));
    Ok(waiting.one(db).await?.is_some())
}

/// How many events are parked, and how many of those are dead.
///
/// # Errors
/// If the database is away.
pub async fn parked(db: &impl ConnectionTrait) -> Result<(u64, u64), Error> {
    let parked = row::Entity::find().filter(row::Column::NextTryAt.is_not_null());
    let dead = parked.clone().filter(row::Column::State.eq(DEAD));
    Ok((parked.count(db).await?, dead.count(db).await?))
}

/// Gives dead events all their tries again: what they died of was mended. Says how many there are.
///
/// # Errors
/// If the database is away.
pub async fn requeue_dead_letters(db: &impl ConnectionTrait) -> Result<u64, Error> {
    let revived = row::Entity::update_many()
        .col_expr(row::Column::State, Expr::value(FAILING))
        .col_expr(row::Column::Attempts, Expr::value(0_i64))
        .col_expr(row::Column::NextTryAt, Expr::value(0_i64))
        .filter(row::Column::State.eq(DEAD));
    Ok(revived.exec(db).await?.rows_affected)
}

/// Forgets events that were handled long ago.
///
/// # Errors
/// If the database is away.
pub async fn prune(db: &impl ConnectionTrait, now: Instant) -> Result<(), Error> {
    let old = row::Entity::delete_many()
        .filter(row::Column::State.eq(HANDLED))
        .filter(row::Column::ReceivedAt.lt((now - RETENTION).millis()));
    old.exec(db).await.map(drop).map_err(Error::from)
}
