//! Money, dates and seats in the user's language. The browsers' own formats differ from each other, and hydration must not
//! change the page that the server has rendered.

use super::language::NumberFormat;
use super::{Language, t};
use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, TimeDelta, Timelike};
use shared::tickets::Seat;
use shared::{FeeShare, Instant, Money};
use std::borrow::Cow;

/// Writes a plain amount such as `-1234.50` with a language's separators.
fn localize_number(language: Language, plain: &str) -> String {
    let NumberFormat { decimal, group, minimum_grouping_digits, .. } = language.number_format();
    let (whole, fraction) = plain.split_once('.').map_or((plain, None), |(whole, fraction)| (whole, Some(fraction)));
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |digits| ("-", digits));
    let grouped = digits.len() >= 3 + minimum_grouping_digits;
    let mut localized = sign.to_owned();
    for (index, digit) in digits.char_indices() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) && grouped {
            localized.push_str(group);
        }
        localized.push(digit);
    }
    if let Some(fraction) = fraction {
        localized.push_str(decimal);
        localized.push_str(fraction);
    }
    localized
}

pub(super) fn money_in(language: Language, money: Money) -> String {
    let pattern = language.number_format().money_pattern;
    let (amount, sign) = (localize_number(language, &money.amount()), money.currency.symbol());
    if !pattern.starts_with('¤') {
        return pattern.replace('#', &amount).replace('¤', sign);
    }
    // CLDR's currency spacing: a code before the amount is followed by a space.
    let space = if sign.ends_with(|letter: char| letter.is_ascii_alphabetic()) { "\u{a0}" } else { "" };
    let (minus, amount) = amount.strip_prefix('-').map_or(("", &*amount), |amount| ("-", amount));
    format!("{minus}{}", pattern.replace('#', amount).replace('¤', &format!("{sign}{space}")))
}

/// An amount of money with its currency.
pub fn money(money: Money) -> String {
    money_in(Language::current(), money)
}

/// An amount without its currency, as users enter it into a field: without grouping.
pub fn amount(money: Money) -> String {
    amount_in(Language::current(), money)
}

/// The same in that language.
pub fn amount_in(language: Language, money: Money) -> String {
    money.amount().replace('.', language.number_format().decimal)
}

/// What stands between the whole part and the fraction of a number.
#[cfg(feature = "server")]
pub fn decimal_separator(language: Language) -> &'static str {
    language.number_format().decimal
}

/// A share in percent.
pub fn percent(share: FeeShare) -> String {
    share.to_string().replace('.', Language::current().number_format().decimal)
}

/// A month's abbreviated name; January is 1.
pub fn month(number: u32) -> String {
    t!("month", number = number)
}

/// A day and time in the venue's time zone, which the server sends as `2026-12-05T20:00`. Other text is returned unchanged.
pub fn date(local: &str) -> String {
    let at = NaiveDateTime::parse_from_str(local, "%Y-%m-%dT%H:%M");
    at.map_or_else(|_| local.to_owned(), date_and_time)
}

fn date_and_time(at: NaiveDateTime) -> String {
    let weekday = t!("weekday", number = at.weekday().number_from_monday());
    let time = format!("{:02}:{:02}", at.hour(), at.minute());
    t!(
        "date-and-time",
        weekday = weekday,
        day = at.day(),
        month = month(at.month()),
        year = at.year().to_string(),
        time = time
    )
}

/// An instant by a clock that is `minutes_ahead` of UTC; in UTC, and saying so, if no clock is known.
pub fn moment(at: Instant, minutes_ahead: Option<i32>) -> String {
    let utc = DateTime::from_timestamp_millis(at.millis()).unwrap_or_default().naive_utc();
    match minutes_ahead {
        Some(minutes) => date_and_time(utc + TimeDelta::minutes(minutes.into())),
        None => format!("{} {}", date_and_time(utc), t!("time-zone", zone = "UTC")),
    }
}

/// The day of an instant in UTC, which does not depend on the computer that renders the page.
pub fn day(at: Instant) -> String {
    let written = at.to_string();
    match written.get(..10).and_then(|day| day.parse::<NaiveDate>().ok()) {
        Some(day) => t!("day", day = day.day(), month = month(day.month()), year = day.year().to_string()),
        None => written,
    }
}

/// A text that people typed, for a line of other text. Where it could be written in the other direction, isolation marks keep it from
/// reordering what is around it (UAX #9).
pub fn isolated(text: &str) -> Cow<'_, str> {
    isolated_in(Language::current(), text)
}

pub(super) fn isolated_in(language: Language, text: &str) -> Cow<'_, str> {
    if language.direction() == "rtl" || text.chars().any(is_right_to_left) {
        Cow::Owned(format!("\u{2068}{text}\u{2069}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// Whether a letter belongs to a script that is written from right to left, or a mark turns the direction. These are the blocks that
/// Unicode reserves for such scripts (UAX #44, `Bidi_Class`).
fn is_right_to_left(letter: char) -> bool {
    matches!(letter, '\u{590}'..='\u{8ff}' | '\u{200f}' | '\u{202b}' | '\u{202e}' | '\u{2067}' | '\u{fb1d}'..='\u{fdff}'
        | '\u{fe70}'..='\u{feff}' | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

/// A seat as one line; general admission if it has no parts.
pub fn seat(seat: &Seat) -> String {
    let section = seat.section.as_ref().map(|section| isolated(section.as_str()).into_owned());
    let row = seat.row.as_ref().map(|row| t!("seat-row", row = row.as_str()));
    let number = seat.seat.as_ref().map(|number| t!("seat-number", number = number.as_str()));
    let parts: Vec<String> = [section, row, number].into_iter().flatten().collect();
    if parts.is_empty() { t!("seat-anywhere") } else { parts.join(&t!("comma")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::Currency;

    #[test]
    fn money_is_written_as_in_the_language() {
        let euros = Money::new(123_456, Currency::Eur);
        let yen = Money::new(-1_234_567, Currency::Jpy);
        let francs = Money::new(500, Currency::Chf);

        let expected = [
            (Language::English, euros, "€1,234.56"),
            (Language::German, euros, "1.234,56\u{a0}€"),
            (Language::Spanish, euros, "1234,56\u{a0}€"),
            (Language::French, euros, "1\u{202f}234,56\u{a0}€"),
            (Language::Arabic, euros, "\u{200f}1,234.56\u{a0}€"),
            (Language::English, yen, "-¥1,234,567"),
            (Language::German, yen, "-1.234.567\u{a0}¥"),
            (Language::Spanish, yen, "-1.234.567\u{a0}¥"),
            (Language::English, francs, "CHF\u{a0}5.00"),
            (Language::German, francs, "5,00\u{a0}CHF"),
            (Language::English, Money::new(12_345, Currency::Kwd), "KWD\u{a0}12.345"),
        ];
        for (language, money, text) in expected {
            assert_eq!(money_in(language, money), text, "{language:?}");
        }
    }

    #[test]
    fn a_date_is_written_with_the_names_of_the_language() {
        assert_eq!(date("2027-06-01T20:05"), "Tue 1 Jun 2027, 20:05");
        assert_eq!(day(Instant::from_millis(0)), "1 Jan 1970");
        assert_eq!(date("soon"), "soon", "other text is kept");
        assert_eq!(moment(Instant::from_millis(0), None), "Thu 1 Jan 1970, 00:00 (UTC time)");
        assert_eq!(moment(Instant::from_millis(0), Some(-90)), "Wed 31 Dec 1969, 22:30");
    }

    #[test]
    fn text_of_the_other_direction_is_isolated() {
        let isolated = "\u{2068}שלום\u{2069}";
        assert_eq!(isolated_in(Language::English, "שלום"), isolated);
        assert_eq!(isolated_in(Language::English, "C++ Live! (Vol. 2)"), "C++ Live! (Vol. 2)");
        assert_eq!(isolated_in(Language::Arabic, "C++ Live! (Vol. 2)"), "\u{2068}C++ Live! (Vol. 2)\u{2069}");
        assert_eq!(t!("sell-title", show = "שלום"), t!("sell-title", show = isolated));
        assert_eq!(t!("sell-title", show = "שלום").matches('\u{2068}').count(), 1);
        let seat = seat(&Seat::parse("יציע", "3", "").expect("a seat"));
        assert_eq!(seat, "\u{2068}יציע\u{2069}, Row 3");
    }

    #[test]
    fn a_seat_is_one_line_of_text() {
        let text = |section, row, number| seat(&Seat::parse(section, row, number).expect("a seat"));

        assert_eq!(text("A", "3", "12"), "A, Row 3, Seat 12");
        assert_eq!(text("", "", ""), "General admission");
    }
}
