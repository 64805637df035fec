//! Payouts: what sellers are unpaid_balances goes to them, some time after the show.
//!
//! A payout is an instruction with a state, stored before anybody is asked to follow it: `instructed → paid | failed`. One
//! that fails is unpaid_balances again.

#[cfg(test)]
mod tests;

use super::{Account, Kind, Movement, less, rows};
use crate::Error;
use crate::services::payments::GatewayName;
use crate::store::{Store, Tx, from_word, word};
use async_trait::async_trait;
use sea_orm::sea_query::{Expr, ExprTrait, Func};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};
use serde::{Deserialize, Serialize};
use shared::{Instant, Money, UserId};
use std::time::Duration;
use uuid::Uuid;

/// How many payouts are looked at in one step.
const BATCH: u64 = 50;
/// How soon one that did not go is tried again, doubling with each try.
const FIRST_PAUSE: Duration = Duration::from_secs(2);
/// The longest pause between two tries.
const LONGEST_PAUSE: Duration = Duration::from_secs(3600);
/// How often it is looked whether a seller who could not be paid can be by now.
const LOOK_AGAIN: Duration = Duration::from_secs(600);

/// Where a payout is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PayoutState {
    /// It is to be made.
    Instructed,
    /// The money is with whoever brings it to the seller's bank.
    Paid,
    /// It cannot be made; the money is unpaid_balances again.
    Failed,
}

/// A payout to be made.
#[derive(Clone, Debug)]
pub struct Payout {
    /// Names it: with it, it is made once however often it is asked for.
    pub id: Uuid,
    /// To whom.
    pub seller: UserId,
    /// How much.
    pub amount: Money,
    /// How often it was asked for in vain.
    pub tries: i64,
}

/// What came of a payout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PayoutOutcome {
    /// It was made, under that name of whoever made it.
    Paid(String),
    /// It cannot be made, for that reason.
    Refused(String),
}

/// Sends money to sellers. A payout that is asked for again is made once; one whose outcome is not known is asked for
/// again.
#[async_trait]
pub trait PayoutProvider: Send + Sync {
    /// Whether money can be sent to that seller.
    async fn is_ready(&self, seller: UserId) -> Result<bool, Error>;

    /// Where a seller says how to be paid; nothing, if there is nothing to say.
    async fn onboarding_url(&self, seller: UserId) -> Result<Option<String>, Error>;

    /// Makes a payout.
    async fn send(&self, payout: &Payout) -> Result<PayoutOutcome, Error>;
}

/// The rows.
pub mod instructions {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "payouts")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        /// Who makes it.
        pub gateway: String,
        pub seller_id: Uuid,
        pub amount: i64,
        pub currency: String,
        pub state: String,
        /// The name that whoever made it gave it, or why it was not made.
        pub note: Option<String>,
        pub tries: i64,
        pub next_try_at: Option<i64>,
        pub created_at: i64,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// Instructs what is unpaid_balances, and makes what is instructed; says when to be called again.
///
/// # Errors
/// If the database is away. A sender that fails or stays silent is no error: it is asked again later.
pub async fn step(store: &Store, sender: &dyn PayoutProvider, gateway: GatewayName) -> Result<Option<Instant>, Error> {
    let (now, gateway) = (store.environment().now(), word(gateway));
    let mut again = None;
    for (seller, currency) in unpaid_balances(store.read(), &gateway, now).await? {
        if sender.is_ready(seller).await.unwrap_or(false) {
            let gateway = gateway.clone();
            let instructed =
                store.write(store.root_cause(), move |tx| Box::pin(instruct(tx, seller, currency, gateway)));
            instructed.await?;
        } else {
            again = Some(now + LOOK_AGAIN);
        }
    }
    for row in due(store.read(), &gateway, store.environment().now()).await? {
        let amount = Money::new(row.amount, from_word(&row.currency)?);
        let payout = Payout { id: row.id, seller: row.seller_id.into(), amount, tries: row.tries };
        let sent = sender.send(&payout).await;
        if let Err(error) = &sent {
            tracing::warn!(payout = %payout.id, %error, "the payout will be asked for again");
        }
        store.write(store.root_cause(), move |tx| Box::pin(write_down(tx, payout.id, sent.ok()))).await?;
    }
    let next = [next_release(store.read(), &gateway, now).await?, next_try(store.read(), &gateway).await?, again];
    Ok(next.into_iter().flatten().min())
}

/// Which sellers have something to be paid by now, in which currency.
async fn unpaid_balances(
    db: &impl ConnectionTrait,
    gateway: &str,
    now: Instant,
) -> Result<Vec<(UserId, String)>, Error> {
    let found: Vec<(Uuid, String)> = rows::Entity::find()
        .select_only()
        .columns([rows::Column::PersonId, rows::Column::Currency])
        .filter(rows::Column::Open.eq(true))
        .filter(rows::Column::Gateway.eq(gateway))
        .filter(rows::Column::ReleasesAt.lte(now.millis()))
        .group_by(rows::Column::PersonId)
        .group_by(rows::Column::Currency)
        .having(Expr::expr(Func::sum(Expr::col(rows::Column::Amount))).lt(0))
        .limit(BATCH)
        .into_tuple()
        .all(db)
        .await?;
    Ok(found.into_iter().map(|(person, currency)| (person.into(), currency)).collect())
}

/// Instructs that a seller is paid what is unpaid_balances.
async fn instruct(tx: &Tx, seller: UserId, currency: String, gateway: String) -> Result<(), Error> {
    let open = rows::Entity::find()
        .filter(rows::Column::Open.eq(true))
        .filter(rows::Column::Gateway.eq(&gateway))
        .filter(rows::Column::PersonId.eq(seller.uuid()))
        .filter(rows::Column::Currency.eq(&currency))
        .filter(rows::Column::ReleasesAt.lte(tx.now().millis()))
        .order_by_asc(rows::Column::Id)
        .all(tx.db())
        .await?;
    let amount = Money::new(-open.iter().map(|row| row.amount).sum::<i64>(), from_word(&currency)?);
    // Another process of this service may have been faster.
    if amount.minor <= 0 {
        return Ok(());
    }
    let id: Uuid = tx.new_id();
    for row in open {
        let taken = rows::Entity::update_many()
            .col_expr(rows::Column::Open, Expr::value(false))
            .col_expr(rows::Column::PayoutId, Expr::value(id))
            .filter(rows::Column::Id.eq(row.id))
            .filter(rows::Column::Open.eq(true));
        if taken.exec(tx.db()).await?.rows_affected != 1 {
            return Err(Error::Conflict);
        }
    }
    let row = instructions::Model {
        id,
        gateway: gateway.clone(),
        seller_id: seller.uuid(),
        amount: amount.minor,
        currency,
        state: word(PayoutState::Instructed),
        note: None,
        tries: 0,
        next_try_at: Some(tx.now().millis()),
        created_at: tx.now().millis(),
    };
    row.into_active_model().reset_all().insert(tx.db()).await?;
    let mut movement = Movement::new(tx, Kind::Payout, id, &gateway);
    movement.row(Account::Seller, amount, Some(seller)).payout_id = Some(id);
    movement.row(Account::Payout, less(amount), Some(seller)).payout_id = Some(id);
    movement.book().await
}

/// Writes down what came of a payout, if it still waits for that.
async fn write_down(tx: &Tx, id: Uuid, sent: Option<PayoutOutcome>) -> Result<(), Error> {
    let row = instructions::Entity::find_by_id(id).one(tx.db()).await?;
    let mut row = row.ok_or_else(|| Error::failed(format!("there is no payout {id}")))?;
    if from_word::<PayoutState>(&row.state)? != PayoutState::Instructed {
        return Ok(());
    }
    let (amount, seller) = (Money::new(row.amount, from_word(&row.currency)?), UserId::new(row.seller_id));
    match sent {
        None => {
            let doublings = u32::try_from(row.tries.clamp(0, 16)).unwrap_or(0);
            let pause = (FIRST_PAUSE * 2_u32.pow(doublings)).min(LONGEST_PAUSE);
            (row.next_try_at, row.tries) = (Some((tx.now() + pause).millis()), row.tries + 1);
        }
        Some(PayoutOutcome::Paid(name)) => {
            (row.state, row.note, row.next_try_at) = (word(PayoutState::Paid), Some(name), None);
            let mut movement = Movement::new(tx, Kind::PayoutPaid, id, &row.gateway);
            movement.row(Account::Payout, amount, Some(seller)).payout_id = Some(id);
            movement.row(Account::Gateway, less(amount), None).payout_id = Some(id);
            movement.book().await?;
        }
        Some(PayoutOutcome::Refused(reason)) => {
            (row.state, row.note, row.next_try_at) = (word(PayoutState::Failed), Some(reason), None);
            let mut movement = Movement::new(tx, Kind::PayoutFailed, id, &row.gateway);
            movement.row(Account::Payout, amount, Some(seller)).payout_id = Some(id);
            let unpaid_balances = movement.row(Account::Seller, less(amount), Some(seller));
            // Not at once: what was wrong has to be mended first.
            unpaid_balances.releases_at = Some((tx.now() + LONGEST_PAUSE).millis());
            unpaid_balances.open = true;
            movement.book().await?;
        }
    }
    Ok(row.into_active_model().reset_all().update(tx.db()).await.map(drop)?)
}

async fn due(db: &impl ConnectionTrait, gateway: &str, now: Instant) -> Result<Vec<instructions::Model>, Error> {
    let found = instructions::Entity::find()
        .filter(instructions::Column::Gateway.eq(gateway))
        .filter(instructions::Column::NextTryAt.lte(now.millis()));
    Ok(found.order_by_asc(instructions::Column::NextTryAt).limit(BATCH).all(db).await?)
}

async fn next_try(db: &impl ConnectionTrait, gateway: &str) -> Result<Option<Instant>, Error> {
    let found = instructions::Entity::find()
        .filter(instructions::Column::Gateway.eq(gateway))
        .filter(instructions::Column::NextTryAt.is_not_null());
    let row = found.order_by_asc(instructions::Column::NextTryAt).one(db).await?;
    Ok(row.and_then(|row| row.next_try_at).map(Instant::from_millis))
}

/// When the next money becomes unpaid_balances that is not unpaid_balances yet.
async fn next_release(db: &impl ConnectionTrait, gateway: &str, now: Instant) -> Result<Option<Instant>, Error> {
    let found = rows::Entity::find()
        .filter(rows::Column::Open.eq(true))
        .filter(rows::Column::Gateway.eq(gateway))
        .filter(rows::Column::ReleasesAt.gt(now.millis()));
    let row: Option<rows::Model> = found.order_by_asc(rows::Column::ReleasesAt).one(db).await?;
    Ok(row.and_then(|row| row.releases_at).map(Instant::from_millis))
}
