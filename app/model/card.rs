//! A card as the client knows it: a token and the last digits of the number, never the number itself.

use crate::i18n::t;
use shared::payments::TEST_CARDS;

/// A card that can be charged once.
#[derive(Clone, Debug, PartialEq)]
pub struct Card {
    /// The token for one payment.
    pub method: String,
    /// The last four digits of the number; empty if Stripe does not report them.
    pub last_digits: String,
}

impl Card {
    /// The sandbox's test card of that number. Spaces and hyphens are ignored.
    pub fn from_test_number(number: &str) -> Option<Card> {
        let digits: String = number.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
        let card = TEST_CARDS.iter().find(|card| card.number == digits)?;
        Some(Card { method: card.method.to_owned(), last_digits: digits[digits.len() - 4..].to_owned() })
    }

    /// The name of the card on the page, as in "the card ending 4242".
    pub fn label(&self) -> String {
        if self.last_digits.is_empty() { t!("card-entered") } else { t!("card-ending", digits = &*self.last_digits) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_card_is_found_with_and_without_separators() {
        let find = |number: &str| Card::from_test_number(number).map(|card| (card.method, card.last_digits));
        let card = |method: &str, last_digits: &str| Some((method.to_owned(), last_digits.to_owned()));
        assert_eq!(find("4242 4242 4242 4242"), card("pm_card_visa", "4242"));
        assert_eq!(find("4000-0000-0000-0002"), card("pm_card_chargeDeclined", "0002"));
        assert_eq!(find("4111 1111 1111 1111"), None);
    }
}
