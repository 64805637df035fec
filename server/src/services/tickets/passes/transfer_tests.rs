//! Passes that are given away.

use super::tests::{CEM, Issued, address, caller, issued, rejection};
use crate::fixtures::{BUYER, PRICE, SELLER};
use crate::{Caller, Error};
use shared::orders::{EndReason, OrderState};
use shared::tickets::{
    AcceptTransfer, GetPass, GetTransfer, MAX_TRANSFERS, Pass, TakeBackTransfer, TicketState, TransferPass,
    WithdrawTicket,
};
use shared::{Rejection, TransferId, UserId};

impl Issued {
    async fn transfer(&self, giver: UserId, recipient: UserId) -> Result<TransferId, Error> {
        let request = TransferPass { id: self.pass, recipient: address(recipient) };
        let pass = self.market.service.clone().transfer(caller(giver), request).await?;
        Ok(pass.transfer.expect("it is offered").id)
    }

    async fn take_back(&self, giver: UserId, id: TransferId) -> Result<Pass, Error> {
        self.market.service.clone().take_back(caller(giver), TakeBackTransfer { id }).await
    }

    async fn accept(&self, person: UserId, id: TransferId) -> Result<Pass, Error> {
        self.market.service.clone().accept(caller(person), AcceptTransfer { id }).await
    }

    async fn give(&self, giver: UserId, recipient: UserId) {
        let id = self.transfer(giver, recipient).await.expect("nothing takes the pass up");
        self.accept(recipient, id).await.expect("it is offered to them");
    }
}

#[tokio::test]
async fn who_has_proved_the_address_accepts_and_the_code_of_the_giver_ends() {
    let show = issued().await;
    show.sell(1, BUYER, show.first).await;
    let id = show.transfer(BUYER, CEM).await.expect("the pass is his");
    assert_eq!(show.generation_of_code(BUYER).await, Some(2), "nobody has accepted");

    let seen = |person: Caller| show.market.service.clone().pass_transfer(person, GetTransfer { id });
    let unproved = Caller { address: None, ..caller(CEM) };
    assert_eq!(rejection(seen(unproved.clone()).await), Some(Rejection::EmailUnverified));
    assert_eq!(rejection(seen(caller(SELLER)).await), Some(Rejection::LinkInvalid));
    let accepted = show.market.service.clone().accept(unproved, AcceptTransfer { id }).await;
    assert_eq!(rejection(accepted), Some(Rejection::EmailUnverified));
    assert_eq!(rejection(show.accept(SELLER, id).await), Some(Rejection::LinkInvalid));
    assert_eq!(seen(caller(CEM)).await.expect("it is for her").seat, show.pass().await.seat().expect("a seat"));

    let pass = show.accept(CEM, id).await.expect("it is for her");

    assert_eq!((pass.id, pass.transfer, show.owner().await), (show.pass, None, (CEM, 3)));
    assert_eq!((show.generation_of_code(BUYER).await, show.generation_of_code(CEM).await), (None, Some(3)));
    assert_eq!(rejection(show.accept(CEM, id).await), Some(Rejection::LinkInvalid), "once");
    assert_eq!(rejection(seen(caller(CEM)).await), Some(Rejection::LinkInvalid));
}

#[tokio::test]
async fn a_gift_that_is_taken_back_cannot_be_accepted() {
    let show = issued().await;
    show.sell(1, BUYER, show.first).await;
    let id = show.transfer(BUYER, CEM).await.expect("the pass is his");
    assert_eq!(rejection(show.take_back(CEM, id).await), Some(Rejection::LinkInvalid), "it is not hers");

    let pass = show.take_back(BUYER, id).await.expect("nobody has accepted it");

    assert_eq!((pass.transfer, pass.transfers_left), (None, MAX_TRANSFERS - 1));
    assert_eq!(rejection(show.accept(CEM, id).await), Some(Rejection::LinkInvalid));
    assert_eq!(rejection(show.take_back(BUYER, id).await), Some(Rejection::LinkInvalid));
    assert_eq!((show.owner().await, show.generation_of_code(BUYER).await), ((BUYER, 2), Some(2)));
}

#[tokio::test]
async fn a_pass_is_either_offered_as_a_gift_or_for_sale_or_refunded() {
    let show = issued().await;
    assert_eq!(rejection(show.transfer(SELLER, CEM).await), Some(Rejection::TicketListed), "it is on sale");
    let order = show.sell(1, BUYER, show.first).await;
    assert_eq!(rejection(show.transfer(SELLER, CEM).await), Some(Rejection::NotFound), "it is another person's");
    assert_eq!(rejection(show.transfer(BUYER, BUYER).await), Some(Rejection::OwnTicket));
    let resale = show.resell(BUYER, PRICE.minor).await.expect("the pass is his");
    assert_eq!(rejection(show.transfer(BUYER, CEM).await), Some(Rejection::TicketListed));
    show.market.service.clone().withdraw(caller(BUYER), WithdrawTicket { id: resale.id }).await.expect("it is on sale");

    let id = show.transfer(BUYER, CEM).await.expect("nothing takes it up");
    assert_eq!(rejection(show.resell(BUYER, PRICE.minor).await), Some(Rejection::TransferPending));
    assert_eq!(rejection(show.transfer(BUYER, SELLER).await), Some(Rejection::TransferPending));
    assert_eq!(rejection(show.refund_sale(SELLER, show.first).await), Some(Rejection::TransferPending));
    show.accept(CEM, id).await.expect("it is for her");
    assert_eq!(rejection(show.refund_sale(SELLER, show.first).await), Some(Rejection::TicketPassedOn));

    show.end(&order, OrderState::Refunded, Some(EndReason::RefundedExternally)).await;
    assert_eq!(show.owner().await, (CEM, 3), "it was passed on");
}

#[tokio::test]
async fn a_refund_outside_ends_a_gift_that_nobody_has_accepted() {
    let show = issued().await;
    let order = show.sell(1, BUYER, show.first).await;
    let id = show.transfer(BUYER, CEM).await.expect("the pass is his");

    show.end(&order, OrderState::Refunded, Some(EndReason::RefundedExternally)).await;

    assert_eq!(show.owner().await, (SELLER, 3));
    assert_eq!(rejection(show.accept(CEM, id).await), Some(Rejection::LinkInvalid));
}

#[tokio::test]
async fn a_gift_is_resold_by_its_new_owner_and_a_sale_starts_the_count_of_gifts_again() {
    let show = issued().await;
    show.sell(1, BUYER, show.first).await;
    for _ in 0..MAX_TRANSFERS - 1 {
        let id = show.transfer(BUYER, CEM).await.expect("there are some left");
        show.take_back(BUYER, id).await.expect("nobody has accepted it");
    }
    show.give(BUYER, CEM).await;
    let most = Rejection::TooManyTransfers { most: MAX_TRANSFERS };
    assert_eq!(rejection(show.transfer(CEM, BUYER).await), Some(most));

    let resale = show.resell(CEM, PRICE.minor).await.expect("the pass is hers");
    let order = show.sell(2, BUYER, resale.id).await;
    let pass = show.market.service.clone().pass(caller(BUYER), GetPass { id: show.pass }).await.expect("it is his");
    assert_eq!(pass.transfers_left, MAX_TRANSFERS);
    show.end(&order, OrderState::Refunded, Some(EndReason::RefundedExternally)).await;

    assert_eq!((show.owner().await.0, show.state(resale.id).await), (CEM, TicketState::Withdrawn), "who sold it");
}
