//! The current deadline of each order.

use crate::Error;
use crate::messaging::Delivery;
use crate::store::{Migration, Millis, Retention, Tx, Version, insert_all};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect, Set,
};
use shared::Instant;
use shared::orders::{OrderChanged, OrderState};
use std::collections::HashMap;
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

/// Stores the deadlines of the newest versions of orders.
pub async fn apply_orders(tx: &Tx, orders: Vec<Delivery<OrderChanged>>) -> Result<(), Error> {
    use deadlines::Column;
    let ids = orders.iter().map(|order| order.event.id.uuid());
    let before = deadlines::Entity::find().filter(Column::OrderId.is_in(ids)).all(tx.db()).await?;
    let before: HashMap<_, _> = before.into_iter().map(|row| (row.order_id, row)).collect();
    let row = |Delivery { event: order, .. }: Delivery<OrderChanged>| {
        let before = before.get(&order.id.uuid());
        let (held, deadline_at) = (order.state == OrderState::Held, Millis(order.expires_at));
        let already_published = before.is_some_and(|row| row.deadline_at == deadline_at && !row.waiting);
        deadlines::Model {
            order_id: order.id.uuid(),
            deadline_at,
            waiting: held && !already_published,
            next_try_at: deadline_at,
            published: before.map_or(Version(0), |row| row.published),
        }
    };
    let overwrite = OnConflict::column(Column::OrderId)
        .update_columns([Column::DeadlineAt, Column::Waiting, Column::NextTryAt])
        .to_owned();
    let rows = orders.into_iter().map(row).collect();
    Ok(insert_all::<deadlines::Entity>(tx, rows, Some(overwrite)).await.map(drop)?)
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

/// Stores that these deadlines are published, each as the next version.
pub async fn mark_published(tx: &Tx, deadlines: Vec<deadlines::Model>) -> Result<(), Error> {
    let published = deadlines::Entity::update_many()
        .col_expr(deadlines::Column::Waiting, Expr::value(false))
        .col_expr(deadlines::Column::Published, Expr::col(deadlines::Column::Published).add(1))
        .filter(deadlines::Column::OrderId.is_in(deadlines.into_iter().map(|deadline| deadline.order_id)));
    Ok(published.exec(tx.db()).await.map(drop)?)
}
