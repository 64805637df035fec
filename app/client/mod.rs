//! What the client needs of its browser or window: time, live updates, Stripe's card field, the door's scanner, the document, and the state that
//! all pages share.

pub mod address;
#[cfg(any(test, target_arch = "wasm32", feature = "desktop"))]
mod backoff;
pub mod clock;
pub mod context;
pub mod device;
pub mod document_title;
pub mod door;
pub mod external_page;
pub mod feed;
pub mod focus;
pub mod hydration;
pub mod prehydration_input;
#[cfg(target_arch = "wasm32")]
pub mod prewarm;
pub mod recently_viewed;
pub mod reload;
pub mod request_key;
#[cfg(target_arch = "wasm32")]
mod script;
pub mod stripe;
pub mod submission;
