//! When a show begins.

use crate::i18n::{date, t};
use dioxus::prelude::*;
use shared::tickets::Show;

/// When a show starts, in the venue's local time.
#[component]
pub fn ShowTime(show: Show, #[props(default)] with_zone: bool) -> Element {
    rsx! {
        time { datetime: "{show.starts_at}", {date(&show.local_start)} }
        if with_zone {
            span { class: "zone",
                " "
                {t!("time-zone", zone = show.time_zone)}
            }
        }
    }
}
