//! Withdraws what a person has on sale who has closed the account. A person may have thousands of tickets, so they are withdrawn
//! in batches, one commit each; a crash loses no batch. A ticket that is held is withdrawn when it is released.

use super::changes;
use super::schema::tickets;
use crate::Error;
use crate::store::{Store, Text, Tx};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};
use shared::Instant;
use shared::auth::AccountClosed;
use shared::tickets::TicketState;
use std::collections::BTreeSet;
use std::time::Duration;
use uuid::Uuid;

/// How many tickets are withdrawn in one commit.
const BATCH: u64 = 50;
const RETRY_DELAY: Duration = Duration::from_secs(5);

/// Kept for ever, since a hold may end at any time: one id for each closed account.
mod sellers {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "closed_sellers")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub user_id: Uuid,
        /// Whether tickets may remain on sale.
        pub withdrawal_pending: bool,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// Remembers who has left; [`step`] does the rest.
pub async fn start(tx: &Tx, closed: AccountClosed) -> Result<(), Error> {
    let row = sellers::Model { user_id: closed.user_id.uuid(), withdrawal_pending: true };
    let keep = OnConflict::column(sellers::Column::UserId).do_nothing().to_owned();
    let insert = sellers::Entity::insert(row.into_active_model().reset_all()).on_conflict(keep);
    Ok(insert.exec_without_returning(tx.db()).await.map(drop)?)
}

/// Which of these sellers have closed their accounts.
pub async fn who_left(tx: &Tx, sellers: BTreeSet<Uuid>) -> Result<BTreeSet<Uuid>, Error> {
    let left = sellers::Entity::find().filter(sellers::Column::UserId.is_in(sellers)).all(tx.db()).await?;
    Ok(left.into_iter().map(|seller| seller.user_id).collect())
}

/// Withdraws one batch of each seller who has left. Returns when to run again: at once while that withdraws anything.
///
/// # Errors
/// If the database is away.
pub async fn step(store: &Store) -> Result<Option<Instant>, Error> {
    let pending = sellers::Entity::find().filter(sellers::Column::WithdrawalPending.eq(true)).all(store.read()).await?;
    let (mut next, now) = (None, store.environment().now());
    for seller in &pending {
        let id = seller.user_id;
        let withdraw = store.write(store.root_cause(), move |tx| Box::pin(withdraw_batch(tx, id)));
        // One seller's tickets must not keep those of others on sale.
        let run_at = match withdraw.await {
            Ok(()) => now,
            Err(error) => {
                tracing::warn!(seller = %id, %error, "tickets of a closed account not withdrawn, trying again");
                now + RETRY_DELAY
            }
        };
        next = next.into_iter().chain([run_at]).min();
    }
    Ok(next)
}

async fn withdraw_batch(tx: &Tx, seller: Uuid) -> Result<(), Error> {
    let on_sale = tickets::Entity::find()
        .filter(tickets::Column::SellerId.eq(seller))
        .filter(tickets::Column::State.eq(Text(TicketState::OnSale)));
    let batch = on_sale.order_by_asc(tickets::Column::Id).limit(BATCH).all(tx.db()).await?;
    if batch.is_empty() {
        let finish = sellers::Entity::update_many()
            .col_expr(sellers::Column::WithdrawalPending, Expr::value(false))
            .filter(sellers::Column::UserId.eq(seller));
        return Ok(finish.exec(tx.db()).await.map(drop)?);
    }
    for before in batch {
        let mut ticket = before.clone();
        ticket.state = Text(TicketState::Withdrawn);
        ticket.price_version = ticket.price_version.next();
        changes::update_ticket(tx, before, ticket).await?;
    }
    Ok(())
}
