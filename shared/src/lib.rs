//! The vocabulary that client and server share: ids, values, requests with their replies, and events.
//!
//! *Invariant:* a value that exists is valid; what comes from outside is parsed once, at the edge.

#![warn(missing_docs)]

pub mod auth;
pub mod event;
pub mod expiration;
pub mod id;
pub mod instant;
pub mod money;
pub mod orders;
pub mod page;
pub mod payments;
pub mod rejection;
pub mod request;
pub mod service;
pub mod tickets;
pub mod value;

pub use event::{Envelope, Event, Subject};
pub use id::{EventId, Id, OrderId, PaymentId, ShowId, TicketId, UserId};
pub use instant::Instant;
pub use money::{Currency, FeeShare, Money, Price};
pub use page::Paginated;
pub use rejection::{Flaw, Invalid, Rejection};
pub use request::Request;
pub use service::Service;

/// The names of the requests that `service` answers.
pub const fn requests(service: Service) -> &'static [&'static str] {
    match service {
        Service::Auth => auth::REQUESTS,
        Service::Tickets => tickets::REQUESTS,
        Service::Orders => orders::REQUESTS,
        Service::Expiration => &[],
        Service::Payments => payments::REQUESTS,
    }
}
