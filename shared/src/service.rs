//! The five services, named once.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A service. Its word names the module, the URL prefix, the subject prefix, the database and the deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
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

    /// The one word for this service.
    pub fn name(self) -> &'static str {
        match self {
            Service::Auth => "auth",
            Service::Tickets => "tickets",
            Service::Orders => "orders",
            Service::Expiration => "expiration",
            Service::Payments => "payments",
        }
    }
}

impl fmt::Display for Service {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}
