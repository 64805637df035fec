//! The content of mails: pure functions from a change to its recipients and their texts.

use super::texts::{Texts, inert, t};
use crate::services::auth::schema::mails::MailKind;
use shared::orders::{EndReason, HeldTicket, OrderChanged, OrderState};
use shared::payments::{Decline, PaymentChanged, PaymentState};
use shared::tickets::{PassChanged, PendingTransfer, Show};
use shared::{Money, UserId};
use uuid::Uuid;

/// A mail to one user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailContent {
    pub kind: MailKind,
    /// The order, payment or account that it is about.
    pub about_id: Uuid,
    pub recipient_id: UserId,
    /// One line of text.
    pub subject: String,
    pub body: String,
}

/// A mail about a new state of an order. Its text depends on the recipient's language.
#[derive(Clone, Debug)]
pub struct OrderMail<'a> {
    pub kind: MailKind,
    pub recipient_id: UserId,
    order: &'a OrderChanged,
}

/// The mails that announce a new state of an order: the buyer's, and one to each seller.
pub fn for_order(order: &OrderChanged) -> Vec<OrderMail<'_>> {
    let mail = |kind, recipient_id| OrderMail { kind, recipient_id, order };
    let (to_buyer, to_sellers) = match (order.state, order.reason) {
        (OrderState::Complete, _) => (MailKind::OrderComplete, Some(MailKind::TicketsSold)),
        (OrderState::Refunded, Some(EndReason::CaptureFailed)) => {
            (MailKind::CaptureFailed, Some(MailKind::SaleReversed))
        }
        (OrderState::Refunded | OrderState::Cancelled, Some(EndReason::ShowCancelled)) => {
            (MailKind::ShowCancelled, Some(MailKind::ShowCancelled))
        }
        // The seller cancelled the sale and needs no mail about it.
        (OrderState::Refunded, Some(EndReason::BySeller)) => (MailKind::OrderRefunded, None),
        (OrderState::Refunded, Some(EndReason::RefundedExternally)) => {
            (MailKind::OrderRefunded, Some(MailKind::SaleReversed))
        }
        // An order that ends unpaid does so while the buyer looks at its page.
        _ => return Vec::new(),
    };
    let mut sellers: Vec<UserId> = Vec::new();
    for line in &order.lines {
        if !sellers.contains(&line.seller_id) {
            sellers.push(line.seller_id);
        }
    }
    let to_sellers = to_sellers.into_iter().flat_map(|kind| sellers.iter().map(move |id| mail(kind, *id)));
    std::iter::once(mail(to_buyer, order.buyer_id)).chain(to_sellers).collect()
}

impl OrderMail<'_> {
    pub fn write(&self, texts: Texts, site_url: &str) -> MailContent {
        let (subject, text) = self.subject_and_text(texts);
        let mut parts = vec![text, show_details(&self.order.show, texts)];
        if self.kind == MailKind::OrderComplete {
            let lines: Vec<&HeldTicket> = self.order.lines.iter().collect();
            let total = t!(texts, "mail-total", amount = texts.money(self.order.total));
            parts.push(format!("{}\n{total}", seats(&lines, texts)));
        }
        if self.recipient_id == self.order.buyer_id {
            let link = format!("{site_url}/orders/{}", self.order.id);
            parts.push(format!("{}\n{link}", t!(texts, "mail-order-link")));
        } else {
            let price = t!(texts, "mail-sold-price", amount = texts.money(self.own_total()));
            let price = if self.kind == MailKind::TicketsSold { format!("\n{price}") } else { String::new() };
            parts.push(format!("{}{price}", seats(&self.own_lines(), texts)));
            parts.push(format!("{}\n{site_url}/selling", t!(texts, "mail-sales-link")));
        }
        MailContent {
            kind: self.kind,
            about_id: self.order.id.uuid(),
            recipient_id: self.recipient_id,
            subject,
            body: sign(&parts, texts, site_url),
        }
    }

    fn subject_and_text(&self, texts: Texts) -> (String, String) {
        let (order, title) = (self.order, inert(self.order.show.title.as_str()));
        let (count, amount) = (self.own_lines().len(), texts.money(order.total));
        let refunded = order.state == OrderState::Refunded;
        match self.kind {
            MailKind::TicketsSold => {
                (t!(texts, "mail-sold-subject", title = title, count = count), t!(texts, "mail-sold", count = count))
            }
            MailKind::CaptureFailed => {
                (t!(texts, "mail-capture-failed-subject", title = title), t!(texts, "mail-capture-failed"))
            }
            MailKind::OrderRefunded => {
                let by_seller = order.reason == Some(EndReason::BySeller);
                let text = if by_seller {
                    t!(texts, "mail-refund-by-seller", amount = amount)
                } else {
                    t!(texts, "mail-refund-undone", amount = amount)
                };
                (t!(texts, "mail-refund-subject", title = title), text)
            }
            MailKind::SaleReversed => {
                let by_bank = order.reason == Some(EndReason::CaptureFailed);
                let text = if by_bank {
                    t!(texts, "mail-sale-undone-by-bank")
                } else {
                    t!(texts, "mail-sale-undone-by-refund")
                };
                (t!(texts, "mail-sale-undone-subject", title = title), text)
            }
            MailKind::ShowCancelled => {
                let text = match (self.recipient_id == order.buyer_id, refunded) {
                    (true, true) => t!(texts, "mail-cancelled-refunded", amount = amount),
                    (true, false) => t!(texts, "mail-cancelled-unpaid"),
                    (false, true) => t!(texts, "mail-cancelled-sold"),
                    (false, false) => t!(texts, "mail-cancelled-unsold"),
                };
                (t!(texts, "mail-cancelled-subject", title = title), text)
            }
            _ => (t!(texts, "mail-order-complete-subject", title = title), t!(texts, "mail-order-complete")),
        }
    }

    /// What the recipient sells in this order: a seller must not see the others' tickets.
    fn own_lines(&self) -> Vec<&HeldTicket> {
        self.order.lines.iter().filter(|line| line.seller_id == self.recipient_id).collect()
    }

    /// Cannot overflow: the sum of some lines is at most the order's total.
    fn own_total(&self) -> Money {
        Money::new(self.own_lines().iter().map(|line| line.price.minor).sum(), self.order.total.currency)
    }
}

/// The mail that announces a new state of a payment, if any. Of all declines of one order only the first is mailed: the buyer sees
/// the others on the page, and a card tester would have us send thousands.
pub fn for_payment(payment: &PaymentChanged, texts: Texts, site_url: &str) -> Option<MailContent> {
    let amount = texts.money(payment.amount);
    let (kind, about_id, subject, text) = match payment.state {
        PaymentState::Declined => {
            let reason = decline(payment.decline.unwrap_or(Decline::Generic), texts);
            let text = t!(texts, "mail-declined", amount = amount, reason = reason);
            (MailKind::PaymentDeclined, payment.order_id.uuid(), t!(texts, "mail-declined-subject"), text)
        }
        PaymentState::Refunded => {
            let subject = t!(texts, "mail-refunded-subject", amount = amount.clone());
            (MailKind::PaymentRefunded, payment.id.uuid(), subject, t!(texts, "mail-refunded", amount = amount))
        }
        _ => return None,
    };
    let link = format!("{}\n{site_url}/orders/{}", t!(texts, "mail-order-link"), payment.order_id);
    let body = sign(&[text, link], texts, site_url);
    Some(MailContent { kind, about_id, recipient_id: payment.payer_id, subject, body })
}

/// The mail by which a person accepts a ticket as a gift.
pub fn pass_offered(
    pass: &PassChanged,
    transfer: &PendingTransfer,
    giver: &str,
    texts: Texts,
    site_url: &str,
) -> MailContent {
    let link = format!("{site_url}/gifts/{}", transfer.id);
    let title = inert(pass.show.title.as_str());
    let parts = [
        // Proved to be an address, so it says what it seems to say.
        t!(texts, "mail-gift", giver = giver),
        format!("{}\n{}", show_details(&pass.show, texts), texts.seat(&pass.seat)),
        format!("{}\n{link}", t!(texts, "mail-gift-link")),
        t!(texts, "mail-gift-ignore"),
    ];
    MailContent {
        kind: MailKind::PassOffered,
        about_id: transfer.id.uuid(),
        recipient_id: pass.owner_id,
        subject: t!(texts, "mail-gift-subject", title = title),
        body: sign(&parts, texts, site_url),
    }
}

fn decline(decline: Decline, texts: Texts) -> String {
    match decline {
        Decline::Generic => t!(texts, "declined-generic"),
        Decline::InsufficientFunds => t!(texts, "declined-insufficient-funds"),
        Decline::ProcessingError => t!(texts, "declined-processing-error"),
        Decline::AuthenticationFailed => t!(texts, "declined-authentication-failed"),
        Decline::Closed => t!(texts, "declined-closed"),
    }
}

/// Joins the parts of a body and signs it.
pub fn sign(parts: &[String], texts: Texts, site_url: &str) -> String {
    format!("{}\n\n{}\n{site_url}\n", parts.join("\n\n"), t!(texts, "brand"))
}

/// With the start in the venue's time zone.
fn show_details(show: &Show, texts: Texts) -> String {
    let [title, venue, city] = [&show.title, &show.venue, &show.city].map(|text| inert(text.as_str()));
    let start = format!("{} ({})", texts.date(&show.local_start), show.time_zone);
    format!("{title}\n{start}\n{venue}{}{city}", t!(texts, "comma"))
}

fn seats(lines: &[&HeldTicket], texts: Texts) -> String {
    let seats = lines.iter().map(|line| format!("- {}: {}", texts.seat(&line.seat), texts.money(line.price)));
    seats.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::fixtures::{self, short_text};
    use shared::tickets::Seat;
    use shared::value::LanguageTag;
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
        for_order(&order(state, reason)).iter().map(|mail| (mail.kind, mail.recipient_id)).collect()
    }

    fn texts(tag: &str) -> Texts {
        Texts::of(&LanguageTag::try_from(tag.to_owned()).expect("a tag"))
    }

    fn written(order: &OrderChanged, tag: &str) -> Vec<MailContent> {
        for_order(order).iter().map(|mail| mail.write(texts(tag), SITE)).collect()
    }

    #[test]
    fn the_buyer_is_mailed_everything_that_was_bought() {
        let mail = &written(&order(OrderState::Complete, None), "en")[0];

        assert_eq!(kinds_and_recipients(OrderState::Complete, None)[0], (MailKind::OrderComplete, BUYER));
        assert_eq!(mail.subject, "Your tickets for Fête – 🎉");
        let body = "The tickets are yours.\n\nFête – 🎉\nThu 24 Dec 2026, 19:30 (Europe/London)\nGlobe, London\n\n- Row \
                    C, Seat 1: £19.99\n- Row C, Seat 2: £19.99\n- Row C, Seat 3: £19.99\nTotal: £59.97, all in\n\nYour \
                    order:\nhttps://tickets.example.org/orders/00000000-0000-0000-0000-000000000001\n\nTicketing\n\
                    https://tickets.example.org\n";
        assert_eq!(mail.body, body);
    }

    #[test]
    fn each_seller_is_mailed_the_own_tickets_only() {
        let mails = written(&order(OrderState::Complete, None), "en");

        let [_, first, second] = &mails[..] else { panic!("{mails:?}") };
        let sold = [(MailKind::TicketsSold, SELLER), (MailKind::TicketsSold, OTHER_SELLER)];
        assert_eq!(kinds_and_recipients(OrderState::Complete, None)[1..], sold);
        assert_eq!(first.subject, "Sold: 2 tickets for Fête – 🎉");
        assert!(first.body.contains("Seat 1: £19.99\n- Row C, Seat 3: £19.99\nPrice: £39.98"), "{}", first.body);
        assert!(first.body.contains("https://tickets.example.org/selling"), "{}", first.body);
        assert!(!first.body.contains("Seat 2") && !first.body.contains("/orders/"), "{}", first.body);
        assert_eq!(second.subject, "Sold: a ticket for Fête – 🎉");
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
        let body = |state| written(&order(state, Some(EndReason::ShowCancelled)), "en").remove(0).body;

        assert!(body(OrderState::Refunded).contains("Your money, £59.97, is on its way back to you."));
        assert!(body(OrderState::Cancelled).contains("You are charged nothing."));
        let failed = written(&order(OrderState::Refunded, Some(EndReason::CaptureFailed)), "en").remove(0).body;
        assert!(failed.contains("You are charged nothing.") && !failed.contains("back"), "{failed}");
    }

    #[test]
    fn a_declined_card_is_explained_and_a_refund_states_its_amount() {
        let declined = payment(PaymentState::Declined, Some(Decline::InsufficientFunds));
        let mail = for_payment(&declined, texts("en"), SITE).expect("a mail");
        let text = "£59.97 could not be charged, and nothing was taken. The card was declined: there is not enough money on \
                    it, try another card.";
        assert!(mail.body.starts_with(text), "{}", mail.body);
        assert_eq!(mail.about_id, declined.order_id.uuid(), "one for all declines of an order");

        let refunded = payment(PaymentState::Refunded, None);
        let mail = for_payment(&refunded, texts("en"), SITE).expect("a mail");
        assert_eq!((mail.about_id, &*mail.subject), (refunded.id.uuid(), "You have £59.97 back"));

        for state in [PaymentState::Started, PaymentState::Unknown, PaymentState::Authorized, PaymentState::Captured] {
            assert_eq!(for_payment(&payment(state, None), texts("en"), SITE), None, "{state:?}");
        }
    }

    #[test]
    fn every_mail_is_written_in_every_language() {
        let orders = [
            order(OrderState::Complete, None),
            order(OrderState::Refunded, Some(EndReason::CaptureFailed)),
            order(OrderState::Refunded, Some(EndReason::ShowCancelled)),
            order(OrderState::Cancelled, Some(EndReason::ShowCancelled)),
            order(OrderState::Refunded, Some(EndReason::BySeller)),
            order(OrderState::Refunded, Some(EndReason::RefundedExternally)),
        ];
        let payments = [payment(PaymentState::Declined, None), payment(PaymentState::Refunded, None)];
        let all = |tag: &str| -> Vec<MailContent> {
            let of_payments = payments.iter().filter_map(|payment| for_payment(payment, texts(tag), SITE));
            of_payments.chain(orders.iter().flat_map(|order| written(order, tag))).collect()
        };

        let english = all("en");
        for tag in ["de", "es", "fr", "ar"] {
            for (mail, english) in all(tag).iter().zip(&english) {
                assert_ne!(mail.subject, english.subject, "{tag}");
                assert!(!mail.subject.contains('\n') && !mail.body.contains("mail-"), "{tag}: {mail:?}");
            }
        }
    }

    #[test]
    fn no_text_of_a_user_becomes_a_link() {
        let hostile = |text: &str| short_text(text);
        let show = Show {
            title: hostile("Win at http://evil.example/x"),
            venue: hostile("www.evil.example"),
            city: hostile("a@evil.example"),
            ..fixtures::show()
        };
        let mut order = OrderChanged { show, ..order(OrderState::Complete, None) };
        order.lines[0].seat.section = Some(hostile("evil.example"));

        for mail in written(&order, "en") {
            let text = mail.body.replace(SITE, "") + &mail.subject;
            assert!(
                !text.contains("evil.example") && !text.contains("://") && text.contains("evil. example"),
                "{text}"
            );
        }
    }
}
