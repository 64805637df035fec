//! What a service tells the others: versioned events in envelopes.

use crate::{EventId, Instant, Service};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use uuid::Uuid;

/// What an event is about: the service that says it, and what happened.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    strum::Display,
    strum::EnumString,
    strum::IntoStaticStr,
    strum::VariantArray,
)]
pub enum Subject {
    /// Somebody signed up.
    #[serde(rename = "auth.registered")]
    #[strum(serialize = "auth.registered")]
    AuthRegistered,
    /// A ticket is new, or not as it was.
    #[serde(rename = "tickets.changed")]
    #[strum(serialize = "tickets.changed")]
    TicketsChanged,
    /// An order is new, or not as it was.
    #[serde(rename = "orders.changed")]
    #[strum(serialize = "orders.changed")]
    OrdersChanged,
    /// A deadline has passed.
    #[serde(rename = "expiration.due")]
    #[strum(serialize = "expiration.due")]
    ExpirationDue,
    /// A payment is new, or not as it was.
    #[serde(rename = "payments.changed")]
    #[strum(serialize = "payments.changed")]
    PaymentsChanged,
}

impl Subject {
    /// The subject's name on the bus.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The only service that may say it.
    pub fn service(self) -> Service {
        match self {
            Subject::AuthRegistered => Service::Auth,
            Subject::TicketsChanged => Service::Tickets,
            Subject::OrdersChanged => Service::Orders,
            Subject::ExpirationDue => Service::Expiration,
            Subject::PaymentsChanged => Service::Payments,
        }
    }
}

/// The body of an event: the whole state of its aggregate, so that the newest alone is enough.
pub trait Event: Serialize + DeserializeOwned {
    /// What it is about.
    const SUBJECT: Subject;
    /// The version of this body's shape; raised when an old reader could misread it.
    const SCHEMA: u16 = 1;
    /// What it tells of.
    fn aggregate(&self) -> Uuid;
    /// The aggregate's version: 1, 2, 3, … without gaps.
    fn version(&self) -> u64;
}

/// An event on its way: its body, and what the plumbing must know of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Envelope {
    /// Names this event; a second delivery has the same.
    pub id: EventId,
    /// What it is about.
    pub subject: Subject,
    /// What it tells of.
    pub aggregate_id: Uuid,
    /// The aggregate's version that it tells of.
    pub version: u64,
    /// When the change was committed, by the clock of the service that says it.
    pub occurred_at: Instant,
    /// The request that began it all.
    pub correlation_id: Uuid,
    /// The request or event that directly caused it.
    pub causation_id: Uuid,
    /// The version of the body's shape.
    pub schema: u16,
    /// The event itself.
    pub body: serde_json::Value,
}

impl Envelope {
    /// The event in this envelope.
    ///
    /// # Errors
    /// If the body is not such an event, or of a newer shape than this program knows.
    pub fn decode<E: Event>(&self) -> Result<E, String> {
        if self.subject != E::SUBJECT || self.schema > E::SCHEMA {
            return Err(format!("{} in shape {} cannot be read here", self.subject, self.schema));
        }
        serde_json::from_value(self.body.clone()).map_err(|error| error.to_string())
    }
}
