//! Scripts of our own that pages load when they need them.

use dioxus::prelude::Asset;
use futures_util::StreamExt;
use wasm_bindgen::prelude::*;
use web_sys::Event;

/// Whether the script that defines this global object has run.
pub fn is_loaded(object: &str) -> bool {
    js_sys::Reflect::has(&js_sys::global(), &object.into()).unwrap_or_default()
}

/// Loads a script, once. Returns whether it has run.
pub async fn load(script: Asset, object: &str) -> bool {
    if !is_loaded(object) {
        let _ = append(script).await;
    }
    is_loaded(object)
}

/// Returns when the browser has run the script or has failed to load it.
async fn append(source: Asset) -> Option<()> {
    let document = web_sys::window()?.document()?;
    let script = document.create_element("script").ok()?;
    script.set_attribute("src", &source.to_string()).ok()?;
    let (sender, mut events) = futures_channel::mpsc::unbounded();
    let on_end = Closure::<dyn FnMut(Event)>::new(move |_| {
        let _ = sender.unbounded_send(());
    });
    for event in ["load", "error"] {
        let _ = script.add_event_listener_with_callback(event, on_end.as_ref().unchecked_ref());
    }
    document.head()?.append_child(&script).ok()?;
    events.next().await
}
