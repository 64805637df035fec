//! When something happened.

use crate::client::clock;
use crate::i18n::moment;
use dioxus::prelude::*;
use shared::Instant;

/// An instant by the user's own clock. The server does not know that clock, so it writes UTC.
#[component]
pub fn Moment(at: Instant) -> Element {
    let mut minutes_ahead = use_signal(|| None);
    use_effect(use_reactive!(|(at,)| minutes_ahead.set(clock::minutes_ahead_of_utc(at))));
    rsx! {
        time { datetime: "{at}", {moment(at, minutes_ahead())} }
    }
}
