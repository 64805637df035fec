//! Idempotency keys: a request with a key is executed once (docs.stripe.com/api/idempotent_requests).

use crate::form::{Form, Refusal};
use std::collections::HashMap;

/// How long a response is stored, in seconds.
const RETENTION_SECONDS: i64 = 24 * 60 * 60;
const MAX_KEY_CHARS: usize = 255;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredResponse {
    pub status: u16,
    /// JSON.
    pub body: String,
    /// Whether this is the stored response of an earlier request.
    pub replayed: bool,
}

struct Entry {
    path: String,
    form: Form,
    /// `None` while the request is in flight.
    response: Option<StoredResponse>,
    started_at: i64,
}

/// The keys that were used within the last day.
#[derive(Default)]
pub struct Keys(HashMap<String, Entry>);

impl Keys {
    /// Reserves a key for a request. Returns the stored response if the request was executed before.
    pub fn begin(&mut self, key: &str, path: &str, form: &Form, now: i64) -> Result<Option<StoredResponse>, Refusal> {
        let conflict = |status, code, message: String| {
            Err(Refusal { stored: false, ..Refusal::new(status, "idempotency_error", code, message) })
        };
        if key.is_empty() || key.chars().count() > MAX_KEY_CHARS {
            return conflict(400, None, format!("An idempotency key has 1 to {MAX_KEY_CHARS} characters"));
        }
        self.0.retain(|_, entry| entry.response.is_none() || now - entry.started_at < RETENTION_SECONDS);
        match self.0.get(key) {
            None => {
                let entry = Entry { path: path.to_owned(), form: form.clone(), response: None, started_at: now };
                self.0.insert(key.to_owned(), entry);
                Ok(None)
            }
            Some(entry) if entry.path != path || entry.form != *form => conflict(
                400,
                None,
                format!("Keys for idempotent requests can only be used with the same parameters and path: '{key}'"),
            ),
            Some(Entry { response: Some(response), .. }) => {
                Ok(Some(StoredResponse { replayed: true, ..response.clone() }))
            }
            Some(_) => conflict(
                409,
                Some("idempotency_key_in_use"),
                format!("There is currently another in-progress request using this idempotency key: '{key}'"),
            ),
        }
    }

    /// Stores the response of a request. Without one, the key is free again.
    pub fn end(&mut self, key: &str, response: Option<StoredResponse>) {
        match (response, self.0.get_mut(key)) {
            (Some(response), Some(entry)) => entry.response = Some(response),
            _ => drop(self.0.remove(key)),
        }
    }

    /// Deletes every stored response, as after a day. Requests in flight keep their keys.
    pub fn forget(&mut self) {
        self.0.retain(|_, entry| entry.response.is_none());
    }
}
