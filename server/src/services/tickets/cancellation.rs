//! Cancels a show. Each of its tickets publishes the cancellation, so that `orders` refunds the buyer. A show may have
//! thousands of tickets, so they publish in batches, one commit each; a crash loses no batch.

use super::changes;
use super::schema::{self, shows, tickets};
use crate::Error;
use crate::store::{Millis, Store, Text, Tx};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use shared::tickets::{Cancellation, ShowListing, TicketState};
use shared::{Instant, Rejection, ShowId, UserId};
use uuid::Uuid;

/// How many tickets of a show publish its cancellation in one commit.
const BATCH: u64 = 50;

/// A show as it is listed, with the progress of its cancellation.
pub async fn listing(db: &impl ConnectionTrait, id: ShowId) -> Result<ShowListing, Error> {
    let show = schema::show(db, id).await?;
    let taken_at_cancellation = u64::try_from(show.tickets_taken_at_cancellation).map_err(Error::failed)?;
    let cancelled = show.cancelled_at.is_some();
    let mut listing = schema::listing_of(show)?;
    if cancelled {
        let left = count_taken(db, id).await?;
        // A hold that was placed just before the cancellation may be applied after it, so `left` can be larger.
        listing.cancellation = Some(Cancellation { tickets: taken_at_cancellation.max(left), left });
    }
    Ok(listing)
}

/// Marks a show as cancelled; [`step`] does the rest. A show that is cancelled already stays as it is.
pub async fn start(tx: &Tx, id: ShowId, person: UserId) -> Result<(), Error> {
    let show = schema::show(tx.db(), id).await?;
    if show.creator_id != person.uuid() {
        return Err(Rejection::NotYours.into());
    }
    if show.cancelled_at.is_some() {
        return Ok(());
    }
    if show.starts_at.0 <= tx.now() {
        return Err(Rejection::ShowBegun.into());
    }
    let taken = count_taken(tx.db(), id).await?;
    let cancel = shows::Entity::update_many()
        .col_expr(shows::Column::CancelledAt, Expr::value(Millis(tx.now())))
        .col_expr(shows::Column::TicketsTakenAtCancellation, Expr::value(taken))
        .col_expr(shows::Column::CancellationPending, Expr::value(true))
        .filter(shows::Column::Id.eq(id.uuid()));
    Ok(cancel.exec(tx.db()).await.map(drop)?)
}

/// Writes the row of a show that is not cancelled, which locks it until this transaction commits. So a cancellation
/// comes either before the caller offers tickets, and this fails, or after it, and withdraws them.
pub async fn lock_show(tx: &Tx, id: ShowId) -> Result<(), Error> {
    let write_unchanged = shows::Entity::update_many()
        .col_expr(shows::Column::CancellationPending, Expr::value(false))
        .filter(shows::Column::Id.eq(id.uuid()))
        .filter(shows::Column::CancelledAt.is_null());
    let locked = write_unchanged.exec(tx.db()).await?.rows_affected == 1;
    if locked { Ok(()) } else { Err(Rejection::ShowCancelled.into()) }
}

/// Publishes one batch of each pending cancellation. Returns the present instant while any is pending, to run again at
/// once.
pub async fn step(store: &Store) -> Result<Option<Instant>, Error> {
    let pending = shows::Entity::find().filter(shows::Column::CancellationPending.eq(true)).all(store.read()).await?;
    let mut next = None;
    for show in &pending {
        let id = show.id;
        match store.write(store.root_cause(), move |tx| Box::pin(publish_batch(tx, id))).await {
            Ok(()) => next = Some(store.environment().now()),
            Err(Error::Unavailable(server)) => return Err(Error::Unavailable(server)),
            // One show that cannot be cancelled must not hold up the others; it is tried again when they are done.
            Err(error) => tracing::warn!(show = %id, %error, "cancellation not published, it will be retried"),
        }
    }
    Ok(next)
}

async fn publish_batch(tx: &Tx, show: Uuid) -> Result<(), Error> {
    let unpublished = tickets::Entity::find()
        .filter(tickets::Column::ShowId.eq(show))
        .filter(tickets::Column::State.ne(Text(TicketState::Withdrawn)))
        .filter(tickets::Column::CancellationPublished.eq(false));
    let batch = unpublished.order_by_asc(tickets::Column::Id).limit(BATCH).all(tx.db()).await?;
    if batch.is_empty() {
        let finish = shows::Entity::update_many()
            .col_expr(shows::Column::CancellationPending, Expr::value(false))
            .filter(shows::Column::Id.eq(show));
        return Ok(finish.exec(tx.db()).await.map(drop)?);
    }
    for before in batch {
        let mut ticket = before.clone();
        ticket.cancellation_published = true;
        if ticket.state.0 == TicketState::OnSale {
            ticket.state = Text(TicketState::Withdrawn);
            ticket.price_version = ticket.price_version.next();
        }
        changes::update_ticket(tx, before, ticket).await?;
    }
    Ok(())
}

/// How many tickets of a show are held or sold.
async fn count_taken(db: &impl ConnectionTrait, show: ShowId) -> Result<u64, Error> {
    let taken = tickets::Entity::find()
        .filter(tickets::Column::ShowId.eq(show.uuid()))
        .filter(tickets::Column::State.is_in([Text(TicketState::Held), Text(TicketState::Sold)]));
    Ok(taken.count(db).await?)
}
