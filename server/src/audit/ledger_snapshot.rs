//! The gateway's own books: the sandbox's table, and what Stripe answers about every payment that it knows.

use crate::services::payments::{GatewayName, stripe_snapshot};
use crate::store::Text;
use crate::{Config, Error};
use futures::{StreamExt, TryStreamExt, stream};
use sea_orm::{ConnectionTrait, Statement};
use uuid::Uuid;

/// How many payments are queried at Stripe at once.
const CONCURRENCY: usize = 8;
/// How many payments are in memory at once.
const BATCH: i64 = 200;

/// The tables that the checks read: a row for each payment that a gateway knows, in our states, and the gateways compared.
const TABLES: &str = "
    create table main.compared as select 'sandbox' as gateway;
    create table main.gateway_books as
    select payment_id, 'sandbox' as gateway, state, amount, currency
    from payments.sandbox_payments;
    create table main.gateway_payouts as
    select payout_id, amount, currency from payments.sandbox_payouts;";

/// Fills the tables. Returns which payments could not be compared, if any.
///
/// # Errors
/// If Stripe is configured and does not answer.
pub async fn fill(config: &Config, db: &impl ConnectionTrait) -> Result<Option<String>, Error> {
    db.execute_unprepared(TABLES).await?;
    let backend = db.get_database_backend();
    let current = Text(GatewayName::of(config));
    let of_others = "select count(*) from payments.payments where gateway not in ('sandbox', ?)";
    let of_others = Statement::from_sql_and_values(backend, of_others, [current.into()]);
    let not_compared: i64 = match db.query_one_raw(of_others).await? {
        Some(row) => row.try_get_by_index(0)?,
        None => 0,
    };
    let reason = "were made with another STRIPE_SECRET_KEY and not compared with Stripe";
    let not_compared = (not_compared > 0).then(|| format!("{not_compared} payments {reason}"));
    let Some(settings) = &config.stripe else { return Ok(not_compared) };
    let compared = Statement::from_sql_and_values(backend, "insert into main.compared values (?)", [current.into()]);
    db.execute_raw(compared).await?;
    let mut last = Uuid::nil();
    loop {
        let intents = intents_after(db, last, current).await?;
        let Some((id, _)) = intents.last() else { return Ok(not_compared) };
        last = *id;
        let queries = intents.into_iter().map(|(payment, intent)| stripe_snapshot(settings, payment.into(), intent));
        let books: Vec<_> = stream::iter(queries).buffer_unordered(CONCURRENCY).try_collect().await?;
        for book in books {
            let insert = "insert into main.gateway_books values (?, ?, ?, ?, ?)";
            let values = [
                book.payment.uuid().into(),
                current.into(),
                book.state.into(),
                book.amount.minor.into(),
                book.amount.currency.code().into(),
            ];
            db.execute_raw(Statement::from_sql_and_values(backend, insert, values)).await?;
        }
    }
}

/// The next payments that the gateway may know, and what it calls them.
async fn intents_after(
    db: &impl ConnectionTrait,
    last: Uuid,
    gateway: Text<GatewayName>,
) -> Result<Vec<(Uuid, String)>, Error> {
    let query = "select intent.payment_id, intent.intent
        from payments.stripe_intents intent join payments.payments paid on paid.id = intent.payment_id
        where paid.gateway = ? and intent.payment_id > ? order by intent.payment_id limit ?";
    let values = [gateway.into(), last.into(), BATCH.into()];
    let rows = db.query_all_raw(Statement::from_sql_and_values(db.get_database_backend(), query, values)).await?;
    rows.iter().map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?))).collect()
}
