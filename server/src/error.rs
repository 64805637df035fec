//! Refused, too early, away, or failed: what can come of asking or telling a service something.

use sea_orm::sqlx::Error as SqlxError;
use sea_orm::{DbErr, RuntimeErr, SqlErr};
use shared::{Instant, Invalid, Rejection};
use std::fmt;

/// Why there is no answer, or why an event was not handled.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// Refused, for a reason that may be shown.
    #[error("{0}")]
    Rejected(#[from] Rejection),
    /// An event needs another aggregate's event first. Retried, at that instant if one is given.
    #[error("not ready, another aggregate's event must come first")]
    NotReady(Option<Instant>),
    /// Another process changed the row since it was read. Safe to retry.
    #[error("changed concurrently")]
    Conflict,
    /// The same step is under way elsewhere. Safe to retry.
    #[error("in flight elsewhere")]
    InFlight,
    /// Something that is needed, a service or a server, does not answer at the moment.
    #[error("{0} does not answer at the moment")]
    Unavailable(&'static str),
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

/// A database that is away is no failure of what was asked.
impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        match is_away(&error) {
            true => Error::Unavailable(DATABASE),
            false => Error::failed(error),
        }
    }
}

/// What a database that does not answer is called.
pub const DATABASE: &str = "the database";

/// PostgreSQL's words for "not now" (appendix A of its manual): it starts or stops, ended an idle transaction or a
/// statement that took too long, has no connection left, or lost one.
const NOT_NOW: [&str; 8] = ["57P01", "57P02", "57P03", "57014", "25P03", "53300", "08006", "08003"];

fn is_away(error: &DbErr) -> bool {
    match error {
        DbErr::ConnectionAcquire(_) => true,
        DbErr::Conn(RuntimeErr::SqlxError(error))
        | DbErr::Exec(RuntimeErr::SqlxError(error))
        | DbErr::Query(RuntimeErr::SqlxError(error)) => match error.as_ref() {
            SqlxError::Io(_) | SqlxError::PoolTimedOut | SqlxError::PoolClosed | SqlxError::WorkerCrashed => true,
            SqlxError::Database(error) => error.code().is_some_and(|code| NOT_NOW.contains(&code.as_ref())),
            _ => false,
        },
        _ => false,
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
