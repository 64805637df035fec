//! The event of `expiration`, which answers no requests.

use crate::event::{Event, Subject};
use crate::id::OrderId;
use crate::instant::Instant;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The deadline of an order has passed on the clock of `expiration`. This is a hint: `orders` decides by its own clock.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExpirationDue {
    /// The aggregate: deadlines are counted per order.
    pub order_id: OrderId,
    /// Tells the deadlines of an order apart: an order whose hold was extended has two.
    pub deadline: Instant,
    /// Which deadline of this order: 1, 2, …
    pub version: u64,
}
impl Event for ExpirationDue {
    const SUBJECT: Subject = Subject::ExpirationDue;
    fn aggregate(&self) -> Uuid {
        self.order_id.uuid()
    }
    fn version(&self) -> u64 {
        self.version
    }
}
