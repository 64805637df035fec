//! Text values whose constructors check them: a value that exists is valid.

use crate::invalid::{Flaw, Invalid};
use crate::text;
use email_address::{EmailAddress, Options};
use serde::{Deserialize, Serialize};
use std::fmt;

/// An e-mail address (RFC 5321, with the international characters of RFC 6531), trimmed and in lower case.
///
/// Not accepted, although the standards allow them: quoted local parts, address literals, and domains without a dot.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Email(String);

impl Email {
    /// The longest deliverable address: a path of 256 bytes (RFC 5321 §4.5.3.1.3) without its angle brackets.
    pub const MAX_BYTES: usize = 254;

    /// The address without a display name, as in `ann@example.org`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Email {
    type Error = Invalid;
    fn try_from(text: String) -> Result<Self, Invalid> {
        let text = text.trim().to_lowercase();
        // The parser takes every character beyond ASCII, spaces included, and quoted local parts.
        let refused = |c: char| c == '"' || c.is_whitespace() || c.is_control();
        let syntax = Options::default().with_required_tld().without_domain_literal().without_display_text();
        let well_formed = EmailAddress::parse_with_options(&text, syntax).is_ok();
        if well_formed && !text.contains(refused) && text.len() <= Email::MAX_BYTES {
            Ok(Email(text))
        } else {
            Err(Invalid::new("email", Flaw::InvalidEmail))
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

/// A password as its owner typed it, neither trimmed nor normalized. `Debug` does not print it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Password(String);

impl Password {
    /// In characters (OWASP ASVS 5.0, 6.2.1).
    pub const MIN_CHARS: usize = 8;
    /// In characters. OWASP ASVS 5.0, 6.2.9 demands at least 64; a maximum bounds the cost of hashing.
    pub const MAX_CHARS: usize = 128;

    /// The password in the clear, to hash it.
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

/// A session token, an API key or another secret. `Debug` does not print it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// The secret in the clear, to send it to whom it belongs or to compute with it.
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

/// The tag of a language, such as `de`: its primary subtag in BCP 47. Whether the site has that language is for its readers to find
/// out; they use their default for an unknown one.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LanguageTag(String);

impl LanguageTag {
    /// The tag in lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for LanguageTag {
    type Error = Invalid;
    fn try_from(text: String) -> Result<Self, Invalid> {
        let primary_subtag = (2..=8).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_lowercase());
        if primary_subtag { Ok(LanguageTag(text)) } else { Err(Invalid::new("language", Flaw::UnknownChoice)) }
    }
}

impl From<LanguageTag> for String {
    fn from(tag: LanguageTag) -> String {
        tag.0
    }
}

/// One line of text for people, such as a title or a city: trimmed, composed (Unicode NFC), and it shows something.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ShortText(String);

impl ShortText {
    /// In characters. Titles and names fit, and so do lists of them on a small screen.
    pub const MAX_CHARS: usize = 120;

    /// Composes, trims and checks the argument named `field`.
    ///
    /// # Errors
    /// If the text is empty or shows nothing, is longer than [`ShortText::MAX_CHARS`], or has control or direction-override characters.
    pub fn parse(field: &str, text: &str) -> Result<ShortText, Invalid> {
        let text = text::compose(text);
        let hidden = !text.is_empty() && !text::is_visible(&text);
        match check(&text) {
            Ok(()) if hidden => Err(Invalid::new(field, Flaw::InvisibleCharacters)),
            Ok(()) => Ok(ShortText(text)),
            Err(flaw) => Err(Invalid::new(field, flaw)),
        }
    }

    /// The trimmed text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn check(text: &str) -> Result<(), Flaw> {
    // Bidirectional overrides and isolates (Unicode UAX #9) can make a title look like another one.
    let overrides = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    if text.is_empty() {
        Err(Flaw::Empty)
    } else if text.chars().count() > ShortText::MAX_CHARS {
        Err(Flaw::TooLong { most: ShortText::MAX_CHARS })
    } else if text.chars().any(|c| c.is_control() || overrides(c)) {
        Err(Flaw::InvisibleCharacters)
    } else {
        Ok(())
    }
}

/// For what was parsed before: only people's input needs Unicode's tables, which the client does not have to load.
impl TryFrom<String> for ShortText {
    type Error = Invalid;
    fn try_from(text: String) -> Result<Self, Invalid> {
        check(text.trim()).map_err(|flaw| Invalid::new("text", flaw))?;
        Ok(ShortText(text.trim().to_owned()))
    }
}

impl From<ShortText> for String {
    fn from(text: ShortText) -> String {
        text.0
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
    fn an_address_has_the_syntax_of_deliverable_mail() {
        for (text, parsed) in [
            ("a@b.de", "a@b.de"),
            (" Ann.O'Neill+x@Example.ORG ", "ann.o'neill+x@example.org"),
            ("ü@münchen.de", "ü@münchen.de"),
        ] {
            assert_eq!(Email::try_from(text.to_owned()).as_ref().map(Email::as_str), Ok(parsed), "{text}");
        }
        let longest = |labels: usize| format!("a@{}.de", "b.".repeat(labels) + "c");
        assert!(Email::try_from(longest(124)).is_ok(), "254 bytes");
        assert!(Email::try_from(longest(125)).is_err(), "256 bytes");
        for text in [
            "",
            "a",
            "a@b",
            "@b.de",
            "a@",
            "a b@c.de",
            "a@b..de",
            "a@b@c.de",
            "a@-b.de",
            "<a@b.de>",
            "\"a b\"@c.de",
            "a\u{a0}b@c.de",
            "a@[127.0.0.1]",
            "Ann <a@b.de>",
        ] {
            assert!(Email::try_from(text.to_owned()).is_err(), "{text}");
        }
    }

    #[test]
    fn short_text_has_no_hidden_characters() {
        for text in ["🎉 Fête", "مهرجان الصيف", " spaced "] {
            assert!(ShortText::parse("title", text).is_ok(), "{text}");
        }
        let composed = ShortText::parse("title", "Cafe\u{301}").map(String::from);
        assert_eq!(composed.as_deref(), Ok("Caf\u{e9}"));
        let hidden = ["\u{200b}", "\u{3164}", "\u{2800}", "\u{ad}\u{ad}", "\u{301}", "\u{200f}"];
        for text in ["", "   ", "a\nb", "a\u{202e}b", &"x".repeat(121)].into_iter().chain(hidden) {
            assert!(ShortText::parse("title", text).is_err(), "{text}");
        }
    }

    #[test]
    fn secrets_and_passwords_are_not_printed() {
        assert_eq!(format!("{:?}", Secret::from("sk_test_1".to_owned())), "Secret(…)");
        let password = Password::try_from("correct horse".to_owned()).expect("it is long enough");
        assert!(!format!("{password:?}").contains("horse"));
    }
}
