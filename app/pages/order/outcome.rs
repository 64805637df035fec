//! How an order ended, where the money is, and what can be done next.

use crate::api::ApiError;
use crate::api::orders::place_order;
use crate::components::{Notice, Tone};
use crate::i18n::{money, t};
use crate::routes::Route;
use dioxus::prelude::*;
use shared::orders::{EndReason, Order, OrderState};
use shared::payments::PaymentState;

/// How an order ended, in words.
fn words(state: OrderState, reason: Option<EndReason>) -> (Tone, String) {
    match (state, reason) {
        (OrderState::Complete, _) => (Tone::Good, t!("ended-complete")),
        (OrderState::Expired, _) => (Tone::Bad, t!("ended-expired")),
        (OrderState::Cancelled, Some(EndReason::TicketChanged)) => (Tone::Bad, t!("ended-ticket-changed")),
        (OrderState::Cancelled, Some(EndReason::ShowCancelled)) => (Tone::Bad, t!("ended-show-cancelled")),
        (OrderState::Refunded, Some(EndReason::ShowCancelled)) => (Tone::Bad, t!("refunded-show-cancelled")),
        (OrderState::Refunded, Some(EndReason::BySeller)) => (Tone::Bad, t!("refunded-by-seller")),
        (OrderState::Refunded, Some(EndReason::RefundedExternally)) => (Tone::Plain, t!("refunded-given-back")),
        (OrderState::Refunded, _) => (Tone::Bad, t!("refunded-by-bank")),
        _ => (Tone::Plain, t!("ended-by-you")),
    }
}

/// Whether somebody took back what was paid for: it is not on sale again.
fn is_taken_back(reason: Option<EndReason>) -> bool {
    matches!(reason, Some(EndReason::ShowCancelled | EndReason::BySeller | EndReason::RefundedExternally))
}

/// Whether the same tickets may be on sale again.
fn can_try_again(order: &Order) -> bool {
    order.state.is_over() && !is_taken_back(order.reason) && !order.lines.iter().any(|line| line.show.cancelled)
}

/// Where the money is that was taken and is given back.
fn money_words(order: &Order) -> Option<String> {
    let given_back = order.payment.as_ref().is_some_and(|payment| payment.state == PaymentState::Refunded);
    match order.state {
        OrderState::Refunded if given_back => Some(t!("money-back", total = money(order.total))),
        OrderState::Refunded if is_taken_back(order.reason) => Some(t!("money-on-its-way")),
        _ => None,
    }
}

/// An order that is no longer held.
#[component]
pub fn Ended(order: Order) -> Element {
    let (tone, words) = words(order.state, order.reason);
    let money = money_words(&order);
    let show = order.lines.first().map(|line| line.show.id.to_string()).unwrap_or_default();
    let again = can_try_again(&order);
    let over = order.state.is_over();
    rsx! {
        Notice { tone,
            "{words}"
            if let Some(money) = money {
                " {money}"
            }
        }
        if again {
            TryAgain { order }
        } else if over {
            p { class: "actions",
                Link { class: "button quiet", to: Route::ShowPage { id: show }, {t!("look-at-show")} }
            }
        }
    }
}

#[component]
fn TryAgain(order: Order) -> Element {
    let navigator = use_navigator();
    let mut busy = use_signal(|| false);
    let mut error = use_signal(|| None::<ApiError>);
    let show = order.lines.first().map(|line| line.show.id.to_string()).unwrap_or_default();
    let again = move |_| {
        let order = order.clone();
        async move {
            if busy() {
                return;
            }
            busy.set(true);
            let ids = order.lines.iter().map(|line| line.ticket_id).collect();
            match place_order(ids, order.total).await {
                Ok(order) => {
                    navigator.push(Route::OrderPage { id: order.id.to_string() });
                }
                Err(reason) => {
                    busy.set(false);
                    error.set(Some(reason));
                }
            }
        }
    };
    rsx! {
        if let Some(reason) = error() {
            Notice { tone: Tone::Bad, {reason.words()} }
        }
        p { class: "actions",
            button { disabled: busy(), onclick: again, {t!("same-tickets-again")} }
            Link { class: "button quiet", to: Route::ShowPage { id: show }, {t!("other-tickets")} }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::orders::PaymentSummary;
    use shared::{Currency, Id, Instant, Money};

    fn order(state: OrderState, reason: EndReason, payment: PaymentState) -> Order {
        let now = Instant::from_millis(0);
        let payment = PaymentSummary { id: Id::from(uuid::Uuid::nil()), state: payment };
        Order {
            id: Id::from(uuid::Uuid::nil()),
            buyer_id: Id::from(uuid::Uuid::nil()),
            state,
            reason: Some(reason),
            lines: Vec::new(),
            total: Money::new(1999, Currency::Eur),
            placed_at: now,
            expires_at: now,
            extended: true,
            payment: Some(payment),
            server_now: now,
            version: 1,
        }
    }

    #[test]
    fn a_refund_says_where_the_money_is() {
        let of = |state, payment| money_words(&order(state, EndReason::ShowCancelled, payment));
        assert_eq!(of(OrderState::Refunded, PaymentState::Captured).as_deref(), Some("Your money is on its way back."));
        assert_eq!(of(OrderState::Refunded, PaymentState::Refunded).as_deref(), Some("€19.99 was given back."));
        assert_eq!(of(OrderState::Complete, PaymentState::Captured), None);
    }

    #[test]
    fn nobody_is_told_to_try_for_tickets_that_are_gone() {
        let can = |state, reason| can_try_again(&order(state, reason, PaymentState::Refunded));
        assert!(can(OrderState::Cancelled, EndReason::CancelledByBuyer));
        assert!(can(OrderState::Refunded, EndReason::CaptureFailed));
        assert!(!can(OrderState::Complete, EndReason::CancelledByBuyer));
        for reason in [EndReason::ShowCancelled, EndReason::BySeller, EndReason::RefundedExternally] {
            assert!(!can(OrderState::Refunded, reason), "{reason:?}");
        }
    }
}
