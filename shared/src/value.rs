//! Values that exist only valid.

use crate::rejection::{Flaw, Invalid};
use serde::{Deserialize, Serialize};
use std::fmt;

/// An e-mail address, in lower case.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Email(String);

impl Email {
    /// The longest address that can be delivered to (RFC 5321 §4.5.3.1.3).
    pub const MAX_BYTES: usize = 254;

    /// The address as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Email {
    type Error = Invalid;
    fn try_from(text: String) -> Result<Self, Invalid> {
        let text = text.trim().to_lowercase();
        let odd = |c: char| c.is_whitespace() || c.is_control() || "<>()[],;:\\\"".contains(c);
        let fits = match text.rsplit_once('@') {
            Some((local, domain)) => {
                let labels_fit = domain
                    .split('.')
                    .all(|label| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-'));
                !local.is_empty() && !local.contains('@') && domain.contains('.') && labels_fit
            }
            None => false,
        };
        if fits && !text.contains(odd) && text.len() <= Email::MAX_BYTES {
            Ok(Email(text))
        } else {
            Err(Invalid::new("email", Flaw::NoEmail))
        }
    }
}

impl From<Email> for String {
    fn from(email: Email) -> String {
        email.0
    }
}

impl fmt::Display for Email {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A password as its owner typed it. It never shows in logs.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Password(String);

impl Password {
    /// The fewest characters (OWASP ASVS 5.0, 6.2.1).
    pub const MIN_CHARS: usize = 8;
    /// The most characters: hashing longer ones would only cost.
    pub const MAX_CHARS: usize = 128;

    /// The password in the clear.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Password {
    type Error = Invalid;
    fn try_from(text: String) -> Result<Self, Invalid> {
        match text.chars().count() {
            Password::MIN_CHARS..=Password::MAX_CHARS => Ok(Password(text)),
            ..Password::MIN_CHARS => Err(Invalid::new("password", Flaw::ShortPassword { least: Password::MIN_CHARS })),
            _ => Err(Invalid::new("password", Flaw::LongPassword { most: Password::MAX_CHARS })),
        }
    }
}

impl From<Password> for String {
    fn from(password: Password) -> String {
        password.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Password(…)")
    }
}

/// What must not be seen by anybody but those who need it: a session's token, a key. It never shows in logs.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// The secret in the clear.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Secret(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

/// A line of text that people read: trimmed, not empty, no control characters, at most [`ShortText::MAX_CHARS`] characters.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ShortText(String);

impl ShortText {
    /// The most characters.
    pub const MAX_CHARS: usize = 120;

    /// Parses the argument `field`.
    ///
    /// # Errors
    /// If it is empty, too long, or has characters that do not show.
    pub fn parse(field: &str, text: &str) -> Result<ShortText, Invalid> {
        let text = text.trim();
        // These reverse or hide the text around them (Unicode UAX #9), which helps only those who deceive.
        let hides = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
        if text.is_empty() {
            Err(Invalid::new(field, Flaw::Empty))
        } else if text.chars().count() > ShortText::MAX_CHARS {
            Err(Invalid::new(field, Flaw::TooLong { most: ShortText::MAX_CHARS }))
        } else if text.chars().any(|c| c.is_control() || hides(c)) {
            Err(Invalid::new(field, Flaw::InvisibleCharacters))
        } else {
            Ok(ShortText(text.to_owned()))
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ShortText {
    type Error = Invalid;
    fn try_from(text: String) -> Result<Self, Invalid> {
        ShortText::parse("text", &text)
    }
}

impl From<ShortText> for String {
    fn from(line: ShortText) -> String {
        line.0
    }
}

impl fmt::Display for ShortText {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_that_mail_could_reach() {
        for text in ["a@b.de", " Ann.O'Neill+x@Example.ORG ", "ü@münchen.de"] {
            assert!(Email::try_from(text.to_owned()).is_ok(), "{text}");
        }
        for text in ["", "a", "a@b", "@b.de", "a@", "a b@c.de", "a@b..de", "a@b@c.de", "a@-b.de", "<a@b.de>"] {
            assert!(Email::try_from(text.to_owned()).is_err(), "{text}");
        }
    }

    #[test]
    fn a_line_shows_all_it_has() {
        for text in ["🎉 Fête", "مهرجان الصيف", " spaced "] {
            assert!(ShortText::parse("title", text).is_ok(), "{text}");
        }
        for text in ["", "   ", "a\nb", "a\u{202e}b", &"x".repeat(121)] {
            assert!(ShortText::parse("title", text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_secret_does_not_show_in_logs() {
        assert_eq!(format!("{:?}", Secret::from("sk_test_1".to_owned())), "Secret(…)");
        let password = Password::try_from("correct horse".to_owned()).expect("it is long enough");
        assert!(!format!("{password:?}").contains("horse"));
    }
}
