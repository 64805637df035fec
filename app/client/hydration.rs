//! Whether script has taken the page over.

use dioxus::prelude::*;

/// Whether the client has taken the page over: until then, and for ever where no script runs, only what a plain form can do
/// is offered.
pub fn use_hydrated() -> bool {
    let mut alive = use_signal(|| false);
    use_effect(move || alive.set(true));
    alive()
}
