//! Idempotency keys: a request that is sent again because its answer was lost has one effect.

use crate::error::ApiError;
use dioxus::fullstack::{HeaderValue, get_request_headers, set_request_headers};
use dioxus::prelude::*;
use serde::Serialize;
use std::future::poll_fn;
use std::pin::pin;

/// The key of a form's requests.
#[derive(Clone, Copy, PartialEq)]
pub struct RequestKey(Signal<LastAttempt>);

/// The last request of a form, as long as its outcome is unknown.
#[derive(Default)]
struct LastAttempt {
    contents: String,
    key: Option<String>,
}

/// Nothing was sent yet.
pub fn use_request_key() -> RequestKey {
    RequestKey(use_signal(LastAttempt::default))
}

impl RequestKey {
    /// Sends a request that creates what `contents` describe.
    ///
    /// # Errors
    /// What the request returns.
    pub async fn send<T>(
        mut self,
        contents: &impl Serialize,
        request: impl Future<Output = Result<T, ApiError>>,
    ) -> Result<T, ApiError> {
        let contents = serde_json::to_string(contents).unwrap_or_default();
        let key = self.0.write().key_for(contents);
        let outcome = with_key(&key, request).await;
        self.0.write().settle(&outcome);
        outcome
    }
}

impl LastAttempt {
    /// The same key for the same contents until the outcome is known, and else a new one.
    fn key_for(&mut self, contents: String) -> String {
        if contents != self.contents {
            self.key = None;
        }
        self.contents = contents;
        self.key.get_or_insert_with(new_key).clone()
    }

    /// What was refused had no effect, and what has succeeded may be wanted once more.
    fn settle<T>(&mut self, outcome: &Result<T, ApiError>) {
        if !matches!(outcome, Err(ApiError::Failed | ApiError::Unavailable)) {
            self.key = None;
        }
    }
}

/// The framework copies headers that are set for all calls into a request when its call is polled, and polls one call at a time.
async fn with_key<T>(key: &str, request: impl Future<Output = T>) -> T {
    let key = HeaderValue::from_str(key).expect("a key is made of hexadecimal digits");
    let mut request = pin!(request);
    poll_fn(move |context| {
        let of_all_calls = get_request_headers();
        let mut headers = of_all_calls.clone();
        headers.insert("idempotency-key", key.clone());
        set_request_headers(headers);
        let progress = request.as_mut().poll(context);
        set_request_headers(of_all_calls);
        progress
    })
    .await
}

/// A key that its person has not used before. It is no secret.
fn new_key() -> String {
    #[cfg(target_arch = "wasm32")]
    let random = || (js_sys::Math::random() * 2_f64.powi(53)) as u64;
    #[cfg(not(target_arch = "wasm32"))]
    let random = || {
        use std::hash::{BuildHasher, RandomState};
        RandomState::new().hash_one(crate::client::clock::now())
    };
    format!("{:016x}{:016x}", random(), random())
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::Rejection;

    #[test]
    fn a_request_keeps_its_key_until_its_outcome_is_known() {
        let mut last = LastAttempt::default();
        let mut attempt = |contents: &str, outcome: Result<(), ApiError>| {
            let key = last.key_for(contents.to_owned());
            last.settle(&outcome);
            key
        };

        let lost = attempt("a", Err(ApiError::Unavailable));
        let again = attempt("a", Err(ApiError::Failed));
        let succeeded = attempt("a", Ok(()));
        let one_more = attempt("a", Err(ApiError::Rejected(Rejection::TicketHeld)));
        let after_refusal = attempt("a", Err(ApiError::Unavailable));
        let other_contents = attempt("b", Ok(()));

        assert!(lost == again && again == succeeded, "the answer was lost");
        let mut keys = vec![succeeded, one_more, after_refusal, other_contents];
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), 4, "each is a request of its own");
    }

    #[test]
    fn only_the_request_itself_has_the_key() {
        let key_of_call = || get_request_headers().get("idempotency-key").cloned();
        let mut sent = pin!(with_key("0f", async { key_of_call() }));
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());

        let polled = sent.as_mut().poll(&mut context);

        assert_eq!(polled, std::task::Poll::Ready(Some(HeaderValue::from_static("0f"))));
        assert_eq!(key_of_call(), None);
    }
}
