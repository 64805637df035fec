//! What people are told by mail: pure functions from what happened to who is told, and in which words.

use chrono::NaiveDateTime;
use serde::Serialize;
use shared::orders::{EndReason, HeldTicket, OrderChanged, OrderState};
use shared::payments::{Decline, PaymentChanged, PaymentState};
use shared::tickets::Show;
use shared::{Money, UserId};
use uuid::Uuid;

/// What a letter tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The buyer has the tickets.
    OrderComplete,
    /// The seller has sold tickets.
    Sold,
    /// The buyer's card was not charged.
    PaymentFailed,
    /// The buyer has the money back.
    Refunded,
    /// The buyer's money could not be taken after all.
    CaptureFailed,
    /// The buyer does not get the tickets, but the money back.
    RefundedExternally,
    /// The seller's sale does not count any more.
    SaleUndone,
    /// There is no show.
    ShowCancelled,
}

/// A letter to one person. Of one kind there is one about each thing, however often the news of it comes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// What it tells.
    pub kind: Kind,
    /// The order or payment that it is about.
    pub about: Uuid,
    /// Who is told.
    pub to: UserId,
    /// The subject, in one line.
    pub subject: String,
    /// The text.
    pub body: String,
}

/// The letters that an order's state is worth.
pub fn of_order(order: &OrderChanged, site: &str) -> Vec<Letter> {
    match (order.state, order.reason) {
        (OrderState::Complete, _) => with_sellers(order, order_complete(order, site), |lines| sold(order, lines, site)),
        (OrderState::Refunded, Some(EndReason::CaptureFailed)) => {
            let why = "The buyer's bank would not let us take the money after all, so this sale was undone. The tickets \
                       are on sale again.";
            with_sellers(order, capture_failed(order, site), |lines| sale_undone(order, lines, why, site))
        }
        (OrderState::Refunded | OrderState::Cancelled, Some(EndReason::ShowCancelled)) => {
            with_sellers(order, show_cancelled(order, site), |lines| show_cancelled_for_seller(order, lines, site))
        }
        // The seller knows: it was the seller's wish.
        (OrderState::Refunded, Some(EndReason::BySeller)) => {
            vec![given_back(order, "The seller has taken these tickets back.", site)]
        }
        (OrderState::Refunded, Some(EndReason::RefundedExternally)) => {
            let why = "The buyer was given the money back, so this sale was undone. The tickets are not on sale again.";
            let buyer = given_back(order, "Your order was undone.", site);
            with_sellers(order, buyer, |lines| sale_undone(order, lines, why, site))
        }
        // What ended before it was paid, ended under the buyer's eyes.
        _ => Vec::new(),
    }
}

/// The letter that a payment's state is worth, if any.
pub fn of_payment(payment: &PaymentChanged, site: &str) -> Option<Letter> {
    let (amount, link) = (payment.amount, format!("Your order: {site}/orders/{}", payment.order_id));
    let (kind, subject, text) = match payment.state {
        PaymentState::Declined => {
            let why = payment.decline.unwrap_or(Decline::Generic);
            let text = format!("Your card could not be charged {amount}: {why}.\n\nNothing was taken.");
            (Kind::PaymentFailed, "Your payment did not go through".to_owned(), text)
        }
        PaymentState::Refunded => {
            let text = format!("We have given you {amount} back. Your bank may need a few days to show it.");
            (Kind::Refunded, format!("You have {amount} back"), text)
        }
        _ => return None,
    };
    let body = signed(&[text, link], site);
    Some(Letter { kind, about: payment.id.uuid(), to: payment.payer_id, subject, body })
}

fn order_complete(order: &OrderChanged, site: &str) -> Letter {
    let title = &order.show.title;
    let total = format!("Total: {}, all in", order.total);
    let parts = [
        "The tickets are yours.".to_owned(),
        show(&order.show),
        format!("{}\n{total}", seats(&order.lines.iter().collect::<Vec<_>>())),
        link(order, site),
    ];
    letter(order, Kind::OrderComplete, order.buyer_id, format!("Your tickets for {title}"), &parts, site)
}

fn capture_failed(order: &OrderChanged, site: &str) -> Letter {
    let title = &order.show.title;
    let text =
        "Your bank would not let us take the money after all, so your order was undone. You are charged nothing.";
    let parts = [text.to_owned(), show(&order.show), link(order, site)];
    letter(order, Kind::CaptureFailed, order.buyer_id, format!("Your order for {title} fell through"), &parts, site)
}

fn given_back(order: &OrderChanged, why: &str, site: &str) -> Letter {
    let title = &order.show.title;
    let text = format!("{why} Your money, {}, is on its way back to you.", order.total);
    let parts = [text, show(&order.show), link(order, site)];
    letter(order, Kind::RefundedExternally, order.buyer_id, format!("Your money back for {title}"), &parts, site)
}

fn show_cancelled(order: &OrderChanged, site: &str) -> Letter {
    let money = match order.state {
        OrderState::Refunded => format!("Your money, {}, is on its way back to you.", order.total),
        _ => "You are charged nothing.".to_owned(),
    };
    let parts = [format!("We are sorry: this show was cancelled. {money}"), show(&order.show), link(order, site)];
    letter(order, Kind::ShowCancelled, order.buyer_id, format!("Cancelled: {}", order.show.title), &parts, site)
}

fn sold(order: &OrderChanged, lines: &[&HeldTicket], site: &str) -> Letter {
    let count = match lines.len() {
        1 => "a ticket".to_owned(),
        count => format!("{count} tickets"),
    };
    let subject = format!("Sold: {count} for {}", order.show.title);
    let price = format!("{}\nPrice: {}", seats(lines), sum(lines, order.total));
    let parts = [format!("You have sold {count}."), show(&order.show), price, selling(site)];
    letter(order, Kind::Sold, lines[0].seller_id, subject, &parts, site)
}

fn sale_undone(order: &OrderChanged, lines: &[&HeldTicket], why: &str, site: &str) -> Letter {
    let subject = format!("Your sale for {} was undone", order.show.title);
    let parts = [why.to_owned(), show(&order.show), seats(lines), selling(site)];
    letter(order, Kind::SaleUndone, lines[0].seller_id, subject, &parts, site)
}

fn show_cancelled_for_seller(order: &OrderChanged, lines: &[&HeldTicket], site: &str) -> Letter {
    let money = match order.state {
        OrderState::Refunded => "The buyer of your tickets gets the money back.",
        _ => "Your tickets are not for sale any more.",
    };
    let parts = [format!("This show was cancelled. {money}"), show(&order.show), seats(lines), selling(site)];
    let subject = format!("Cancelled: {}", order.show.title);
    letter(order, Kind::ShowCancelled, lines[0].seller_id, subject, &parts, site)
}

/// The buyer's letter, and one for each seller with the lines that are the seller's.
fn with_sellers(order: &OrderChanged, buyer: Letter, seller: impl Fn(&[&HeldTicket]) -> Letter) -> Vec<Letter> {
    let mut sellers: Vec<UserId> = Vec::new();
    for line in &order.lines {
        if !sellers.contains(&line.seller_id) {
            sellers.push(line.seller_id);
        }
    }
    let of = |id: &UserId| order.lines.iter().filter(|line| line.seller_id == *id).collect::<Vec<_>>();
    let theirs = sellers.iter().map(|id| seller(&of(id)));
    std::iter::once(buyer).chain(theirs).collect()
}

fn letter(order: &OrderChanged, kind: Kind, to: UserId, subject: String, parts: &[String], site: &str) -> Letter {
    Letter { kind, about: order.id.uuid(), to, subject, body: signed(parts, site) }
}

/// Paragraphs, and who writes.
fn signed(parts: &[String], site: &str) -> String {
    format!("{}\n\nTicketing\n{site}\n", parts.join("\n\n"))
}

fn show(show: &Show) -> String {
    format!("{}\n{}\n{}, {}", show.title, when(show), show.venue, show.city)
}

/// The time on the venue's wall, as people say it.
fn when(show: &Show) -> String {
    let start = NaiveDateTime::parse_from_str(&show.local_start, "%Y-%m-%dT%H:%M");
    let start = start.map_or(show.local_start.clone(), |start| start.format("%A, %-d %B %Y, %H:%M").to_string());
    format!("{start} ({})", show.time_zone)
}

fn seats(lines: &[&HeldTicket]) -> String {
    let seats: Vec<String> = lines.iter().map(|line| format!("- {}: {}", line.seat, line.price)).collect();
    seats.join("\n")
}

/// The lines' sum, which is no more than the order's total.
fn sum(lines: &[&HeldTicket], total: Money) -> Money {
    Money::new(lines.iter().map(|line| line.price.minor).sum(), total.currency)
}

fn link(order: &OrderChanged, site: &str) -> String {
    format!("Your order: {site}/orders/{}", order.id)
}

fn selling(site: &str) -> String {
    format!("Your sales: {site}/selling")
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::fixtures::{self, short_text};
    use shared::tickets::Seat;
    use shared::{Currency, OrderId, PaymentId};

    pub const SITE: &str = "https://tickets.example.org";
    pub const BUYER: UserId = UserId::new(Uuid::from_u128(10));
    pub const SELLER: UserId = UserId::new(Uuid::from_u128(11));
    const OTHER_SELLER: UserId = UserId::new(Uuid::from_u128(12));

    /// Two tickets of one seller and one of another.
    pub fn order(state: OrderState, reason: Option<EndReason>) -> OrderChanged {
        let ticket = |number: u128, seller_id| {
            let seat = Seat { section: None, row: Some(short_text("C")), seat: Some(short_text(&number.to_string())) };
            HeldTicket { seller_id, seat, ..fixtures::held_ticket(number) }
        };
        OrderChanged {
            version: 3,
            buyer_id: BUYER,
            state,
            reason,
            show: Show { title: short_text("Fête – 🎉"), ..fixtures::show() },
            lines: vec![ticket(1, SELLER), ticket(2, OTHER_SELLER), ticket(3, SELLER)],
            total: Money::new(5997, Currency::Gbp),
            ..fixtures::order()
        }
    }

    fn payment(state: PaymentState, decline: Option<Decline>) -> PaymentChanged {
        PaymentChanged {
            id: PaymentId::new(Uuid::from_u128(3)),
            version: 2,
            order_id: OrderId::new(Uuid::from_u128(1)),
            payer_id: BUYER,
            state,
            amount: Money::new(5997, Currency::Gbp),
            decline,
        }
    }

    fn told(state: OrderState, reason: Option<EndReason>) -> Vec<(Kind, UserId)> {
        of_order(&order(state, reason), SITE).iter().map(|letter| (letter.kind, letter.to)).collect()
    }

    #[test]
    fn the_buyer_of_an_order_reads_all_that_was_bought() {
        let letter = &of_order(&order(OrderState::Complete, None), SITE)[0];

        assert_eq!((letter.kind, letter.to), (Kind::OrderComplete, BUYER));
        assert_eq!(letter.subject, "Your tickets for Fête – 🎉");
        let body = "The tickets are yours.\n\nFête – 🎉\nThursday, 24 December 2026, 19:30 (Europe/London)\nGlobe, \
                    London\n\n- Row C, Seat 1: £19.99\n- Row C, Seat 2: £19.99\n- Row C, Seat 3: £19.99\nTotal: £59.97, \
                    all in\n\nYour order: https://tickets.example.org/orders/00000000-0000-0000-0000-000000000001\n\n\
                    Ticketing\nhttps://tickets.example.org\n";
        assert_eq!(letter.body, body);
    }

    #[test]
    fn each_seller_of_an_order_reads_of_the_own_tickets_only() {
        let letters = of_order(&order(OrderState::Complete, None), SITE);

        let [_, first, second] = &letters[..] else { panic!("{letters:?}") };
        assert_eq!((first.kind, first.to, &*first.subject), (Kind::Sold, SELLER, "Sold: 2 tickets for Fête – 🎉"));
        assert!(first.body.contains("Seat 1: £19.99\n- Row C, Seat 3: £19.99\nPrice: £39.98"), "{}", first.body);
        assert!(first.body.contains("https://tickets.example.org/selling"), "{}", first.body);
        assert!(!first.body.contains("Seat 2") && !first.body.contains("/orders/"), "{}", first.body);
        assert_eq!((second.to, &*second.subject), (OTHER_SELLER, "Sold: a ticket for Fête – 🎉"));
    }

    #[test]
    fn whoever_an_end_concerns_is_told_and_nobody_else() {
        let both = |buyer, seller| vec![(buyer, BUYER), (seller, SELLER), (seller, OTHER_SELLER)];
        let cancelled = both(Kind::ShowCancelled, Kind::ShowCancelled);

        assert_eq!(
            told(OrderState::Refunded, Some(EndReason::CaptureFailed)),
            both(Kind::CaptureFailed, Kind::SaleUndone)
        );
        assert_eq!(
            told(OrderState::Refunded, Some(EndReason::RefundedExternally)),
            both(Kind::RefundedExternally, Kind::SaleUndone)
        );
        assert_eq!(told(OrderState::Refunded, Some(EndReason::ShowCancelled)), cancelled);
        assert_eq!(told(OrderState::Cancelled, Some(EndReason::ShowCancelled)), cancelled);
        assert_eq!(told(OrderState::Refunded, Some(EndReason::BySeller)), [(Kind::RefundedExternally, BUYER)]);
        for (state, reason) in [
            (OrderState::Held, None),
            (OrderState::Expired, None),
            (OrderState::Cancelled, Some(EndReason::CancelledByBuyer)),
            (OrderState::Cancelled, Some(EndReason::TicketChanged)),
        ] {
            assert_eq!(told(state, reason), [], "{state:?}");
        }
    }

    #[test]
    fn money_is_said_to_come_back_only_to_those_who_paid() {
        let body = |state| of_order(&order(state, Some(EndReason::ShowCancelled)), SITE).remove(0).body;

        assert!(body(OrderState::Refunded).contains("Your money, £59.97, is on its way back to you."));
        assert!(body(OrderState::Cancelled).contains("You are charged nothing."));
        let failed = of_order(&order(OrderState::Refunded, Some(EndReason::CaptureFailed)), SITE).remove(0).body;
        assert!(failed.contains("You are charged nothing.") && !failed.contains("back"), "{failed}");
    }

    #[test]
    fn a_declined_card_is_explained_and_a_refund_is_named() {
        let failed = of_payment(&payment(PaymentState::Declined, Some(Decline::InsufficientFunds)), SITE);
        let failed = failed.expect("it is worth a letter");
        assert_eq!((failed.kind, failed.about), (Kind::PaymentFailed, Uuid::from_u128(3)));
        let why = "Your card could not be charged £59.97: there is not enough money on it, try another card.";
        assert!(failed.body.contains(why) && failed.body.contains("Nothing was taken."), "{}", failed.body);

        let refunded = of_payment(&payment(PaymentState::Refunded, None), SITE).expect("it is worth a letter");
        assert_eq!((refunded.kind, &*refunded.subject), (Kind::Refunded, "You have £59.97 back"));

        for state in [PaymentState::Started, PaymentState::Unknown, PaymentState::Authorized, PaymentState::Captured] {
            assert_eq!(of_payment(&payment(state, None), SITE), None, "{state:?}");
        }
    }
}
