//! What a seller gets of a price.

use crate::components::use_settings;
use crate::i18n::{money, percent, t};
use dioxus::prelude::*;
use shared::{Currency, FeeShare, Money, Price};

/// What a seller gets of each ticket at that price, and what the marketplace keeps of it.
fn words(price: Money, fee: FeeShare) -> String {
    let kept = fee.of(price);
    let left = Money::new(price.minor - kept.minor, price.currency);
    match fee.is_nothing() {
        true => t!("share-all", left = money(left)),
        false => t!("share-rest", left = money(left), fee = percent(fee), kept = money(kept)),
    }
}

/// What a seller gets of each ticket, while the price is typed. Nothing is said of what is no price yet.
#[component]
pub fn SellerShare(typed: String, currency: Currency) -> Element {
    let settings = use_settings();
    let price = Money::parse(&typed, currency).and_then(|money| Price::try_from(money).ok());
    let said = settings.zip(price).map(|(settings, price)| words(price.money(), settings.fee));
    rsx! {
        p { class: "hint share", aria_live: "polite", {said.unwrap_or_default()} }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_marketplace_keeps_is_named() {
        let price = Money::new(4990, Currency::Eur);
        let fee = FeeShare::parse("5").expect("it is a share");

        let nothing = words(price, FeeShare::default());
        assert_eq!(nothing, "You get €49.90 per ticket, the marketplace keeps nothing.");
        assert_eq!(words(price, fee), "You get €47.41 per ticket, the marketplace keeps 5\u{a0}% (€2.49).");
    }
}
