//! The gateway's books, as it tells them itself: the sandbox's table, and Stripe's answers about every payment that it was
//! told of.

use crate::services::payments::{GatewayName, booked_at_stripe};
use crate::store::word;
use crate::{Config, Error};
use futures::{StreamExt, TryStreamExt, stream};
use sea_orm::{ConnectionTrait, Statement};
use uuid::Uuid;

/// How many payments Stripe is asked about at once.
const AT_ONCE: usize = 8;

/// What the checks read: a row for each payment that a gateway knows, in our words, and the gateways that were asked.
const TABLES: &str = "
    create table main.asked as select 'sandbox' as gateway;
    create table main.gateway_books as
    select payment_id, 'sandbox' as gateway, state, amount, currency
    from payments.sandbox_books;
    create table main.gateway_payouts as
    select payout_id, amount, currency from payments.sandbox_payouts;";

/// Fills the tables. Says what could not be asked, if anything.
///
/// # Errors
/// If Stripe is to be asked and does not answer.
pub async fn fill(config: &Config, db: &impl ConnectionTrait) -> Result<Option<String>, Error> {
    db.execute_unprepared(TABLES).await?;
    let backend = db.get_database_backend();
    let named = "select intent.payment_id, intent.intent
        from payments.stripe_intents intent join payments.payments paid on paid.id = intent.payment_id
        where paid.gateway = ?";
    let current = word(GatewayName::of(config));
    let of_others = "select count(*) from payments.payments where gateway not in ('sandbox', ?)";
    let of_others = Statement::from_sql_and_values(backend, of_others, [current.clone().into()]);
    let unasked: i64 = match db.query_one_raw(of_others).await? {
        Some(row) => row.try_get_by_index(0)?,
        None => 0,
    };
    let question = Statement::from_sql_and_values(backend, named, [current.clone().into()]);
    let mut intents: Vec<(Uuid, String)> = Vec::new();
    for row in db.query_all_raw(question).await? {
        intents.push((row.try_get_by_index(0)?, row.try_get_by_index(1)?));
    }
    let why = "STRIPE_SECRET_KEY is not the one of all payments: Stripe was not asked about";
    let unasked = (unasked > 0).then(|| format!("{why} {unasked} of them"));
    let Some(settings) = &config.stripe else { return Ok(unasked) };
    let ask = intents.into_iter().map(|(payment, intent)| booked_at_stripe(settings, payment.into(), intent));
    let books: Vec<_> = stream::iter(ask).buffer_unordered(AT_ONCE).try_collect().await?;
    let asked = Statement::from_sql_and_values(backend, "insert into main.asked values (?)", [current.clone().into()]);
    db.execute_raw(asked).await?;
    for book in books {
        let note = "insert into main.gateway_books values (?, ?, ?, ?, ?)";
        let values = [
            book.payment.uuid().into(),
            current.clone().into(),
            book.state.into(),
            book.amount.minor.into(),
            book.amount.currency.code().into(),
        ];
        db.execute_raw(Statement::from_sql_and_values(backend, note, values)).await?;
    }
    Ok(unasked)
}
