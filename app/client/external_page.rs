//! Pages of other sites: a bank's, or Stripe's.

/// Leaves for a page of another site.
#[cfg(target_arch = "wasm32")]
pub fn open(url: &str) {
    if let Some(window) = web_sys::window()
        && url.starts_with("http")
    {
        // The page also shows a link to the address, in case the browser blocks this.
        let _ = window.location().set_href(url);
    }
}

/// Opens a page in the user's browser, since the window cannot show it.
#[cfg(all(feature = "desktop", not(target_arch = "wasm32")))]
pub fn open(url: &str) {
    if url.starts_with("http")
        && let Err(error) = webbrowser::open(url)
    {
        tracing::warn!(%error, "failed to open a browser");
    }
}

/// The server opens nothing.
#[cfg(not(any(target_arch = "wasm32", feature = "desktop")))]
pub fn open(_: &str) {}

/// Waits until the user returns to this browser window.
#[cfg(target_arch = "wasm32")]
pub async fn returned() {
    use futures_util::StreamExt;
    let (sender, mut returns) = futures_channel::mpsc::unbounded();
    let _listener = browser::ReturnListener::start(sender);
    returns.next().await;
}

/// Only browsers report that the user has returned.
#[cfg(not(target_arch = "wasm32"))]
pub async fn returned() {
    std::future::pending().await
}

#[cfg(target_arch = "wasm32")]
mod browser {
    use futures_channel::mpsc::UnboundedSender;
    use wasm_bindgen::prelude::*;
    use web_sys::Event;

    /// `focus`: from another window or tab. `pageshow`: with the browser's back button.
    const RETURN_EVENTS: [&str; 2] = ["focus", "pageshow"];

    /// Listens until it is dropped.
    pub struct ReturnListener(Closure<dyn FnMut(Event)>);

    impl ReturnListener {
        pub fn start(sender: UnboundedSender<()>) -> Self {
            let on_return = Closure::<dyn FnMut(Event)>::new(move |_| {
                let _ = sender.unbounded_send(());
            });
            for (window, event) in RETURN_EVENTS.iter().filter_map(|event| Some((web_sys::window()?, event))) {
                let _ = window.add_event_listener_with_callback(event, on_return.as_ref().unchecked_ref());
            }
            ReturnListener(on_return)
        }
    }

    impl Drop for ReturnListener {
        fn drop(&mut self) {
            for (window, event) in RETURN_EVENTS.iter().filter_map(|event| Some((web_sys::window()?, event))) {
                let _ = window.remove_event_listener_with_callback(event, self.0.as_ref().unchecked_ref());
            }
        }
    }
}
