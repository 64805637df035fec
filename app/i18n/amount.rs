//! Amounts as users enter them.

use super::Language;
use shared::amount::{Reading, read};
use shared::{Currency, Flaw, Invalid, Money};

/// Parses the amount in a field, in the user's language.
///
/// # Errors
/// If it is no amount in the currency, or can be read in two ways: then the user is asked which.
pub fn parse_amount(field: &str, text: &str, currency: Currency) -> Result<Money, Invalid> {
    parse_in(Language::current(), text, currency).map_err(|flaw| Invalid::new(field, flaw))
}

fn parse_in(language: Language, text: &str, currency: Currency) -> Result<Money, Flaw> {
    let decimal_mark = language.number_format().decimal.chars().next().unwrap_or('.');
    match read(text, currency, decimal_mark) {
        Reading::Amount(money) => Ok(money),
        Reading::Nothing => Err(Flaw::InvalidAmount),
        Reading::Ambiguous(readings) => match readings[..] {
            [first, second, ..] => Err(Flaw::UnclearAmount { first, second }),
            [only] => Err(Flaw::UnclearAmount { first: only, second: only }),
            [] => Err(Flaw::InvalidAmount),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::super::format::{amount_in, money_in};
    use super::*;

    #[test]
    fn what_the_site_writes_is_read_back_in_every_language() {
        for language in Language::ALL {
            for currency in Currency::ALL {
                for minor in [10, 50, 990, 1_000, 4_990, 100_000, 123_450, 1_000_000, 99_999_990] {
                    let money = Money::new(minor, currency);
                    for written in [money_in(language, money), amount_in(language, money)] {
                        assert_eq!(parse_in(language, &written, currency), Ok(money), "{language:?}: {written}");
                    }
                }
            }
        }
    }

    #[test]
    fn an_amount_that_can_be_read_in_two_ways_is_asked_about() {
        let (one, thousand) = (Money::new(100, Currency::Eur), Money::new(100_000, Currency::Eur));

        assert_eq!(parse_in(Language::English, "1,000", Currency::Eur), Ok(thousand));
        let unclear = Flaw::UnclearAmount { first: one, second: thousand };
        assert_eq!(parse_in(Language::German, "1,000", Currency::Eur), Err(unclear));
        assert_eq!(parse_in(Language::Arabic, "٤٩٫٩٠", Currency::Eur), Ok(Money::new(4_990, Currency::Eur)));
        assert_eq!(parse_in(Language::English, "many", Currency::Eur), Err(Flaw::InvalidAmount));
    }
}
