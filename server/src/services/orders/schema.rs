//! What `orders` remembers.

use super::rules::{Line, OrderLifecycle};
use crate::Error;
use crate::store::{Migration, Tx, from_word, word};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect, Set,
};
use shared::orders::{MAX_TICKETS_PER_SHOW, OrderLine, OrderState};
use shared::page::PAGE_SIZE;
use shared::payments::PaymentChanged;
use shared::tickets::{TicketChanged, TicketState};
use shared::{Instant, Money, OrderId, PaymentId, Rejection, TicketId, UserId};
use uuid::Uuid;

/// The tables, step by step. The index `lines_live` decides every race for a ticket.
pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "0001_orders",
    sql: "
        create table orders (
            id uuid primary key, buyer_id uuid not null, state text not null, reason text, total bigint not null,
            currency text not null, placed_at bigint not null, expires_at bigint not null, extended boolean not null,
            payment_id uuid, version bigint not null);
        create index orders_of_buyer on orders (buyer_id, id);
        create table lines (
            order_id uuid not null, ticket_id uuid not null, show_id uuid not null, terms bigint not null,
            price bigint not null, shown text not null, live boolean not null, primary key (order_id, ticket_id));
        create unique index lines_live on lines (ticket_id) where live;
        create table allowances (
            buyer_id uuid not null, show_id uuid not null, taken bigint not null, primary key (buyer_id, show_id));
        create table ticket_replicas (
            ticket_id uuid primary key, version bigint not null, terms bigint not null, order_id uuid,
            body text not null);
        create table payment_replicas (
            payment_id uuid primary key, order_id uuid not null, version bigint not null, state text not null);
        create index payment_copies_of_order on payment_replicas (order_id, payment_id);",
}];

/// An order.
pub mod orders {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "orders")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub buyer_id: Uuid,
        pub state: String,
        pub reason: Option<String>,
        pub total: i64,
        pub currency: String,
        pub placed_at: i64,
        pub expires_at: i64,
        pub extended: bool,
        pub payment_id: Option<Uuid>,
        pub version: i64,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// A ticket of an order.
pub mod lines {
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
        pub terms: i64,
        pub price: i64,
        /// What the buyer is shown of it, as it was when the hold began.
        pub shown: String,
        /// Whether the order is held or complete.
        pub live: bool,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

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

/// The newest that was heard of a ticket.
pub mod ticket_replicas {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "ticket_replicas")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub ticket_id: Uuid,
        pub version: i64,
        pub terms: i64,
        pub order_id: Option<Uuid>,
        pub body: String,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// The newest that was heard of a payment.
pub mod payment_replicas {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "payment_replicas")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub payment_id: Uuid,
        pub order_id: Uuid,
        pub version: i64,
        pub state: String,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub fn lifecycle_of(row: &orders::Model) -> Result<OrderLifecycle, Error> {
    Ok(OrderLifecycle {
        state: from_word(&row.state)?,
        expires_at: Instant::from_millis(row.expires_at),
        extended: row.extended,
        payment_id: row.payment_id.map(PaymentId::new),
    })
}

pub fn total_of(row: &orders::Model) -> Result<Money, Error> {
    Ok(Money::new(row.total, from_word(&row.currency)?))
}

pub async fn order(db: &impl ConnectionTrait, id: OrderId) -> Result<orders::Model, Error> {
    orders::Entity::find_by_id(id.uuid()).one(db).await?.ok_or(Rejection::NotFound.into())
}

pub async fn orders_of_buyer(
    db: &impl ConnectionTrait,
    buyer: UserId,
    offset: u64,
) -> Result<Vec<orders::Model>, Error> {
    let found =
        orders::Entity::find().filter(orders::Column::BuyerId.eq(buyer.uuid())).order_by_desc(orders::Column::Id);
    Ok(found.offset(offset).limit(PAGE_SIZE + 1).all(db).await?)
}

/// The lines of these orders, in the order of their tickets' ids.
pub async fn lines_of(db: &impl ConnectionTrait, orders: &[Uuid]) -> Result<Vec<lines::Model>, Error> {
    let found = lines::Entity::find().filter(lines::Column::OrderId.is_in(orders.iter().copied()));
    Ok(found.order_by_asc(lines::Column::TicketId).all(db).await?)
}

/// The order that has a ticket now, held or complete.
pub async fn live_order_of(db: &impl ConnectionTrait, ticket: TicketId) -> Result<Option<orders::Model>, Error> {
    let line =
        lines::Entity::find().filter(lines::Column::TicketId.eq(ticket.uuid())).filter(lines::Column::Live.eq(true));
    match line.one(db).await? {
        Some(line) => order(db, line.order_id.into()).await.map(Some),
        None => Ok(None),
    }
}

pub async fn insert_order(tx: &Tx, row: orders::Model) -> Result<(), Error> {
    Ok(row.into_active_model().reset_all().insert(tx.db()).await.map(drop)?)
}

/// A line of a new order. Whether the ticket is still to be had is decided here, by the unique index.
pub async fn insert_line(tx: &Tx, order: OrderId, line: &Line) -> Result<(), Error> {
    let shown = OrderLine {
        ticket_id: line.ticket.id,
        show: line.ticket.show.clone(),
        seat: line.ticket.seat.clone(),
        price: line.ticket.price,
    };
    let row = lines::ActiveModel {
        order_id: Set(order.uuid()),
        ticket_id: Set(line.ticket.id.uuid()),
        show_id: Set(line.ticket.show.id.uuid()),
        terms: Set(line.terms.cast_signed()),
        price: Set(line.ticket.price.minor),
        shown: Set(serde_json::to_string(&shown)?),
        live: Set(true),
    };
    row.insert(tx.db()).await.map(drop).map_err(|error| match Error::is_duplicate(&error) {
        true if line.ticket.state == TicketState::Sold => Rejection::TicketSold.into(),
        true => Rejection::TicketHeld.into(),
        false => error.into(),
    })
}

/// The next version of an order. Its lines stop being live once it is over.
pub async fn update_order(tx: &Tx, row: &orders::Model, was: OrderState) -> Result<(), Error> {
    let update = orders::Entity::update_many()
        .set(row.clone().into_active_model().reset_all())
        .filter(orders::Column::Id.eq(row.id))
        .filter(orders::Column::Version.eq(row.version - 1));
    if update.exec(tx.db()).await?.rows_affected != 1 {
        return Err(Error::Conflict);
    }
    let state: OrderState = from_word(&row.state)?;
    if !was.is_over() && state.is_over() {
        for line in lines_of(tx.db(), &[row.id]).await? {
            give_back(tx, row.buyer_id, line.show_id).await?;
        }
        let ended = lines::Entity::update_many().col_expr(lines::Column::Live, Expr::value(false));
        ended.filter(lines::Column::OrderId.eq(row.id)).exec(tx.db()).await?;
    }
    Ok(())
}

/// Counts tickets of a show towards what one person may have; the row, not a count, guards the limit.
pub async fn take(tx: &Tx, buyer: UserId, show: Uuid, tickets: u32) -> Result<(), Error> {
    let most = i64::from(MAX_TICKETS_PER_SHOW);
    let tickets = i64::from(tickets);
    let too_many = Rejection::TooManyTickets { most: MAX_TICKETS_PER_SHOW };
    if tickets > most {
        return Err(too_many.into());
    }
    let row = allowances::ActiveModel { buyer_id: Set(buyer.uuid()), show_id: Set(show), taken: Set(tickets) };
    let taken = Expr::col((allowances::Entity, allowances::Column::Taken));
    let within = OnConflict::columns([allowances::Column::BuyerId, allowances::Column::ShowId])
        .value(allowances::Column::Taken, taken.clone().add(tickets))
        .action_and_where(taken.lte(most - tickets))
        .to_owned();
    match allowances::Entity::insert(row).on_conflict(within).exec_without_returning(tx.db()).await? {
        1 => Ok(()),
        _ => Err(too_many.into()),
    }
}

async fn give_back(tx: &Tx, buyer: Uuid, show: Uuid) -> Result<(), Error> {
    let fewer = allowances::Entity::update_many()
        .col_expr(allowances::Column::Taken, Expr::col(allowances::Column::Taken).sub(1))
        .filter(allowances::Column::BuyerId.eq(buyer))
        .filter(allowances::Column::ShowId.eq(show));
    Ok(fewer.exec(tx.db()).await.map(drop)?)
}

/// What was heard of these tickets, as far as anything was.
pub async fn ticket_replicas(db: &impl ConnectionTrait, tickets: &[TicketId]) -> Result<Vec<TicketChanged>, Error> {
    let ids = tickets.iter().map(|id| id.uuid());
    let found = ticket_replicas::Entity::find().filter(ticket_replicas::Column::TicketId.is_in(ids));
    let rows = found.order_by_asc(ticket_replicas::Column::TicketId).all(db).await?;
    rows.iter().map(|row| Ok(serde_json::from_str(&row.body)?)).collect()
}

/// Keeps the news of a ticket; says no if it is not newer than what is known.
pub async fn apply_ticket(tx: &Tx, news: &TicketChanged) -> Result<bool, Error> {
    let row = ticket_replicas::ActiveModel {
        ticket_id: Set(news.ticket.id.uuid()),
        version: Set(news.ticket.version.cast_signed()),
        terms: Set(news.price_version.cast_signed()),
        order_id: Set(news.order_id.map(|id| id.uuid())),
        body: Set(serde_json::to_string(news)?),
    };
    use ticket_replicas::Column;
    let newer = OnConflict::column(Column::TicketId)
        .update_columns([Column::Version, Column::Terms, Column::OrderId, Column::Body])
        .action_and_where(Expr::col((ticket_replicas::Entity, Column::Version)).lt(news.ticket.version.cast_signed()))
        .to_owned();
    Ok(ticket_replicas::Entity::insert(row).on_conflict(newer).exec_without_returning(tx.db()).await? == 1)
}

/// Keeps the news of a payment; says no if it is not newer than what is known.
pub async fn apply_payment(tx: &Tx, news: &PaymentChanged) -> Result<bool, Error> {
    let row = payment_replicas::ActiveModel {
        payment_id: Set(news.id.uuid()),
        order_id: Set(news.order_id.uuid()),
        version: Set(news.version.cast_signed()),
        state: Set(word(news.state)),
    };
    use payment_replicas::Column;
    let newer = OnConflict::column(Column::PaymentId)
        .update_columns([Column::Version, Column::State])
        .action_and_where(Expr::col((payment_replicas::Entity, Column::Version)).lt(news.version.cast_signed()))
        .to_owned();
    Ok(payment_replicas::Entity::insert(row).on_conflict(newer).exec_without_returning(tx.db()).await? == 1)
}

/// What was heard of the payments of these orders, the newest payment last.
pub async fn payments_of(db: &impl ConnectionTrait, orders: &[Uuid]) -> Result<Vec<payment_replicas::Model>, Error> {
    let found =
        payment_replicas::Entity::find().filter(payment_replicas::Column::OrderId.is_in(orders.iter().copied()));
    Ok(found.order_by_asc(payment_replicas::Column::PaymentId).all(db).await?)
}
