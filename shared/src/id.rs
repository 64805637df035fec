//! Typed ids: passing a ticket's id where an order's is expected does not compile.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{cmp::Ordering, fmt, hash, marker::PhantomData, str::FromStr};
use uuid::Uuid;

/// The id of a `Thing`. New ids are UUIDs v7 (RFC 9562 §5.7), which sort by creation time; that is how lists are ordered.
pub struct Id<Thing>(Uuid, PhantomData<fn() -> Thing>);

/// An account; see [`User`](crate::auth::User).
pub type UserId = Id<marker::User>;
/// A session; see [`SessionInfo`](crate::auth::SessionInfo).
pub type SessionId = Id<marker::Session>;
/// A concert, match or play; see [`Show`](crate::tickets::Show).
pub type ShowId = Id<marker::Show>;
/// One listing of one seat; see [`Ticket`](crate::tickets::Ticket). A relisted seat gets a new id.
pub type TicketId = Id<marker::Ticket>;
/// The right to a seat; see [`Pass`](crate::tickets::Pass).
pub type PassId = Id<marker::Pass>;
/// An offer to give a pass away; see [`PassTransfer`](crate::tickets::PassTransfer).
pub type TransferId = Id<marker::Transfer>;
/// A purchase of tickets for one show; see [`Order`](crate::orders::Order).
pub type OrderId = Id<marker::Order>;
/// One attempt to pay an order; see [`Payment`](crate::payments::Payment). A new attempt gets a new id.
pub type PaymentId = Id<marker::Payment>;
/// One message on the bus; see [`Envelope`](crate::event::Envelope). A redelivery has the same id.
pub type EventId = Id<marker::Event>;

/// Uninhabited types that only tell ids apart. The real types would make this file import the whole crate.
mod marker {
    pub enum User {}
    pub enum Session {}
    pub enum Show {}
    pub enum Ticket {}
    pub enum Pass {}
    pub enum Transfer {}
    pub enum Order {}
    pub enum Payment {}
    pub enum Event {}
}

impl<Thing> Id<Thing> {
    /// Types a UUID, such as one read from a database column. Whether it exists is not checked.
    pub const fn new(uuid: Uuid) -> Self {
        Id(uuid, PhantomData)
    }

    /// The untyped UUID, for database columns and for fields that may name any aggregate.
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
        // `Uuid` would serialize as bytes in CBOR, Dioxus's hydration format, but `deserialize` below expects text.
        serializer.collect_str(&self.0)
    }
}
impl<'de, Thing> Deserialize<'de> for Id<Thing> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(|_| serde::de::Error::custom("an id must be a UUID"))
    }
}
