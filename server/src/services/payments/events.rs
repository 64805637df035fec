//! Reactions to other services' events.

use super::{schema, worker};
use crate::Error;
use crate::store::Tx;
use shared::orders::OrderChanged;

/// Stores the order, and schedules the step that its payments need now.
pub async fn order_changed(tx: &Tx, order: OrderChanged) -> Result<(), Error> {
    schema::apply_order(tx, &order).await?;
    for row in schema::payments_of(tx.db(), order.id).await? {
        worker::schedule(tx, row, &order).await?;
    }
    Ok(())
}
