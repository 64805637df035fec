//! What a plain form could not do, and the way back: where no script runs, there is no other place to say it.

use super::{SignInQuery, pairs, query_of};
use crate::api::ApiError;
use crate::components::{Heading, Notice, Tone};
use crate::i18n::t;
use dioxus::prelude::*;
use shared::Rejection;
use std::fmt;

/// What did not work, and from where.
#[derive(Clone, Debug, PartialEq)]
pub struct SorryQuery {
    problem: ApiError,
    back: SignInQuery,
}

impl SorryQuery {
    /// That this did not work, with the way back to that path.
    pub fn new(problem: ApiError, back: &str) -> Self {
        SorryQuery { problem, back: SignInQuery::back_to(back) }
    }
}

impl From<&str> for SorryQuery {
    fn from(query: &str) -> Self {
        let value = |wanted| pairs(query).find(|(name, _)| name == wanted).map(|(_, value)| value);
        let problem = value("problem").and_then(|text| serde_json::from_str(&text).ok()).map(in_our_words);
        SorryQuery::new(problem.unwrap_or(ApiError::Failed), &value("back").unwrap_or_default())
    }
}

/// Anybody can write an address, so nothing is shown of it but what we say ourselves.
fn in_our_words(problem: ApiError) -> ApiError {
    match problem {
        ApiError::Rejected(Rejection::Malformed(_)) => ApiError::Failed,
        other => other,
    }
}

impl fmt::Display for SorryQuery {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let problem = serde_json::to_string(&self.problem).map_err(|_| fmt::Error)?;
        formatter.write_str(&query_of([("problem", problem.as_str()), ("back", self.back.path())]))
    }
}

/// What did not work, and the way back.
#[component]
pub fn Sorry(query: SorryQuery) -> Element {
    rsx! {
        Heading { title: t!("problem-other") }
        Notice { tone: Tone::Bad, {query.problem.words()} }
        p { class: "actions",
            a { class: "button", href: query.back.path(), {t!("go-back")} }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_what_did_not_work() {
        let query = SorryQuery::new(Rejection::TicketHeld.into(), "/shows/1");

        assert_eq!(SorryQuery::from(query.to_string().as_str()), query);
        assert_eq!(SorryQuery::from("problem=nonsense&back=//evil.example"), SorryQuery::new(ApiError::Failed, ""));
    }

    #[test]
    fn nobody_can_put_words_into_our_mouth() {
        let text = "call this number";
        let problem = Rejection::Malformed(text.to_owned());

        let read = SorryQuery::from(SorryQuery::new(problem.into(), "/").to_string().as_str());

        assert!(!read.problem.to_string().contains(text));
    }
}
