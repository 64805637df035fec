//! Out: events wait in the transaction's own database until the bus has them.

use super::Bus;
use crate::Error;
use crate::store::{Millis, Store, Text, Tx, Version};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    Set, sea_query::Expr,
};
use shared::{Envelope, Event, Instant};
use std::time::Duration;

/// How many events are published at once.
const BATCH: u64 = 100;
/// How many events are marked at once to be said again.
const AGAIN_AT_ONCE: i64 = 5_000;
/// How long published events are kept, to be published again after the bus lost them.
const RETENTION: Duration = Duration::from_secs(30 * 24 * 3600);

/// The rows.
pub mod row {
    use crate::store::{Millis, Text, Version};
    use sea_orm::entity::prelude::*;
    use shared::Subject;

    /// An event that was or will be published.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "outbox")]
    pub struct Model {
        /// The order in which the service said it.
        #[sea_orm(primary_key)]
        pub seq: i64,
        /// The event's id.
        pub id: Uuid,
        /// What it is about.
        pub subject: Text<Subject>,
        /// What it tells of.
        pub aggregate_id: Uuid,
        /// Which version of it.
        pub version: Version,
        /// When it was committed.
        pub occurred_at: Millis,
        /// The request that began it all.
        pub correlation_id: Uuid,
        /// What directly caused it.
        pub causation_id: Uuid,
        /// The shape of the body.
        pub schema: i64,
        /// The event.
        pub body: String,
        /// When the bus took it, if it has.
        pub published_at: Option<Millis>,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

impl Tx {
    /// Writes the event to the outbox: it is published if, and after, this write commits.
    ///
    /// # Errors
    /// If this version of the aggregate was published already: the version was not raised.
    pub async fn publish<E: Event>(&self, event: &E) -> Result<(), Error> {
        let row = row::ActiveModel {
            seq: sea_orm::NotSet,
            id: Set(self.new_id()),
            subject: Set(Text(E::SUBJECT)),
            aggregate_id: Set(event.aggregate()),
            version: Set(Version(event.version())),
            occurred_at: Set(Millis(self.now())),
            correlation_id: Set(self.cause().correlation_id),
            causation_id: Set(self.cause().causation_id),
            schema: Set(E::SCHEMA.into()),
            body: Set(serde_json::to_string(event)?),
            published_at: Set(None),
        };
        row.insert(self.db()).await.map(drop).map_err(Error::from)
    }
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

/// One step of the relay: publishes the next unsent events, and marks them. Says how many there were.
///
/// # Errors
/// If the bus or the database is away; nothing is lost, the step is simply done again.
pub async fn relay(store: &Store, bus: &dyn Bus) -> Result<usize, Error> {
    let unsent = row::Entity::find()
        .filter(row::Column::PublishedAt.is_null())
        .order_by_asc(row::Column::Seq)
        .limit(BATCH)
        .all(store.read())
        .await?;
    let sent: Vec<i64> = unsent.iter().map(|row| row.seq).collect();
    let envelopes = unsent.into_iter().map(decode).collect::<Result<Vec<_>, _>>()?;
    if envelopes.is_empty() {
        return Ok(0);
    }
    bus.publish(&envelopes).await?;
    let mark = store.write(store.root_cause(), move |tx| {
        Box::pin(async move {
            let marked = row::Entity::update_many()
                .col_expr(row::Column::PublishedAt, Expr::value(Millis(tx.now())))
                .filter(row::Column::Seq.is_in(sent));
            marked.exec(tx.db()).await.map(drop).map_err(Error::from)
        })
    });
    mark.await?;
    Ok(envelopes.len())
}

/// Whether an event waits to be published.
///
/// # Errors
/// If the database is away.
pub async fn has_unpublished(db: &impl ConnectionTrait) -> Result<bool, Error> {
    let waiting = row::Entity::find().filter(row::Column::PublishedAt.is_null());
    Ok(waiting.one(db).await?.is_some())
}

/// How many events wait to be published, and since when the oldest does.
///
/// # Errors
/// If the database is away.
pub async fn unpublished(db: &impl ConnectionTrait) -> Result<(u64, Option<Instant>), Error> {
    let waiting = row::Entity::find().filter(row::Column::PublishedAt.is_null());
    let oldest = waiting.clone().order_by_asc(row::Column::Seq).one(db).await?;
    Ok((waiting.count(db).await?, oldest.map(|row| row.occurred_at.0)))
}

/// Lets the relay say everything again that is still known: the bus lost it. Says how many events that are.
///
/// # Errors
/// If the database is away; what was marked until then is said again.
pub async fn republish(db: &impl ConnectionTrait) -> Result<u64, Error> {
    let newest = row::Entity::find().order_by_desc(row::Column::Seq).one(db).await?.map_or(0, |row| row.seq);
    let (mut from, mut count) = (0, 0);
    // In pieces: one statement for a month's events would take too long, and hold up whoever writes.
    while from <= newest {
        let marked = row::Entity::update_many()
            .col_expr(row::Column::PublishedAt, Expr::value(Option::<i64>::None))
            .filter(row::Column::Seq.between(from, from + AGAIN_AT_ONCE - 1))
            .filter(row::Column::PublishedAt.is_not_null());
        count += marked.exec(db).await?.rows_affected;
        from += AGAIN_AT_ONCE;
    }
    Ok(count)
}

/// Forgets events that were published long ago.
///
/// # Errors
/// If the database is away.
pub async fn prune(db: &impl ConnectionTrait, now: Instant) -> Result<(), Error> {
    let old = row::Column::PublishedAt.lt(Millis(now - RETENTION));
    row::Entity::delete_many().filter(old).exec(db).await.map(drop).map_err(Error::from)
}
