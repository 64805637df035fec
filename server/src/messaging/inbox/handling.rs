//! Handles events in the transaction that records them: those that are delivered together at once, and each by itself if that fails.

use super::{DEAD_LETTER_RETRY_INTERVAL, State, row};
use crate::messaging::Subscriptions;
use crate::store::{Millis, Text, Tx, Version, insert_all};
use crate::{Cause, Error, tasks};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect};
use shared::{Envelope, Instant, Subject};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

/// After this many failures an event is a dead letter.
const MAX_ATTEMPTS: i64 = 8;
/// The first delay before a retry; doubles with each attempt.
const FIRST_RETRY_DELAY: Duration = Duration::from_millis(20);
/// The longest delay while an event waits for another one, or for a store or broker that is away.
const MAX_RETRY_DELAY: Duration = Duration::from_secs(1);
/// After so many attempts an event that is not ready is tried at the longer interval: what it waits for is not on its way.
const MAX_SOON_ATTEMPTS: i64 = 100;
const LATE_RETRY_INTERVAL: Duration = Duration::from_secs(30);

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

fn row_of(envelope: &Envelope, now: Instant) -> row::Model {
    row::Model {
        id: envelope.id.uuid(),
        subject: envelope.subject.name().to_owned(),
        aggregate_id: envelope.aggregate_id,
        version: Version(envelope.version),
        state: Text(State::Handled),
        attempts: 0,
        next_try_at: None,
        reason: None,
        envelope: None,
        received_at: Millis(now),
    }
}

/// Handles those events that are not in the inbox yet, and records the outcome of each in its row.
pub(super) async fn handle_all(
    subscriptions: &Subscriptions,
    tx: &Tx,
    envelopes: Vec<Arc<Envelope>>,
) -> Result<(), Error> {
    let envelopes = without_known(tx, envelopes).await?;
    let rows = envelopes.iter().map(|envelope| row_of(envelope, tx.now())).collect();
    insert_all::<row::Entity>(tx, rows, None).await?;
    if let [one] = &envelopes[..] {
        return handle(subscriptions, tx, row_of(one, tx.now()), one).await;
    }
    match try_handle(subscriptions, tx, envelopes.clone()).await {
        Ok(()) => settle_older(tx, &envelopes).await,
        Err(error) => {
            tracing::debug!(%error, "events are handled one by one");
            for envelope in &envelopes {
                handle(
                    subscriptions,
                    &tx.caused_by(Cause::from(envelope.as_ref())),
                    row_of(envelope, tx.now()),
                    envelope,
                )
                .await?;
            }
            Ok(())
        }
    }
}

/// The events of a delivery that were not delivered before.
async fn without_known(tx: &Tx, envelopes: Vec<Arc<Envelope>>) -> Result<Vec<Arc<Envelope>>, Error> {
    let ids = envelopes.iter().map(|envelope| envelope.id.uuid());
    let known = row::Entity::find().select_only().column(row::Column::Id).filter(row::Column::Id.is_in(ids));
    let mut known: HashSet<Uuid> = known.into_tuple::<Uuid>().all(tx.db()).await?.into_iter().collect();
    Ok(envelopes.into_iter().filter(|envelope| known.insert(envelope.id.uuid())).collect())
}

/// Runs the handlers of these events in a savepoint. A panic rolls back to it like any other failure.
async fn try_handle(subscriptions: &Subscriptions, tx: &Tx, envelopes: Vec<Arc<Envelope>>) -> Result<(), Error> {
    let subscriptions = subscriptions.clone();
    tx.savepoint(move |inner| {
        Box::pin(async move { tasks::catch_panic(handle_newest(&subscriptions, inner, &envelopes)).await })
    })
    .await
}

/// Runs the service's handler and records the outcome in the event's row.
pub(super) async fn handle(
    subscriptions: &Subscriptions,
    tx: &Tx,
    row: row::Model,
    envelope: &Arc<Envelope>,
) -> Result<(), Error> {
    let result = try_handle(subscriptions, tx, vec![envelope.clone()]).await;
    let mut after = row.clone();
    (after.aggregate_id, after.version) = (envelope.aggregate_id, Version(envelope.version));
    match result {
        Ok(()) => {
            (after.state, after.next_try_at, after.envelope) = (Text(State::Handled), None, None);
            settle_older(tx, std::slice::from_ref(envelope)).await?;
        }
        Err(error) => {
            schedule_retry(tx.now(), &mut after, envelope, error)?;
            tx.has_postponed();
        }
    }
    if after != row {
        after.into_active_model().reset_all().update(tx.db()).await?;
    }
    Ok(())
}

/// Runs the handlers with the newest version of each aggregate, unless one as new was handled before. The versions are recorded
/// in the handlers' savepoint, so that a failed attempt leaves no trace.
async fn handle_newest(subscriptions: &Subscriptions, tx: &Tx, envelopes: &[Arc<Envelope>]) -> Result<(), Error> {
    let newest = newest_versions(envelopes);
    let handled = handled_versions(tx, envelopes).await?;
    let is_new = |envelope: &Arc<Envelope>| {
        let aggregate = aggregate_of(envelope);
        newest[&aggregate] == envelope.version
            && handled.get(&aggregate).is_none_or(|handled| *handled < envelope.version)
    };
    let new: Vec<_> = envelopes.iter().filter(|envelope| is_new(envelope)).cloned().collect();
    let rows = new.iter().map(|envelope| newest_version::Model {
        subject: envelope.subject.name().to_owned(),
        aggregate_id: envelope.aggregate_id,
        version: Version(envelope.version),
    });
    let replace = OnConflict::columns([newest_version::Column::Subject, newest_version::Column::AggregateId])
        .update_column(newest_version::Column::Version)
        .to_owned();
    insert_all::<newest_version::Entity>(tx, rows.collect(), Some(replace)).await?;
    subscriptions.handle(tx, &new).await
}

/// The newest of these versions of each aggregate.
fn newest_versions(envelopes: &[Arc<Envelope>]) -> HashMap<(&str, Uuid), u64> {
    let mut newest = HashMap::new();
    for envelope in envelopes {
        let version = newest.entry(aggregate_of(envelope)).or_insert(envelope.version);
        *version = (*version).max(envelope.version);
    }
    newest
}

fn aggregate_of(envelope: &Envelope) -> (&'static str, Uuid) {
    (envelope.subject.name(), envelope.aggregate_id)
}

/// The newest handled versions of the aggregates of these events.
async fn handled_versions(tx: &Tx, envelopes: &[Arc<Envelope>]) -> Result<HashMap<(&'static str, Uuid), u64>, Error> {
    use newest_version::{Column, Entity};
    let subjects: HashSet<_> = envelopes.iter().map(|envelope| envelope.subject).collect();
    let mut handled = HashMap::new();
    for subject in subjects.into_iter().map(Subject::name) {
        let of_subject = envelopes.iter().filter(|envelope| envelope.subject.name() == subject);
        let rows = Entity::find()
            .filter(Column::Subject.eq(subject))
            .filter(Column::AggregateId.is_in(of_subject.map(|envelope| envelope.aggregate_id)));
        for row in rows.all(tx.db()).await? {
            handled.insert((subject, row.aggregate_id), row.version.0);
        }
    }
    Ok(handled)
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

/// Marks pending older versions of the aggregates as handled: the events that were just handled carry the whole state.
async fn settle_older(tx: &Tx, envelopes: &[Arc<Envelope>]) -> Result<(), Error> {
    let newest = newest_versions(envelopes);
    let pending = row::Entity::find()
        .filter(row::Column::NextTryAt.is_not_null())
        .filter(row::Column::AggregateId.is_in(envelopes.iter().map(|envelope| envelope.aggregate_id)));
    let is_older = |row: &row::Model| {
        newest.get(&(row.subject.as_str(), row.aggregate_id)).is_some_and(|version| row.version.0 < *version)
    };
    let older: Vec<Uuid> = pending.all(tx.db()).await?.iter().filter(|row| is_older(row)).map(|row| row.id).collect();
    if older.is_empty() {
        return Ok(());
    }
    let settled = row::Entity::update_many()
        .col_expr(row::Column::State, Expr::value(Text(State::Handled)))
        .col_expr(row::Column::NextTryAt, Expr::value(Option::<i64>::None))
        .col_expr(row::Column::Envelope, Expr::value(Option::<String>::None))
        .filter(row::Column::Id.is_in(older));
    settled.exec(tx.db()).await.map(drop).map_err(Error::from)
}
