//! Who called, and what caused a write: recorded with every event that follows.

use shared::value::Email;
use shared::{Envelope, Rejection, UserId};
use uuid::Uuid;

/// Who sends a request, and in which context.
#[derive(Clone, Debug, Default)]
pub struct Caller {
    /// `None` if signed out.
    pub user: Option<UserId>,
    /// The address of the person, who has proved that they read its mail; `None` if they have not.
    pub address: Option<Email>,
    /// Correlates everything that follows from the HTTP request.
    pub request_id: Uuid,
    /// The same request under the same key has one effect.
    pub idempotency_key: Option<String>,
    /// The client's IPv4 address, or the first 64 bits of its IPv6 address, which is what one subscriber has at least.
    /// Empty for what the server does by itself.
    pub network: String,
    /// The client's `User-Agent`, cut to [`Caller::MAX_AGENT_CHARS`]; empty if there is none.
    pub agent: String,
}

impl Caller {
    /// How much of a `User-Agent` is worth keeping.
    pub const MAX_AGENT_CHARS: usize = 200;

    pub fn anonymous(request_id: Uuid) -> Self {
        Caller { request_id, ..Caller::default() }
    }

    /// The signed-in person.
    ///
    /// # Errors
    /// [`Rejection::SignedOut`] if there is none.
    pub fn person(&self) -> Result<UserId, Rejection> {
        self.user.ok_or(Rejection::SignedOut)
    }
}

/// What caused a write; copied into every event that the write publishes.
#[derive(Clone, Copy, Debug)]
pub struct Cause {
    /// The request that began the chain.
    pub correlation_id: Uuid,
    /// The request or event that directly caused the write.
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
