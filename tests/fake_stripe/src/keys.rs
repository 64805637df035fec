//! Idempotency keys: one key is one request, done once (docs.stripe.com/api/idempotent_requests).

use crate::form::{Form, Refusal};
use std::collections::HashMap;

/// How long an answer is kept, in seconds.
const KEPT_FOR: i64 = 24 * 60 * 60;
/// The longest key, in characters.
const LONGEST: usize = 255;

/// What a caller is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The JSON.
    pub body: String,
    /// Whether it is from memory.
    pub replayed: bool,
}

struct Entry {
    path: String,
    form: Form,
    /// Nothing while the request is under way.
    answer: Option<Answer>,
    begun_at: i64,
}

/// The keys that were used.
#[derive(Default)]
pub struct Keys(HashMap<String, Entry>);

impl Keys {
    /// Takes a key for a request; the answer, where it was done before.
    pub fn begin(&mut self, key: &str, path: &str, form: &Form, now: i64) -> Result<Option<Answer>, Refusal> {
        let conflict = |status, code, message: String| {
            Err(Refusal { kept: false, ..Refusal::new(status, "idempotency_error", code, message) })
        };
        if key.is_empty() || key.chars().count() > LONGEST {
            return conflict(400, None, format!("An idempotency key has 1 to {LONGEST} characters"));
        }
        self.0.retain(|_, entry| entry.answer.is_none() || now - entry.begun_at < KEPT_FOR);
        match self.0.get(key) {
            None => {
                let entry = Entry { path: path.to_owned(), form: form.clone(), answer: None, begun_at: now };
                self.0.insert(key.to_owned(), entry);
                Ok(None)
            }
            Some(entry) if entry.path != path || entry.form != *form => conflict(
                400,
                None,
                format!("Keys for idempotent requests can only be used with the same parameters and path: '{key}'"),
            ),
            Some(Entry { answer: Some(answer), .. }) => Ok(Some(Answer { replayed: true, ..answer.clone() })),
            Some(_) => conflict(
                409,
                Some("idempotency_key_in_use"),
                format!("There is currently another in-progress request using this idempotency key: '{key}'"),
            ),
        }
    }

    /// Keeps the answer of a request; without one, the key is free again.
    pub fn end(&mut self, key: &str, answer: Option<Answer>) {
        match (answer, self.0.get_mut(key)) {
            (Some(answer), Some(entry)) => entry.answer = Some(answer),
            _ => drop(self.0.remove(key)),
        }
    }

    /// Forgets every answer, as after a day. What is under way stays so.
    pub fn forget(&mut self) {
        self.0.retain(|_, entry| entry.answer.is_none());
    }
}
