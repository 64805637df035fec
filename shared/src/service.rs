//! The five services.

use serde::{Deserialize, Serialize};
use strum::VariantArray;

/// A service. Its lower-case name is its module, URL prefix, subject prefix, database, durable consumer, Kubernetes
/// deployment and value in the variable `SERVICES`.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    strum::Display,
    strum::EnumString,
    strum::IntoStaticStr,
    strum::VariantArray,
)]
#[strum(serialize_all = "lowercase")]
#[serde(rename_all = "lowercase")]
pub enum Service {
    /// Owns accounts, passwords and sessions, and sends the mails.
    Auth,
    /// Owns shows and the tickets listed for them.
    Tickets,
    /// Decides who holds or owns a ticket, and until when. The only authority on holds.
    Orders,
    /// Stores the deadlines of holds and publishes an event when one passes.
    Expiration,
    /// Moves money: authorizations, captures, refunds, the ledger and payouts.
    Payments,
}

impl Service {
    /// Every service, in the order of declaration.
    pub const ALL: [Service; Service::VARIANTS.len()] =
        *Service::VARIANTS.first_chunk().expect("the length is the slice's own");

    /// The lower-case name, such as `auth`. `str::parse` is the inverse.
    pub fn name(self) -> &'static str {
        self.into()
    }
}
