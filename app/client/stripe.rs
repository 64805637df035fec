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
    use dioxus::prelude::{Asset, AssetOptions, asset, manganis};
    use futures_util::StreamExt;
    use wasm_bindgen::prelude::*;
    use web_sys::Event;

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
        js_sys::Reflect::has(&js_sys::global(), &"ticketingStripe".into()).unwrap_or_default()
    }

    /// Loads our script, once.
    pub async fn load() -> Result<(), String> {
        let failed = || t!("card-field-failed");
        if is_loaded() {
            return Ok(());
        }
        let document = web_sys::window().and_then(|window| window.document()).ok_or_else(failed)?;
        let script = document.create_element("script").map_err(|_| failed())?;
        script.set_attribute("src", &SCRIPT.to_string()).map_err(|_| failed())?;
        let (sender, mut events) = futures_channel::mpsc::unbounded();
        let on_end = Closure::<dyn FnMut(Event)>::new(move |_| {
            let _ = sender.unbounded_send(());
        });
        for event in ["load", "error"] {
            let _ = script.add_event_listener_with_callback(event, on_end.as_ref().unchecked_ref());
        }
        document.head().ok_or_else(failed)?.append_child(&script).map_err(|_| failed())?;
        events.next().await;
        if is_loaded() { Ok(()) } else { Err(failed()) }
    }

    /// The message of a JavaScript error. Our script leaves it empty where the page has a text of its own.
    pub fn message(thrown: JsValue) -> String {
        let message = js_sys::Reflect::get(&thrown, &"message".into()).ok().and_then(|message| message.as_string());
        message.filter(|message| !message.is_empty()).unwrap_or_else(|| t!("card-field-failed"))
    }
}
