//! The reaction of `tickets` to orders: holds, sells and releases tickets.

use super::{closing, rules, schema};
use crate::Error;
use crate::store::{Millis, Text, Tx, Version};
use shared::OrderId;
use shared::orders::{OrderChanged, OrderState};

/// Applies the newest version of an order to its tickets.
///
/// An order that ends before its hold was applied releases nothing here. Its hold then has no effect however late it
/// arrives, and a hold that is pending is dropped: the inbox delivers no version older than one that was handled.
pub async fn order_changed(tx: &Tx, order: OrderChanged) -> Result<(), Error> {
    let show = schema::show(tx.db(), order.show.id).await?;
    for line in &order.lines {
        let mut row = schema::ticket(tx.db(), line.ticket_id).await?;
        let seller_left = closing::has_left(tx, row.seller_id).await?;
        let lifecycle = row.lifecycle(&show, seller_left);
        let next = rules::apply_order(lifecycle, &order, line);
        let next = next.map_err(|rules::HeldByOtherOrder| Error::NotReady(None))?;
        if let Some(next) = next {
            row.state = Text(next.state);
            row.order_id = next.order_id.map(OrderId::uuid);
            row.held_until = next.held_until.map(Millis);
            row.price_version = Version(next.price_version);
            row.buyer_id = (order.state == OrderState::Complete).then_some(order.buyer_id.uuid());
            schema::update_ticket(tx, row).await?;
        }
    }
    Ok(())
}
