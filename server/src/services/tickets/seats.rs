//! Numbered seats: each has one pass, or one ticket from elsewhere that is on sale, held or sold.

use super::keys;
use super::pass_schema::passes_of_seats;
use super::schema::{self, TicketRow, tickets};
use crate::Error;
use crate::store::{Text, Tx};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use shared::tickets::{Seat, TicketState};
use shared::{Rejection, ShowId, UserId};
use std::collections::{BTreeSet, HashMap};

/// Refuses a numbered seat that has a ticket which is on sale, held or sold. The unique index `tickets_live_seat` would refuse it, but
/// cannot tell which seat it is, and has no key for the second ticket of a seat that an earlier version has sold twice.
pub async fn check_free(
    tx: &Tx,
    show: ShowId,
    seller: UserId,
    seats: impl Iterator<Item = &Seat>,
) -> Result<(), Error> {
    let numbered: HashMap<_, _> =
        seats.filter_map(|seat| keys::of_numbered_seat(seat).map(|key| (key, seat))).collect();
    if numbered.is_empty() {
        return Ok(());
    }
    for pass in passes_of_seats(tx.db(), show, numbered.keys().cloned()).await? {
        if let Some(seat) = pass.seat_key.and_then(|key| numbered.get(&key)) {
            let yours = pass.owner_id == seller.uuid();
            return Err(Rejection::SeatTaken { seat: (*seat).clone(), yours }.into());
        }
    }
    // Equal seats sort alike, too. Those that an earlier version has listed may have no keys yet.
    let orders = numbered.values().map(|seat| keys::of_seat(seat)).chain([String::new()]).collect();
    for row in live_tickets(tx, show, orders).await? {
        let taken = keys::of_numbered_seat(&schema::seat_of(&row)?);
        if let Some(seat) = taken.and_then(|key| numbered.get(&key)) {
            let owner = row.buyer_id.unwrap_or(row.seller_id);
            return Err(Rejection::SeatTaken { seat: (*seat).clone(), yours: owner == seller.uuid() }.into());
        }
    }
    Ok(())
}

/// The tickets of a show that are not withdrawn and have one of these [`seat_order`](tickets::Model::seat_order)s.
async fn live_tickets(tx: &Tx, show: ShowId, seat_orders: BTreeSet<String>) -> Result<Vec<TicketRow>, Error> {
    let live = tickets::Entity::find()
        .filter(tickets::Column::ShowId.eq(show.uuid()))
        .filter(tickets::Column::SeatOrder.is_in(seat_orders))
        .filter(tickets::Column::State.ne(Text(TicketState::Withdrawn)));
    Ok(live.all(tx.db()).await?)
}
