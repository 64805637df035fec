//! A form that is sent at most once at a time, and what came of it.

use super::focus::{focus_first_error, focus_heading};
use crate::error::ApiError;
use crate::i18n::t;
use dioxus::prelude::*;
use shared::Rejection;

/// The state of a form that is sent to the server.
#[derive(Clone, Copy, PartialEq)]
pub struct Submission {
    busy: Signal<bool>,
    done: Signal<bool>,
    error: Signal<Option<ApiError>>,
}

/// A form that was not sent yet.
pub fn use_submission() -> Submission {
    Submission { busy: use_signal(|| false), done: use_signal(|| false), error: use_signal(|| None) }
}

/// Focuses the heading of what a page shows in place of its form, once that is rendered.
pub fn use_heading_focus(submission: Submission) {
    use_effect(move || {
        if submission.is_done() {
            focus_heading();
        }
    });
}

impl Submission {
    /// Sends the request unless one is under way, and calls `then` if it succeeds.
    pub fn send(
        mut self,
        request: impl Future<Output = Result<(), ApiError>> + 'static,
        then: impl FnOnce() + 'static,
    ) {
        if self.is_busy() {
            return;
        }
        self.busy.set(true);
        self.done.set(false);
        spawn(async move {
            let outcome = request.await;
            self.busy.set(false);
            self.done.set(outcome.is_ok());
            self.error.set(outcome.err());
            if self.is_done() {
                then();
            } else {
                focus_first_error();
            }
        });
    }

    /// Whether a request is under way.
    pub fn is_busy(self) -> bool {
        (self.busy)()
    }

    /// Whether the last request succeeded.
    pub fn is_done(self) -> bool {
        (self.done)()
    }

    /// Why the last request failed.
    pub fn error(self) -> Option<ApiError> {
        (self.error)()
    }

    /// What is wrong with a field.
    pub fn field_error(self, field: &str) -> Option<String> {
        self.error.read().as_ref()?.field_message(field)
    }

    /// That the password which the account has is another one.
    pub fn password_error(self) -> Option<String> {
        let wrong = ApiError::Rejected(Rejection::WrongCredentials);
        (*self.error.read() == Some(wrong)).then(|| t!("wrong-password"))
    }
}
