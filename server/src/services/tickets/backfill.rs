//! Adds the keys of rows that the version before this one has written: see [`keys`].

use super::keys;
use super::schema::{self, TicketRow, shows, tickets};
use crate::Error;
use crate::store::{Store, Text, Tx};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use shared::Instant;
use shared::tickets::TicketState;

/// How many rows of an earlier version get their keys in one commit.
const BATCH: u64 = 200;

/// Gives rows that the version before this one has written their keys. Returns the present if there may be more.
pub async fn step(store: &Store) -> Result<Option<Instant>, Error> {
    let db = store.read();
    let shows = shows::Entity::find().filter(shows::Column::CityKey.eq("")).limit(BATCH).all(db).await?;
    let seats = tickets::Entity::find().filter(tickets::Column::SeatKey.eq(""));
    let seats = seats.order_by_asc(tickets::Column::Id).limit(BATCH).all(db).await?;
    if shows.is_empty() && seats.is_empty() {
        return Ok(None);
    }
    let write = store.write(store.root_cause(), move |tx| {
        Box::pin(async move {
            for row in shows {
                add_keys_of_show(tx, row).await?;
            }
            for row in seats {
                add_keys_of_ticket(tx, row).await?;
            }
            Ok(())
        })
    });
    write.await?;
    Ok(Some(store.environment().now()))
}

async fn add_keys_of_show(tx: &Tx, row: shows::Model) -> Result<(), Error> {
    let (id, key) = (row.id, keys::of_city(&row.city));
    schema::insert_words(tx, id, keys::of_show(&schema::show_of(row)?)).await?;
    let update = shows::Entity::update_many().col_expr(shows::Column::CityKey, Expr::value(key));
    Ok(update.filter(shows::Column::Id.eq(id)).exec(tx.db()).await.map(drop)?)
}

/// If the version before this one has sold a seat twice, the first ticket gets its key, and the audit reports the other.
async fn add_keys_of_ticket(tx: &Tx, row: TicketRow) -> Result<(), Error> {
    let seat = schema::seat_of(&row)?;
    let seat_key = match keys::of_numbered_seat(&seat) {
        Some(key) if row.state.0 == TicketState::Withdrawn => Some(key),
        Some(key) => (!has_other_live_ticket(tx, &row, &key).await?).then_some(key),
        None => None,
    };
    let update = tickets::Entity::update_many()
        .col_expr(tickets::Column::SeatOrder, Expr::value(keys::of_seat(&seat)))
        .col_expr(tickets::Column::SeatKey, Expr::value(seat_key))
        .filter(tickets::Column::Id.eq(row.id));
    Ok(update.exec(tx.db()).await.map(drop)?)
}

/// Whether another ticket that is not withdrawn has the seat with this key.
async fn has_other_live_ticket(tx: &Tx, ticket: &TicketRow, seat_key: &str) -> Result<bool, Error> {
    let others = tickets::Entity::find()
        .filter(tickets::Column::ShowId.eq(ticket.show_id))
        .filter(tickets::Column::SeatKey.eq(seat_key))
        .filter(tickets::Column::State.ne(Text(TicketState::Withdrawn)))
        .filter(tickets::Column::Id.ne(ticket.id));
    Ok(others.one(tx.db()).await?.is_some())
}
