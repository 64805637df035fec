//! What `payments` does when `orders` speaks: looks whether the money still fits the order.

use super::{schema, worker};
use crate::Error;
use crate::store::Tx;
use shared::orders::OrderChanged;

/// An order is new, or not as it was.
pub async fn order_changed(tx: &Tx, news: OrderChanged) -> Result<(), Error> {
    if schema::apply_order(tx, &news).await? {
        for row in schema::payments_of(tx.db(), news.id).await? {
            worker::schedule(tx, row, &news).await?;
        }
    }
    Ok(())
}
