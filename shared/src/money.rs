//! Money in whole minor units. Floating point is not used for amounts, because it rounds.

use serde::{Deserialize, Serialize};
use std::fmt;
use strum::VariantArray;

/// The currencies that a show can be sold in.
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
    /// Every currency, in the order in which forms offer them: the most used first.
    pub const ALL: [Currency; Currency::VARIANTS.len()] =
        *Currency::VARIANTS.first_chunk().expect("the length is the slice's own");

    /// The ISO 4217 code, such as `EUR`. `str::parse` is the inverse.
    pub fn code(self) -> &'static str {
        self.into()
    }

    /// Its symbol, or its code where the symbol is ambiguous or unknown elsewhere.
    pub fn symbol(self) -> &'static str {
        match self {
            Currency::Eur => "€",
            Currency::Usd => "$",
            Currency::Gbp => "£",
            Currency::Jpy => "¥",
            other => other.code(),
        }
    }

    /// The number of decimals of its minor unit (ISO 4217): 2 for cents.
    pub fn decimals(self) -> u32 {
        match self {
            Currency::Jpy => 0,
            Currency::Kwd => 3,
            _ => 2,
        }
    }

    /// The least and the greatest amount that a card can be charged at once (Stripe: "Minimum and maximum charge amounts"). Stripe
    /// states no minimum for dinars: this is what half a dollar is worth.
    pub fn chargeable(self) -> (Money, Money) {
        let least = match self {
            Currency::Eur | Currency::Usd | Currency::Chf | Currency::Jpy => 50,
            Currency::Gbp => 30,
            Currency::Sek => 300,
            Currency::Pln => 200,
            Currency::Kwd => 160,
        };
        // Eight digits. Thousandths are charged in steps of ten.
        let most = if self.decimals() == 3 { 99_999_990 } else { 99_999_999 };
        (Money::new(least, self), Money::new(most, self))
    }
}

/// An amount of money. It may be negative: ledger entries are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    /// The amount in the currency's smallest unit: cents for [`Currency::Eur`], yen for [`Currency::Jpy`].
    pub minor: i64,
    /// Amounts of different currencies are never added.
    pub currency: Currency,
}

impl Money {
    /// An amount of `minor` smallest units, such as cents.
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Money { minor, currency }
    }

    /// Parses an amount that a person typed, such as `49`, `49.9` or `49,90`; `None` for everything else: signs, exponents,
    /// digits other than 0 to 9, and more decimals than the currency has.
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

    /// The sum; `None` if the currencies differ or the sum overflows.
    pub fn checked_add(self, other: Money) -> Option<Money> {
        let same = self.currency == other.currency;
        same.then(|| self.minor.checked_add(other.minor))?.map(|minor| Money { minor, ..self })
    }

    /// The amount without its currency, in the form that [`Money::parse`] accepts: `49.90`.
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
        let symbol = self.currency.symbol();
        let space = if symbol == self.currency.code() { "\u{a0}" } else { "" };
        write!(formatter, "{symbol}{space}{}", self.amount())
    }
}

/// The part of a price that the marketplace keeps, in basis points (hundredths of a percent).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FeeShare {
    basis_points: u16,
}

impl FeeShare {
    /// In percent. A larger fee is taken for a mistake in the configuration.
    pub const MAX_PERCENT: u16 = 50;

    /// Parses a percentage with at most two decimals, such as `2.5`; `None` if it is malformed, negative or above
    /// [`FeeShare::MAX_PERCENT`].
    pub fn parse(percent: &str) -> Option<FeeShare> {
        // A percentage has two decimals, as an amount in euros has.
        let basis_points = u16::try_from(Money::parse(percent, Currency::Eur)?.minor).ok()?;
        (basis_points <= FeeShare::MAX_PERCENT * 100).then_some(FeeShare { basis_points })
    }

    /// The fee on an amount, rounded toward zero to whole minor units, in favour of the seller.
    pub fn of(self, amount: Money) -> Money {
        let share = i128::from(amount.minor) * i128::from(self.basis_points) / 10_000;
        Money { minor: i64::try_from(share).expect("a fee is at most half of an amount that fits"), ..amount }
    }

    /// Whether there is no fee, so that pages need not mention one.
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
        assert_eq!(share.of(Money::new(100_000_000, Currency::Jpy)), Money::new(2_500_000, Currency::Jpy));
        assert_eq!((share.to_string().as_str(), FeeShare::default().is_nothing()), ("2.5\u{a0}%", true));
        assert_eq!((FeeShare::parse("50.01"), FeeShare::parse("-1"), FeeShare::parse("1.234")), (None, None, None));
        assert_eq!(FeeShare::parse("10").expect("a share").to_string(), "10\u{a0}%");
        assert_eq!(FeeShare::default().to_string(), "0\u{a0}%");
    }
}
