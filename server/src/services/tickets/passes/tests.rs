//! Passes through sales, resales and refunds, event by event.

use super::super::pass_schema::{self, PassRow};
use super::super::tests::{OnSale, offered};
use crate::fixtures::{self, BUYER, PRICE, SELLER};
use crate::{Caller, Error};
use shared::orders::{EndReason, OrderChanged, OrderState};
use shared::tickets::{
    GetPassCode, GetTicket, ListPasses, RefundSale, ResellPass, Ticket, TicketState, WithdrawTicket,
};
use shared::value::Email;
use shared::{Flaw, Invalid, Money, OrderId, PassId, Price, Rejection, TicketId, UserId};
use uuid::Uuid;

pub const CEM: UserId = UserId::new(Uuid::from_u128(77));

/// A show whose creator, [`SELLER`], has issued one ticket.
pub struct Issued {
    pub market: OnSale,
    pub pass: PassId,
    pub first: TicketId,
}

pub async fn issued() -> Issued {
    let market = offered(1, true).await;
    let first = market.tickets[0].id;
    let row = crate::services::tickets::schema::ticket(market.service.store.read(), first).await.expect("it is listed");
    let pass = PassId::new(row.pass_id.expect("it was issued"));
    Issued { market, pass, first }
}

/// Who has proved the address of [`address`].
pub fn caller(user: UserId) -> Caller {
    Caller { user: Some(user), address: Some(address(user)), ..Caller::anonymous(Uuid::nil()) }
}

pub fn address(user: UserId) -> Email {
    Email::try_from(format!("{}@example.org", user.uuid().as_u128())).expect("an address")
}

fn price(minor: i64) -> Price {
    Price::try_from(Money::new(minor, PRICE.currency)).expect("a price")
}

pub fn rejection<T>(result: Result<T, Error>) -> Option<Rejection> {
    match result {
        Err(Error::Rejected(rejection)) => Some(rejection),
        _ => None,
    }
}

impl Issued {
    pub async fn pass(&self) -> PassRow {
        pass_schema::pass(self.market.service.store.read(), self.pass).await.expect("it exists")
    }

    /// Who owns the pass, and its generation.
    pub async fn owner(&self) -> (UserId, i64) {
        let pass = self.pass().await;
        (pass.owner_id.into(), pass.generation)
    }

    pub async fn generation_of_code(&self, person: UserId) -> Option<u32> {
        let code = self.market.service.clone().code(caller(person), GetPassCode { id: self.pass }).await.ok()?;
        Some(code.code.claims().generation)
    }

    pub async fn state(&self, ticket: TicketId) -> TicketState {
        let got = self.market.service.clone().get(caller(SELLER), GetTicket { id: ticket }).await;
        got.expect("it exists").state
    }

    pub async fn resell(&self, seller: UserId, minor: i64) -> Result<Ticket, Error> {
        let request = ResellPass { id: self.pass, price: price(minor) };
        self.market.service.clone().resell(caller(seller), request).await
    }

    pub async fn refund_sale(&self, seller: UserId, ticket_id: TicketId) -> Result<(), Error> {
        self.market.service.clone().refund_sale(caller(seller), RefundSale { ticket_id }).await
    }

    /// Version 1 of an order of a ticket.
    pub async fn hold(&self, id: u128, buyer_id: UserId, ticket: TicketId) -> OrderChanged {
        let id = OrderId::new(Uuid::from_u128(id));
        let lines = vec![fixtures::held_ticket(ticket.uuid().as_u128())];
        let show = self.market.show.show.clone();
        let hold = OrderChanged { id, buyer_id, lines, show, ..fixtures::order() };
        self.market.deliver(&hold).await;
        hold
    }

    /// The order is paid, and the payment captured.
    pub async fn capture(&self, hold: &OrderChanged) -> OrderChanged {
        let complete = OrderChanged { version: 2, state: OrderState::Complete, ..hold.clone() };
        self.market.deliver(&complete).await;
        let captured = OrderChanged { version: 3, captured: true, ..complete };
        self.market.deliver(&captured).await;
        captured
    }

    pub async fn sell(&self, id: u128, buyer: UserId, ticket: TicketId) -> OrderChanged {
        let hold = self.hold(id, buyer, ticket).await;
        self.capture(&hold).await
    }

    pub async fn end(&self, order: &OrderChanged, state: OrderState, reason: Option<EndReason>) {
        self.market.deliver(&OrderChanged { version: order.version + 1, state, reason, ..order.clone() }).await;
    }
}

#[tokio::test]
async fn a_pass_moves_when_its_payment_is_captured_and_not_before() {
    let show = issued().await;
    let hold = show.hold(1, BUYER, show.first).await;
    let complete = OrderChanged { version: 2, state: OrderState::Complete, ..hold.clone() };
    show.market.deliver(&complete).await;
    assert_eq!((show.state(show.first).await, show.owner().await), (TicketState::Sold, (SELLER, 1)));
    assert_eq!(show.generation_of_code(BUYER).await, None, "the payment may fail");

    show.capture(&hold).await;
    show.capture(&hold).await;

    assert_eq!((show.owner().await, show.generation_of_code(BUYER).await), ((BUYER, 2), Some(2)));
    assert_eq!(show.generation_of_code(SELLER).await, None);
    let passes = show.market.service.clone().passes(caller(BUYER), ListPasses { cursor: None }).await.expect("a list");
    assert_eq!((passes.items.len(), passes.items[0].id, passes.items[0].listing.is_none()), (1, show.pass, true));
}

#[tokio::test]
async fn a_captured_version_alone_sells_a_held_ticket_and_moves_its_pass() {
    let show = issued().await;
    let hold = show.hold(1, BUYER, show.first).await;

    let captured = OrderChanged { version: 3, state: OrderState::Complete, captured: true, ..hold };
    show.market.deliver(&captured).await;

    assert_eq!((show.state(show.first).await, show.owner().await), (TicketState::Sold, (BUYER, 2)));
}

#[tokio::test]
async fn a_failed_capture_leaves_the_pass_with_its_seller_and_on_sale() {
    let show = issued().await;
    let hold = show.hold(1, BUYER, show.first).await;
    let complete = OrderChanged { version: 2, state: OrderState::Complete, ..hold };
    show.market.deliver(&complete).await;

    show.end(&complete, OrderState::Refunded, Some(EndReason::CaptureFailed)).await;

    assert_eq!((show.state(show.first).await, show.owner().await), (TicketState::OnSale, (SELLER, 1)));
    show.sell(2, CEM, show.first).await;
    assert_eq!(show.owner().await, (CEM, 2));
}

#[tokio::test]
async fn a_resale_keeps_the_code_of_its_seller_until_a_buyer_has_paid() {
    let show = issued().await;
    show.sell(1, BUYER, show.first).await;

    let resale = show.resell(BUYER, PRICE.minor).await.expect("the pass is his");
    assert!(resale.issued);
    assert_eq!(show.generation_of_code(BUYER).await, Some(2));
    let hold = show.hold(2, CEM, resale.id).await;
    assert_eq!(show.generation_of_code(BUYER).await, Some(2));
    show.capture(&hold).await;

    assert_eq!((show.owner().await, show.generation_of_code(BUYER).await), ((CEM, 3), None));
    assert_eq!(show.generation_of_code(CEM).await, Some(3));
}

#[tokio::test]
async fn only_its_owner_resells_a_pass_once_at_a_time_and_within_the_cap() {
    let show = issued().await;
    assert_eq!(
        rejection(show.resell(SELLER, PRICE.minor).await),
        Some(Rejection::TicketListed),
        "it is on sale already"
    );
    show.sell(1, BUYER, show.first).await;
    assert_eq!(rejection(show.resell(SELLER, PRICE.minor).await), Some(Rejection::NotFound));
    let most = Money::new(PRICE.minor * 110 / 100, PRICE.currency);
    let above = Rejection::Invalid(Invalid::new("price", Flaw::AboveCap { most }));
    assert_eq!(rejection(show.resell(BUYER, most.minor + 1).await), Some(above));

    let resale = show.resell(BUYER, most.minor).await.expect("it is the cap");
    assert_eq!(rejection(show.resell(BUYER, PRICE.minor).await), Some(Rejection::TicketListed));
    let withdraw = WithdrawTicket { id: resale.id };
    show.market.service.clone().withdraw(caller(BUYER), withdraw).await.expect("it is on sale");

    let again = show.resell(BUYER, PRICE.minor).await.expect("nothing takes the pass up");
    assert_ne!(again.id, resale.id);
    show.hold(2, CEM, again.id).await;
    assert_eq!(rejection(show.resell(BUYER, PRICE.minor).await), Some(Rejection::TicketHeld));
}

#[tokio::test]
async fn a_refund_by_the_seller_brings_the_pass_back_unless_the_buyer_has_passed_it_on() {
    let show = issued().await;
    let order = show.sell(1, BUYER, show.first).await;
    let resale = show.resell(BUYER, PRICE.minor).await.expect("the pass is his");
    assert_eq!(rejection(show.refund_sale(SELLER, show.first).await), Some(Rejection::TicketPassedOn));
    show.market.service.clone().withdraw(caller(BUYER), WithdrawTicket { id: resale.id }).await.expect("it is on sale");

    show.refund_sale(SELLER, show.first).await.expect("the buyer has it");
    show.refund_sale(SELLER, show.first).await.expect("a repetition changes nothing");
    assert_eq!(rejection(show.resell(BUYER, PRICE.minor).await), Some(Rejection::RefundUnderWay));
    show.end(&order, OrderState::Refunded, Some(EndReason::BySeller)).await;

    assert_eq!((show.owner().await, show.state(show.first).await), ((SELLER, 3), TicketState::Withdrawn));
    let relisted = show.resell(SELLER, PRICE.minor).await.expect("it is hers again");
    let order = show.sell(2, BUYER, relisted.id).await;
    let resale = show.resell(BUYER, PRICE.minor).await.expect("the pass is his");
    show.sell(3, CEM, resale.id).await;
    assert_eq!(rejection(show.refund_sale(SELLER, relisted.id).await), Some(Rejection::TicketPassedOn));
    assert_eq!(rejection(show.refund_sale(BUYER, relisted.id).await), Some(Rejection::NotYours));
    show.end(&order, OrderState::Refunded, Some(EndReason::RefundedExternally)).await;
    assert_eq!(show.owner().await, (CEM, 5), "who has paid keeps it");
}

#[tokio::test]
async fn a_refund_outside_ends_a_resale_that_nobody_has_paid() {
    for (reason, paid) in [("on sale", false), ("held", false), ("paid", true)] {
        let show = issued().await;
        let order = show.sell(1, BUYER, show.first).await;
        let resale = show.resell(BUYER, PRICE.minor).await.expect("the pass is his");
        let hold = if reason == "on sale" { None } else { Some(show.hold(2, CEM, resale.id).await) };

        show.end(&order, OrderState::Refunded, Some(EndReason::RefundedExternally)).await;
        match &hold {
            Some(hold) if paid => drop(show.capture(hold).await),
            Some(hold) => show.end(hold, OrderState::Expired, None).await,
            None => {}
        }

        let (owner, state) = if paid { ((CEM, 3), TicketState::Sold) } else { ((SELLER, 3), TicketState::Withdrawn) };
        assert_eq!((show.owner().await, show.state(resale.id).await), (owner, state), "{reason}");
    }
}

#[tokio::test]
async fn a_chain_of_refunded_sales_unwinds_to_its_beginning() {
    let show = issued().await;
    let first = show.sell(1, BUYER, show.first).await;
    let resale = show.resell(BUYER, PRICE.minor).await.expect("the pass is his");
    let second = show.sell(2, CEM, resale.id).await;
    show.end(&first, OrderState::Refunded, Some(EndReason::RefundedExternally)).await;
    assert_eq!(show.owner().await, (CEM, 3), "who has paid keeps it");

    show.end(&second, OrderState::Refunded, Some(EndReason::RefundedExternally)).await;

    assert_eq!(show.owner().await, (SELLER, 5), "by way of the first buyer, who has the money back");
    assert_eq!(show.pass().await.title_id, None);
}
