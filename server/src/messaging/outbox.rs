//! The outbox: events wait in the database of the transaction that they describe until the bus has accepted them.

use super::{Bus, Deferred};
use crate::store::{Millis, Store, Text, Tx, Version};
use crate::tasks::sleep;
use crate::{Cause, Error};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set, Statement,
    sea_query::{Expr, OnConflict},
};
use serde_json::Value;
use shared::{Envelope, Event, Instant, Service};
use std::sync::Arc;
use std::time::Duration;

/// How many events one step of the relay publishes.
const BATCH: u64 = 256;
/// How many events one statement inserts: see `store::rows`.
const MAX_INSERT: usize = 1_000;
/// How many events are published once more in a step, and the pause after it: at most 500 a second of each service, so that the
/// subscribers, who recognise them, have time for new events. A new event waits for one pause at most.
const REPLAY_BATCH: u64 = 20;
const REPLAY_PAUSE: Duration = Duration::from_millis(40);
/// How many rows one statement marks for republishing: one statement for a month of events would block every writer.
const REPUBLISH_BATCH: i64 = 5_000;
/// How long the bus may take to accept events again for one service.
const REDELIVERY_TIMEOUT: Duration = Duration::from_secs(10);

pub mod row {
    use crate::store::{Millis, Text, Version};
    use sea_orm::entity::prelude::*;
    use shared::Subject;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "outbox")]
    pub struct Model {
        /// The order in which the service publishes.
        #[sea_orm(primary_key)]
        pub seq: i64,
        pub id: Uuid,
        pub subject: Text<Subject>,
        pub aggregate_id: Uuid,
        pub version: Version,
        pub occurred_at: Millis,
        pub correlation_id: Uuid,
        pub causation_id: Uuid,
        /// The schema version of the body.
        pub schema: i64,
        pub body: String,
        /// `None` until the bus has accepted it.
        pub published_at: Option<Millis>,
        /// It waits to be published once more.
        pub replay: bool,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// Which events a service has not stored yet although they are published: its database was away.
pub mod deferred {
    use crate::store::Text;
    use sea_orm::entity::prelude::*;
    use shared::Service;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "outbox_deferred")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub service: Text<Service>,
        /// The event's row in the outbox.
        #[sea_orm(primary_key, auto_increment = false)]
        pub seq: i64,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

impl Tx {
    /// Writes the event to the outbox: it is published if, and after, this write commits.
    ///
    /// # Errors
    /// If this version of the aggregate was published already: the version was not raised.
    pub async fn publish<E: Event>(&self, event: &E) -> Result<(), Error> {
        self.publish_all(std::iter::once((self.cause(), event))).await
    }

    /// The same for many events, each with its cause.
    ///
    /// # Errors
    /// As [`Tx::publish`].
    pub async fn publish_all<'a, E: Event + 'a>(
        &self,
        events: impl IntoIterator<Item = (Cause, &'a E)>,
    ) -> Result<(), Error> {
        let rows =
            events.into_iter().map(|(cause, event)| self.outbox_row(cause, event)).collect::<Result<Vec<_>, _>>()?;
        for rows in rows.chunks(MAX_INSERT) {
            row::Entity::insert_many(rows.iter().cloned()).exec_without_returning(self.db()).await?;
            self.has_published();
        }
        Ok(())
    }

    fn outbox_row<E: Event>(&self, cause: Cause, event: &E) -> Result<row::ActiveModel, Error> {
        Ok(row::ActiveModel {
            seq: sea_orm::NotSet,
            id: Set(self.new_id()),
            subject: Set(Text(E::SUBJECT)),
            aggregate_id: Set(event.aggregate()),
            version: Set(Version(event.version())),
            occurred_at: Set(Millis(self.now())),
            correlation_id: Set(cause.correlation_id),
            causation_id: Set(cause.causation_id),
            schema: Set(E::SCHEMA.into()),
            body: Set(serde_json::to_string(event)?),
            published_at: Set(None),
            replay: Set(false),
        })
    }
}

fn decode_all(rows: Vec<row::Model>) -> Result<Vec<Arc<Envelope>>, Error> {
    rows.into_iter().map(|row| decode(row).map(Arc::new)).collect()
}

fn decode(row: row::Model) -> Result<Envelope, Error> {
    Ok(Envelope {
        id: row.id.into(),
        subject: row.subject.0,
        aggregate_id: row.aggregate_id,
        version: row.version.0,
        occurred_at: row.occurred_at.0,
        correlation_id: row.correlation_id,
        causation_id: row.causation_id,
        schema: u16::try_from(row.schema).map_err(Error::failed)?,
        body: serde_json::from_str(&row.body)?,
    })
}

/// One step of the relay: publishes the next unpublished events and marks them. If there are none, it publishes some of those
/// that wait to be published once more. Returns the number of events published.
///
/// # Errors
/// If the bus or the database is away. Nothing is lost: the step runs again.
pub async fn relay(store: &Store, bus: &dyn Bus) -> Result<usize, Error> {
    let ordered = row::Entity::find().order_by_asc(row::Column::Seq);
    let unpublished = ordered.clone().filter(row::Column::PublishedAt.is_null()).limit(BATCH);
    let published = publish(store, bus, unpublished.all(store.read()).await?).await?;
    if published > 0 {
        return Ok(published);
    }
    let again = ordered.filter(Expr::col(row::Column::Replay)).limit(REPLAY_BATCH);
    let published = publish(store, bus, again.all(store.read()).await?).await?;
    if published > 0 {
        sleep(REPLAY_PAUSE).await;
    }
    Ok(published)
}

/// Publishes the events of these rows and marks them. Returns their number.
async fn publish(store: &Store, bus: &dyn Bus, rows: Vec<row::Model>) -> Result<usize, Error> {
    if rows.is_empty() {
        return Ok(0);
    }
    let published: Vec<i64> = rows.iter().map(|row| row.seq).collect();
    let again = rows.iter().all(|row| row.published_at.is_some());
    let envelopes = decode_all(rows)?;
    let deferred = deferred_rows(&envelopes, &published, bus.publish(&envelopes).await?);
    let mark = store.write(store.root_cause(), move |tx| {
        Box::pin(async move {
            if !deferred.is_empty() {
                let known =
                    OnConflict::columns([deferred::Column::Service, deferred::Column::Seq]).do_nothing().to_owned();
                let insert = deferred::Entity::insert_many(deferred).on_conflict(known);
                insert.exec_without_returning(tx.db()).await?;
            }
            let mut marked = row::Entity::update_many()
                .col_expr(row::Column::PublishedAt, Expr::value(Millis(tx.now())))
                .col_expr(row::Column::Replay, Expr::value(false))
                .filter(row::Column::Seq.is_in(published));
            if !again {
                // Another process of the service may have published them at the same time, and counts them.
                marked = marked.filter(row::Column::PublishedAt.is_null());
            }
            Ok(marked.exec(tx.db()).await?.rows_affected)
        })
    });
    let marked = usize::try_from(mark.await?).unwrap_or(usize::MAX);
    if !again {
        count_published(envelopes.iter().take(marked).map(AsRef::as_ref));
    }
    Ok(envelopes.len())
}

/// Counts what has happened, each change once: no table is counted for it. The states are this program's own, so there are few.
fn count_published<'a>(envelopes: impl Iterator<Item = &'a Envelope>) {
    for Envelope { subject, body, .. } in envelopes {
        let state = body.get("state").or_else(|| body.get("ticket")?.get("state")).and_then(Value::as_str);
        let state = state.unwrap_or_default().to_owned();
        metrics::counter!("events_published_total", "subject" => subject.name(), "state" => state).increment(1);
    }
}

fn deferred_rows(envelopes: &[Arc<Envelope>], seqs: &[i64], deferred: Vec<Deferred>) -> Vec<deferred::ActiveModel> {
    let row = |Deferred { service, event }| {
        let position = envelopes.iter().position(|envelope| envelope.id == event)?;
        Some(deferred::ActiveModel { service: Set(Text(service)), seq: Set(seqs[position]) })
    };
    deferred.into_iter().filter_map(row).collect()
}

/// Delivers the next events that a service could not store when they were published. Returns their number.
///
/// # Errors
/// If the service is still away, or the database is. Nothing is lost: the step runs again.
pub async fn redeliver(store: &Store, bus: &dyn Bus, service: Service) -> Result<usize, Error> {
    let waiting = deferred::Entity::find()
        .filter(deferred::Column::Service.eq(Text(service)))
        .order_by_asc(deferred::Column::Seq)
        .limit(BATCH)
        .all(store.read())
        .await?;
    let seqs: Vec<i64> = waiting.iter().map(|row| row.seq).collect();
    if seqs.is_empty() {
        return Ok(0);
    }
    let rows = row::Entity::find().filter(row::Column::Seq.is_in(seqs.clone())).order_by_asc(row::Column::Seq);
    let envelopes = decode_all(rows.all(store.read()).await?)?;
    let redelivery = tokio::time::timeout(REDELIVERY_TIMEOUT, bus.redeliver(service, &envelopes));
    redelivery.await.unwrap_or(Err(Error::Unavailable(service.name())))?;
    let (count, delivered) = (seqs.len(), seqs);
    let forget = store.write(store.root_cause(), move |tx| {
        Box::pin(async move {
            let delivered = deferred::Entity::delete_many()
                .filter(deferred::Column::Service.eq(Text(service)))
                .filter(deferred::Column::Seq.is_in(delivered));
            delivered.exec(tx.db()).await.map(drop).map_err(Error::from)
        })
    });
    forget.await?;
    Ok(count)
}

/// Reads the part of the primary key's index that belongs to the service.
#[must_use]
pub fn count_deferred_sql(service: Service) -> String {
    format!("select count(*) as rows from outbox_deferred where service = '{service}'")
}

/// How many published events this service has not stored yet.
///
/// # Errors
/// If the database is away.
pub async fn count_deferred(db: &impl ConnectionTrait, service: Service) -> Result<u64, Error> {
    let count = Statement::from_string(db.get_database_backend(), count_deferred_sql(service));
    let row = db.query_one_raw(count).await?.ok_or_else(|| Error::failed("the database counts nothing"))?;
    Ok(row.try_get::<i64>("", "rows")?.unsigned_abs())
}

/// Whether an event is not published yet, waits to be published once more, or a service has not stored it.
///
/// # Errors
/// If the database is away.
pub async fn has_unpublished(db: &impl ConnectionTrait) -> Result<bool, Error> {
    let waiting = Condition::any().add(row::Column::PublishedAt.is_null()).add(Expr::col(row::Column::Replay));
    let unpublished = row::Entity::find().filter(waiting);
    Ok(unpublished.one(db).await?.is_some() || deferred::Entity::find().one(db).await?.is_some())
}

/// Reads the index `outbox_unpublished` alone, and the row of the oldest event.
pub const COUNT_UNPUBLISHED: &str = "select count(*) as rows, (
    select occurred_at from outbox where published_at is null order by seq limit 1) as oldest
    from outbox where published_at is null";

/// How many events are not published yet, and when the oldest of them occurred.
///
/// # Errors
/// If the database is away.
pub async fn unpublished(db: &impl ConnectionTrait) -> Result<(u64, Option<Instant>), Error> {
    let count = Statement::from_string(db.get_database_backend(), COUNT_UNPUBLISHED);
    let row = db.query_one_raw(count).await?.ok_or_else(|| Error::failed("the database counts nothing"))?;
    let (rows, oldest): (i64, Option<i64>) = (row.try_get("", "rows")?, row.try_get("", "oldest")?);
    Ok((rows.unsigned_abs(), oldest.map(Instant::from_millis)))
}

/// Marks every published event that is still kept, so that it is published once more after the bus lost it. Returns their
/// number.
///
/// # Errors
/// If the database is away; what was marked until then is published again.
pub async fn republish(db: &impl ConnectionTrait) -> Result<u64, Error> {
    let newest = row::Entity::find().order_by_desc(row::Column::Seq).one(db).await?.map_or(0, |row| row.seq);
    let (mut from, mut count) = (0, 0);
    while from <= newest {
        let marked = row::Entity::update_many()
            .col_expr(row::Column::Replay, Expr::value(true))
            .filter(row::Column::Seq.between(from, from + REPUBLISH_BATCH - 1))
            .filter(row::Column::PublishedAt.is_not_null());
        count += marked.exec(db).await?.rows_affected;
        from += REPUBLISH_BATCH;
    }
    Ok(count)
}
