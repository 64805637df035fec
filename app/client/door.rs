//! The door of a show. Our script `assets/door.js` reads codes and keeps scans on the device.

use shared::ShowId;

/// The id of the element that the script works in.
pub const ELEMENT_ID: &str = "door";

/// Starts the door in the element [`ELEMENT_ID`], with the secret of a link for helpers. Returns whether it runs: only browsers can.
#[cfg(target_arch = "wasm32")]
pub async fn start(show: ShowId, key: Option<String>) -> bool {
    browser::load().await && browser::start(ELEMENT_ID, &show.to_string(), key).await.is_ok()
}

/// Only browsers can.
#[cfg(not(target_arch = "wasm32"))]
pub async fn start(_: ShowId, _: Option<String>) -> bool {
    false
}

/// Releases the camera.
#[cfg(target_arch = "wasm32")]
pub fn stop() {
    browser::stop_if_loaded();
}

/// Nothing runs outside browsers.
#[cfg(not(target_arch = "wasm32"))]
pub fn stop() {}

#[cfg(target_arch = "wasm32")]
mod browser {
    use crate::client::script;
    use dioxus::prelude::{Asset, AssetOptions, asset, manganis};
    use wasm_bindgen::prelude::*;

    const SCRIPT: Asset = asset!("/assets/door.js", AssetOptions::js().with_minify(false));
    /// What our script defines.
    const OBJECT: &str = "ticketingDoor";

    #[wasm_bindgen]
    extern "C" {
        #[wasm_bindgen(js_namespace = ticketingDoor, catch)]
        pub async fn start(id: &str, show: &str, key: Option<String>) -> Result<JsValue, JsValue>;
        #[wasm_bindgen(js_namespace = ticketingDoor)]
        fn stop();
    }

    pub async fn load() -> bool {
        script::load(SCRIPT, OBJECT).await
    }

    pub fn stop_if_loaded() {
        if script::is_loaded(OBJECT) {
            stop();
        }
    }
}
