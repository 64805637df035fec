//! Events: versioned states of aggregates, in envelopes.

use crate::Service;
use crate::id::EventId;
use crate::instant::Instant;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use strum::VariantArray;
use uuid::Uuid;

/// The kind of an event: `<service>.<event>`, which is also its subject in NATS. The prefix is the only service that may
/// publish it.
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
#[serde(try_from = "String", into = "&'static str")]
pub enum Subject {
    /// An account was created: [`Registered`](crate::auth::Registered).
    #[strum(serialize = "auth.registered")]
    AuthRegistered,
    /// An account was closed: [`AccountClosed`](crate::auth::AccountClosed).
    #[strum(serialize = "auth.closed")]
    AuthClosed,
    /// A ticket was created or changed: [`TicketChanged`](crate::tickets::TicketChanged).
    #[strum(serialize = "tickets.changed")]
    TicketsChanged,
    /// A pass got another owner, is offered to one, or was admitted: [`PassChanged`](crate::tickets::PassChanged).
    #[strum(serialize = "tickets.pass_changed")]
    TicketsPassChanged,
    /// An order was created or changed: [`OrderChanged`](crate::orders::OrderChanged).
    #[strum(serialize = "orders.changed")]
    OrdersChanged,
    /// The deadline of a hold has passed: [`ExpirationDue`](crate::expiration::ExpirationDue).
    #[strum(serialize = "expiration.due")]
    ExpirationDue,
    /// A payment was created or changed: [`PaymentChanged`](crate::payments::PaymentChanged).
    #[strum(serialize = "payments.changed")]
    PaymentsChanged,
}

impl Subject {
    /// Every subject, in the order of declaration.
    pub const ALL: [Subject; Subject::VARIANTS.len()] =
        *Subject::VARIANTS.first_chunk().expect("the length is the slice's own");

    /// The name on the bus, such as `tickets.changed`. `str::parse` is the inverse.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The only service that publishes events of this kind.
    pub fn service(self) -> Service {
        let (service, _) = self.name().split_once('.').expect("a test checks every subject");
        service.parse().expect("a test checks every subject")
    }
}

impl TryFrom<String> for Subject {
    type Error = strum::ParseError;
    fn try_from(name: String) -> Result<Self, strum::ParseError> {
        name.parse()
    }
}

/// The body of an event. It carries the whole state of its aggregate, so that a reader needs only the newest one.
pub trait Event: Serialize + DeserializeOwned {
    /// Each subject belongs to exactly one type of event.
    const SUBJECT: Subject;
    /// The version of the body's shape. Raise it when a program of the previous version would misread the new shape; adding
    /// a field does not count, since unknown fields are ignored.
    const SCHEMA: u16 = 1;
    /// The id of the aggregate whose state this is.
    fn aggregate(&self) -> Uuid;
    /// The aggregate's version: 1, 2, 3, … without gaps.
    fn version(&self) -> u64;
}

/// An event with the metadata that outbox, bus and inbox need.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Envelope {
    /// The same on every delivery, so that the inbox recognizes duplicates.
    pub id: EventId,
    /// Determines the type of `body`.
    pub subject: Subject,
    /// See [`Event::aggregate`].
    pub aggregate_id: Uuid,
    /// See [`Event::version`].
    pub version: u64,
    /// When the change was made, by the clock of the publishing service.
    pub occurred_at: Instant,
    /// The request, or the job of a service, that started the chain of events.
    pub correlation_id: Uuid,
    /// The request or event that directly caused this event.
    pub causation_id: Uuid,
    /// See [`Event::SCHEMA`].
    pub schema: u16,
    /// The [`Event`] as JSON.
    pub body: serde_json::Value,
}

impl Envelope {
    /// Decodes the body.
    ///
    /// # Errors
    /// If the subject is not that of `E`, the schema is newer than this program's, or the JSON does not fit. The text is for
    /// operators.
    pub fn decode<E: Event>(&self) -> Result<E, String> {
        if self.subject != E::SUBJECT || self.schema > E::SCHEMA {
            return Err(format!("cannot decode {} with schema {} as {}", self.subject, self.schema, E::SUBJECT));
        }
        serde_json::from_value(self.body.clone()).map_err(|error| error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::Subject;

    #[test]
    fn every_subject_starts_with_the_name_of_a_service() {
        for subject in Subject::ALL {
            assert!(subject.name().starts_with(&format!("{}.", subject.service())), "{subject}");
        }
    }
}
