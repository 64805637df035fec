//! The user and the password in a URL.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use std::borrow::Cow;
use std::fmt;

/// What stays as it is in a user or a password (RFC 3986 §2.3).
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What stands before the `@` of a URL, decoded.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    pub user: String,
    pub password: Option<String>,
}

/// Shows no password.
impl fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.user)
    }
}

impl Credentials {
    /// Splits what follows `://` into the credentials and the rest.
    ///
    /// A password is often pasted as it is, so each of its characters is accepted: the credentials reach to the last `@` before
    /// the name of a database, and a `%` that does not begin an escape stands for itself. Only what looks like an escape in a
    /// password has to be escaped, as in `%2541` for `%41`.
    pub fn split(text: &str) -> (Option<Credentials>, &str) {
        let Some(at) = text[..end_of_server(text)].rfind('@') else { return (None, text) };
        let (user, password) = text[..at].split_once(':').map_or((&text[..at], None), |(a, b)| (a, Some(b)));
        (Some(Credentials { user: decode(user), password: password.map(decode) }), &text[at + 1..])
    }

    /// The credentials with this password, unless they have one.
    pub fn or_password(self, password: Option<&str>) -> Self {
        Credentials { password: self.password.or_else(|| password.map(str::to_owned)), ..self }
    }

    /// As they stand in a URL, with the `@`.
    pub fn encoded(&self) -> String {
        let encode = |text: &str| utf8_percent_encode(text, ESCAPED).to_string();
        let password = self.password.as_deref().map(|password| format!(":{}", encode(password)));
        format!("{}{}@", encode(&self.user), password.unwrap_or_default())
    }
}

/// Where the name of the databases begins that parameters follow, as in `/ticketing_*?`. Parameters may have an `@` too.
fn end_of_server(text: &str) -> usize {
    let mut names = text.match_indices('?').filter_map(|(question, _)| {
        let slash = text[..question].rfind('/')?;
        let name = &text[slash..question];
        (name.contains('*') && !name.contains(['@', '?'])).then_some(slash)
    });
    names.next_back().unwrap_or(text.len())
}

fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8().map_or_else(|_| text.to_owned(), Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSWORD: &str = "a/b#c@d%e+f?g:h*100%";

    #[test]
    fn a_password_of_any_characters_is_understood_as_it_is_or_escaped() {
        let escaped = utf8_percent_encode(PASSWORD, NON_ALPHANUMERIC).to_string();
        for written in [PASSWORD, escaped.as_str()] {
            for rest in ["host", "host:25", "host?tls=required", "postgres-rw/ticketing_*?sslmode=require"] {
                let text = format!("ann:{written}@{rest}");

                let (credentials, left) = Credentials::split(&text);

                let credentials = credentials.expect("there are some");
                assert_eq!(
                    (credentials.user.as_str(), credentials.password.as_deref()),
                    ("ann", Some(PASSWORD)),
                    "{text}"
                );
                assert_eq!(left, rest);
                assert_eq!(Credentials::split(&credentials.encoded()).0, Some(credentials), "{text}");
            }
        }
        assert_eq!(Credentials::split("host/*?user=ann@example.org"), (None, "host/*?user=ann@example.org"));
    }
}
