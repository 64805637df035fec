//! The vocabulary that client and server share: ids, values, requests with their replies, and events.
//!
//! It compiles to WASM and knows no framework. *Invariant:* a value that exists is valid. Input is parsed once, where it
//! enters the program, and code behind that needs no checks.
//!
//! Each file imports only files of the lines above its own, so there are no import cycles:
//!
//! 1. `id`, `instant`, `money`, `page`, `service`: import nothing of this crate
//! 2. `invalid` (why an argument is refused), `event` and `request` (the traits that messages implement)
//! 3. `price`, `value`: types whose constructors return `Invalid`
//! 4. `auth`, `expiration`, `tickets`: the requests, replies and events of one service each
//! 5. `payments`: refers to seats of `tickets`
//! 6. `orders`: refers to shows and seats of `tickets` and to payment states
//! 7. `rejection`: every reason to refuse a request, some of which name states of orders and payments
//! 8. this file: re-exports, and [`requests`]
//!
//! `tests/wire` records the JSON of every message, so that a change of it is seen in review.

#![warn(missing_docs)]

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
pub mod service;
pub mod tickets;
pub mod value;

pub use event::{Envelope, Event, Subject};
pub use id::{EventId, Id, OrderId, PaymentId, ShowId, TicketId, UserId};
pub use instant::Instant;
pub use invalid::{Flaw, Invalid};
pub use money::{Currency, FeeShare, Money};
pub use page::Paginated;
pub use price::Price;
pub use rejection::Rejection;
pub use request::Request;
pub use service::Service;

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
