//! The outcomes of a request or an event handler besides success.

use sea_orm::sqlx::Error as SqlxError;
use sea_orm::{DbErr, RuntimeErr, SqlErr};
use shared::{Instant, Invalid, Rejection};
use std::fmt;
use std::sync::Arc;

/// Why a request was not answered, or an event not handled.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// Refused for a reason that the caller may see.
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
    /// A service or server that is needed does not answer.
    #[error("{0} does not answer at the moment")]
    Unavailable(&'static str),
    /// A bug or a broken dependency. Logged once, where it is handled, and never shown.
    #[error("{0}")]
    Failed(#[source] Failure),
}

/// A failure with its source. It can be cloned, since one failed commit fails every write that shared it.
#[derive(Clone, Debug)]
pub struct Failure {
    message: String,
    source: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Failure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

impl Error {
    /// A failure that only has a message.
    pub fn failed(message: impl fmt::Display) -> Self {
        Error::Failed(Failure { message: message.to_string(), source: None })
    }

    /// A failure caused by another error.
    pub fn caused_by(source: impl std::error::Error + Send + Sync + 'static) -> Self {
        Error::Failed(Failure { message: source.to_string(), source: Some(Arc::new(source)) })
    }

    /// Whether a unique constraint refused the row.
    pub fn is_duplicate(error: &DbErr) -> bool {
        matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_)))
    }
}

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        if is_unavailable(&error) { Error::Unavailable(DATABASE) } else { Error::caused_by(error) }
    }
}

/// The name of the database in [`Error::Unavailable`].
pub const DATABASE: &str = "the database";

/// PostgreSQL's error codes for a temporary state (its manual, appendix A): starting or stopping, idle transaction ended,
/// statement cancelled by timeout, no connection left, connection lost.
const TEMPORARY: [&str; 8] = ["57P01", "57P02", "57P03", "57014", "25P03", "53300", "08006", "08003"];

fn is_unavailable(error: &DbErr) -> bool {
    match error {
        DbErr::ConnectionAcquire(_) => true,
        DbErr::Conn(RuntimeErr::SqlxError(error))
        | DbErr::Exec(RuntimeErr::SqlxError(error))
        | DbErr::Query(RuntimeErr::SqlxError(error)) => match error.as_ref() {
            SqlxError::Io(_) | SqlxError::PoolTimedOut | SqlxError::PoolClosed | SqlxError::WorkerCrashed => true,
            SqlxError::Database(error) => error.code().is_some_and(|code| TEMPORARY.contains(&code.as_ref())),
            _ => false,
        },
        _ => false,
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Error::caused_by(error)
    }
}

impl From<Invalid> for Error {
    fn from(invalid: Invalid) -> Self {
        Error::Rejected(Rejection::Invalid(invalid))
    }
}
