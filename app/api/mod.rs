//! The typed calls from the client to the server, one file per service. Each says who is asking, asks, and answers.

pub mod auth;
pub mod error;
pub mod orders;
pub mod payments;
pub mod tickets;

pub use error::ApiError;

#[cfg(feature = "server")]
use shared::{Id, Rejection};

/// The id in a path. What is no id names nothing.
#[cfg(feature = "server")]
fn path_id<Thing>(text: &str) -> Result<Id<Thing>, ApiError> {
    text.parse().map_err(|_| Rejection::NotFound.into())
}
