//! What the client needs of a browser or a window: time, the live feed, Stripe's field, the document.

pub mod clock;
pub mod document_title;
pub mod feed;
pub mod hydration;
#[cfg(target_arch = "wasm32")]
pub mod prewarm;
pub mod stripe;
