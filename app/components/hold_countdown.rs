//! How long a hold of somebody else still lasts.

use crate::client::clock;
use crate::i18n::t;
use dioxus::core::Task;
use dioxus::prelude::*;
use shared::Instant;
use std::time::Duration;

/// Minutes and seconds, the last second being counted until it is over.
pub fn minutes(left: Duration) -> String {
    let seconds = left.as_millis().div_ceil(1000);
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// How long it is until then by the server's clock, which is `ahead` milliseconds ahead of the client's; until that is known,
/// the room for it. It is no live region: nobody wants to have each second of somebody else's time read out.
#[component]
pub fn Left(until: Instant, ahead: Option<i64>) -> Element {
    let mut left = use_signal(|| None::<Duration>);
    let mut counting = use_signal(|| None::<Task>);
    use_effect(use_reactive!(|(until, ahead)| {
        // A hold that is extended is counted anew, and only once.
        counting.take().into_iter().for_each(|task| task.cancel());
        counting.set(ahead.map(|ahead| {
            spawn(async move {
                loop {
                    let now = Instant::from_millis(clock::now().millis() + ahead);
                    left.set(Some(until.since(now)));
                    if until <= now {
                        break;
                    }
                    clock::sleep(Duration::from_millis(500)).await;
                }
            })
        }));
    }));
    rsx! {
        span { class: "hint left",
            if let Some(left) = left().filter(|left| !left.is_zero()) {
                {t!("time-left", time = minutes(left))}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_second_is_counted_until_it_is_over() {
        let words = [42_000, 41_001, 1, 61_000, 179_999].map(|millis| minutes(Duration::from_millis(millis)));

        assert_eq!(words, ["0:42", "0:42", "0:01", "1:01", "3:00"]);
    }
}
