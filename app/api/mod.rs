//! Typed calls from the client to the server, one file per service; `passes` and `door` are what `tickets` does after a sale. Each passes
//! the caller's session and a request to the service.

pub mod auth;
pub mod door;
pub mod orders;
pub mod passes;
pub mod payments;
pub mod tickets;

pub use crate::error::ApiError;

#[cfg(feature = "server")]
use shared::{Id, Rejection};

/// Parses an id from a path. Text that is not an id is reported like an id that does not exist.
#[cfg(feature = "server")]
fn path_id<Thing>(text: &str) -> Result<Id<Thing>, ApiError> {
    text.parse().map_err(|_| Rejection::NotFound.into())
}
