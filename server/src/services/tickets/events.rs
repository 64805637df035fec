//! The reaction of `tickets` to orders: holds, sells and releases tickets, and moves their passes.

use super::passes::{PassChanges, TicketChanges};
use super::{changes, closing, rules, schema};
use crate::Error;
use crate::messaging::Delivery;
use crate::store::{Millis, Text, Tx, Version};
use shared::OrderId;
use shared::orders::{OrderChanged, OrderState};
use shared::tickets::Show;
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
    let mut passes = PassChanges::of(tx, &rows).await?;
    let mut tickets = TicketChanges::new(rows);
    for Delivery { event: order, cause, .. } in orders {
        for line in &order.lines {
            let before = tickets.get(line.ticket_id.uuid())?.clone();
            let seller_gone = cancelled.contains(&before.show_id) || left.contains(&before.seller_id);
            let ends_with_release = seller_gone || passes.ends_with_release(&before);
            let next = rules::apply_order(before.lifecycle(ends_with_release), &order, line);
            let next = next.map_err(|rules::HeldByOtherOrder| Error::NotReady(None))?;
            if let Some(next) = next {
                let (is_released, has_moved) = (next.order_id.is_none(), passes.has_moved(&before));
                tickets.change(before, cause, |row| {
                    row.state = Text(next.state);
                    row.order_id = next.order_id.map(OrderId::uuid);
                    row.held_until = next.held_until.map(Millis);
                    row.price_version = Version(next.price_version);
                    row.refund_requested &= !is_released;
                    row.sale_refunded = is_released && has_moved;
                    // After a refund, the former buyer may be the one from whom the pass comes back.
                    if !row.sale_refunded {
                        row.buyer_id = (order.state == OrderState::Complete).then_some(order.buyer_id.uuid());
                    }
                });
                if is_released {
                    passes.release(tickets.get(line.ticket_id.uuid())?, cause);
                }
            }
            let ticket = tickets.get(line.ticket_id.uuid())?;
            if order.captured && order.state == OrderState::Complete && ticket.order_id == Some(order.id.uuid()) {
                passes.capture(ticket, order.buyer_id, cause);
            }
        }
    }
    let shows: HashMap<Uuid, Show> =
        shows.into_iter().map(|show| Ok((show.id, schema::show_of(show)?))).collect::<Result<_, Error>>()?;
    passes.store(tx, &mut tickets, &shows).await?;
    changes::apply_changes(tx, &shows, tickets.into_changes()).await.map(drop)
}
