//! What `payments` remembers. The index `payments_open` decides who pays an order.

use super::rules::KnownOrder;
use crate::Error;
use crate::store::{Migration, Tx, from_word};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect, Set,
};
use shared::orders::OrderChanged;
use shared::payments::{Payment, PaymentChanged};
use shared::{Instant, Money, OrderId, PaymentId, Rejection};

/// How many payments are looked at in one step.
const BATCH: u64 = 200;

/// The tables, step by step.
pub const MIGRATIONS: &[Migration] = &[
    Migration {
        name: "0001_payments",
        sql: "
        create table payments (
            id uuid primary key, order_id uuid not null, payer_id uuid not null, state text not null,
            amount bigint not null, currency text not null, method text not null, decline text,
            requires_action boolean not null, version bigint not null, tries bigint not null, next_try_at bigint,
            created_at bigint not null);
        create unique index payments_open on payments (order_id) where state <> 'declined';
        create index payments_of_order on payments (order_id, id);
        create index payments_waiting on payments (next_try_at) where next_try_at is not null;
        create table order_replicas (
            order_id uuid primary key, version bigint not null, body text not null);
        create table sandbox_books (
            payment_id uuid primary key, state text not null, decline text, amount bigint not null, currency text);",
    },
    Migration { name: "0002_correlation", sql: "alter table payments add column correlation_id uuid" },
    super::gateway::stripe::MIGRATION,
    Migration {
        name: "0004_ledger",
        sql: "
        alter table payments add column gateway text not null default 'sandbox';
        alter table payments add column bank_url text;
        create table ledger (
            id uuid primary key, key text not null unique, movement uuid not null, gateway text not null,
            account text not null,
            kind text not null, person_id uuid, payment_id uuid, ticket_id uuid, payout_id uuid, amount bigint not null,
            currency text not null, price bigint, fee bigint, about text, releases_at bigint, open boolean not null,
            booked_at bigint not null);
        create index ledger_of_person on ledger (person_id, account, id);
        create index ledger_of_payment on ledger (payment_id);
        create index ledger_open on ledger (releases_at) where open;
        create table payouts (
            id uuid primary key, gateway text not null, seller_id uuid not null, amount bigint not null,
            currency text not null, state text not null, note text, tries bigint not null, next_try_at bigint, created_at bigint not null);
        create index payouts_of_seller on payouts (seller_id, state);
        create index payouts_waiting on payouts (next_try_at) where next_try_at is not null;
        create table sandbox_payouts (payout_id uuid primary key, amount bigint not null, currency text not null);
        create table webhooks (
            event_id text primary key, kind text not null, payment_id uuid, body text not null,
            received_at bigint not null, handled_at bigint);
        create index webhooks_waiting on webhooks (received_at) where handled_at is null;
        create index webhooks_handled on webhooks (received_at) where handled_at is not null;",
    },
];

/// A payment.
pub mod payments {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "payments")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub order_id: Uuid,
        pub payer_id: Uuid,
        pub state: String,
        pub amount: i64,
        pub currency: String,
        pub method: String,
        pub decline: Option<String>,
        /// Whether the bank waits for the person.
        pub requires_action: bool,
        pub version: i64,
        /// How often the gateway was asked for the current step.
        pub tries: i64,
        /// When the gateway is to be asked; nothing, if there is nothing to ask.
        pub next_try_at: Option<i64>,
        pub created_at: i64,
        /// The request that began it: what the gateway answers later belongs to that, too.
        pub correlation_id: Option<Uuid>,
        /// Who moves the money.
        pub gateway: String,
        /// Where the bank waits for the person, if it has a page of its own.
        pub bank_url: Option<String>,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

mod order_replicas {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "order_replicas")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub order_id: Uuid,
        pub version: i64,
        pub body: String,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub fn amount_of(row: &payments::Model) -> Result<Money, Error> {
    Ok(Money::new(row.amount, from_word(&row.currency)?))
}

pub fn payment_of(row: &payments::Model) -> Result<Payment, Error> {
    Ok(Payment {
        id: row.id.into(),
        order_id: row.order_id.into(),
        state: from_word(&row.state)?,
        amount: amount_of(row)?,
        decline: row.decline.as_deref().map(from_word).transpose()?,
        needs_authentication: row.requires_action,
        bank_url: row.bank_url.clone(),
    })
}

pub fn known(order: &OrderChanged) -> KnownOrder {
    KnownOrder { state: order.state, paid_by: order.payment_id, expires_at: order.expires_at }
}

pub async fn payment(db: &impl ConnectionTrait, id: PaymentId) -> Result<payments::Model, Error> {
    payments::Entity::find_by_id(id.uuid()).one(db).await?.ok_or(Rejection::NotFound.into())
}

/// The payment of an order that is not declined: at most one, by the index.
pub async fn open_payment(db: &impl ConnectionTrait, order: OrderId) -> Result<Option<payments::Model>, Error> {
    let found = payments::Entity::find()
        .filter(payments::Column::OrderId.eq(order.uuid()))
        .filter(payments::Column::State.ne("declined"));
    Ok(found.one(db).await?)
}

pub async fn insert_payment(tx: &Tx, row: payments::Model) -> Result<(), Error> {
    publish(tx, &row).await?;
    row.into_active_model().reset_all().insert(tx.db()).await.map(drop).map_err(|error| {
        match Error::is_duplicate(&error) {
            true => Rejection::PaymentUnderWay.into(),
            false => error.into(),
        }
    })
}

/// A payment's next version, told to the others.
pub async fn update_payment(tx: &Tx, mut row: payments::Model) -> Result<(), Error> {
    row.version += 1;
    publish(tx, &row).await?;
    set_unversioned(tx, row).await
}

/// What concerns nobody else: the tries, and whether a person is waited for.
pub async fn set_unversioned(tx: &Tx, row: payments::Model) -> Result<(), Error> {
    Ok(row.into_active_model().reset_all().update(tx.db()).await.map(drop)?)
}

async fn publish(tx: &Tx, row: &payments::Model) -> Result<(), Error> {
    let changed = PaymentChanged {
        id: row.id.into(),
        version: row.version.cast_unsigned(),
        order_id: row.order_id.into(),
        payer_id: row.payer_id.into(),
        state: from_word(&row.state)?,
        amount: amount_of(row)?,
        decline: row.decline.as_deref().map(from_word).transpose()?,
    };
    tx.publish(&changed).await
}

/// Has a payment looked at now.
pub async fn look_now(tx: &Tx, id: PaymentId) -> Result<(), Error> {
    let look = payments::Entity::update_many()
        .col_expr(payments::Column::NextTryAt, Expr::value(tx.now().millis()))
        .filter(payments::Column::Id.eq(id.uuid()));
    Ok(look.exec(tx.db()).await.map(drop)?)
}

/// Payments about which the gateway is to be asked now, those that wait longest first.
pub async fn due(db: &impl ConnectionTrait, now: Instant) -> Result<Vec<payments::Model>, Error> {
    let found = payments::Entity::find()
        .filter(payments::Column::NextTryAt.lte(now.millis()))
        .order_by_asc(payments::Column::NextTryAt);
    Ok(found.limit(BATCH).all(db).await?)
}

/// When the gateway is to be asked next after `now`.
pub async fn next_due(db: &impl ConnectionTrait, now: Instant) -> Result<Option<Instant>, Error> {
    let found = payments::Entity::find()
        .filter(payments::Column::NextTryAt.gt(now.millis()))
        .order_by_asc(payments::Column::NextTryAt);
    Ok(found.one(db).await?.and_then(|row| row.next_try_at).map(Instant::from_millis))
}

/// Keeps the news of an order; says no if it is not newer than what is known.
pub async fn apply_order(tx: &Tx, news: &OrderChanged) -> Result<bool, Error> {
    let row = order_replicas::ActiveModel {
        order_id: Set(news.id.uuid()),
        version: Set(news.version.cast_signed()),
        body: Set(serde_json::to_string(news)?),
    };
    use order_replicas::Column;
    let newer = OnConflict::column(Column::OrderId)
        .update_columns([Column::Version, Column::Body])
        .action_and_where(Expr::col((order_replicas::Entity, Column::Version)).lt(news.version.cast_signed()))
        .to_owned();
    Ok(order_replicas::Entity::insert(row).on_conflict(newer).exec_without_returning(tx.db()).await? == 1)
}

pub async fn order_replica(db: &impl ConnectionTrait, id: OrderId) -> Result<Option<OrderChanged>, Error> {
    let row = order_replicas::Entity::find_by_id(id.uuid()).one(db).await?;
    row.map(|row| Ok(serde_json::from_str(&row.body)?)).transpose()
}

/// The payments of an order from which the gateway may have to be asked something.
pub async fn payments_of(db: &impl ConnectionTrait, order: OrderId) -> Result<Vec<payments::Model>, Error> {
    Ok(payments::Entity::find().filter(payments::Column::OrderId.eq(order.uuid())).all(db).await?)
}
