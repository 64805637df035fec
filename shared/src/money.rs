//! Money, in whole minor units: no floating point anywhere near it.

use crate::rejection::{Flaw, Invalid};
use serde::{Deserialize, Serialize};
use std::fmt;
use strum::VariantArray;

/// The currencies that a show can be sold in (ISO 4217).
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    strum::Display,
    strum::EnumString,
    strum::IntoStaticStr,
    strum::VariantArray,
)]
#[strum(serialize_all = "UPPERCASE")]
#[serde(rename_all = "UPPERCASE")]
#[expect(missing_docs, reason = "the codes are ISO 4217's")]
pub enum Currency {
    Eur,
    Usd,
    Gbp,
    Chf,
    Sek,
    Pln,
    Jpy,
    Kwd,
}

impl Currency {
    /// Every currency, most used first.
    pub const ALL: [Currency; Currency::VARIANTS.len()] =
        *Currency::VARIANTS.first_chunk().expect("the length is the slice's own");

    /// The ISO 4217 code.
    pub fn code(self) -> &'static str {
        self.into()
    }

    /// How many decimals its minor unit has (ISO 4217).
    pub fn decimals(self) -> u32 {
        match self {
            Currency::Jpy => 0,
            Currency::Kwd => 3,
            _ => 2,
        }
    }

    fn symbol(self) -> &'static str {
        match self {
            Currency::Eur => "€",
            Currency::Usd => "$",
            Currency::Gbp => "£",
            Currency::Jpy => "¥",
            Currency::Chf => "CHF\u{a0}",
            Currency::Sek => "SEK\u{a0}",
            Currency::Pln => "PLN\u{a0}",
            Currency::Kwd => "KWD\u{a0}",
        }
    }
}

/// An amount of money: `minor` units (cents, for most) of `currency`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    /// Whole minor units.
    pub minor: i64,
    /// Of which currency.
    pub currency: Currency,
}

impl Money {
    /// `minor` units of `currency`.
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Money { minor, currency }
    }

    /// Reads what a person types, as `49`, `49.9` or `49,90`. Nothing else is taken for an amount.
    pub fn parse(text: &str, currency: Currency) -> Option<Money> {
        let decimals = currency.decimals();
        let text = text.trim().replace(',', ".");
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
        let digits = |part: &str| part.chars().all(|c| c.is_ascii_digit());
        let usable = !whole.is_empty() && digits(whole) && digits(fraction);
        if !usable || fraction.len() > decimals as usize || (text.contains('.') && fraction.is_empty()) {
            return None;
        }
        let padded = format!("{whole}{fraction:0<width$}", width = decimals as usize);
        Some(Money::new(padded.parse().ok()?, currency))
    }

    /// The sum; nothing if the currencies differ or it is too large to count.
    pub fn checked_add(self, other: Money) -> Option<Money> {
        let same = self.currency == other.currency;
        same.then(|| self.minor.checked_add(other.minor))?.map(|minor| Money { minor, ..self })
    }

    /// The amount without its currency, as a person would type it.
    pub fn amount(self) -> String {
        let decimals = self.currency.decimals();
        let unit = 10_i64.pow(decimals);
        let sign = if self.minor < 0 { "-" } else { "" };
        let minor = self.minor.unsigned_abs();
        let whole = minor / unit.unsigned_abs();
        match decimals {
            0 => format!("{sign}{whole}"),
            _ => format!("{sign}{whole}.{:0width$}", minor % unit.unsigned_abs(), width = decimals as usize),
        }
    }
}

impl fmt::Display for Money {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}{}", self.currency.symbol(), self.amount())
    }
}

/// A share of a price, in hundredths of a percent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FeeShare {
    basis_points: u16,
}

impl FeeShare {
    /// The largest share: half of the price.
    pub const MAX_PERCENT: u16 = 50;

    /// Reads a number of percent with at most two decimals, as `2.5`.
    pub fn parse(percent: &str) -> Option<FeeShare> {
        // Percent have hundredths as euros have cents.
        let basis_points = u16::try_from(Money::parse(percent, Currency::Eur)?.minor).ok()?;
        (basis_points <= FeeShare::MAX_PERCENT * 100).then_some(FeeShare { basis_points })
    }

    /// The share of an amount, rounded down to whole minor units: what is lost is the marketplace's.
    pub fn of(self, amount: Money) -> Money {
        let share = i128::from(amount.minor) * i128::from(self.basis_points) / 10_000;
        Money { minor: i64::try_from(share).expect("a share is less than the whole"), ..amount }
    }

    /// Whether nothing is kept.
    pub fn is_nothing(self) -> bool {
        self.basis_points == 0
    }
}

impl fmt::Display for FeeShare {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = Money::new(self.basis_points.into(), Currency::Eur).amount();
        let short = percent.trim_end_matches('0').trim_end_matches('.');
        write!(formatter, "{}\u{a0}%", if short.is_empty() { "0" } else { short })
    }
}

/// The price of a ticket: more than nothing, at most [`Price::MAX_MINOR`] minor units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Money", into = "Money")]
pub struct Price(Money);

impl Price {
    /// The highest price: a million of a currency with cents. Eight of them are far from overflowing.
    pub const MAX_MINOR: i64 = 100_000_000;

    /// The price as money.
    pub const fn money(self) -> Money {
        self.0
    }
}

impl TryFrom<Money> for Price {
    type Error = Invalid;
    fn try_from(money: Money) -> Result<Self, Invalid> {
        match money.minor {
            ..=0 => Err(Invalid::new("price", Flaw::NoPrice)),
            // Card networks count thousandths in steps of ten (Stripe, "Three-decimal currencies").
            minor if money.currency.decimals() == 3 && minor % 10 != 0 => {
                let step = Money::new(10, money.currency);
                Err(Invalid::new("price", Flaw::OffStep { step }))
            }
            1..=Price::MAX_MINOR => Ok(Price(money)),
            _ => {
                let most = Money::new(Price::MAX_MINOR, money.currency);
                Err(Invalid::new("price", Flaw::HighPrice { most }))
            }
        }
    }
}

impl From<Price> for Money {
    fn from(price: Price) -> Money {
        price.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_person_types_becomes_whole_minor_units() {
        let cases = [("19.99", Some(1999)), ("19,9", Some(1990)), ("19", Some(1900)), ("0", Some(0))];
        for (text, minor) in cases {
            assert_eq!(Money::parse(text, Currency::Eur).map(|money| money.minor), minor, "{text}");
        }
        for text in ["", "-1", "1.999", "1.", ".5", "1e3", "٣", "99999999999999999999"] {
            assert_eq!(Money::parse(text, Currency::Eur), None, "{text}");
        }
        assert_eq!(Money::parse("1.5", Currency::Jpy), None);
        assert_eq!(Money::parse("1.5", Currency::Kwd), Some(Money::new(1500, Currency::Kwd)));
    }

    #[test]
    fn an_amount_reads_as_it_is_typed() {
        for currency in Currency::ALL {
            for minor in [0, 1, 99, 100, 1234, 100_000_000] {
                let money = Money::new(minor, currency);
                assert_eq!(Money::parse(&money.amount(), currency), Some(money));
            }
        }
        assert_eq!(Money::new(1999, Currency::Eur).to_string(), "€19.99");
        assert_eq!(Money::new(5, Currency::Kwd).to_string(), "KWD\u{a0}0.005");
    }

    #[test]
    fn a_share_is_of_whole_minor_units_and_never_too_much() {
        let share = FeeShare::parse("2.5").expect("a share");
        assert_eq!(share.of(Money::new(1999, Currency::Eur)), Money::new(49, Currency::Eur));
        assert_eq!(share.of(Money::new(Price::MAX_MINOR, Currency::Jpy)), Money::new(2_500_000, Currency::Jpy));
        assert_eq!((share.to_string().as_str(), FeeShare::default().is_nothing()), ("2.5\u{a0}%", true));
        assert_eq!((FeeShare::parse("50.01"), FeeShare::parse("-1"), FeeShare::parse("1.234")), (None, None, None));
        assert_eq!(FeeShare::parse("10").expect("a share").to_string(), "10\u{a0}%");
        assert_eq!(FeeShare::default().to_string(), "0\u{a0}%");
    }

    #[test]
    fn a_price_is_more_than_nothing_and_not_absurd() {
        assert!(Price::try_from(Money::new(1005, Currency::Kwd)).is_err(), "no card is charged half a step");
        assert!(Price::try_from(Money::new(1010, Currency::Kwd)).is_ok());
        for minor in [i64::MIN, -1, 0, Price::MAX_MINOR + 1, i64::MAX] {
            assert!(Price::try_from(Money::new(minor, Currency::Eur)).is_err(), "{minor}");
        }
        assert!(Price::try_from(Money::new(1, Currency::Eur)).is_ok());
    }
}
