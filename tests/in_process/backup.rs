//! Backups that are taken while tickets are sold, and restored beside a broker that has seen more.

use crate::harness::system::{TestSystem, TestUser};
use futures::join;
use shared::orders::OrderState;
use shared::tickets::Ticket;
use shared::{OrderId, Rejection};
use std::cell::RefCell;
use std::time::Duration;

const CARD: &str = "pm_card_visa";

async fn buy(system: &TestSystem, buyer: &TestUser, ticket: &Ticket) -> Result<OrderId, Rejection> {
    let order = system.hold(buyer, std::slice::from_ref(ticket)).await?;
    system.pay(buyer, order.id, CARD).await?;
    Ok(order.id)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_under_load_has_every_sale_that_was_acknowledged_before_it() {
    let (mut system, to) = (TestSystem::new().await, tempfile::tempdir().expect("a folder can be created"));
    let (seller, mut tickets) = (system.sign_up("seller").await, Vec::new());
    for _ in 0..3 {
        tickets.extend(system.list_tickets(&seller, 8, 1_500).await.1);
    }
    let (buyer, sold, done) = (system.sign_up("buyer").await, RefCell::new(Vec::new()), RefCell::new(false));

    let sell = async {
        for ticket in &tickets {
            if !*done.borrow() {
                let order = buy(&system, &buyer, ticket).await.expect("the ticket is free");
                sold.borrow_mut().push(order);
            }
        }
    };
    let back_up = async {
        while sold.borrow().len() < 3 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let before = sold.borrow().clone();
        system.back_up(to.path()).await;
        *done.borrow_mut() = true;
        before
    };
    let ((), before) = join!(sell, back_up);
    system.lose_databases_and_restore(to.path()).await;

    for order in before {
        system.assert_order_state(&buyer, order, OrderState::Complete).await;
    }
    system.assert_consistent().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_of_a_future_that_was_lost_do_not_come_back_after_a_restore() {
    let (mut system, to) = (TestSystem::new().await, tempfile::tempdir().expect("a folder can be created"));
    let (seller, buyer) = (system.sign_up("seller").await, system.sign_up("buyer").await);
    let (_, tickets) = system.list_tickets(&seller, 3, 1_500).await;
    let kept = buy(&system, &buyer, &tickets[0]).await.expect("the ticket is free");
    system.wait_until_idle().await;

    system.back_up(to.path()).await;
    buy(&system, &buyer, &tickets[1]).await.expect("the ticket is free");
    system.wait_until_idle().await;
    system.lose_databases_and_restore(to.path()).await;

    system.wait_until_idle().await;
    system.assert_order_state(&buyer, kept, OrderState::Complete).await;
    // The versions that the second ticket had in the lost future are used once more, for another buyer.
    let other = system.sign_up("other").await;
    let order = buy(&system, &other, &tickets[1]).await.expect("the ticket is free again");
    system.assert_order_state(&other, order, OrderState::Complete).await;
    system.assert_consistent().await;
}
