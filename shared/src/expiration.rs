//! What `expiration` says: a deadline has passed.

use crate::{Event, Instant, OrderId, Subject};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A deadline has passed on the clock of `expiration`: a hint, `orders` decides by its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExpirationDue {
    /// Whose deadline it is.
    pub order_id: OrderId,
    /// Which deadline it was: an order whose hold was extended has two.
    pub deadline: Instant,
    /// The how-manieth deadline of this order it is.
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
