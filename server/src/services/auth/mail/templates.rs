//! The content of mails: pure functions from a change to its recipients and their texts.

use crate::services::auth::schema::mails::MailKind;
use chrono::NaiveDateTime;
use shared::orders::{EndReason, HeldTicket, OrderChanged, OrderState};
use shared::payments::{Decline, PaymentChanged, PaymentState};
use shared::tickets::Show;
use shared::{Money, UserId};
use uuid::Uuid;

/// A mail to one user. Of one kind there is at most one for each order or payment and recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailContent {
    pub kind: MailKind,
    /// The order or payment that it is about.
    pub about_id: Uuid,
    pub recipient_id: UserId,
    /// One line of text.
    pub subject: String,
    pub body: String,
}

/// The mails that announce a new state of an order.
pub fn for_order(order: &OrderChanged, site_url: &str) -> Vec<MailContent> {
    match (order.state, order.reason) {
        (OrderState::Complete, _) => {
            with_sellers(order, order_complete(order, site_url), |lines| tickets_sold(order, lines, site_url))
        }
        (OrderState::Refunded, Some(EndReason::CaptureFailed)) => {
            let why = "The buyer's bank would not let us take the money after all, so this sale was undone. The tickets \
                       are on sale again.";
            with_sellers(order, capture_failed(order, site_url), |lines| sale_reversed(order, lines, why, site_url))
        }
        (OrderState::Refunded | OrderState::Cancelled, Some(EndReason::ShowCancelled)) => {
            with_sellers(order, show_cancelled(order, site_url), |lines| {
                show_cancelled_for_seller(order, lines, site_url)
            })
        }
        // The seller cancelled the sale and needs no mail about it.
        (OrderState::Refunded, Some(EndReason::BySeller)) => {
            vec![order_refunded(order, "The seller has taken these tickets back.", site_url)]
        }
        (OrderState::Refunded, Some(EndReason::RefundedExternally)) => {
            let why = "The buyer was given the money back, so this sale was undone. The tickets are not on sale again.";
            let buyer = order_refunded(order, "Your order was undone.", site_url);
            with_sellers(order, buyer, |lines| sale_reversed(order, lines, why, site_url))
        }
        // An order that ends unpaid does so while the buyer looks at its page.
        _ => Vec::new(),
    }
}

/// The mail that announces a new state of a payment, if any.
pub fn for_payment(payment: &PaymentChanged, site_url: &str) -> Option<MailContent> {
    let (amount, link) = (payment.amount, format!("Your order: {site_url}/orders/{}", payment.order_id));
    let (kind, subject, text) = match payment.state {
        PaymentState::Declined => {
            let why = payment.decline.unwrap_or(Decline::Generic);
            let text = format!("Your card could not be charged {amount}: {why}.\n\nNothing was taken.");
            (MailKind::PaymentDeclined, "Your payment did not go through".to_owned(), text)
        }
        PaymentState::Refunded => {
            let text = format!("We have given you {amount} back. Your bank may need a few days to show it.");
            (MailKind::PaymentRefunded, format!("You have {amount} back"), text)
        }
        _ => return None,
    };
    let body = sign(&[text, link], site_url);
    Some(MailContent { kind, about_id: payment.id.uuid(), recipient_id: payment.payer_id, subject, body })
}

fn order_complete(order: &OrderChanged, site_url: &str) -> MailContent {
    let title = &order.show.title;
    let total = format!("Total: {}, all in", order.total);
    let parts = [
        "The tickets are yours.".to_owned(),
        show_details(&order.show),
        format!("{}\n{total}", seats(&order.lines.iter().collect::<Vec<_>>())),
        order_link(order, site_url),
    ];
    mail(order, MailKind::OrderComplete, order.buyer_id, format!("Your tickets for {title}"), &parts, site_url)
}

fn capture_failed(order: &OrderChanged, site_url: &str) -> MailContent {
    let title = &order.show.title;
    let text =
        "Your bank would not let us take the money after all, so your order was undone. You are charged nothing.";
    let parts = [text.to_owned(), show_details(&order.show), order_link(order, site_url)];
    mail(
        order,
        MailKind::CaptureFailed,
        order.buyer_id,
        format!("Your order for {title} fell through"),
        &parts,
        site_url,
    )
}

fn order_refunded(order: &OrderChanged, why: &str, site_url: &str) -> MailContent {
    let title = &order.show.title;
    let text = format!("{why} Your money, {}, is on its way back to you.", order.total);
    let parts = [text, show_details(&order.show), order_link(order, site_url)];
    mail(order, MailKind::OrderRefunded, order.buyer_id, format!("Your money back for {title}"), &parts, site_url)
}

fn show_cancelled(order: &OrderChanged, site_url: &str) -> MailContent {
    let money = if order.state == OrderState::Refunded {
        format!("Your money, {}, is on its way back to you.", order.total)
    } else {
        "You are charged nothing.".to_owned()
    };
    let parts = [
        format!("We are sorry: this show was cancelled. {money}"),
        show_details(&order.show),
        order_link(order, site_url),
    ];
    mail(order, MailKind::ShowCancelled, order.buyer_id, format!("Cancelled: {}", order.show.title), &parts, site_url)
}

fn tickets_sold(order: &OrderChanged, lines: &[&HeldTicket], site_url: &str) -> MailContent {
    let count = match lines.len() {
        1 => "a ticket".to_owned(),
        count => format!("{count} tickets"),
    };
    let subject = format!("Sold: {count} for {}", order.show.title);
    let price = format!("{}\nPrice: {}", seats(lines), sum(lines, order.total));
    let parts = [format!("You have sold {count}."), show_details(&order.show), price, sales_link(site_url)];
    mail(order, MailKind::TicketsSold, lines[0].seller_id, subject, &parts, site_url)
}

fn sale_reversed(order: &OrderChanged, lines: &[&HeldTicket], why: &str, site_url: &str) -> MailContent {
    let subject = format!("Your sale for {} was undone", order.show.title);
    let parts = [why.to_owned(), show_details(&order.show), seats(lines), sales_link(site_url)];
    mail(order, MailKind::SaleReversed, lines[0].seller_id, subject, &parts, site_url)
}

fn show_cancelled_for_seller(order: &OrderChanged, lines: &[&HeldTicket], site_url: &str) -> MailContent {
    let money = if order.state == OrderState::Refunded {
        "The buyer of your tickets gets the money back."
    } else {
        "Your tickets are not for sale any more."
    };
    let parts =
        [format!("This show was cancelled. {money}"), show_details(&order.show), seats(lines), sales_link(site_url)];
    let subject = format!("Cancelled: {}", order.show.title);
    mail(order, MailKind::ShowCancelled, lines[0].seller_id, subject, &parts, site_url)
}

/// The buyer's mail, and one to each seller with the seller's own lines only.
fn with_sellers(
    order: &OrderChanged,
    to_buyer: MailContent,
    to_seller: impl Fn(&[&HeldTicket]) -> MailContent,
) -> Vec<MailContent> {
    let mut sellers: Vec<UserId> = Vec::new();
    for line in &order.lines {
        if !sellers.contains(&line.seller_id) {
            sellers.push(line.seller_id);
        }
    }
    let lines_of = |id: &UserId| order.lines.iter().filter(|line| line.seller_id == *id).collect::<Vec<_>>();
    let to_sellers = sellers.iter().map(|id| to_seller(&lines_of(id)));
    std::iter::once(to_buyer).chain(to_sellers).collect()
}

fn mail(
    order: &OrderChanged,
    kind: MailKind,
    recipient_id: UserId,
    subject: String,
    parts: &[String],
    site_url: &str,
) -> MailContent {
    MailContent { kind, about_id: order.id.uuid(), recipient_id, subject, body: sign(parts, site_url) }
}

fn sign(parts: &[String], site_url: &str) -> String {
    format!("{}\n\nTicketing\n{site_url}\n", parts.join("\n\n"))
}

fn show_details(show: &Show) -> String {
    format!("{}\n{}\n{}, {}", show.title, start_time(show), show.venue, show.city)
}

/// The start in the venue's time zone.
fn start_time(show: &Show) -> String {
    let start = NaiveDateTime::parse_from_str(&show.local_start, "%Y-%m-%dT%H:%M");
    let start = start.map_or(show.local_start.clone(), |start| start.format("%A, %-d %B %Y, %H:%M").to_string());
    format!("{start} ({})", show.time_zone)
}

fn seats(lines: &[&HeldTicket]) -> String {
    let seats: Vec<String> = lines.iter().map(|line| format!("- {}: {}", line.seat, line.price)).collect();
    seats.join("\n")
}

/// Cannot overflow: the sum of some lines is at most the order's total.
fn sum(lines: &[&HeldTicket], total: Money) -> Money {
    Money::new(lines.iter().map(|line| line.price.minor).sum(), total.currency)
}

fn order_link(order: &OrderChanged, site_url: &str) -> String {
    format!("Your order: {site_url}/orders/{}", order.id)
}

fn sales_link(site_url: &str) -> String {
    format!("Your sales: {site_url}/selling")
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

    /// An order of two tickets of one seller and one ticket of another.
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

    fn kinds_and_recipients(state: OrderState, reason: Option<EndReason>) -> Vec<(MailKind, UserId)> {
        for_order(&order(state, reason), SITE).iter().map(|mail| (mail.kind, mail.recipient_id)).collect()
    }

    #[test]
    fn the_buyer_is_mailed_everything_that_was_bought() {
        let mail = &for_order(&order(OrderState::Complete, None), SITE)[0];

        assert_eq!((mail.kind, mail.recipient_id), (MailKind::OrderComplete, BUYER));
        assert_eq!(mail.subject, "Your tickets for Fête – 🎉");
        let body = "The tickets are yours.\n\nFête – 🎉\nThursday, 24 December 2026, 19:30 (Europe/London)\nGlobe, \
                    London\n\n- Row C, Seat 1: £19.99\n- Row C, Seat 2: £19.99\n- Row C, Seat 3: £19.99\nTotal: £59.97, \
                    all in\n\nYour order: https://tickets.example.org/orders/00000000-0000-0000-0000-000000000001\n\n\
                    Ticketing\nhttps://tickets.example.org\n";
        assert_eq!(mail.body, body);
    }

    #[test]
    fn each_seller_is_mailed_the_own_tickets_only() {
        let mails = for_order(&order(OrderState::Complete, None), SITE);

        let [_, first, second] = &mails[..] else { panic!("{mails:?}") };
        assert_eq!(
            (first.kind, first.recipient_id, &*first.subject),
            (MailKind::TicketsSold, SELLER, "Sold: 2 tickets for Fête – 🎉")
        );
        assert!(first.body.contains("Seat 1: £19.99\n- Row C, Seat 3: £19.99\nPrice: £39.98"), "{}", first.body);
        assert!(first.body.contains("https://tickets.example.org/selling"), "{}", first.body);
        assert!(!first.body.contains("Seat 2") && !first.body.contains("/orders/"), "{}", first.body);
        assert_eq!((second.recipient_id, &*second.subject), (OTHER_SELLER, "Sold: a ticket for Fête – 🎉"));
    }

    #[test]
    fn the_end_of_an_order_is_mailed_only_to_those_whom_it_concerns() {
        let both = |buyer, seller| vec![(buyer, BUYER), (seller, SELLER), (seller, OTHER_SELLER)];
        let cancelled = both(MailKind::ShowCancelled, MailKind::ShowCancelled);

        assert_eq!(
            kinds_and_recipients(OrderState::Refunded, Some(EndReason::CaptureFailed)),
            both(MailKind::CaptureFailed, MailKind::SaleReversed)
        );
        assert_eq!(
            kinds_and_recipients(OrderState::Refunded, Some(EndReason::RefundedExternally)),
            both(MailKind::OrderRefunded, MailKind::SaleReversed)
        );
        assert_eq!(kinds_and_recipients(OrderState::Refunded, Some(EndReason::ShowCancelled)), cancelled);
        assert_eq!(kinds_and_recipients(OrderState::Cancelled, Some(EndReason::ShowCancelled)), cancelled);
        assert_eq!(
            kinds_and_recipients(OrderState::Refunded, Some(EndReason::BySeller)),
            [(MailKind::OrderRefunded, BUYER)]
        );
        for (state, reason) in [
            (OrderState::Held, None),
            (OrderState::Expired, None),
            (OrderState::Cancelled, Some(EndReason::CancelledByBuyer)),
            (OrderState::Cancelled, Some(EndReason::TicketChanged)),
        ] {
            assert_eq!(kinds_and_recipients(state, reason), [], "{state:?}");
        }
    }

    #[test]
    fn a_refund_is_announced_only_to_buyers_who_paid() {
        let body = |state| for_order(&order(state, Some(EndReason::ShowCancelled)), SITE).remove(0).body;

        assert!(body(OrderState::Refunded).contains("Your money, £59.97, is on its way back to you."));
        assert!(body(OrderState::Cancelled).contains("You are charged nothing."));
        let failed = for_order(&order(OrderState::Refunded, Some(EndReason::CaptureFailed)), SITE).remove(0).body;
        assert!(failed.contains("You are charged nothing.") && !failed.contains("back"), "{failed}");
    }

    #[test]
    fn a_declined_card_is_explained_and_a_refund_states_its_amount() {
        let failed = for_payment(&payment(PaymentState::Declined, Some(Decline::InsufficientFunds)), SITE);
        let failed = failed.expect("a mail");
        assert_eq!((failed.kind, failed.about_id), (MailKind::PaymentDeclined, Uuid::from_u128(3)));
        let why = "Your card could not be charged £59.97: there is not enough money on it, try another card.";
        assert!(failed.body.contains(why) && failed.body.contains("Nothing was taken."), "{}", failed.body);

        let refunded = for_payment(&payment(PaymentState::Refunded, None), SITE).expect("a mail");
        assert_eq!((refunded.kind, &*refunded.subject), (MailKind::PaymentRefunded, "You have £59.97 back"));

        for state in [PaymentState::Started, PaymentState::Unknown, PaymentState::Authorized, PaymentState::Captured] {
            assert_eq!(for_payment(&payment(state, None), SITE), None, "{state:?}");
        }
    }
}
