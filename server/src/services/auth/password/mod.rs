//! Passwords: which ones are too easy to guess, and their hashes.

mod hasher;

pub use hasher::PasswordHasher;

use shared::value::{Email, Password};
use shared::{Flaw, Invalid};
use std::collections::HashSet;
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization;

/// The passwords of at least eight characters among the 30,000 most common ones, in lower case: the list of zxcvbn (crate
/// `zxcvbn` 3.1, MIT, Copyright 2016 Joshua Holmer; from Mark Burnett's and Xato's lists).
const COMMON: &str = include_str!("common.txt");

static COMMON_PASSWORDS: LazyLock<HashSet<&str>> = LazyLock::new(|| COMMON.lines().collect());

/// Words that somebody who knows the site tries first (OWASP ASVS 5.0, 6.2.11), besides those of the account's address.
const SITE_WORDS: [&str; 2] = ["ticketing", "ticket"];
/// Shorter parts of an address occur in other words.
const MIN_WORD_CHARS: usize = 4;
/// How many characters a password has besides such words: more than a year and a punctuation mark.
const MIN_OTHER_CHARS: usize = 6;

/// Refuses a new password that is among the first that are tried.
///
/// # Errors
/// If many people use it, or if it is little more than the address of the account, a part of it, or the name of the site.
pub fn check_new(field: &str, password: &Password, email: &Email) -> Result<(), Invalid> {
    let folded = normalize(password).to_lowercase();
    if COMMON_PASSWORDS.contains(folded.as_str()) || consists_of_known_words(&folded, email) {
        Err(Invalid::new(field, Flaw::CommonPassword))
    } else {
        Ok(())
    }
}

fn consists_of_known_words(folded: &str, email: &Email) -> bool {
    let address: String = email.as_str().nfkc().collect();
    let parts =
        address.split(|letter: char| !letter.is_alphanumeric()).filter(|part| part.chars().count() >= MIN_WORD_CHARS);
    let whole = [address.as_str(), address.split('@').next().unwrap_or_default()];
    let words = whole.into_iter().filter(|word| !word.is_empty()).chain(parts).chain(SITE_WORDS);
    let other = words.fold(folded.to_owned(), |rest, word| rest.replace(word, ""));
    other.len() < folded.len() && other.chars().count() < MIN_OTHER_CHARS
}

/// The same characters whichever keyboard they were typed on (NIST SP 800-63B §3.1.1.2).
fn normalize(password: &Password) -> String {
    password.reveal().nfkc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_passwords_and_the_address_are_refused_in_every_spelling() {
        let email = Email::try_from("ann.miller@example.org".to_owned()).expect("an address");
        let check = |text: &str| {
            let password = Password::try_from(text.to_owned()).expect("it is long enough");
            check_new("password", &password, &email).is_ok()
        };

        for text in ["12345678", "password", "PASSWORD", "ｐａｓｓｗｏｒｄ", "1q2w3e4r5t", "Ann.Miller@example.org"]
        {
            assert!(!check(text), "{text}");
        }
        for text in ["ann.miller2026!", "Miller#1987", "Ticketing2026", "tickettickets1", "example-miller"] {
            assert!(!check(text), "{text}");
        }
        for text in ["correct horse", "a password of hers", "lovely tickets", "passwört", "millers tale", "planning it"]
        {
            assert!(check(text), "{text}");
        }
        assert!(COMMON_PASSWORDS.len() > 10_000 && COMMON.lines().all(|line| line == line.to_lowercase()));
    }
}
