//! Stripe's card field. Our script `assets/stripe.js` is loaded when a field is first mounted, and loads Stripe's own script.

use crate::i18n::t;
use crate::model::card::Card;
use shared::Money;

/// The id of the element that the card field is mounted into.
pub const ELEMENT_ID: &str = "stripe-card";

/// Mounts the card field into the element [`ELEMENT_ID`].
///
/// # Errors
/// Why the field cannot be shown, in the user's language.
#[cfg(target_arch = "wasm32")]
pub async fn mount(key: &str, total: Money) -> Result<(), String> {
    browser::load().await?;
    let currency = total.currency.code().to_lowercase();
    // JavaScript numbers are exact up to 2^53, far above the highest total.
    browser::mount(ELEMENT_ID, key, total.minor as f64, &currency).await.map(drop).map_err(browser::message)
}

/// Removes the card field.
#[cfg(target_arch = "wasm32")]
pub fn unmount() {
    if browser::is_loaded() {
        browser::unmount();
    }
}

/// Exchanges the entered card for a token.
///
/// # Errors
/// What is wrong with the card, in the user's language.
#[cfg(target_arch = "wasm32")]
pub async fn tokenize_card() -> Result<Card, String> {
    let created = js_sys::Array::from(&browser::method().await.map_err(browser::message)?);
    let text = |index| created.get(index).as_string().unwrap_or_default();
    Ok(Card { method: text(0), last_digits: text(1) })
}

/// Stripe's field needs a browser.
///
/// # Errors
/// Always.
#[cfg(not(target_arch = "wasm32"))]
pub async fn mount(_: &str, _: Money) -> Result<(), String> {
    Err(t!("card-in-browser"))
}

/// Nothing is mounted outside browsers.
#[cfg(not(target_arch = "wasm32"))]
pub fn unmount() {}

/// Stripe's field needs a browser.
///
/// # Errors
/// Always.
#[cfg(not(target_arch = "wasm32"))]
pub async fn tokenize_card() -> Result<Card, String> {
    Err(t!("card-in-browser"))
}

#[cfg(target_arch = "wasm32")]
mod browser {
    use super::t;
    use crate::client::script;
    use dioxus::prelude::{Asset, AssetOptions, asset, manganis};
    use wasm_bindgen::prelude::*;

    /// What our script defines.
    const OBJECT: &str = "ticketingStripe";
    const SCRIPT: Asset = asset!("/assets/stripe.js", AssetOptions::js().with_minify(false));

    #[wasm_bindgen]
    extern "C" {
        #[wasm_bindgen(js_namespace = ticketingStripe, catch)]
        pub async fn mount(id: &str, key: &str, amount: f64, currency: &str) -> Result<JsValue, JsValue>;
        #[wasm_bindgen(js_namespace = ticketingStripe)]
        pub fn unmount();
        #[wasm_bindgen(js_namespace = ticketingStripe, catch)]
        pub async fn method() -> Result<JsValue, JsValue>;
    }

    /// Whether our script has run.
    pub fn is_loaded() -> bool {
        script::is_loaded(OBJECT)
    }

    /// Loads our script, once.
    pub async fn load() -> Result<(), String> {
        if script::load(SCRIPT, OBJECT).await { Ok(()) } else { Err(t!("card-field-failed")) }
    }

    /// The message of a JavaScript error. Our script leaves it empty where the page has a text of its own.
    pub fn message(thrown: JsValue) -> String {
        let message = js_sys::Reflect::get(&thrown, &"message".into()).ok().and_then(|message| message.as_string());
        message.filter(|message| !message.is_empty()).unwrap_or_else(|| t!("card-field-failed"))
    }
}
