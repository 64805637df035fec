//! The reaction of `tickets` to orders: holds, sells and releases tickets.

use super::schema::{TicketChange, TicketRow};
use super::{closing, rules, schema};
use crate::Error;
use crate::messaging::Delivery;
use crate::store::{Millis, Text, Tx, Version};
use shared::orders::{OrderChanged, OrderState};
use shared::{OrderId, Rejection};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// Applies the newest versions of orders to their tickets.
///
/// An order that ends before its hold was applied releases nothing here. Its hold then has no effect however late it
/// arrives, and a hold that is pending is dropped: the inbox delivers no version older than one that was handled.
pub async fn orders_changed(tx: &Tx, orders: Vec<Delivery<OrderChanged>>) -> Result<(), Error> {
    let ids: BTreeSet<Uuid> =
        orders.iter().flat_map(|order| &order.event.lines).map(|line| line.ticket_id.uuid()).collect();
    let rows = schema::tickets_by_id(tx.db(), ids).await?;
    let shows = schema::shows_by_id(tx.db(), rows.iter().map(|row| row.show_id).collect()).await?;
    let left = closing::who_left(tx, rows.iter().map(|row| row.seller_id).collect()).await?;
    let cancelled: BTreeSet<Uuid> =
        shows.iter().filter(|show| show.cancelled_at.is_some()).map(|show| show.id).collect();
    let mut rows: HashMap<Uuid, TicketRow> = rows.into_iter().map(|row| (row.id, row)).collect();
    let mut changes = Vec::new();
    for Delivery { event: order, cause, .. } in orders {
        for line in &order.lines {
            let row = rows.get_mut(&line.ticket_id.uuid()).ok_or(Rejection::NotFound)?;
            let ends_with_release = cancelled.contains(&row.show_id) || left.contains(&row.seller_id);
            let next = rules::apply_order(row.lifecycle(ends_with_release), &order, line);
            let next = next.map_err(|rules::HeldByOtherOrder| Error::NotReady(None))?;
            let Some(next) = next else { continue };
            let before = row.clone();
            row.version = before.version.next();
            row.state = Text(next.state);
            row.order_id = next.order_id.map(OrderId::uuid);
            row.held_until = next.held_until.map(Millis);
            row.price_version = Version(next.price_version);
            row.buyer_id = (order.state == OrderState::Complete).then_some(order.buyer_id.uuid());
            changes.push(TicketChange { before: Some(before), after: row.clone(), cause });
        }
    }
    let shows = shows.into_iter().map(|show| Ok((show.id, schema::show_of(show)?))).collect::<Result<_, Error>>()?;
    schema::apply_changes(tx, &shows, changes).await.map(drop)
}
