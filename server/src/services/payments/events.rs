//! Reactions to other services' events.

use super::{ledger, schema, worker};
use crate::Error;
use crate::messaging::Delivery;
use crate::store::Tx;
use shared::orders::OrderChanged;
use std::collections::HashMap;
use uuid::Uuid;

/// Stores the orders, and schedules the steps that their payments need now.
pub async fn orders_changed(tx: &Tx, orders: Vec<Delivery<OrderChanged>>) -> Result<(), Error> {
    let orders: HashMap<Uuid, OrderChanged> =
        orders.into_iter().map(|order| (order.event.id.uuid(), order.event)).collect();
    schema::apply_orders(tx, orders.values()).await?;
    for row in schema::payments_of(tx.db(), orders.keys().copied()).await? {
        let order = &orders[&row.order_id];
        if order.state.is_over() {
            // Before the gateway has refunded it: the money is the buyer's from now on, and no payout may include it.
            ledger::close_sale(tx, row.id).await?;
        }
        worker::schedule(tx, row, order).await?;
    }
    Ok(())
}
