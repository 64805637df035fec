//! What `tickets` does when `orders` speaks: holds, sells and releases.

use super::{rules, schema};
use crate::Error;
use crate::store::{Tx, word};
use shared::orders::{OrderChanged, OrderState};

/// An order is new, or not as it was.
pub async fn order_changed(tx: &Tx, order: OrderChanged) -> Result<(), Error> {
    if !schema::record_order_version(tx, order.id, order.version).await? {
        return Ok(());
    }
    let show = schema::show(tx.db(), order.show.id).await?;
    for line in &order.lines {
        let mut row = schema::ticket(tx.db(), line.ticket_id).await?;
        let hold = schema::hold_of(&row, &show)?;
        let heard = rules::apply_order(hold, &order, line).map_err(|rules::StillHeld| Error::NotReady(None))?;
        if let Some(hold) = heard {
            row.state = word(hold.state);
            row.order_id = hold.order_id.map(|id| id.uuid());
            row.held_until = hold.held_until.map(|until| until.millis());
            row.terms = hold.terms.cast_signed();
            row.buyer_id = (order.state == OrderState::Complete).then_some(order.buyer_id.uuid());
            schema::update_ticket(tx, row).await?;
        }
    }
    Ok(())
}
