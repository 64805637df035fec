//! Amounts of money as people write them, in the digits and separators of their language.

use crate::money::{Currency, Money};
use crate::text::plain_digits;

/// What somebody may have meant by a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    /// This amount, and nothing else.
    Amount(Money),
    /// One of these amounts, the likeliest first: the writer has to say which. A separator before three digits can be a decimal
    /// mark or one of thousands, and nobody may guess by a factor of 1,000.
    Ambiguous(Vec<Money>),
    /// No amount in the currency.
    Nothing,
}

/// The separators in a number, as far as they are certain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    /// Between groups of digits: a space, an apostrophe, or the Arabic mark of thousands.
    Group,
    /// The Arabic decimal mark.
    Decimal,
    /// A full stop or a comma, which is either, depending on the language.
    Either(char),
}

/// Digits with the separators between them.
struct Number {
    /// One more than there are marks.
    digits: Vec<String>,
    marks: Vec<Mark>,
}

/// Reads an amount that a person typed or pasted, such as `49`, `49,90 €` or `٤٩٫٩٠`. `decimal_mark` is that of the person's language.
#[must_use]
pub fn read(text: &str, currency: Currency, decimal_mark: char) -> Reading {
    let Some(number) = number_in(text, currency).and_then(|text| Number::parse(&text)) else { return Reading::Nothing };
    let mut readings: Vec<Money> = Vec::new();
    for decimal in number.decimal_places() {
        if let Some(minor) = number.minor(decimal, currency)
            && !readings.iter().any(|reading| reading.minor == minor)
        {
            readings.push(Money::new(minor, currency));
        }
    }
    match readings[..] {
        [] => Reading::Nothing,
        [only] if number.is_certain(decimal_mark, currency) => Reading::Amount(only),
        _ => {
            if number.last_either() != Some(decimal_mark) {
                readings.reverse();
            }
            if readings.len() > 1 && number.is_certain(decimal_mark, currency) {
                readings.truncate(1);
                return Reading::Amount(readings[0]);
            }
            Reading::Ambiguous(readings)
        }
    }
}

/// The part with the digits, if all that stands around it is the currency's name.
fn number_in(text: &str, currency: Currency) -> Option<String> {
    let plain = plain(text);
    let first = plain.find(|letter: char| letter.is_ascii_digit())?;
    let last = plain.rfind(|letter: char| letter.is_ascii_digit())?;
    let around = [plain[..first].trim(), plain[last + 1..].trim()];
    let is_name = |part: &str| names(currency).contains(&part);
    let named = around.iter().filter(|part| !part.is_empty()).count();
    let only_named = named == 0 || named == 1 && around.iter().any(|part| is_name(part));
    only_named.then(|| plain[first..=last].to_owned())
}

/// In lower case, with plain digits and one kind of space and of apostrophe, without marks of the direction of writing.
fn plain(text: &str) -> String {
    let direction = |letter: &char| matches!(letter, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let plain = |letter: char| match letter {
        '\u{2018}' | '\u{2019}' | '\u{2bc}' | '\u{b4}' | '`' => '\'',
        '．' => '.',
        '，' | '、' => ',',
        '￥' => '¥',
        '＄' => '$',
        space if space.is_whitespace() => ' ',
        other => other,
    };
    let shown = plain_digits(text).chars().filter(|letter| !direction(letter)).map(plain).collect::<String>();
    shown.trim().to_lowercase()
}

/// In lower case.
fn names(currency: Currency) -> &'static [&'static str] {
    match currency {
        Currency::Eur => &["€", "eur", "euro", "euros", "يورو"],
        Currency::Usd => &["$", "us$", "usd", "$us"],
        Currency::Gbp => &["£", "gbp", "uk£"],
        Currency::Chf => &["chf", "fr.", "fr", "sfr."],
        Currency::Sek => &["sek", "kr", "kr."],
        Currency::Pln => &["pln", "zł"],
        Currency::Jpy => &["¥", "円", "jpy", "jp¥"],
        Currency::Kwd => &["kwd", "kd", "د.ك", "د.ك."],
    }
}

impl Number {
    fn parse(text: &str) -> Option<Self> {
        let (mut digits, mut marks) = (vec![String::new()], Vec::new());
        for letter in text.chars() {
            match letter {
                '0'..='9' => digits.last_mut()?.push(letter),
                '.' | ',' => marks.push(Mark::Either(letter)),
                ' ' | '\'' | '\u{66c}' => marks.push(Mark::Group),
                '\u{66b}' => marks.push(Mark::Decimal),
                _ => return None,
            }
            if !letter.is_ascii_digit() {
                digits.push(String::new());
            }
        }
        digits.iter().all(|part| !part.is_empty()).then_some(Number { digits, marks })
    }

    /// The last mark, if it is a full stop or a comma.
    fn last_either(&self) -> Option<char> {
        match self.marks.last() {
            Some(Mark::Either(letter)) => Some(*letter),
            _ => None,
        }
    }

    /// The positions that the decimal mark may have among the marks; `None` if there need not be one. The reading with a decimal mark
    /// comes first.
    fn decimal_places(&self) -> Vec<Option<usize>> {
        let Some(last) = self.marks.len().checked_sub(1) else { return vec![None] };
        let is_repeated = self.marks[..last].contains(&self.marks[last]);
        match self.marks[last] {
            Mark::Group => vec![None],
            Mark::Decimal => vec![Some(last)],
            Mark::Either(_) if is_repeated => vec![None],
            Mark::Either(_) if last > 0 => vec![Some(last)],
            Mark::Either(_) => vec![Some(last), None],
        }
    }

    /// The amount if the decimal mark is there; `None` if the groups or the decimals do not fit.
    fn minor(&self, decimal: Option<usize>, currency: Currency) -> Option<i64> {
        let (groups, fraction) = match decimal {
            Some(place) => (&self.digits[..=place], self.digits[place + 1].as_str()),
            None => (&self.digits[..], ""),
        };
        let marks = &self.marks[..groups.len() - 1];
        let same = marks.windows(2).all(|pair| pair[0] == pair[1]);
        if marks.contains(&Mark::Decimal) || !same || !are_groups(groups) {
            return None;
        }
        let decimals = currency.decimals() as usize;
        let (fraction, beyond) = fraction.split_at(fraction.len().min(decimals));
        if beyond.bytes().any(|digit| digit != b'0') {
            return None;
        }
        format!("{}{fraction:0<decimals$}", groups.concat()).parse().ok()
    }

    /// Whether nobody who writes the person's language, and nobody who writes another one, would read it otherwise.
    fn is_certain(&self, decimal_mark: char, currency: Currency) -> bool {
        let [Mark::Either(mark)] = self.marks[..] else { return true };
        let ambiguous = self.digits[1].len() == 3 && are_groups(&self.digits);
        // It is certain if the language and the currency agree: three decimals are how an amount of dinars is written, and more than
        // others have.
        !ambiguous || (mark == decimal_mark) == (currency.decimals() == 3)
    }
}

/// Whether digits are grouped as numbers are: by thousands, or as in India.
fn are_groups(groups: &[String]) -> bool {
    let [first, rest @ ..] = groups else { return false };
    let [middle @ .., last] = rest else { return true };
    let by = |size: usize| middle.iter().all(|group| group.len() == size);
    // A number does not begin with an empty thousand.
    !first.starts_with('0') && first.len() <= 3 && last.len() == 3 && (by(3) || first.len() <= 2 && by(2))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn amount(text: &str, currency: Currency, mark: char) -> Option<i64> {
        match read(text, currency, mark) {
            Reading::Amount(money) => Some(money.minor),
            _ => None,
        }
    }

    fn unclear(text: &str, currency: Currency, mark: char) -> Vec<i64> {
        match read(text, currency, mark) {
            Reading::Ambiguous(readings) => readings.iter().map(|money| money.minor).collect(),
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn an_amount_is_read_in_every_way_of_writing_it() {
        for (text, minor) in [
            ("49", 4900),
            ("49.9", 4990),
            ("49,90", 4990),
            ("49,90 €", 4990),
            ("€49.90", 4990),
            ("EUR 49.90", 4990),
            ("49,90\u{a0}€", 4990),
            ("1.000,50", 100_050),
            ("1,000.50", 100_050),
            ("1 234,50", 123_450),
            ("1\u{202f}234,50", 123_450),
            ("1'234.50", 123_450),
            ("1’234.50", 123_450),
            ("1.234.567,00", 123_456_700),
            ("1,234,567", 123_456_700),
            ("12,34,567.00", 123_456_700),
            ("٤٩٫٩٠", 4990),
            ("١٬٢٣٤٫٥٠", 123_450),
            ("\u{200f}٤٩٫٩٠ €", 4990),
            ("４９．９０", 4990),
            ("४९.९०", 4990),
            ("0.50", 50),
            ("0,500", 50),
            ("1234,5", 123_450),
            ("1234.500", 123_450),
        ] {
            for mark in ['.', ','] {
                assert_eq!(amount(text, Currency::Eur, mark), Some(minor), "{text} {mark}");
            }
        }
    }

    #[test]
    fn nobody_guesses_by_a_factor_of_a_thousand() {
        assert_eq!(amount("1,000", Currency::Eur, '.'), Some(100_000));
        assert_eq!(amount("1.000", Currency::Eur, ','), Some(100_000));
        assert_eq!(unclear("1,000", Currency::Eur, ','), [100, 100_000]);
        assert_eq!(unclear("1,234", Currency::Eur, ','), [123_400]);
        assert_eq!(unclear("1.000", Currency::Eur, '.'), [100, 100_000]);
        assert_eq!(amount("1,000", Currency::Kwd, ','), Some(1_000));
        assert_eq!(amount("1.000", Currency::Kwd, '.'), Some(1_000));
        assert_eq!(unclear("1,000", Currency::Kwd, '.'), [1_000_000, 1_000]);
        assert_eq!(amount("1,000.500", Currency::Kwd, '.'), Some(1_000_500));
        assert_eq!(amount("10,50", Currency::Kwd, '.'), Some(10_500));
        assert_eq!(amount("1,000", Currency::Jpy, '.'), Some(1_000));
        assert_eq!(unclear("1,000", Currency::Jpy, ','), [1, 1_000]);
        assert_eq!(amount("￥1,000,000", Currency::Jpy, ','), Some(1_000_000));
    }

    #[test]
    fn what_is_no_amount_of_the_currency_is_refused() {
        for text in [
            "",
            "€",
            "-1",
            "−1",
            "1e3",
            ".5",
            "5.",
            "1.999,9,9",
            "1.23.4",
            "1,00.00",
            "49.9055",
            "1 23",
            "1.2.3",
            "$49.90",
            "49.90 EUR €",
            "4x9",
            "0,000,000",
            "1..5",
            "1, 000",
            "99999999999999999999",
            "49:90",
        ] {
            assert_eq!(read(text, Currency::Eur, '.'), Reading::Nothing, "{text}");
        }
        assert_eq!(read("1.5", Currency::Jpy, '.'), Reading::Nothing);
        assert_eq!(read("10.00", Currency::Jpy, '.'), Reading::Amount(Money::new(10, Currency::Jpy)));
    }

    proptest! {
        /// However a language writes an amount, it is read back.
        #[test]
        fn a_written_amount_is_read_back(minor in 0..100_000_000_i64, style in 0..4_usize, currency in 0..Currency::ALL.len()) {
            let money = Money::new(minor, Currency::ALL[currency]);
            let (group, mark) = [(",", '.'), (".", ','), ("\u{202f}", ','), ("\u{2019}", '.')][style];
            let plain = money.amount();
            let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
            let mut grouped = String::new();
            for (index, digit) in whole.chars().enumerate() {
                if index > 0 && (whole.len() - index) % 3 == 0 {
                    grouped.push_str(group);
                }
                grouped.push(digit);
            }
            let written = if fraction.is_empty() { grouped } else { format!("{grouped}{mark}{fraction}") };
            match read(&written, money.currency, mark) {
                Reading::Amount(read) => prop_assert_eq!(read, money, "{}", written),
                other => prop_assert!(false, "{}: {:?}", written, other),
            }
        }

        #[test]
        fn no_text_is_a_surprise(text in "[0-9.,' €x-]{0,12}", mark in prop::sample::select(vec!['.', ','])) {
            if let Reading::Ambiguous(readings) = read(&text, Currency::Eur, mark) {
                prop_assert!((1..=2).contains(&readings.len()), "{text}");
            }
        }
    }
}
