//! The five services, named once.

use serde::{Deserialize, Serialize};
use strum::VariantArray;

/// A service. Its word names the module, the URL prefix, the subject prefix, the database and the deployment.
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
    /// People, passwords and sessions.
    Auth,
    /// Shows, and the tickets on sale for them.
    Tickets,
    /// Who holds or owns which ticket, and until when.
    Orders,
    /// Deadlines.
    Expiration,
    /// Money.
    Payments,
}

impl Service {
    /// Every service, in the order in which a purchase meets them.
    pub const ALL: [Service; Service::VARIANTS.len()] =
        *Service::VARIANTS.first_chunk().expect("the length is the slice's own");

    /// The one word for this service.
    pub fn name(self) -> &'static str {
        self.into()
    }
}
