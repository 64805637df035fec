//! The queries of the pages of an account.

use super::query::{encode, value};
use std::fmt::{self, Display};

/// What a plain form of the account page has done.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AccountQuery {
    /// `None` unless a form led here.
    pub done: Option<AccountChange>,
}

/// A change that somebody made on their account page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountChange {
    VerificationSent,
    PasswordChanged,
    EmailChangeSent,
    SessionRevoked,
    OtherSessionsRevoked,
    Closed,
}

impl AccountChange {
    const ALL: [AccountChange; 6] = [
        AccountChange::VerificationSent,
        AccountChange::PasswordChanged,
        AccountChange::EmailChangeSent,
        AccountChange::SessionRevoked,
        AccountChange::OtherSessionsRevoked,
        AccountChange::Closed,
    ];

    fn name(self) -> &'static str {
        match self {
            AccountChange::VerificationSent => "verification-sent",
            AccountChange::PasswordChanged => "password-changed",
            AccountChange::EmailChangeSent => "email-change-sent",
            AccountChange::SessionRevoked => "session-revoked",
            AccountChange::OtherSessionsRevoked => "other-sessions-revoked",
            AccountChange::Closed => "closed",
        }
    }
}

impl From<&str> for AccountQuery {
    fn from(query: &str) -> Self {
        let done = value(query, "done");
        AccountQuery { done: AccountChange::ALL.into_iter().find(|change| Some(change.name()) == done.as_deref()) }
    }
}

impl Display for AccountQuery {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&encode([("done", self.done.map(AccountChange::name).unwrap_or_default())]))
    }
}

/// Whether a mailed link has done its work. The link's token is no part of the query but the fragment of the address, which
/// browsers send to nobody.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LinkQuery {
    /// Whether the form of the page was sent.
    pub done: bool,
}

impl From<&str> for LinkQuery {
    fn from(query: &str) -> Self {
        LinkQuery { done: is_done(query) }
    }
}

impl Display for LinkQuery {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&encode([("done", done_value(self.done))]))
    }
}

/// Whether a link for a new password was asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ForgotQuery {
    /// Whether the form was sent.
    pub done: bool,
}

impl From<&str> for ForgotQuery {
    fn from(query: &str) -> Self {
        ForgotQuery { done: is_done(query) }
    }
}

impl Display for ForgotQuery {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&encode([("done", done_value(self.done))]))
    }
}

fn is_done(query: &str) -> bool {
    value(query, "done").as_deref() == Some(done_value(true))
}

fn done_value(done: bool) -> &'static str {
    if done { "yes" } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_account_page_knows_what_its_forms_do_and_nothing_else() {
        for change in AccountChange::ALL {
            let query = AccountQuery { done: Some(change) };
            assert_eq!(AccountQuery::from(query.to_string().as_str()), query);
        }
        assert_eq!(AccountQuery::from("done=anything"), AccountQuery::default());
    }
}
