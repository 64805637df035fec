//! The end of a show that was cancelled: each of its tickets hears of it and tells it, so that `orders` gives the money
//! back. A show may have thousands of tickets, so that goes step by step, and goes on after a crash.

use super::schema::{self, shows, tickets};
use crate::Error;
use crate::store::{Store, Tx, from_word, word};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use shared::tickets::{Cancellation, ShowListing, TicketState};
use shared::{Instant, Rejection, ShowId, UserId};
use uuid::Uuid;

/// How many tickets hear of it in one step.
const AT_ONCE: u64 = 50;

/// A show as it stands in a list, with how far its cancellation has come.
pub async fn listing(db: &impl ConnectionTrait, id: ShowId) -> Result<ShowListing, Error> {
    let row = schema::show(db, id).await?;
    let tickets = row.cancelled_tickets.cast_unsigned();
    let cancelled = row.cancelled_at.is_some();
    let mut listing = schema::listing_of(row)?;
    if cancelled {
        // One that was on sale and got held just before it heard of the end counts, too.
        let left = taken(db, id).await?;
        listing.cancellation = Some(Cancellation { tickets: tickets.max(left), left });
    }
    Ok(listing)
}

/// Cancels a show, if that is this person's to do; one that is cancelled stays so.
pub async fn begin(tx: &Tx, id: ShowId, person: UserId) -> Result<(), Error> {
    let row = schema::show(tx.db(), id).await?;
    if row.creator_id != person.uuid() {
        return Err(Rejection::NotYours.into());
    }
    if row.cancelled_at.is_some() {
        return Ok(());
    }
    if row.starts_at <= tx.now().millis() {
        return Err(Rejection::ShowBegun.into());
    }
    let cancel = shows::Entity::update_many()
        .col_expr(shows::Column::CancelledAt, Expr::value(tx.now().millis()))
        .col_expr(shows::Column::CancelledTickets, Expr::value(taken(tx.db(), id).await?.cast_signed()))
        .col_expr(shows::Column::Cancelling, Expr::value(true))
        .filter(shows::Column::Id.eq(id.uuid()));
    Ok(cancel.exec(tx.db()).await.map(drop)?)
}

/// Makes sure that a show is not cancelled while tickets for it are being listed: whoever writes its row second sees what
/// the first one did.
pub async fn keep_out(tx: &Tx, id: ShowId) -> Result<(), Error> {
    let touch = shows::Entity::update_many()
        .col_expr(shows::Column::Cancelling, Expr::value(false))
        .filter(shows::Column::Id.eq(id.uuid()))
        .filter(shows::Column::CancelledAt.is_null());
    match touch.exec(tx.db()).await?.rows_affected {
        1 => Ok(()),
        _ => Err(Rejection::ShowCancelled.into()),
    }
}

/// Lets some tickets of each cancelled show hear of it; wants to be called again at once while there are more.
pub async fn step(store: &Store) -> Result<Option<Instant>, Error> {
    let cancelling = shows::Entity::find().filter(shows::Column::Cancelling.eq(true)).all(store.read()).await?;
    for show in &cancelling {
        let id = show.id;
        store.write(store.root_cause(), move |tx| Box::pin(tell(tx, id))).await?;
    }
    Ok((!cancelling.is_empty()).then(|| store.environment().now()))
}

async fn tell(tx: &Tx, show: Uuid) -> Result<(), Error> {
    let waiting = tickets::Entity::find()
        .filter(tickets::Column::ShowId.eq(show))
        .filter(tickets::Column::State.ne(word(TicketState::Withdrawn)))
        .filter(tickets::Column::ShowCancelled.eq(false));
    let rows = waiting.order_by_asc(tickets::Column::Id).limit(AT_ONCE).all(tx.db()).await?;
    if rows.is_empty() {
        let done = shows::Entity::update_many().col_expr(shows::Column::Cancelling, Expr::value(false));
        return Ok(done.filter(shows::Column::Id.eq(show)).exec(tx.db()).await.map(drop)?);
    }
    for mut row in rows {
        row.show_cancelled = true;
        if from_word::<TicketState>(&row.state)? == TicketState::OnSale {
            row.state = word(TicketState::Withdrawn);
            row.terms += 1;
        }
        schema::update_ticket(tx, row).await?;
    }
    Ok(())
}

/// How many tickets of a show are held or sold.
async fn taken(db: &impl ConnectionTrait, show: ShowId) -> Result<u64, Error> {
    let taken = tickets::Entity::find()
        .filter(tickets::Column::ShowId.eq(show.uuid()))
        .filter(tickets::Column::State.is_in([word(TicketState::Held), word(TicketState::Sold)]));
    Ok(taken.count(db).await?)
}
