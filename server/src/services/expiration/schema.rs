//! The current deadline of each order.

use crate::Error;
use crate::store::{Migration, Millis, Tx, Version};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
    Set,
};
use shared::Instant;
use shared::orders::{OrderChanged, OrderState};

/// How many deadlines are published in one commit.
const BATCH: u64 = 100;

pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "0001_deadlines",
    sql: "
        create table deadlines (
            order_id uuid primary key, deadline_at bigint not null, waiting boolean not null, published bigint not null);
        create index deadlines_waiting on deadlines (deadline_at) where waiting;",
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
        .order_by_asc(deadlines::Column::DeadlineAt);
    Ok(soonest.one(db).await?.map(|row| row.deadline_at.0))
}

/// Deadlines that have passed and were not published yet, soonest first.
pub async fn passed(db: &impl ConnectionTrait, now: Instant) -> Result<Vec<deadlines::Model>, Error> {
    let passed = deadlines::Entity::find()
        .filter(deadlines::Column::Waiting.eq(true))
        .filter(deadlines::Column::DeadlineAt.lte(Millis(now)))
        .order_by_asc(deadlines::Column::DeadlineAt)
        .limit(BATCH);
    Ok(passed.all(db).await?)
}

pub async fn mark_published(tx: &Tx, deadline: deadlines::Model, version: Version) -> Result<(), Error> {
    let mut row = deadline.into_active_model();
    (row.waiting, row.published) = (Set(false), Set(version));
    Ok(row.update(tx.db()).await.map(drop)?)
}
