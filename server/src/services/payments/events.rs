//! Reactions to other services' events.

use super::{ledger, schema, worker};
use crate::Error;
use crate::store::Tx;
use shared::orders::OrderChanged;

/// Stores the order, and schedules the step that its payments need now.
pub async fn order_changed(tx: &Tx, order: OrderChanged) -> Result<(), Error> {
    schema::apply_order(tx, &order).await?;
    if order.state.is_over() {
        // Before the gateway has refunded it: the money is the buyer's from now on, and no payout may include it.
        ledger::close_sales(tx, order.id).await?;
    }
    for row in schema::payments_of(tx.db(), order.id).await? {
        worker::schedule(tx, row, &order).await?;
    }
    Ok(())
}
