//! The tables of `orders`.

use super::rules::{self, OrderLifecycle, PaymentReplica, TicketReplica};
use crate::Error;
use crate::store::{Migration, Millis, Text, Tx, Version, insert_all};
use crate::telemetry::metrics::StateGauge;
use sea_orm::sea_query::{Alias, Expr, OnConflict, Query};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, Iterable, QueryFilter, QueryOrder, QuerySelect, Set,
};
use shared::orders::{MAX_TICKETS_PER_SHOW, OrderLine};
use shared::page::PAGE_SIZE;
use shared::payments::PaymentChanged;
use shared::tickets::TicketChanged;
use shared::{OrderId, PaymentId, Rejection, ShowId, TicketId, UserId};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

pub use lines::Model as LineRow;
pub use orders::Model as OrderRow;
pub use payment_replicas::Model as PaymentRow;

/// The unique index `lines_live` allows one live order per ticket: it decides every race for a ticket.
pub const MIGRATIONS: &[Migration] = &[
    Migration {
        name: "0001_orders",
        sql: "
        create table orders (
            id uuid primary key, buyer_id uuid not null, state text not null, reason text, total bigint not null,
            currency text not null, placed_at bigint not null, expires_at bigint not null, extended boolean not null,
            payment_id uuid, version bigint not null);
        create index orders_of_buyer on orders (buyer_id, id);
        create table lines (
            order_id uuid not null, ticket_id uuid not null, show_id uuid not null, price_version bigint not null,
            price bigint not null, snapshot text not null, live boolean not null, primary key (order_id, ticket_id));
        create unique index lines_live on lines (ticket_id) where live;
        create table allowances (
            buyer_id uuid not null, show_id uuid not null, taken bigint not null, primary key (buyer_id, show_id));
        create table ticket_replicas (
            ticket_id uuid primary key, version bigint not null, price_version bigint not null, order_id uuid,
            body text not null);
        create table payment_replicas (
            payment_id uuid primary key, order_id uuid not null, version bigint not null, state text not null);
        create index payment_replicas_of_order on payment_replicas (order_id, payment_id);",
    },
    Migration { name: "0002_held_orders", sql: "create index orders_held on orders (state) where state = 'held'" },
    Migration {
        name: "0003_captured_orders",
        sql: "alter table orders add column captured boolean not null default false",
    },
];

/// Held orders, by the index `orders_held`.
pub const STATE_GAUGE: StateGauge = StateGauge {
    name: "orders",
    states: &["held"],
    sql: "select state, count(*) as rows from orders where state = 'held' group by state",
};

pub mod orders {
    use crate::store::{Millis, Text, Version};
    use sea_orm::entity::prelude::*;
    use shared::Currency;
    use shared::orders::{EndReason, OrderState};

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "orders")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub buyer_id: Uuid,
        pub state: Text<OrderState>,
        pub reason: Option<Text<EndReason>>,
        pub total: i64,
        pub currency: Text<Currency>,
        pub placed_at: Millis,
        pub expires_at: Millis,
        pub extended: bool,
        pub payment_id: Option<Uuid>,
        pub captured: bool,
        pub version: Version,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// One row for each ticket of an order.
pub mod lines {
    use crate::store::Version;
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "lines")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub order_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub ticket_id: Uuid,
        pub show_id: Uuid,
        /// The ticket's price version when the order was placed: the hold is good only on that one.
        pub price_version: Version,
        pub price: i64,
        /// The ticket when the order was placed, as the buyer keeps seeing it: an `OrderLine` as JSON.
        pub snapshot: String,
        /// Whether the order is held or complete.
        pub live: bool,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// How many tickets of a show a buyer holds or owns.
mod allowances {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "allowances")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub buyer_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub show_id: Uuid,
        pub taken: i64,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

mod ticket_replicas {
    use crate::store::Version;
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "ticket_replicas")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub ticket_id: Uuid,
        /// This column and the next two repeat parts of `body` for the audit.
        pub version: Version,
        pub price_version: Version,
        pub order_id: Option<Uuid>,
        /// The newest `tickets.changed` of the ticket as JSON.
        pub body: String,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub mod payment_replicas {
    use crate::store::{Text, Version};
    use sea_orm::entity::prelude::*;
    use shared::payments::PaymentState;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "payment_replicas")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub payment_id: Uuid,
        pub order_id: Uuid,
        /// For the audit, which compares replicas with their originals.
        pub version: Version,
        pub state: Text<PaymentState>,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

impl OrderRow {
    pub fn lifecycle(&self) -> OrderLifecycle {
        OrderLifecycle {
            state: self.state.0,
            reason: self.reason.map(|reason| reason.0),
            expires_at: self.expires_at.0,
            extended: self.extended,
            payment_id: self.payment_id.map(PaymentId::new),
            captured: self.captured,
        }
    }

    pub fn set_lifecycle(&mut self, lifecycle: OrderLifecycle) {
        self.state = Text(lifecycle.state);
        self.reason = lifecycle.reason.map(Text);
        self.expires_at = Millis(lifecycle.expires_at);
        self.extended = lifecycle.extended;
        self.payment_id = lifecycle.payment_id.map(PaymentId::uuid);
        self.captured = lifecycle.captured;
    }
}

impl PaymentRow {
    pub fn replica(&self) -> PaymentReplica {
        PaymentReplica { id: self.payment_id.into(), state: self.state.0 }
    }
}

pub async fn order(db: &impl ConnectionTrait, id: OrderId) -> Result<OrderRow, Error> {
    orders::Entity::find_by_id(id.uuid()).one(db).await?.ok_or(Rejection::NotFound.into())
}

/// A buyer's orders, newest first, from `offset`; one more than a page, to see whether another page follows.
pub async fn orders_of_buyer(
    db: &impl ConnectionTrait,
    buyer: UserId,
    before: Option<OrderId>,
) -> Result<Vec<OrderRow>, Error> {
    let mut newest_first =
        orders::Entity::find().filter(orders::Column::BuyerId.eq(buyer.uuid())).order_by_desc(orders::Column::Id);
    if let Some(id) = before {
        newest_first = newest_first.filter(orders::Column::Id.lt(id.uuid()));
    }
    Ok(newest_first.limit(PAGE_SIZE + 1).all(db).await?)
}

pub async fn orders_by_id(db: &impl ConnectionTrait, ids: &[Uuid]) -> Result<Vec<OrderRow>, Error> {
    Ok(orders::Entity::find().filter(orders::Column::Id.is_in(ids.iter().copied())).all(db).await?)
}

/// The lines of held and complete orders that contain one of these tickets: at most one for each.
pub async fn live_lines(db: &impl ConnectionTrait, tickets: &[TicketId]) -> Result<Vec<LineRow>, Error> {
    let lines = lines::Entity::find()
        .filter(lines::Column::TicketId.is_in(tickets.iter().map(|id| id.uuid())))
        .filter(Expr::col(lines::Column::Live));
    Ok(lines.all(db).await?)
}

/// The held and complete orders that have one of these tickets.
pub async fn live_orders(db: &impl ConnectionTrait, tickets: &[TicketId]) -> Result<Vec<OrderRow>, Error> {
    let with_tickets = Query::select()
        .column(lines::Column::OrderId)
        .from(lines::Entity)
        .and_where(Expr::col(lines::Column::TicketId).is_in(tickets.iter().map(|id| id.uuid())))
        .and_where(Expr::col(lines::Column::Live))
        .to_owned();
    Ok(orders::Entity::find().filter(orders::Column::Id.in_subquery(with_tickets)).all(db).await?)
}

/// The lines of these orders, sorted by ticket id.
pub async fn lines_of_orders(db: &impl ConnectionTrait, orders: &[Uuid]) -> Result<Vec<LineRow>, Error> {
    let lines = lines::Entity::find().filter(lines::Column::OrderId.is_in(orders.iter().copied()));
    Ok(lines.order_by_asc(lines::Column::TicketId).all(db).await?)
}

/// The lines of these orders, each with the replica of its ticket.
pub async fn lines_with_tickets(
    db: &impl ConnectionTrait,
    orders: &[Uuid],
) -> Result<HashMap<Uuid, Vec<(LineRow, TicketReplica)>>, Error> {
    let lines = lines_of_orders(db, orders).await?;
    let ids: Vec<TicketId> = lines.iter().map(|line| line.ticket_id.into()).collect();
    let replicas = ticket_replicas(db, &ids).await?;
    let replicas: HashMap<_, _> = replicas.into_iter().map(|replica| (replica.ticket.id.uuid(), replica)).collect();
    let mut of_orders: HashMap<_, Vec<_>> = HashMap::new();
    for line in lines {
        // Every line has a replica, since an order is placed on replicas. A ticket may be in orders that are over, too.
        let replica = replicas.get(&line.ticket_id).cloned();
        let replica = replica.ok_or_else(|| Error::failed("an order's ticket has no replica"))?;
        of_orders.entry(line.order_id).or_default().push((line, replica));
    }
    Ok(of_orders)
}

pub async fn insert_order(tx: &Tx, order: OrderRow) -> Result<(), Error> {
    Ok(insert_all::<orders::Entity>(tx, vec![order], None).await.map(drop)?)
}

/// Inserts live lines. The unique index `lines_live` rejects them if another order has one of the tickets.
pub async fn insert_lines(tx: &Tx, order: OrderId, replicas: &[TicketReplica]) -> Result<Vec<LineRow>, Error> {
    let line = |replica: &TicketReplica| {
        let ticket = &replica.ticket;
        let (show, seat) = (ticket.show.clone(), ticket.seat.clone());
        let snapshot = OrderLine { ticket_id: ticket.id, show, seat, price: ticket.price, issued: ticket.issued };
        Ok(LineRow {
            order_id: order.uuid(),
            ticket_id: ticket.id.uuid(),
            show_id: ticket.show.id.uuid(),
            price_version: Version(replica.price_version),
            price: ticket.price.minor,
            snapshot: serde_json::to_string(&snapshot)?,
            live: true,
        })
    };
    let rows = replicas.iter().map(line).collect::<Result<Vec<_>, Error>>()?;
    match insert_all::<lines::Entity>(tx, rows.clone(), None).await {
        Ok(_) => Ok(rows),
        Err(error) if Error::is_duplicate(&error) => Err(rules::taken(replicas).into()),
        Err(error) => Err(error.into()),
    }
}

/// Stores orders as the versions that follow the stored ones.
///
/// # Errors
/// [`Error::Conflict`] if another transaction changed an order since it was read.
pub async fn update_orders(tx: &Tx, orders: &[OrderRow]) -> Result<(), Error> {
    let excluded = Expr::col((Alias::new("excluded"), orders::Column::Version));
    let overwrite = OnConflict::column(orders::Column::Id)
        .update_columns(orders::Column::iter().filter(|column| !matches!(column, orders::Column::Id)))
        .action_and_where(Expr::col((orders::Entity, orders::Column::Version)).eq(excluded.sub(1)))
        .to_owned();
    let updated = insert_all::<orders::Entity>(tx, orders.to_vec(), Some(overwrite)).await?;
    if updated == orders.len() as u64 { Ok(()) } else { Err(Error::Conflict) }
}

/// Ends the lines of an order that is over, so that others can order the tickets and the buyer can order more.
pub async fn release_lines(tx: &Tx, order: &OrderRow, lines: &[(LineRow, TicketReplica)]) -> Result<(), Error> {
    let mut tickets_of_shows: BTreeMap<Uuid, i64> = BTreeMap::new();
    for (line, _) in lines {
        *tickets_of_shows.entry(line.show_id).or_default() += 1;
    }
    for (show, tickets) in tickets_of_shows {
        return_allowance(tx, order.buyer_id, show, tickets).await?;
    }
    let release = lines::Entity::update_many()
        .col_expr(lines::Column::Live, Expr::value(false))
        .filter(lines::Column::OrderId.eq(order.id));
    Ok(release.exec(tx.db()).await.map(drop)?)
}

/// Counts tickets against [`MAX_TICKETS_PER_SHOW`], in one conditional upsert: two concurrent orders that counted lines
/// instead could exceed the limit together.
pub async fn take_allowance(tx: &Tx, buyer: UserId, show: ShowId, tickets: usize) -> Result<(), Error> {
    let too_many = Rejection::TooManyTickets { most: MAX_TICKETS_PER_SHOW };
    let limit = i64::from(MAX_TICKETS_PER_SHOW);
    let tickets = i64::try_from(tickets).unwrap_or(i64::MAX);
    if tickets > limit {
        return Err(too_many.into());
    }
    let first_order =
        allowances::ActiveModel { buyer_id: Set(buyer.uuid()), show_id: Set(show.uuid()), taken: Set(tickets) };
    let taken = Expr::col((allowances::Entity, allowances::Column::Taken));
    let add_within_limit = OnConflict::columns([allowances::Column::BuyerId, allowances::Column::ShowId])
        .value(allowances::Column::Taken, taken.clone().add(tickets))
        .action_and_where(taken.lte(limit - tickets))
        .to_owned();
    let upsert = allowances::Entity::insert(first_order).on_conflict(add_within_limit);
    if upsert.exec_without_returning(tx.db()).await? == 1 { Ok(()) } else { Err(too_many.into()) }
}

async fn return_allowance(tx: &Tx, buyer: Uuid, show: Uuid, tickets: i64) -> Result<(), Error> {
    let fewer = allowances::Entity::update_many()
        .col_expr(allowances::Column::Taken, Expr::col(allowances::Column::Taken).sub(tickets))
        .filter(allowances::Column::BuyerId.eq(buyer))
        .filter(allowances::Column::ShowId.eq(show));
    fewer.exec(tx.db()).await?;
    let unused = allowances::Entity::delete_many()
        .filter(allowances::Column::BuyerId.eq(buyer))
        .filter(allowances::Column::ShowId.eq(show))
        .filter(allowances::Column::Taken.lte(0));
    Ok(unused.exec(tx.db()).await.map(drop)?)
}

/// The replicas of these tickets, sorted by ticket id; a ticket that was not replicated yet is missing.
pub async fn ticket_replicas(db: &impl ConnectionTrait, tickets: &[TicketId]) -> Result<Vec<TicketReplica>, Error> {
    let ids = tickets.iter().map(|id| id.uuid());
    let replicas = ticket_replicas::Entity::find().filter(ticket_replicas::Column::TicketId.is_in(ids));
    let rows = replicas.order_by_asc(ticket_replicas::Column::TicketId).all(db).await?;
    rows.iter().map(|row| Ok(serde_json::from_str(&row.body)?)).collect()
}

/// The payments of these orders, oldest first.
pub async fn payments_of_orders(db: &impl ConnectionTrait, orders: &[Uuid]) -> Result<Vec<PaymentRow>, Error> {
    let payments =
        payment_replicas::Entity::find().filter(payment_replicas::Column::OrderId.is_in(orders.iter().copied()));
    Ok(payments.order_by_asc(payment_replicas::Column::PaymentId).all(db).await?)
}

/// Overwrites the replicas of tickets. The inbox delivers no outdated version, here and in [`apply_payments`].
pub async fn apply_tickets(tx: &Tx, events: impl IntoIterator<Item = &TicketChanged>) -> Result<(), Error> {
    use ticket_replicas::Column;
    let row = |event: &TicketChanged| {
        Ok(ticket_replicas::Model {
            ticket_id: event.ticket.id.uuid(),
            version: Version(event.ticket.version),
            price_version: Version(event.price_version),
            order_id: event.order_id.map(OrderId::uuid),
            body: serde_json::to_string(event)?,
        })
    };
    let rows = events.into_iter().map(row).collect::<Result<_, Error>>()?;
    let overwrite = OnConflict::column(Column::TicketId)
        .update_columns([Column::Version, Column::PriceVersion, Column::OrderId, Column::Body])
        .to_owned();
    Ok(insert_all::<ticket_replicas::Entity>(tx, rows, Some(overwrite)).await.map(drop)?)
}

pub async fn apply_payments(tx: &Tx, events: impl IntoIterator<Item = &PaymentChanged>) -> Result<(), Error> {
    use payment_replicas::Column;
    let row = |event: &PaymentChanged| PaymentRow {
        payment_id: event.id.uuid(),
        order_id: event.order_id.uuid(),
        version: Version(event.version),
        state: Text(event.state),
    };
    let overwrite = OnConflict::column(Column::PaymentId).update_columns([Column::Version, Column::State]).to_owned();
    let rows = events.into_iter().map(row).collect();
    Ok(insert_all::<payment_replicas::Entity>(tx, rows, Some(overwrite)).await.map(drop)?)
}
