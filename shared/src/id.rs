//! Typed ids: a ticket's id cannot be passed where an order's is wanted.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{cmp::Ordering, fmt, hash, marker::PhantomData, str::FromStr};
use uuid::Uuid;

/// The id of a `Thing`: a UUID v7, so ids sort by the time they were made.
pub struct Id<Thing>(Uuid, PhantomData<fn() -> Thing>);

/// Names a person.
pub type UserId = Id<crate::auth::User>;
/// Names a show.
pub type ShowId = Id<crate::tickets::Show>;
/// Names a ticket: one listing of one seat.
pub type TicketId = Id<crate::tickets::Ticket>;
/// Names an order.
pub type OrderId = Id<crate::orders::Order>;
/// Names a payment: one attempt to pay an order.
pub type PaymentId = Id<crate::payments::Payment>;
/// Names an event: one message.
pub type EventId = Id<crate::event::Envelope>;

impl<Thing> Id<Thing> {
    /// Gives a UUID its type.
    pub const fn new(uuid: Uuid) -> Self {
        Id(uuid, PhantomData)
    }

    /// The UUID without its type.
    pub const fn uuid(self) -> Uuid {
        self.0
    }
}

impl<Thing> Clone for Id<Thing> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<Thing> Copy for Id<Thing> {}
impl<Thing> PartialEq for Id<Thing> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<Thing> Eq for Id<Thing> {}
impl<Thing> PartialOrd for Id<Thing> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl<Thing> Ord for Id<Thing> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0)
    }
}
impl<Thing> hash::Hash for Id<Thing> {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}
impl<Thing> fmt::Display for Id<Thing> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}
impl<Thing> fmt::Debug for Id<Thing> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}
impl<Thing> FromStr for Id<Thing> {
    type Err = uuid::Error;
    fn from_str(text: &str) -> Result<Self, uuid::Error> {
        Uuid::parse_str(text).map(Id::new)
    }
}
impl<Thing> From<Uuid> for Id<Thing> {
    fn from(uuid: Uuid) -> Self {
        Id::new(uuid)
    }
}
impl<Thing> Serialize for Id<Thing> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Always as text: the hydration data is binary, and both ends must agree.
        serializer.collect_str(&self.0)
    }
}
impl<'de, Thing> Deserialize<'de> for Id<Thing> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(|_| serde::de::Error::custom("an id is a UUID"))
    }
}
