//! Buyers and sellers get one mail for each thing that happens to their money and tickets, whatever fails meanwhile.

use crate::harness::system::{TestSystem, TestUser};
use shared::OrderId;
use shared::orders::OrderState;
use shared::tickets::CancelShow;
use shared::tickets::RefundSale;

/// A buyer pays for two tickets of one seller. Returns the seller, the buyer and the order.
async fn buy_two_tickets(system: &TestSystem) -> (TestUser, TestUser, OrderId) {
    let (ann, ben) = (system.sign_up_verified("ann").await, system.sign_up_verified("ben").await);
    let order = buy_two_tickets_of(system, &ann, &ben).await;
    (ann, ben, order)
}

async fn buy_two_tickets_of(system: &TestSystem, ann: &TestUser, ben: &TestUser) -> OrderId {
    let (_, tickets) = system.list_tickets(ann, 2, 4999).await;
    let order = system.hold(ben, &tickets).await.expect("the tickets are free");
    system.pay(ben, order.id, "pm_card_visa").await.expect("the card is accepted");
    system.assert_order_state(ben, order.id, OrderState::Complete).await;
    order.id
}

/// Fails unless these are the mails of a purchase: one to the buyer and one to the seller.
fn assert_purchase_mails(mails: &[String], order: OrderId) {
    let [to_buyer, to_seller] = mails else { panic!("{} mails: {mails:?}", mails.len()) };
    for part in ["To: ben@example.org", "Subject: Your tickets for The Tempest", "Globe, London", "£99.98, all in"] {
        assert!(to_buyer.contains(part), "{part}: {to_buyer}");
    }
    assert!(to_buyer.contains("Thu 24 Dec 2026, 19:30 (Europe/London)"), "{to_buyer}");
    assert!(to_buyer.contains(&format!("http://localhost:8080/orders/{order}")), "{to_buyer}");
    for part in ["To: ann@example.org", "Subject: Sold: 2 tickets for The Tempest", "Seat 2", "Price: £99.98"] {
        assert!(to_seller.contains(part), "{part}: {to_seller}");
    }
    assert!(!to_seller.contains("ben@"), "the seller must not learn the buyer's address: {to_seller}");
}

#[tokio::test]
async fn buyer_and_seller_get_one_mail_each() {
    let system = TestSystem::new().await;

    let (_, _, order) = buy_two_tickets(&system).await;

    let mut mails = system.wait_for_mails(2).await;
    mails.sort_by_key(|mail| mail.contains("To: ann@"));
    assert_purchase_mails(&mails, order);
    system.advance(3600).await;
    assert_eq!(system.wait_for_mails(2).await.len(), 2);
    system.assert_consistent().await;
}

#[tokio::test]
async fn duplicate_late_and_reordered_events_send_no_second_mail() {
    for seed in 0..4 {
        let (system, _) = TestSystem::faulty(seed).await;

        let (_, _, order) = buy_two_tickets(&system).await;

        let mut mails = system.wait_for_mails(2).await;
        mails.sort_by_key(|mail| mail.contains("To: ann@"));
        assert_purchase_mails(&mails, order);
        system.assert_consistent().await;
    }
}

#[tokio::test]
async fn a_declined_buyer_gets_one_mail_with_the_reason_however_many_cards_are_tried() {
    let system = TestSystem::new().await;
    let (ann, ben) = (system.sign_up_verified("ann").await, system.sign_up_verified("ben").await);
    let (_, tickets) = system.list_tickets(&ann, 1, 1000).await;
    let order = system.hold(&ben, &tickets).await.expect("the ticket is free");

    for _ in 0..3 {
        let declined = system.pay(&ben, order.id, "pm_card_chargeDeclinedInsufficientFunds").await;
        declined.expect_err("the card is declined");
        let mails = system.wait_for_mails(1).await;

        let [mail] = &mails[..] else { panic!("{} mails: {mails:?}", mails.len()) };
        let reason = "there is not enough money on it";
        assert!(mail.contains("To: ben@example.org") && mail.contains(reason), "{mail}");
        assert!(mail.contains("nothing was taken") && mail.contains(&order.id.to_string()), "{mail}");
    }
}

#[tokio::test]
async fn an_unverified_address_gets_no_mail_about_purchases() {
    let system = TestSystem::new().await;
    let (ann, ben) = (system.sign_up_verified("ann").await, system.sign_up("ben").await);
    let (_, tickets) = system.list_tickets(&ann, 1, 1000).await;
    let order = system.hold(&ben, &tickets).await.expect("the ticket is free");
    system.pay(&ben, order.id, "pm_card_visa").await.expect("the card is accepted");
    system.assert_order_state(&ben, order.id, OrderState::Complete).await;

    let mails = system.wait_for_mails(1).await;

    assert!(mails.len() == 1 && mails[0].contains("To: ann@example.org"), "{mails:?}");
}

/// The subjects of the mails to one user, sorted.
fn subjects(mails: &[String], name: &str) -> Vec<String> {
    let theirs = mails.iter().filter(|mail| mail.contains(&format!("To: {name}@example.org")));
    let subject = |mail: &String| mail.lines().find_map(|line| line.strip_prefix("Subject: ")).map(str::to_owned);
    let mut subjects: Vec<String> = theirs.map(|mail| subject(mail).expect("it has one")).collect();
    subjects.sort();
    subjects
}

#[tokio::test]
async fn a_cancelled_show_sends_mails_to_its_buyers_and_to_its_seller() {
    let system = TestSystem::new().await;
    let (ann, ben, cem) = (
        system.sign_up_verified("ann").await,
        system.sign_up_verified("ben").await,
        system.sign_up_verified("cem").await,
    );
    let (show, tickets) = system.list_tickets(&ann, 2, 1000).await;
    let paid = system.hold(&ben, &tickets[..1]).await.expect("the ticket is free");
    system.pay(&ben, paid.id, "pm_card_visa").await.expect("the card is accepted");
    system.assert_order_state(&ben, paid.id, OrderState::Complete).await;
    system.hold(&cem, &tickets[1..]).await.expect("the ticket is free");

    system.call(&ann, CancelShow { id: show.show.id }).await.expect("she is allowed to");

    let mails = system.wait_for_mails(7).await;
    let cancelled = "Cancelled: The Tempest";
    assert_eq!(subjects(&mails, "cem"), [cancelled]);
    assert_eq!(subjects(&mails, "ann"), [cancelled, cancelled, "Sold: a ticket for The Tempest"]);
    let of_ben = subjects(&mails, "ben");
    // The subject with the amount contains £, so it is encoded.
    assert!(of_ben.len() == 3 && of_ben.iter().any(|subject| subject == cancelled), "{of_ben:?}");
    let containing = |text: &str| mails.iter().filter(|mail| mail.contains(text)).count();
    assert_eq!(
        (containing("Your money, £10.00, is on its way back"), containing("We have given you £10.00 back")),
        (1, 1)
    );
    assert_eq!(containing("You are charged nothing."), 1);
}

#[tokio::test]
async fn a_refund_by_the_seller_sends_a_mail_to_the_buyer() {
    let system = TestSystem::new().await;
    let (ann, ben) = (system.sign_up_verified("ann").await, system.sign_up_verified("ben").await);
    let (_, tickets) = system.list_tickets(&ann, 1, 1000).await;
    let order = system.hold(&ben, &tickets).await.expect("the ticket is free");
    system.pay(&ben, order.id, "pm_card_visa").await.expect("the card is accepted");
    system.assert_order_state(&ben, order.id, OrderState::Complete).await;

    system.call(&ann, RefundSale { ticket_id: tickets[0].id }).await.expect("she is allowed to");

    let mails = system.wait_for_mails(4).await;
    assert_eq!(subjects(&mails, "ann"), ["Sold: a ticket for The Tempest"]);
    let of_ben = subjects(&mails, "ben");
    assert!(of_ben.len() == 3 && of_ben.contains(&"Your money back for The Tempest".to_owned()), "{of_ben:?}");
}

#[tokio::test]
async fn a_mail_that_could_not_be_delivered_is_delivered_after_a_restart() {
    let mut system = TestSystem::new().await;
    let (ann, ben) = (system.sign_up_verified("ann").await, system.sign_up_verified("ben").await);
    system.block_mail();
    let order = buy_two_tickets_of(&system, &ann, &ben).await;
    assert!(system.wait_for_mails(0).await.is_empty());

    system.restart().await;
    system.unblock_mail();
    system.advance(60).await;

    let mut mails = system.wait_for_mails(2).await;
    mails.sort_by_key(|mail| mail.contains("To: ann@"));
    assert_purchase_mails(&mails, order);
}
