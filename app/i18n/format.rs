//! Money, dates and seats as a language writes them. The same on the server and in every browser, to the letter: a page that
//! is taken over must not change under the reader's eyes. The forms are CLDR's (version 46), with Latin digits throughout.

use super::{Language, t};
use chrono::{Datelike, NaiveDate, NaiveDateTime, Timelike};
use shared::tickets::Seat;
use shared::{Currency, FeeShare, Instant, Money};

/// The marks within a number: between groups of three digits, and before decimals.
fn marks(language: Language) -> (&'static str, char) {
    match language {
        Language::English | Language::Arabic => (",", '.'),
        Language::German | Language::Spanish => (".", ','),
        Language::French => ("\u{202f}", ','),
    }
}

/// How many digits a number has before they are grouped: Spanish leaves four together.
fn ungrouped(language: Language) -> usize {
    match language {
        Language::Spanish => 4,
        _ => 3,
    }
}

/// A plain amount such as `-1234.50` with a language's marks.
fn marked(language: Language, plain: &str) -> String {
    let (group, decimal) = marks(language);
    let (whole, fraction) = plain.split_once('.').map_or((plain, None), |(whole, fraction)| (whole, Some(fraction)));
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |digits| ("-", digits));
    let mut written = sign.to_owned();
    for (index, digit) in digits.char_indices() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) && digits.len() > ungrouped(language) {
            written.push_str(group);
        }
        written.push(digit);
    }
    if let Some(fraction) = fraction {
        written.push(decimal);
        written.push_str(fraction);
    }
    written
}

/// A currency's sign, or its code where the sign is not known everywhere.
fn sign(currency: Currency) -> &'static str {
    match currency {
        Currency::Eur => "€",
        Currency::Usd => "$",
        Currency::Gbp => "£",
        Currency::Jpy => "¥",
        other => other.code(),
    }
}

fn money_in(language: Language, money: Money) -> String {
    let (amount, sign) = (marked(language, &money.amount()), sign(money.currency));
    match language {
        Language::English => {
            let gap = if sign.len() == 3 && sign.is_ascii() { "\u{a0}" } else { "" };
            match amount.strip_prefix('-') {
                Some(amount) => format!("-{sign}{gap}{amount}"),
                None => format!("{sign}{gap}{amount}"),
            }
        }
        // The mark keeps the sign where it belongs in a line from right to left (UAX #9).
        Language::Arabic => format!("\u{200f}{amount}\u{a0}{sign}"),
        _ => format!("{amount}\u{a0}{sign}"),
    }
}

/// An amount of money with its currency.
pub fn money(money: Money) -> String {
    money_in(Language::current(), money)
}

/// An amount without its currency, as one would type it into a field.
pub fn amount(money: Money) -> String {
    money.amount().replace('.', &marks(Language::current()).1.to_string())
}

/// A share in percent.
pub fn percent(share: FeeShare) -> String {
    let plain = share.to_string();
    plain.replace('.', &marks(Language::current()).1.to_string())
}

/// A month's short name; January is 1.
pub fn month(number: u32) -> String {
    t!("month", number = number)
}

/// Day and time on the wall of the venue, as the server writes them (`2026-12-05T20:00`).
pub fn date(local: &str) -> String {
    let Ok(at) = NaiveDateTime::parse_from_str(local, "%Y-%m-%dT%H:%M") else { return local.to_owned() };
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

/// The day of a moment in UTC, which is the same for everybody.
pub fn day(at: Instant) -> String {
    let written = at.to_string();
    match written.get(..10).and_then(|day| day.parse::<NaiveDate>().ok()) {
        Some(day) => t!("day", day = day.day(), month = month(day.month()), year = day.year().to_string()),
        None => written,
    }
}

/// Where a ticket admits to.
pub fn seat(seat: &Seat) -> String {
    let section = seat.section.as_ref().map(ToString::to_string);
    let row = seat.row.as_ref().map(|row| t!("seat-row", row = row.as_str()));
    let number = seat.seat.as_ref().map(|number| t!("seat-number", number = number.as_str()));
    let parts: Vec<String> = [section, row, number].into_iter().flatten().collect();
    if parts.is_empty() { t!("seat-anywhere") } else { parts.join(&t!("comma")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_written_as_in_the_language() {
        let all = |minor, currency| Language::ALL.map(|language| money_in(language, Money::new(minor, currency)));

        assert_eq!(
            all(123_456, Currency::Eur),
            ["€1,234.56", "1.234,56\u{a0}€", "1234,56\u{a0}€", "1\u{202f}234,56\u{a0}€", "\u{200f}1,234.56\u{a0}€"]
        );
        assert_eq!(all(-1_234_567, Currency::Jpy)[..3], ["-¥1,234,567", "-1.234.567\u{a0}¥", "-1.234.567\u{a0}¥"]);
        assert_eq!(all(500, Currency::Chf)[..2], ["CHF\u{a0}5.00", "5,00\u{a0}CHF"]);
        assert_eq!(all(12_345, Currency::Kwd)[0], "KWD\u{a0}12.345");
    }

    #[test]
    fn a_date_is_written_with_the_words_of_the_language() {
        assert_eq!(date("2027-06-01T20:05"), "Tue 1 Jun 2027, 20:05");
        assert_eq!(day(Instant::from_millis(0)), "1 Jan 1970");
        assert_eq!(date("soon"), "soon", "what is no date stays what it is");
    }

    #[test]
    fn a_seat_is_said_in_words() {
        let words = |section, row, number| seat(&Seat::parse(section, row, number).expect("a seat"));

        assert_eq!(words("A", "3", "12"), "A, Row 3, Seat 12");
        assert_eq!(words("", "", ""), "General admission");
    }
}
