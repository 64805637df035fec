//! Who called, and what caused a write: recorded with every event that follows from it.

use shared::{Envelope, Rejection, UserId};
use uuid::Uuid;

/// Who asks, and on what occasion.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The person; nobody, if signed out.
    pub user: Option<UserId>,
    /// The request that this is part of.
    pub request_id: Uuid,
    /// Under this key the same request has the same effect, once.
    pub idempotency_key: Option<String>,
}

impl Caller {
    /// Nobody in particular.
    pub fn anonymous(request_id: Uuid) -> Self {
        Caller { user: None, request_id, idempotency_key: None }
    }

    /// The person who asks.
    ///
    /// # Errors
    /// [`Rejection::SignedOut`] if it is nobody.
    pub fn person(&self) -> Result<UserId, Rejection> {
        self.user.ok_or(Rejection::SignedOut)
    }
}

/// What made somebody write: it travels along with every event that follows from it.
#[derive(Clone, Copy, Debug)]
pub struct Cause {
    /// The request that began it all.
    pub correlation_id: Uuid,
    /// The request or event that directly caused it.
    pub causation_id: Uuid,
}

impl From<&Caller> for Cause {
    fn from(caller: &Caller) -> Self {
        Cause { correlation_id: caller.request_id, causation_id: caller.request_id }
    }
}

impl From<&Envelope> for Cause {
    fn from(envelope: &Envelope) -> Self {
        Cause { correlation_id: envelope.correlation_id, causation_id: envelope.id.uuid() }
    }
}
