//! How an order ended, where the money is, and what the buyer can do next.

use crate::api::orders::place_order;
use crate::client::request_key::use_request_key;
use crate::components::{ActionError, Notice, Tone};
use crate::error::ApiError;
use crate::i18n::{money, t};
use crate::routes;
use dioxus::prelude::*;
use shared::orders::{EndReason, Order, OrderState};
use shared::payments::PaymentState;

fn describe(state: OrderState, reason: Option<EndReason>) -> (Tone, String) {
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

/// Whether the sale was undone on purpose. Its tickets are not on sale again.
fn is_revoked(reason: Option<EndReason>) -> bool {
    matches!(reason, Some(EndReason::ShowCancelled | EndReason::BySeller | EndReason::RefundedExternally))
}

/// Whether the same tickets may be on sale again.
fn can_order_again(order: &Order) -> bool {
    order.state.is_over() && !is_revoked(order.reason) && !order.lines.iter().any(|line| line.show.cancelled)
}

/// Where the money of a refunded order is.
fn describe_refund(order: &Order) -> Option<String> {
    let refunded = order.payment.as_ref().is_some_and(|payment| payment.state == PaymentState::Refunded);
    match order.state {
        OrderState::Refunded if refunded => Some(t!("money-back", total = money(order.total))),
        OrderState::Refunded if is_revoked(order.reason) => Some(t!("money-on-its-way")),
        _ => None,
    }
}

/// The outcome of an order that is no longer held.
#[component]
pub fn Outcome(order: Order) -> Element {
    let (tone, text) = describe(order.state, order.reason);
    let refund = describe_refund(&order);
    let again = can_order_again(&order);
    let over = order.state.is_over();
    let show = show_address(&order);
    rsx! {
        Notice { tone,
            "{text}"
            if let Some(refund) = refund {
                " {refund}"
            }
        }
        if again {
            OrderAgain { order }
        } else if over {
            p { class: "actions",
                Link { class: "button quiet", to: show, {t!("look-at-show")} }
            }
        }
    }
}

/// All lines of an order are for one show.
fn show_address(order: &Order) -> String {
    routes::show(order.lines.first().map(|line| line.show.id.to_string()).unwrap_or_default())
}

#[component]
fn OrderAgain(order: Order) -> Element {
    let navigator = use_navigator();
    let mut busy = use_signal(|| false);
    let mut error = use_signal(|| None::<ApiError>);
    let key = use_request_key();
    let show = show_address(&order);
    let order_again = move |_| {
        let order = order.clone();
        async move {
            if busy() {
                return;
            }
            busy.set(true);
            let ids: Vec<_> = order.lines.iter().map(|line| line.ticket_id).collect();
            match key.send(&(&ids, order.total), place_order(ids.clone(), order.total)).await {
                Ok(order) => {
                    navigator.push(routes::order(order.id));
                }
                Err(failure) => {
                    busy.set(false);
                    error.set(Some(failure));
                }
            }
        }
    };
    rsx! {
        if let Some(error) = error() {
            ActionError { error }
        }
        p { class: "actions",
            button { disabled: busy(), onclick: order_again, {t!("same-tickets-again")} }
            Link { class: "button quiet", to: show, {t!("other-tickets")} }
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
            captured: false,
            server_now: now,
            version: 1,
        }
    }

    #[test]
    fn a_refund_describes_where_the_money_is() {
        let refund = |state, payment| describe_refund(&order(state, EndReason::ShowCancelled, payment));
        assert_eq!(
            refund(OrderState::Refunded, PaymentState::Captured).as_deref(),
            Some("Your money is on its way back.")
        );
        assert_eq!(refund(OrderState::Refunded, PaymentState::Refunded).as_deref(), Some("€19.99 was given back."));
        assert_eq!(refund(OrderState::Complete, PaymentState::Captured), None);
    }

    #[test]
    fn revoked_tickets_cannot_be_ordered_again() {
        let can = |state, reason| can_order_again(&order(state, reason, PaymentState::Refunded));
        assert!(can(OrderState::Cancelled, EndReason::CancelledByBuyer));
        assert!(can(OrderState::Refunded, EndReason::CaptureFailed));
        assert!(!can(OrderState::Complete, EndReason::CancelledByBuyer));
        for reason in [EndReason::ShowCancelled, EndReason::BySeller, EndReason::RefundedExternally] {
            assert!(!can(OrderState::Refunded, reason), "{reason:?}");
        }
    }
}
