//! Stripe's card field, as the client reaches it: through a script of ours that is loaded only where cards are paid there.

use crate::components::Card;
use crate::i18n::t;
use shared::Money;

/// The element that the card field is put into.
pub const PLACE: &str = "stripe-card";

/// Puts the card field into the element [`PLACE`].
///
/// # Errors
/// Why there is none, for people to read.
#[cfg(target_arch = "wasm32")]
pub async fn mount(key: &str, total: Money) -> Result<(), String> {
    browser::load().await?;
    let currency = total.currency.code().to_lowercase();
    // Whole numbers up to 2^53 are exact, and the highest sum is far below.
    browser::mount(PLACE, key, total.minor as f64, &currency).await.map(drop).map_err(browser::words)
}

/// Takes the field away.
#[cfg(target_arch = "wasm32")]
pub fn unmount() {
    if browser::is_loaded() {
        browser::unmount();
    }
}

/// A token for the card that was typed.
///
/// # Errors
/// What is wrong with it, for people to read.
#[cfg(target_arch = "wasm32")]
pub async fn card() -> Result<Card, String> {
    let made = js_sys::Array::from(&browser::method().await.map_err(browser::words)?);
    let text = |index| made.get(index).as_string().unwrap_or_default();
    Ok(Card { method: text(0), ending: text(1) })
}

/// Leaves for the bank's page.
#[cfg(target_arch = "wasm32")]
pub fn go_to(url: &str) {
    if let Some(window) = web_sys::window()
        && url.starts_with("http")
    {
        // The link that is there as well does the same, should this not be allowed.
        let _ = window.location().set_href(url);
    }
}

/// Waits until the person comes back to this window.
#[cfg(target_arch = "wasm32")]
pub async fn returned() {
    use futures_util::StreamExt;
    let (sender, mut heard) = futures_channel::mpsc::unbounded();
    let _listening = browser::Listening::begin(sender);
    heard.next().await;
}

/// Outside browsers there is none.
///
/// # Errors
/// Always, with the reason.
#[cfg(not(target_arch = "wasm32"))]
pub async fn mount(_: &str, _: Money) -> Result<(), String> {
    Err(t!("card-in-browser"))
}

/// There is nothing to take away.
#[cfg(not(target_arch = "wasm32"))]
pub fn unmount() {}

/// Outside browsers no card can be typed.
///
/// # Errors
/// Always, with the reason.
#[cfg(not(target_arch = "wasm32"))]
pub async fn card() -> Result<Card, String> {
    Err(t!("card-in-browser"))
}

/// Opens the page in a browser, where there is a window that could not show it.
#[cfg(all(feature = "desktop", not(target_arch = "wasm32")))]
pub fn go_to(url: &str) {
    if url.starts_with("http") {
        crate::desktop::open_outside(url);
    }
}

/// Only clients leave.
#[cfg(not(any(target_arch = "wasm32", feature = "desktop")))]
pub fn go_to(_: &str) {}

/// Only browsers tell.
#[cfg(not(target_arch = "wasm32"))]
pub async fn returned() {
    std::future::pending().await
}

#[cfg(target_arch = "wasm32")]
mod browser {
    use super::t;
    use dioxus::prelude::{Asset, AssetOptions, asset, manganis};
    use futures_channel::mpsc::UnboundedSender;
    use futures_util::StreamExt;
    use wasm_bindgen::prelude::*;
    use web_sys::Event;

    const SCRIPT: Asset = asset!("/assets/stripe.js", AssetOptions::js().with_minify(false));
    /// How a window says that somebody is back: from another one, or with the browser's own button.
    const RETURNS: [&str; 2] = ["focus", "pageshow"];

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
        let (sender, mut heard) = futures_channel::mpsc::unbounded();
        let ended = Closure::<dyn FnMut(Event)>::new(move |_| {
            let _ = sender.unbounded_send(());
        });
        for event in ["load", "error"] {
            let _ = script.add_event_listener_with_callback(event, ended.as_ref().unchecked_ref());
        }
        document.head().ok_or_else(failed)?.append_child(&script).map_err(|_| failed())?;
        heard.next().await;
        if is_loaded() { Ok(()) } else { Err(failed()) }
    }

    /// What was thrown, in the words that it was thrown with.
    pub fn words(thrown: JsValue) -> String {
        let message = js_sys::Reflect::get(&thrown, &"message".into()).ok().and_then(|message| message.as_string());
        message.filter(|words| !words.is_empty()).unwrap_or_else(|| t!("card-field-failed"))
    }

    /// Listens until it is dropped.
    pub struct Listening(Closure<dyn FnMut(Event)>);

    impl Listening {
        pub fn begin(sender: UnboundedSender<()>) -> Self {
            let heard = Closure::<dyn FnMut(Event)>::new(move |_| {
                let _ = sender.unbounded_send(());
            });
            for (window, event) in RETURNS.iter().filter_map(|event| Some((web_sys::window()?, event))) {
                let _ = window.add_event_listener_with_callback(event, heard.as_ref().unchecked_ref());
            }
            Listening(heard)
        }
    }

    impl Drop for Listening {
        fn drop(&mut self) {
            for (window, event) in RETURNS.iter().filter_map(|event| Some((web_sys::window()?, event))) {
                let _ = window.remove_event_listener_with_callback(event, self.0.as_ref().unchecked_ref());
            }
        }
    }
}
