//! What pages ask of the device: to be kept for when there is no network, and a screen that stays on. Only browsers do this; our
//! script is `assets/device.js`.

#[cfg(target_arch = "wasm32")]
use crate::client::script;
#[cfg(target_arch = "wasm32")]
use dioxus::prelude::{Asset, AssetOptions, asset, manganis, spawn};

#[cfg(target_arch = "wasm32")]
const SCRIPT: Asset = asset!("/assets/device.js", AssetOptions::js().with_minify(false));
/// What our script defines.
#[cfg(target_arch = "wasm32")]
const OBJECT: &str = "ticketingDevice";

/// Keeps these pages for when there is no network. `complete`: and no other tickets.
#[cfg(target_arch = "wasm32")]
pub fn keep_pages(paths: Vec<String>, complete: bool) {
    spawn(async move {
        if script::load(SCRIPT, OBJECT).await {
            browser::keep(paths, complete).await;
        }
    });
}

#[cfg(not(target_arch = "wasm32"))]
pub fn keep_pages(_: Vec<String>, _: bool) {}

/// Forgets what was kept: another person may use this device.
#[cfg(target_arch = "wasm32")]
pub async fn forget_pages() {
    if script::load(SCRIPT, OBJECT).await {
        browser::forget().await;
    }
}

#[cfg(not(target_arch = "wasm32"))]
pub async fn forget_pages() {}

/// Keeps the screen on until [`let_sleep`].
#[cfg(target_arch = "wasm32")]
pub fn keep_awake() {
    spawn(async {
        if script::load(SCRIPT, OBJECT).await {
            browser::keep_awake();
        }
    });
}

#[cfg(not(target_arch = "wasm32"))]
pub fn keep_awake() {}

/// Lets the screen turn off.
#[cfg(target_arch = "wasm32")]
pub fn let_sleep() {
    if script::is_loaded(OBJECT) {
        browser::let_sleep();
    }
}

#[cfg(not(target_arch = "wasm32"))]
pub fn let_sleep() {}

#[cfg(target_arch = "wasm32")]
mod browser {
    use wasm_bindgen::prelude::*;

    #[wasm_bindgen]
    extern "C" {
        #[wasm_bindgen(js_namespace = ticketingDevice)]
        pub async fn keep(paths: Vec<String>, complete: bool);
        #[wasm_bindgen(js_namespace = ticketingDevice)]
        pub async fn forget();
        #[wasm_bindgen(js_namespace = ticketingDevice, js_name = keepAwake)]
        pub fn keep_awake();
        #[wasm_bindgen(js_namespace = ticketingDevice, js_name = letSleep)]
        pub fn let_sleep();
    }
}
