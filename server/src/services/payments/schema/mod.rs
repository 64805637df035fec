//! What `payments` stores. The partial unique index `payments_open` allows one payment per order that is not declined.

mod entities;
mod enums;

pub use entities::{
    order_replicas, payments, payout_checks, payouts, postings, sandbox_payments, sandbox_payouts, stripe_accounts,
    stripe_intents, webhook_events,
};
pub use enums::{EntryKind, GatewayName, LedgerAccount, PayoutState, SandboxState};

use crate::Error;
use crate::store::{Migration, Millis, Retention, Text, Tx, Version, insert_all};
use crate::telemetry::metrics::StateGauge;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
    Select,
};
use shared::orders::OrderChanged;
use shared::payments::{Payment, PaymentChanged, PaymentState};
use shared::{Instant, Money, OrderId, PaymentId, Rejection, UserId};
use std::time::Duration;
use uuid::Uuid;

/// How many due payments are read at once.
const BATCH: u64 = 200;
const MONTH: Duration = Duration::from_secs(30 * 24 * 3600);

pub const MIGRATIONS: &[Migration] = &[
    Migration {
        name: "0001_payments",
        sql: "
        create table payments (
            id uuid primary key, order_id uuid not null, payer_id uuid not null, state text not null,
            amount bigint not null, currency text not null, method text not null, decline text,
            requires_action boolean not null, version bigint not null, attempts bigint not null, next_try_at bigint,
            created_at bigint not null, correlation_id uuid not null, gateway text not null, bank_url text);
        create unique index payments_open on payments (order_id) where state <> 'declined';
        create index payments_of_order on payments (order_id, id);
        create index payments_due on payments (next_try_at) where next_try_at is not null;
        create table order_replicas (order_id uuid primary key, version bigint not null, body text not null);
        create table ledger (
            id uuid primary key, key text not null unique, entry_id uuid not null, gateway text not null,
            account text not null, kind text not null, person_id uuid, order_id uuid, payment_id uuid, ticket_id uuid,
            payout_id uuid, amount bigint not null, currency text not null, price bigint, fee bigint, about text,
            releases_at bigint, open boolean not null, booked_at bigint not null);
        create index ledger_of_person on ledger (person_id, account, id);
        create index ledger_of_payment on ledger (payment_id);
        create index ledger_open on ledger (releases_at) where open;
        create table payouts (
            id uuid primary key, gateway text not null, seller_id uuid not null, amount bigint not null,
            currency text not null, state text not null, note text, attempts bigint not null, next_try_at bigint,
            created_at bigint not null);
        create index payouts_of_seller on payouts (seller_id, state);
        create index payouts_due on payouts (next_try_at) where next_try_at is not null;
        create table sandbox_payments (
            payment_id uuid primary key, state text not null, decline text, amount bigint not null, currency text);
        create table sandbox_payouts (payout_id uuid primary key, amount bigint not null, currency text not null);
        create table stripe_intents (payment_id uuid primary key, intent text not null unique);
        create table stripe_accounts (seller_id uuid primary key, account text not null unique, ready boolean not null);
        create table webhook_events (
            event_id text primary key, kind text not null, payment_id uuid, body text not null,
            received_at bigint not null, handled_at bigint);
        create index webhook_events_unhandled on webhook_events (received_at) where handled_at is null;
        create index webhook_events_handled on webhook_events (received_at) where handled_at is not null;",
    },
    Migration {
        name: "0002_webhook_events_of_others",
        // The first version stored events without a payment of ours.
        sql: "delete from webhook_events where payment_id is null",
    },
    Migration {
        name: "0003_limits_and_retention",
        sql: "
        create index payments_not_accepted on payments (payer_id, created_at)
            where state in ('declined', 'started', 'unknown');
        alter table order_replicas add column unpaid_since bigint;
        create index order_replicas_unpaid on order_replicas (unpaid_since) where unpaid_since is not null;
        create table payout_checks (
            gateway text not null, seller_id uuid not null, attempts bigint not null, next_check_at bigint not null,
            primary key (gateway, seller_id));
        create index payout_checks_old on payout_checks (next_check_at);",
    },
    Migration {
        name: "0004_open_payments",
        sql: "create index payments_open_states on payments (state) where state in ('started', 'unknown', 'authorized')",
    },
];

/// Payments that are neither declined nor finished, by the index `payments_open_states`.
pub const STATE_GAUGE: StateGauge = StateGauge {
    name: "payments",
    states: &["started", "unknown", "authorized"],
    sql: "select state, count(*) as rows from payments where state in ('started', 'unknown', 'authorized') group by state",
};

/// What is not kept for ever: see `docs/retention.md`.
pub const RETENTIONS: &[Retention] = &[
    Retention {
        table: "order_replicas",
        key: "order_id",
        // The order of a payment is kept with it.
        is_over: "unpaid_since is not null
            and not exists (select 1 from payments where payments.order_id = order_replicas.order_id)",
        since: "unpaid_since",
        life: MONTH,
    },
    Retention {
        table: "webhook_events",
        key: "event_id",
        is_over: "handled_at is not null",
        since: "received_at",
        // Stripe repeats an event for three days.
        life: MONTH,
    },
    // The check of a seller who was not owed anything any more when it was due; a check that is forgotten starts again.
    Retention {
        table: "payout_checks",
        key: "gateway, seller_id",
        is_over: "true",
        since: "next_check_at",
        life: Duration::from_secs(7 * 24 * 3600),
    },
];

pub fn amount_of(row: &payments::Model) -> Money {
    Money::new(row.amount, row.currency.0)
}

pub fn payment_of(row: &payments::Model) -> Payment {
    Payment {
        id: row.id.into(),
        order_id: row.order_id.into(),
        state: row.state.0,
        amount: amount_of(row),
        decline: row.decline.map(|decline| decline.0),
        needs_authentication: row.requires_action,
        bank_url: row.bank_url.clone(),
    }
}

pub async fn payment(db: &impl ConnectionTrait, id: PaymentId) -> Result<payments::Model, Error> {
    payments::Entity::find_by_id(id.uuid()).one(db).await?.ok_or(Rejection::NotFound.into())
}

/// The payment of an order that is not declined: at most one, by the index.
pub async fn open_payment(db: &impl ConnectionTrait, order: OrderId) -> Result<Option<payments::Model>, Error> {
    let found = payments::Entity::find()
        .filter(payments::Column::OrderId.eq(order.uuid()))
        .filter(payments::Column::State.ne(Text(PaymentState::Declined)));
    Ok(found.one(db).await?)
}

pub async fn insert_payment(tx: &Tx, row: payments::Model) -> Result<(), Error> {
    publish(tx, &row).await?;
    row.into_active_model()
        .reset_all()
        .insert(tx.db())
        .await
        .map(drop)
        .map_err(|error| if Error::is_duplicate(&error) { Rejection::PaymentUnderWay.into() } else { error.into() })
}

/// Stores the next version of a payment and publishes it.
pub async fn update_payment(tx: &Tx, mut row: payments::Model) -> Result<(), Error> {
    row.version = row.version.next();
    publish(tx, &row).await?;
    update_unpublished(tx, row).await
}

/// Stores what other services do not see: attempts, the next try, and whether the buyer has to authenticate.
pub async fn update_unpublished(tx: &Tx, row: payments::Model) -> Result<(), Error> {
    Ok(row.into_active_model().reset_all().update(tx.db()).await.map(drop)?)
}

async fn publish(tx: &Tx, row: &payments::Model) -> Result<(), Error> {
    let changed = PaymentChanged {
        id: row.id.into(),
        version: row.version.0,
        order_id: row.order_id.into(),
        payer_id: row.payer_id.into(),
        state: row.state.0,
        amount: amount_of(row),
        decline: row.decline.map(|decline| decline.0),
    };
    tx.publish(&changed).await
}

/// Makes a payment due now.
pub async fn schedule_now(tx: &Tx, id: PaymentId) -> Result<(), Error> {
    let update = payments::Entity::update_many()
        .col_expr(payments::Column::NextTryAt, Expr::value(Millis(tx.now())))
        .filter(payments::Column::Id.eq(id.uuid()));
    Ok(update.exec(tx.db()).await.map(drop)?)
}

pub async fn payment_exists(db: &impl ConnectionTrait, id: PaymentId) -> Result<bool, Error> {
    Ok(payments::Entity::find_by_id(id.uuid()).one(db).await?.is_some())
}

/// When this person's payments since then began that are declined or undecided, oldest first; no more than decide whether
/// there are too many.
pub async fn not_accepted_since(
    db: &impl ConnectionTrait,
    payer: UserId,
    since: Instant,
) -> Result<Vec<Instant>, Error> {
    use PaymentState::{Declined, Started, Unknown};
    let found: Vec<Millis> = payments::Entity::find()
        .select_only()
        .column(payments::Column::CreatedAt)
        .filter(payments::Column::PayerId.eq(payer.uuid()))
        .filter(payments::Column::CreatedAt.gt(Millis(since)))
        .filter(payments::Column::State.is_in([Text(Declined), Text(Started), Text(Unknown)]))
        .order_by_desc(payments::Column::CreatedAt)
        .limit(super::rules::MAX_DECLINES as u64)
        .into_tuple()
        .all(db)
        .await?;
    Ok(found.into_iter().rev().map(|millis| millis.0).collect())
}

fn of_gateways(gateways: &[GatewayName]) -> Select<payments::Entity> {
    let names = gateways.iter().map(|name| Text(*name));
    payments::Entity::find().filter(payments::Column::Gateway.is_in(names)).order_by_asc(payments::Column::NextTryAt)
}

/// Payments of these gateways whose next step is due, longest due first: those that were not tried yet, and those that were.
pub async fn due(
    db: &impl ConnectionTrait,
    gateways: &[GatewayName],
    now: Instant,
) -> Result<[Vec<payments::Model>; 2], Error> {
    let due = of_gateways(gateways).filter(payments::Column::NextTryAt.lte(Millis(now))).limit(BATCH);
    let untried = due.clone().filter(payments::Column::Attempts.eq(0));
    let tried = due.filter(payments::Column::Attempts.ne(0));
    Ok([untried.all(db).await?, tried.all(db).await?])
}

/// When the next step after `now` is due.
pub async fn next_due(
    db: &impl ConnectionTrait,
    gateways: &[GatewayName],
    now: Instant,
) -> Result<Option<Instant>, Error> {
    let found = of_gateways(gateways).filter(payments::Column::NextTryAt.gt(Millis(now)));
    Ok(found.one(db).await?.and_then(|row| row.next_try_at).map(|at| at.0))
}

/// Postpones a payment whose step could not be taken.
pub async fn postpone(tx: &Tx, id: PaymentId) -> Result<(), Error> {
    let Some(mut row) = payments::Entity::find_by_id(id.uuid()).one(tx.db()).await? else { return Ok(()) };
    row.next_try_at = Some(Millis(tx.now() + super::rules::retry_delay(row.attempts)));
    row.attempts += 1;
    update_unpublished(tx, row).await
}

/// Stores the newest versions of orders.
pub async fn apply_orders(tx: &Tx, orders: impl IntoIterator<Item = &OrderChanged>) -> Result<(), Error> {
    use order_replicas::Column;
    let row = |order: &OrderChanged| {
        // A payment may still have begun; then the order is kept with it.
        let is_unpaid = order.state.is_over() && order.payment_id.is_none();
        Ok(order_replicas::Model {
            order_id: order.id.uuid(),
            version: Version(order.version),
            body: serde_json::to_string(order)?,
            unpaid_since: is_unpaid.then_some(Millis(order.expires_at)),
        })
    };
    let rows = orders.into_iter().map(row).collect::<Result<_, Error>>()?;
    let overwrite = OnConflict::column(Column::OrderId)
        .update_columns([Column::Version, Column::Body, Column::UnpaidSince])
        .to_owned();
    Ok(insert_all::<order_replicas::Entity>(tx, rows, Some(overwrite)).await.map(drop)?)
}

pub async fn order_replica(db: &impl ConnectionTrait, id: OrderId) -> Result<Option<OrderChanged>, Error> {
    let row = order_replicas::Entity::find_by_id(id.uuid()).one(db).await?;
    row.map(|row| Ok(serde_json::from_str(&row.body)?)).transpose()
}

/// The payments of these orders.
pub async fn payments_of(
    db: &impl ConnectionTrait,
    orders: impl IntoIterator<Item = Uuid>,
) -> Result<Vec<payments::Model>, Error> {
    Ok(payments::Entity::find().filter(payments::Column::OrderId.is_in(orders)).all(db).await?)
}
