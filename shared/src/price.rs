//! Ticket prices.

use crate::invalid::{Flaw, Invalid};
use crate::money::Money;
use serde::{Deserialize, Serialize};

/// The price of one ticket: an amount that cards can be charged (see [`Currency::chargeable`](crate::money::Currency::chargeable)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Money", into = "Money")]
pub struct Price(Money);

impl Price {
    /// The amount as plain money, to add and to compare.
    pub const fn money(self) -> Money {
        self.0
    }
}

impl TryFrom<Money> for Price {
    type Error = Invalid;
    fn try_from(money: Money) -> Result<Self, Invalid> {
        let (least, most) = money.currency.chargeable();
        match money.minor {
            ..=0 => Err(Invalid::new("price", Flaw::PriceNotPositive)),
            minor if minor < least.minor => Err(Invalid::new("price", Flaw::LowPrice { least })),
            minor if minor > most.minor => Err(Invalid::new("price", Flaw::HighPrice { most })),
            // Cards are charged thousandths in steps of ten only (Stripe: "Supported currencies", three-decimal currencies).
            minor if money.currency.decimals() == 3 && minor % 10 != 0 => {
                let step = Money::new(10, money.currency);
                Err(Invalid::new("price", Flaw::OffStep { step }))
            }
            _ => Ok(Price(money)),
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
    fn a_price_can_be_charged() {
        assert!(Price::try_from(Money::new(1005, Currency::Kwd)).is_err(), "5 is half a step");
        assert!(Price::try_from(Money::new(1010, Currency::Kwd)).is_ok());
        for (currency, least) in [(Currency::Eur, 50), (Currency::Gbp, 30), (Currency::Jpy, 50), (Currency::Sek, 300)] {
            let flaw = |minor| Price::try_from(Money::new(minor, currency)).map_err(|invalid| invalid.flaw).err();
            let most = 99_999_999;

            assert_eq!((flaw(least), flaw(most)), (None, None), "{currency}");
            for minor in [1, least - 1] {
                assert_eq!(flaw(minor), Some(Flaw::LowPrice { least: Money::new(least, currency) }), "{currency}");
            }
            for minor in [most + 1, i64::MAX] {
                assert_eq!(flaw(minor), Some(Flaw::HighPrice { most: Money::new(most, currency) }), "{currency}");
            }
            for minor in [i64::MIN, -1, 0] {
                assert_eq!(flaw(minor), Some(Flaw::PriceNotPositive), "{currency}");
            }
        }
    }
}
