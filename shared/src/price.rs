//! Ticket prices.

use crate::invalid::{Flaw, Invalid};
use crate::money::Money;
use serde::{Deserialize, Serialize};

/// The price of one ticket: above zero, at most [`Price::MAX_MINOR`] minor units, and an amount that cards can be charged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Money", into = "Money")]
pub struct Price(Money);

impl Price {
    /// In minor units: one million in a currency with cents. The sum of an order cannot overflow.
    pub const MAX_MINOR: i64 = 100_000_000;

    /// The amount as plain money, to add and to compare.
    pub const fn money(self) -> Money {
        self.0
    }
}

impl TryFrom<Money> for Price {
    type Error = Invalid;
    fn try_from(money: Money) -> Result<Self, Invalid> {
        match money.minor {
            ..=0 => Err(Invalid::new("price", Flaw::NoPrice)),
            // Cards are charged thousandths in steps of ten only (Stripe: "Supported currencies", three-decimal currencies).
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
    use crate::money::Currency;

    #[test]
    fn a_price_is_above_zero_and_has_a_maximum() {
        assert!(Price::try_from(Money::new(1005, Currency::Kwd)).is_err(), "5 is half a step");
        assert!(Price::try_from(Money::new(1010, Currency::Kwd)).is_ok());
        for minor in [i64::MIN, -1, 0, Price::MAX_MINOR + 1, i64::MAX] {
            assert!(Price::try_from(Money::new(minor, Currency::Eur)).is_err(), "{minor}");
        }
        assert!(Price::try_from(Money::new(1, Currency::Eur)).is_ok());
    }
}
