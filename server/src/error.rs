//! Refused, too early, away, or failed: what can come of asking or telling a service something.

use sea_orm::{DbErr, SqlErr};
use shared::{Instant, Invalid, Rejection, Service};
use std::fmt;

/// Why there is no answer, or why an event was not handled.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Refused, for a reason that may be shown.
    #[error("{0}")]
    Rejected(#[from] Rejection),
    /// Not yet: news of something else must come first. To be tried again, at that moment if one is named.
    #[error("too early, other news must come first")]
    Early(Option<Instant>),
    /// The service does not answer at the moment.
    #[error("{0} does not answer at the moment")]
    Unavailable(Service),
    /// Something broke. Logged once, never shown.
    #[error("{0}")]
    Failed(Failure),
}

/// What broke, for the log.
#[derive(Clone, Debug)]
pub struct Failure(String);

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl Error {
    /// Something broke: `what`.
    pub fn failed(what: impl fmt::Display) -> Self {
        Error::Failed(Failure(what.to_string()))
    }

    /// Whether the database refused a row because one like it is there.
    pub fn is_duplicate(error: &DbErr) -> bool {
        matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_)))
    }
}

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        Error::failed(error)
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Error::failed(error)
    }
}

impl From<Invalid> for Error {
    fn from(invalid: Invalid) -> Self {
        Error::Rejected(Rejection::Invalid(invalid))
    }
}
