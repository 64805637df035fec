//! The texts of mails in a user's language: the Fluent messages of the site, of which those whose names start with `mail-` are for
//! mails alone.

use chrono::{Datelike, NaiveDateTime};
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use include_dir::{Dir, include_dir};
use shared::Money;
use shared::tickets::Seat;
use shared::value::LanguageTag;
use std::collections::HashMap;
use std::sync::LazyLock;
use unic_langid::{CharacterDirection, LanguageIdentifier};

type Bundle = FluentBundle<FluentResource>;

/// One file for each language, named by its tag.
static LOCALES: Dir = include_dir!("$CARGO_MANIFEST_DIR/../assets/locales");
static BUNDLES: LazyLock<HashMap<&'static str, Bundle>> =
    LazyLock::new(|| LOCALES.files().filter_map(|file| parse(file.path().file_stem()?.to_str()?, file)).collect());
/// For users whose language the site does not have (any more).
const DEFAULT_LANGUAGE: &str = "en";

fn parse(tag: &'static str, file: &'static include_dir::File) -> Option<(&'static str, Bundle)> {
    let language: LanguageIdentifier = tag.parse().ok()?;
    // Entries that cannot be parsed are skipped; the completeness tests of the app find them.
    let resource = FluentResource::try_new(file.contents_utf8()?.to_owned()).unwrap_or_else(|(parsed, _)| parsed);
    // Isolation marks keep arguments together in text that runs from right to left; in other languages they are noise.
    let isolate = language.character_direction() == CharacterDirection::RTL;
    let mut bundle = Bundle::new_concurrent(vec![language]);
    bundle.set_use_isolating(isolate);
    bundle.add_resource_overriding(resource);
    Some((tag, bundle))
}

/// The texts of one language.
#[derive(Clone, Copy)]
pub struct Texts(&'static Bundle);

impl Texts {
    pub fn of(language: &LanguageTag) -> Texts {
        let bundle = BUNDLES.get(language.as_str()).or_else(|| BUNDLES.get(DEFAULT_LANGUAGE));
        Texts(bundle.expect("the default language has a file"))
    }

    /// Formats a message; [`t!`] is shorter.
    pub fn message(self, name: &str, arguments: &[(&'static str, FluentValue<'_>)]) -> String {
        let Some(pattern) = self.0.get_message(name).and_then(|message| message.value()) else {
            // The completeness tests ensure that every message exists in every language.
            return name.to_owned();
        };
        let arguments: FluentArgs = arguments.iter().cloned().collect();
        self.0.format_pattern(pattern, Some(&arguments), &mut Vec::new()).into_owned()
    }

    /// An amount of money with its currency.
    pub fn money(self, money: Money) -> String {
        let plain = money.amount();
        let (whole, fraction) = plain.split_once('.').map_or((&*plain, None), |(whole, part)| (whole, Some(part)));
        let (minus, digits) = whole.strip_prefix('-').map_or(("", whole), |digits| ("-", digits));
        let separator = t!(self, "mail-group-separator");
        let grouped_from = t!(self, "mail-grouped-from").parse().unwrap_or(4);
        let mut amount = String::new();
        for (index, digit) in digits.char_indices() {
            if index > 0 && (digits.len() - index).is_multiple_of(3) && digits.len() >= grouped_from {
                amount.push_str(&separator);
            }
            amount.push(digit);
        }
        if let Some(fraction) = fraction {
            amount = format!("{amount}{}{fraction}", t!(self, "mail-decimal-separator"));
        }
        // CLDR's currency spacing: a code before the amount is followed by a space.
        let sign = money.currency.symbol();
        let space = if sign.ends_with(|letter: char| letter.is_ascii_alphabetic()) { "\u{a0}" } else { "" };
        let written = t!(self, "mail-money", amount = amount, currency = format!("{sign}{space}"));
        format!("{minus}{}", written.trim_end_matches('\u{a0}'))
    }

    /// A day and time, which the services write as `2026-12-05T20:00`. Other text is returned unchanged.
    pub fn date(self, local: &str) -> String {
        let Ok(at) = NaiveDateTime::parse_from_str(local, "%Y-%m-%dT%H:%M") else { return local.to_owned() };
        t!(
            self,
            "date-and-time",
            weekday = t!(self, "weekday", number = at.weekday().number_from_monday()),
            day = at.day(),
            month = t!(self, "month", number = at.month()),
            year = at.format("%Y").to_string(),
            time = at.format("%H:%M").to_string()
        )
    }

    /// A seat as one line; general admission if it has no parts.
    pub fn seat(self, seat: &Seat) -> String {
        let section = seat.section.as_ref().map(|section| inert(section.as_str()));
        let row = seat.row.as_ref().map(|row| t!(self, "seat-row", row = inert(row.as_str())));
        let number = seat.seat.as_ref().map(|number| t!(self, "seat-number", number = inert(number.as_str())));
        let parts: Vec<String> = [section, row, number].into_iter().flatten().collect();
        if parts.is_empty() { t!(self, "seat-anywhere") } else { parts.join(&t!(self, "comma")) }
    }
}

/// Formats the Fluent message of that name with named arguments: `t!(texts, "mail-total", amount = amount)`.
macro_rules! t {
    ($texts:expr, $name:literal) => {
        $texts.message($name, &[])
    };
    ($texts:expr, $name:literal, $($argument:ident = $value:expr),+ $(,)?) => {
        $texts.message($name, &[$((stringify!($argument), fluent_bundle::FluentValue::from($value))),+])
    };
}
pub(super) use t;

/// A user's text such that no mail program turns a part of it into a link, and that it stays one line. Programs recognise host
/// names, addresses and schemes without being told; none of them continues over a space, which stays readable, whereas invisible
/// characters make mail look like spam.
pub fn inert(text: &str) -> String {
    // IDNA reads the ideographic and the full-width stops as dots.
    let is_dot = |c: char| matches!(c, '.' | '\u{3002}' | '\u{ff0e}' | '\u{ff61}' | '\u{2024}');
    let letters: Vec<char> = text.chars().collect();
    let mut inert = String::with_capacity(text.len());
    for (index, letter) in letters.iter().copied().enumerate() {
        let (before, after) = (index.checked_sub(1).map(|index| letters[index]), letters.get(index + 1).copied());
        let is_joined = |neighbour: Option<char>| neighbour.is_some_and(|c| !c.is_whitespace());
        let is_digit = |neighbour: Option<char>| neighbour.is_some_and(|c| c.is_ascii_digit());
        if letter.is_whitespace() || letter.is_control() {
            inert.push(' ');
        } else {
            inert.push(letter);
            let is_decimal = is_digit(before) && is_digit(after);
            if is_joined(after) && (matches!(letter, '@' | ':') || is_dot(letter) && !is_decimal) {
                inert.push(' ');
            }
        }
    }
    inert
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::Currency;

    fn texts(tag: &str) -> Texts {
        Texts::of(&LanguageTag::try_from(tag.to_owned()).expect("a tag"))
    }

    #[test]
    fn money_and_dates_are_written_as_in_the_language() {
        let (euros, francs) = (Money::new(123_456, Currency::Eur), Money::new(500, Currency::Chf));
        for (tag, amount, small, date) in [
            ("en", "€1,234.56", "CHF\u{a0}5.00", "Sat 5 Dec 2026, 20:00"),
            ("de", "1.234,56\u{a0}€", "5,00\u{a0}CHF", "Sa., 5. Dez. 2026, 20:00"),
            ("es", "1234,56\u{a0}€", "5,00\u{a0}CHF", "sáb, 5 dic 2026, 20:00"),
            ("fr", "1\u{202f}234,56\u{a0}€", "5,00\u{a0}CHF", "sam. 5 déc. 2026, 20:00"),
        ] {
            let texts = texts(tag);
            assert_eq!((&*texts.money(euros), &*texts.money(francs)), (amount, small), "{tag}");
            assert_eq!(texts.date("2026-12-05T20:00"), date, "{tag}");
        }
        assert_eq!(texts("de").money(Money::new(-1_234_567, Currency::Jpy)), "-1.234.567\u{a0}¥");
        assert_eq!(texts("en").date("soon"), "soon");
    }

    #[test]
    fn an_unknown_language_is_answered_in_english() {
        assert_eq!(t!(texts("tlh"), "seat-anywhere"), "General admission");
        assert_eq!(t!(texts("de"), "seat-anywhere"), t!(texts("de"), "seat-anywhere"));
    }

    #[test]
    fn nothing_in_a_users_text_looks_like_a_link() {
        for (text, expected) in [
            ("The Tempest", "The Tempest"),
            ("St. Pauli – 1.000 Jahre, Vol.2", "St. Pauli – 1.000 Jahre, Vol. 2"),
            ("http://evil.example", "http: //evil. example"),
            ("Win: evil.example/x", "Win: evil. example/x"),
            ("www.evil.example", "www. evil. example"),
            ("evil。example", "evil。 example"),
            ("evil．example", "evil． example"),
            ("mailto:a@evil.example", "mailto: a@ evil. example"),
            ("one\u{2028}two\r\nBcc: x", "one two  Bcc: x"),
            ("wait…", "wait…"),
            ("the end.", "the end."),
        ] {
            assert_eq!(inert(text), expected);
        }
    }
}
