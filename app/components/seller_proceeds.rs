//! What a seller gets of a price.

use crate::client::context::use_payment_settings;
use crate::i18n::{money, parse_amount, percent, t};
use dioxus::prelude::*;
use shared::{Currency, FeeShare, Money, Price};

fn describe(price: Money, fee: FeeShare) -> String {
    let kept = fee.of(price);
    let proceeds = Money::new(price.minor - kept.minor, price.currency);
    if fee.is_nothing() {
        t!("share-all", left = money(proceeds))
    } else {
        t!("share-rest", left = money(proceeds), fee = percent(fee), kept = money(kept))
    }
}

/// What the seller gets for each ticket and what the marketplace keeps. Empty while `price_input` is not a valid price.
#[component]
pub fn SellerProceeds(price_input: String, currency: Currency) -> Element {
    let settings = use_payment_settings();
    let price = parse_amount("price", &price_input, currency).and_then(Price::try_from).ok();
    let text = settings.zip(price).map(|(settings, price)| describe(price.money(), settings.fee));
    rsx! {
        p { class: "hint share", aria_live: "polite", {text.unwrap_or_default()} }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fee_of_the_marketplace_is_shown() {
        let price = Money::new(4990, Currency::Eur);
        let fee = FeeShare::parse("5").expect("5 percent is valid");

        let no_fee = describe(price, FeeShare::default());
        assert_eq!(no_fee, "You get €49.90 per ticket, the marketplace keeps nothing.");
        assert_eq!(describe(price, fee), "You get €47.41 per ticket, the marketplace keeps 5\u{a0}% (€2.49).");
    }
}
