//! Pages of tickets.

use super::schema::{TicketRow, tickets};
use crate::Error;
use crate::store::{Text, is_after};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};
use shared::page::PAGE_SIZE;
use shared::tickets::TicketState;
use shared::{ShowId, TicketId, UserId};
use uuid::Uuid;

/// The tickets of a show that are on sale or held, the cheapest first, after a price and an id; one more than a page, to see whether
/// another page follows.
pub async fn by_price(
    db: &impl ConnectionTrait,
    show: ShowId,
    after: Option<(i64, Uuid)>,
) -> Result<Vec<TicketRow>, Error> {
    let mut sorted = listed(show).order_by_asc(tickets::Column::Price).order_by_asc(tickets::Column::Id);
    if let Some((price, id)) = after {
        sorted = sorted.filter(is_after(
            [tickets::Column::Price.into_expr(), tickets::Column::Id.into_expr()],
            [price.into(), id.into()],
        ));
    }
    Ok(sorted.limit(PAGE_SIZE + 1).all(db).await?)
}

/// The same in the order of their seats, after the key of a seat and an id.
pub async fn by_seat(
    db: &impl ConnectionTrait,
    show: ShowId,
    after: Option<(String, Uuid)>,
) -> Result<Vec<TicketRow>, Error> {
    let mut sorted = listed(show).order_by_asc(tickets::Column::SeatOrder).order_by_asc(tickets::Column::Id);
    if let Some((seat, id)) = after {
        sorted = sorted.filter(is_after(
            [tickets::Column::SeatOrder.into_expr(), tickets::Column::Id.into_expr()],
            [seat.into(), id.into()],
        ));
    }
    Ok(sorted.limit(PAGE_SIZE + 1).all(db).await?)
}

fn listed(show: ShowId) -> Select<tickets::Entity> {
    tickets::Entity::find()
        .filter(tickets::Column::ShowId.eq(show.uuid()))
        .filter(tickets::Column::State.is_in([Text(TicketState::OnSale), Text(TicketState::Held)]))
}

/// A seller's tickets, newest first, before an id; one more than a page, to see whether another page follows.
pub async fn of_seller(
    db: &impl ConnectionTrait,
    seller: UserId,
    before: Option<TicketId>,
) -> Result<Vec<TicketRow>, Error> {
    let mut newest_first =
        tickets::Entity::find().filter(tickets::Column::SellerId.eq(seller.uuid())).order_by_desc(tickets::Column::Id);
    if let Some(id) = before {
        newest_first = newest_first.filter(tickets::Column::Id.lt(id.uuid()));
    }
    Ok(newest_first.limit(PAGE_SIZE + 1).all(db).await?)
}
