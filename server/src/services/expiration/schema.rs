//! What `expiration` remembers: each order's current deadline.

use crate::Error;
use crate::store::{Migration, Tx};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
    Set,
};
use shared::Instant;
use shared::orders::{OrderChanged, OrderState};

/// How many deadlines are published in one commit.
const BATCH: u64 = 100;

/// The tables, step by step.
pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "0001_deadlines",
    sql: "
        create table deadlines (
            order_id uuid primary key, order_version bigint not null, deadline_at bigint not null,
            waiting boolean not null, published bigint not null);
        create index deadlines_waiting on deadlines (deadline_at) where waiting;",
}];

/// The deadline of an order.
pub mod deadlines {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "deadlines")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub order_id: Uuid,
        /// The order's version that this is from.
        pub order_version: i64,
        pub deadline_at: i64,
        /// Whether this deadline is still to be published.
        pub waiting: bool,
        /// How many deadlines of this order were published.
        pub published: i64,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub async fn apply_order(tx: &Tx, order: &OrderChanged) -> Result<(), Error> {
    let before = deadlines::Entity::find_by_id(order.id.uuid()).one(tx.db()).await?;
    let version = order.version.cast_signed();
    if before.as_ref().is_some_and(|row| row.order_version >= version) {
        return Ok(());
    }
    let held = order.state == OrderState::Held;
    let deadline_at = order.expires_at.millis();
    let already_published = before.as_ref().is_some_and(|row| row.deadline_at == deadline_at && !row.waiting);
    let row = deadlines::Model {
        order_id: order.id.uuid(),
        order_version: version,
        deadline_at,
        waiting: held && !already_published,
        published: before.as_ref().map_or(0, |row| row.published),
    };
    match before {
        Some(_) => row.into_active_model().reset_all().update(tx.db()).await?,
        None => row.into_active_model().reset_all().insert(tx.db()).await?,
    };
    Ok(())
}

/// The soonest deadline that is still to be published.
pub async fn next(db: &impl ConnectionTrait) -> Result<Option<Instant>, Error> {
    let soonest = deadlines::Entity::find()
        .filter(deadlines::Column::Waiting.eq(true))
        .order_by_asc(deadlines::Column::DeadlineAt);
    Ok(soonest.one(db).await?.map(|row| Instant::from_millis(row.deadline_at)))
}

pub async fn passed(db: &impl ConnectionTrait, now: Instant) -> Result<Vec<deadlines::Model>, Error> {
    let passed = deadlines::Entity::find()
        .filter(deadlines::Column::Waiting.eq(true))
        .filter(deadlines::Column::DeadlineAt.lte(now.millis()))
        .order_by_asc(deadlines::Column::DeadlineAt)
        .limit(BATCH);
    Ok(passed.all(db).await?)
}

pub async fn mark_published(tx: &Tx, deadline: deadlines::Model, published: i64) -> Result<(), Error> {
    let mut row = deadline.into_active_model();
    (row.waiting, row.published) = (Set(false), Set(published));
    Ok(row.update(tx.db()).await.map(drop)?)
}
