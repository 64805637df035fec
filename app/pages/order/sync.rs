//! Keeps an order on the page in step with the server.

use crate::api::orders::get_order;
use crate::client::{clock, feed};
use crate::error::ApiError;
use dioxus::prelude::*;
use shared::Rejection;
use shared::orders::{Order, OrderState};
use shared::payments::PaymentState;
use std::time::Duration;

/// How often the remaining time is recomputed. Four times a second, so that no second of the countdown is skipped.
const TICK_INTERVAL: Duration = Duration::from_millis(250);
/// How often the order is fetched while its state is about to change.
const UNDECIDED_POLL_INTERVAL: Duration = Duration::from_millis(700);
/// How often a held order is fetched otherwise, in case a live update is lost.
const POLL_INTERVAL: Duration = Duration::from_secs(5);

/// An order and the whole seconds until its hold expires.
pub struct OrderSync {
    pub order: Signal<Order>,
    pub seconds_left: Signal<u64>,
    /// Why the order is no longer shown to the person who is signed in.
    pub refused: Signal<Option<ApiError>>,
    pub refetch: Callback,
}

/// Refetches the order after live updates, when its time is over, and at intervals. Older versions are ignored.
pub fn use_order_sync(first: Order) -> OrderSync {
    let id = first.id;
    let first_seconds = seconds_left(&first, Duration::ZERO);
    let mut order = use_signal(|| first);
    let mut left = use_signal(|| first_seconds);
    let mut refused = use_signal(|| None::<ApiError>);
    let refetch = use_callback(move |()| {
        spawn(async move {
            match get_order(id.to_string()).await {
                Ok(newest) if newest.version >= order.peek().version => {
                    left.set(seconds_left(&newest, Duration::ZERO));
                    order.set(newest);
                }
                // Somebody else has signed in, in another tab.
                Err(error @ ApiError::Rejected(Rejection::NotYours)) => refused.set(Some(error)),
                Ok(_) | Err(_) => {}
            }
        });
    });
    feed::use_live_updates(move |()| refetch.call(()));
    use_effect(move || {
        // The page may have been in transit for a while, and its countdown is late by that time.
        refetch.call(());
        spawn(async move {
            // The server's clock in the last response, and the client's clock when it arrived.
            let mut response = (order.peek().server_now, clock::now());
            let mut asked_at = clock::now();
            loop {
                clock::sleep(TICK_INTERVAL).await;
                let current = order.peek().clone();
                if current.state != OrderState::Held {
                    continue;
                }
                if response.0 != current.server_now {
                    response = (current.server_now, clock::now());
                }
                let now = clock::now();
                let age = now.since(response.1);
                let seconds = seconds_left(&current, age);
                let undecided = is_undecided(&current, seconds);
                let interval = if undecided { UNDECIDED_POLL_INTERVAL } else { POLL_INTERVAL };
                let changed = seconds != *left.peek();
                if changed {
                    left.set(seconds);
                }
                // Also of requests that fail there is one an interval.
                if (changed && undecided) || (age >= interval && now.since(asked_at) >= interval) {
                    asked_at = now;
                    refetch.call(());
                }
            }
        });
    });
    OrderSync { order, seconds_left: left, refused, refetch }
}

/// Whole seconds until the hold expires. `age` is the time since the server sent the order.
fn seconds_left(order: &Order, age: Duration) -> u64 {
    let left = order.expires_at.since(order.server_now + age);
    left.as_millis().div_ceil(1000).try_into().unwrap_or(u64::MAX)
}

/// Whether the state may change at any moment: the time is over, or a payment is in progress.
fn is_undecided(order: &Order, seconds_left: u64) -> bool {
    let paying = order.payment.as_ref().is_some_and(|payment| payment.state != PaymentState::Declined);
    order.state == OrderState::Held && (seconds_left == 0 || paying)
}
