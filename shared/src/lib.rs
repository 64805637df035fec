//! The vocabulary that client and server share: ids, values, requests with their replies, and events.
//!
//! It compiles to WASM and knows no framework. *Invariant:* a value that exists is valid. Input is parsed once, where it
//! enters the program, and code behind that needs no checks.
//!
//! Each file imports only files of the lines above its own, so there are no import cycles:
//!
//! 1. `id`, `instant`, `money`, `page`: import nothing of this crate but [`Service`]
//! 2. `invalid` (why an argument is refused), `event` and `request` (the traits that messages implement), `ticket_code` (the format)
//! 3. `price`, `value`: types whose constructors return `Invalid`
//! 4. `auth`, `expiration`, `tickets`: the requests, replies and events of one service each
//! 5. `payments`: refers to seats of `tickets`
//! 6. `orders`: refers to shows and seats of `tickets` and to payment states
//! 7. `rejection`: every reason to refuse a request, some of which name states of orders and payments
//! 8. this file: [`Service`], whose variants name the modules, re-exports, and [`requests`]
//!
//! `tests/wire` records the JSON of every message, so that a change of it is seen in review.

#![warn(missing_docs)]

pub mod amount;
pub mod auth;
pub mod event;
pub mod expiration;
pub mod id;
pub mod instant;
pub mod invalid;
pub mod money;
pub mod orders;
pub mod page;
pub mod payments;
pub mod price;
pub mod rejection;
pub mod request;
pub mod text;
pub mod ticket_code;
pub mod tickets;
pub mod value;

pub use event::{Envelope, Event, Subject};
pub use id::{EventId, Id, OrderId, PassId, PaymentId, SessionId, ShowId, TicketId, TransferId, UserId};
pub use instant::{Instant, OffsetTime};
pub use invalid::{Flaw, Invalid};
pub use money::{Currency, FeeShare, Money};
pub use page::Paginated;
pub use price::Price;
pub use rejection::Rejection;
pub use request::Request;

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

/// The [`Request::NAME`]s that `service` answers. The host compares them with the registered handlers when it starts.
pub const fn requests(service: Service) -> &'static [&'static str] {
    match service {
        Service::Auth => auth::REQUESTS,
        Service::Tickets => tickets::REQUESTS,
        Service::Orders => orders::REQUESTS,
        Service::Expiration => &[],
        Service::Payments => payments::REQUESTS,
    }
}
