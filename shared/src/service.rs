//! The five services, named once.

use serde::{Deserialize, Serialize};

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
    pub const ALL: [Service; 5] =
        [Service::Auth, Service::Tickets, Service::Orders, Service::Expiration, Service::Payments];

    /// The names of the requests that the service answers.
    pub fn requests(self) -> &'static [&'static str] {
        match self {
            Service::Auth => crate::auth::REQUESTS,
            Service::Tickets => crate::tickets::REQUESTS,
            Service::Orders => crate::orders::REQUESTS,
            Service::Expiration => &[],
            Service::Payments => crate::payments::REQUESTS,
        }
    }

    /// The one word for this service.
    pub fn name(self) -> &'static str {
        self.into()
    }
}
