//! The time that is left of the hold of a ticket.

use crate::client::clock;
use crate::i18n::t;
use dioxus::core::Task;
use dioxus::prelude::*;
use shared::Instant;
use std::time::Duration;

/// Twice a second, so that no second is skipped.
const TICK_INTERVAL: Duration = Duration::from_millis(500);

/// Minutes and seconds. Rounded up, so that zero means that the time is over.
fn minutes_and_seconds(left: Duration) -> String {
    let seconds = left.as_millis().div_ceil(1000);
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// The time until another buyer's hold expires. The server's clock is `server_ahead_millis` ahead of the client's; until that
/// is known, the element only reserves space. It is not a live region, since announcing each second would be a nuisance.
#[component]
pub fn HoldCountdown(until: Instant, server_ahead_millis: Option<i64>) -> Element {
    let mut left = use_signal(|| None::<Duration>);
    let mut countdown = use_signal(|| None::<Task>);
    use_effect(use_reactive!(|(until, server_ahead_millis)| {
        // When a hold is extended, the countdown to its earlier end must stop.
        countdown.take().into_iter().for_each(|task| task.cancel());
        countdown.set(server_ahead_millis.map(|ahead| {
            spawn(async move {
                loop {
                    let now = Instant::from_millis(clock::now().millis() + ahead);
                    left.set(Some(until.since(now)));
                    if until <= now {
                        break;
                    }
                    clock::sleep(TICK_INTERVAL).await;
                }
            })
        }));
    }));
    rsx! {
        span { class: "hint left",
            if let Some(left) = left().filter(|left| !left.is_zero()) {
                {t!("time-left", time = minutes_and_seconds(left))}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_second_is_shown_until_it_is_over() {
        let texts =
            [42_000, 41_001, 1, 61_000, 179_999].map(|millis| minutes_and_seconds(Duration::from_millis(millis)));

        assert_eq!(texts, ["0:42", "0:42", "0:01", "1:01", "3:00"]);
    }
}
