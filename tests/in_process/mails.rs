//! People are told by mail what happened to their money and their tickets: once, whatever happens on the way.

use crate::world::{Person, TestSystem};
use shared::OrderId;
use shared::orders::{OrderState, RefundSale};
use shared::tickets::CancelShow;

/// A buyer pays for two tickets of one seller. Answers with both, and the order.
async fn buys(world: &TestSystem) -> (Person, Person, OrderId) {
    let (ann, ben) = (world.person("ann").await, world.person("ben").await);
    let (_, tickets) = world.offers(&ann, 2, 4999).await;
    let order = world.holds(&ben, &tickets).await.expect("they are free");
    world.pays(&ben, order.id, "pm_card_visa").await.expect("the card is good");
    world.expect_order(&ben, order.id, OrderState::Complete).await;
    (ann, ben, order.id)
}

/// Fails unless these are the mails of a purchase: one to the buyer and one to the seller.
fn expect_purchase(mails: &[String], order: OrderId) {
    let [to_buyer, to_seller] = mails else { panic!("there are {}: {mails:?}", mails.len()) };
    for part in ["To: ben@example.org", "Subject: Your tickets for The Tempest", "Globe, London", "£99.98, all in"] {
        assert!(to_buyer.contains(part), "{part}: {to_buyer}");
    }
    assert!(to_buyer.contains("Thursday, 24 December 2026, 19:30 (Europe/London)"), "{to_buyer}");
    assert!(to_buyer.contains(&format!("http://localhost:8080/orders/{order}")), "{to_buyer}");
    for part in ["To: ann@example.org", "Subject: Sold: 2 tickets for The Tempest", "Seat 2", "Price: £99.98"] {
        assert!(to_seller.contains(part), "{part}: {to_seller}");
    }
    assert!(!to_seller.contains("ben@"), "nobody learns another's address: {to_seller}");
}

#[tokio::test]
async fn buyer_and_seller_of_a_ticket_each_get_one_mail() {
    let world = TestSystem::new().await;

    let (_, _, order) = buys(&world).await;

    let mut mails = world.mails(2).await;
    mails.sort_by_key(|mail| mail.contains("To: ann@"));
    expect_purchase(&mails, order);
    world.advance(3600).await;
    assert_eq!(world.mails(2).await.len(), 2);
    world.assert_consistent().await;
}

#[tokio::test]
async fn news_that_comes_twice_late_and_in_disorder_makes_no_second_mail() {
    for seed in 0..4 {
        let (world, _) = TestSystem::faulty(seed).await;

        let (_, _, order) = buys(&world).await;

        let mut mails = world.mails(2).await;
        mails.sort_by_key(|mail| mail.contains("To: ann@"));
        expect_purchase(&mails, order);
        world.assert_consistent().await;
    }
}

#[tokio::test]
async fn whoever_is_declined_is_told_why_each_time() {
    let world = TestSystem::new().await;
    let (ann, ben) = (world.person("ann").await, world.person("ben").await);
    let (_, tickets) = world.offers(&ann, 1, 1000).await;
    let order = world.holds(&ben, &tickets).await.expect("it is free");

    for (count, reason) in [(1, "there is not enough money on it"), (2, "there is not enough money on it")] {
        let declined = world.pays(&ben, order.id, "pm_card_chargeDeclinedInsufficientFunds").await;
        declined.expect_err("the bank says no");
        let mails = world.mails(count).await;

        assert_eq!(mails.len(), count, "{mails:?}");
        for mail in &mails {
            assert!(mail.contains("To: ben@example.org") && mail.contains(reason), "{mail}");
            assert!(mail.contains("Nothing was taken") && mail.contains(&order.id.to_string()), "{mail}");
        }
    }
}

/// The subjects of what one person got, sorted.
fn subjects(mails: &[String], name: &str) -> Vec<String> {
    let theirs = mails.iter().filter(|mail| mail.contains(&format!("To: {name}@example.org")));
    let subject = |mail: &String| mail.lines().find_map(|line| line.strip_prefix("Subject: ")).map(str::to_owned);
    let mut subjects: Vec<String> = theirs.map(|mail| subject(mail).expect("it has one")).collect();
    subjects.sort();
    subjects
}

#[tokio::test]
async fn the_end_of_a_cancelled_show_is_told_to_who_paid_who_held_and_who_sells() {
    let world = TestSystem::new().await;
    let (ann, ben, cem) = (world.person("ann").await, world.person("ben").await, world.person("cem").await);
    let (show, tickets) = world.offers(&ann, 2, 1000).await;
    let paid = world.holds(&ben, &tickets[..1]).await.expect("it is free");
    world.pays(&ben, paid.id, "pm_card_visa").await.expect("the card is good");
    world.expect_order(&ben, paid.id, OrderState::Complete).await;
    world.holds(&cem, &tickets[1..]).await.expect("it is free");

    world.call(&ann, CancelShow { id: show.show.id }).await.expect("it is hers");

    let mails = world.mails(7).await;
    let cancelled = "Cancelled: The Tempest";
    assert_eq!(subjects(&mails, "cem"), [cancelled]);
    assert_eq!(subjects(&mails, "ann"), [cancelled, cancelled, "Sold: a ticket for The Tempest"]);
    let of_ben = subjects(&mails, "ben");
    // The amount has a £ in it, so that subject is encoded.
    assert!(of_ben.len() == 3 && of_ben.iter().any(|subject| subject == cancelled), "{of_ben:?}");
    let says = |text: &str| mails.iter().filter(|mail| mail.contains(text)).count();
    assert_eq!((says("Your money, £10.00, is on its way back"), says("We have given you £10.00 back")), (1, 1));
    assert_eq!(says("You are charged nothing."), 1);
}

#[tokio::test]
async fn a_buyer_whose_seller_gives_the_money_back_is_told_so() {
    let world = TestSystem::new().await;
    let (ann, ben) = (world.person("ann").await, world.person("ben").await);
    let (_, tickets) = world.offers(&ann, 1, 1000).await;
    let order = world.holds(&ben, &tickets).await.expect("it is free");
    world.pays(&ben, order.id, "pm_card_visa").await.expect("the card is good");
    world.expect_order(&ben, order.id, OrderState::Complete).await;

    world.call(&ann, RefundSale { ticket_id: tickets[0].id }).await.expect("it is hers");

    let mails = world.mails(4).await;
    assert_eq!(subjects(&mails, "ann"), ["Sold: a ticket for The Tempest"]);
    let of_ben = subjects(&mails, "ben");
    assert!(of_ben.len() == 3 && of_ben.contains(&"Your money back for The Tempest".to_owned()), "{of_ben:?}");
}

#[tokio::test]
async fn what_was_written_before_a_restart_is_delivered_after_it() {
    let mut world = TestSystem::new().await;
    world.locks_mails(true);
    let (_, _, order) = buys(&world).await;
    assert!(world.mails(0).await.is_empty());

    world.restarts().await;
    world.locks_mails(false);
    world.advance(60).await;

    let mut mails = world.mails(2).await;
    mails.sort_by_key(|mail| mail.contains("To: ann@"));
    expect_purchase(&mails, order);
}
