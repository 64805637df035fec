//! The current deadline of each order.

use crate::Error;
use crate::store::{Migration, Millis, Retention, Tx, Version};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
    Set,
};
use shared::Instant;
use shared::orders::{OrderChanged, OrderState};
use std::time::Duration;

/// How many deadlines are published in one commit.
const BATCH: u64 = 100;
/// The delay before a deadline is tried again that could not be published.
const RETRY_DELAY: Duration = Duration::from_secs(10);

pub const MIGRATIONS: &[Migration] = &[
    Migration {
        name: "0001_deadlines",
        sql: "
        create table deadlines (
            order_id uuid primary key, deadline_at bigint not null, waiting boolean not null, published bigint not null);
        create index deadlines_waiting on deadlines (deadline_at) where waiting;",
    },
    Migration {
        name: "0002_next_try",
        sql: "
        alter table deadlines add column next_try_at bigint not null default 0;
        update deadlines set next_try_at = deadline_at;
        drop index deadlines_waiting;
        create index deadlines_waiting on deadlines (next_try_at) where waiting;
        create index deadlines_over on deadlines (deadline_at) where not waiting;",
    },
];

/// A deadline that is not waited for belongs to an order that is over or complete, which gets no other one.
pub const RETENTIONS: &[Retention] = &[Retention {
    table: "deadlines",
    key: "order_id",
    is_over: "not waiting",
    since: "deadline_at",
    life: Duration::from_secs(30 * 24 * 3600),
}];

pub mod deadlines {
    use crate::store::{Millis, Version};
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "deadlines")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub order_id: Uuid,
        pub deadline_at: Millis,
        /// Whether this deadline is still to be published.
        pub waiting: bool,
        /// The deadline, or later if publishing it failed.
        pub next_try_at: Millis,
        /// How many deadlines of this order were published: the version of the next event is one more.
        pub published: Version,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// Stores the deadline of the newest version of an order.
pub async fn apply_order(tx: &Tx, order: OrderChanged) -> Result<(), Error> {
    let before = deadlines::Entity::find_by_id(order.id.uuid()).one(tx.db()).await?;
    let held = order.state == OrderState::Held;
    let deadline_at = Millis(order.expires_at);
    let already_published = before.as_ref().is_some_and(|row| row.deadline_at == deadline_at && !row.waiting);
    let row = deadlines::Model {
        order_id: order.id.uuid(),
        deadline_at,
        waiting: held && !already_published,
        next_try_at: deadline_at,
        published: before.as_ref().map_or(Version(0), |row| row.published),
    };
    if before.is_some() {
        row.into_active_model().reset_all().update(tx.db()).await?;
    } else {
        row.into_active_model().reset_all().insert(tx.db()).await?;
    }
    Ok(())
}

/// The soonest deadline that is still to be published.
pub async fn next_deadline(db: &impl ConnectionTrait) -> Result<Option<Instant>, Error> {
    let soonest = deadlines::Entity::find()
        .filter(deadlines::Column::Waiting.eq(true))
        .order_by_asc(deadlines::Column::NextTryAt);
    Ok(soonest.one(db).await?.map(|row| row.next_try_at.0))
}

/// Deadlines that have passed and were not published yet, soonest first.
pub async fn passed(db: &impl ConnectionTrait, now: Instant) -> Result<Vec<deadlines::Model>, Error> {
    let passed = deadlines::Entity::find()
        .filter(deadlines::Column::Waiting.eq(true))
        .filter(deadlines::Column::NextTryAt.lte(Millis(now)))
        .order_by_asc(deadlines::Column::NextTryAt)
        .limit(BATCH);
    Ok(passed.all(db).await?)
}

/// A deadline that cannot be published must not keep the others from being published.
pub async fn postpone(tx: &Tx, deadline: deadlines::Model) -> Result<(), Error> {
    let mut row = deadline.into_active_model();
    row.next_try_at = Set(Millis(tx.now() + RETRY_DELAY));
    Ok(row.update(tx.db()).await.map(drop)?)
}

pub async fn mark_published(tx: &Tx, deadline: deadlines::Model, version: Version) -> Result<(), Error> {
    let mut row = deadline.into_active_model();
    (row.waiting, row.published) = (Set(false), Set(version));
    Ok(row.update(tx.db()).await.map(drop)?)
}
