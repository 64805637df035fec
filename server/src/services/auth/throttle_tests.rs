//! Guesses and mails are slowed down, and nobody is locked out by the guesses of others.

use super::test_site::{DAY, ELSEWHERE, HOME, OTHER, RIGHT, TestAuth, password, refused};
use shared::Rejection;
use shared::auth::{CloseAccount, ListSecurityEvents, SecurityEventKind};
use std::time::Duration;

#[tokio::test]
async fn guesses_by_signing_up_are_throttled_like_those_by_signing_in() {
    let site = TestAuth::new().await;
    for guess in 0..6 {
        site.sign_up("ann", &format!("password number {guess}")).await.expect("not yet");
    }

    assert!(matches!(refused(site.sign_up("ann", RIGHT).await), Rejection::TooManyRequests { .. }));
    assert!(matches!(refused(site.sign_in(HOME, "ann", RIGHT, None).await), Rejection::TooManyRequests { .. }));
    assert_eq!(site.count("users").await, 6);
}

#[tokio::test]
async fn an_address_has_a_bounded_number_of_accounts() {
    let site = TestAuth::new().await;
    for number in 0..20 {
        site.wait(DAY);
        site.sign_up("ann", &format!("password number {number}")).await.expect("there is room");
    }

    site.wait(DAY);
    assert!(matches!(refused(site.sign_up("ann", OTHER).await), Rejection::TooManyRequests { .. }));
    site.wait(DAY);
    site.sign_in(HOME, "ann", "password number 19", None).await.expect("they all remain");
    assert_eq!(site.count("users").await, 20);
}

#[tokio::test]
async fn wrong_passwords_of_others_lock_nobody_out() {
    let site = TestAuth::new().await;
    let owner = site.owner("ann").await;
    for network in [HOME, ELSEWHERE] {
        while !matches!(refused(site.sign_in(network, "ann", OTHER, None).await), Rejection::TooManyRequests { .. }) {}
    }

    assert!(matches!(refused(site.sign_in(HOME, "ann", RIGHT, None).await), Rejection::TooManyRequests { .. }));
    site.sign_in(HOME, "ann", RIGHT, Some(owner.device.clone())).await.expect("this browser is known");
    site.sign_in("203.0.113.9", "ann", RIGHT, None).await.expect("this network has failed nothing");
    let stranger = site.sign_up("eve", RIGHT).await.expect("the address is new").device;
    let with_own_proof = site.sign_in(HOME, "ann", RIGHT, Some(stranger)).await;
    assert!(matches!(refused(with_own_proof), Rejection::TooManyRequests { .. }), "a proof is for one account");
    site.wait(DAY);
    site.sign_in(HOME, "ann", RIGHT, None).await.expect("the delay is over");
}

#[tokio::test]
async fn another_account_of_the_address_helps_nobody_to_guess_its_owners_password() {
    let site = TestAuth::new().await;
    site.owner("ann").await;
    site.wait(DAY);
    let decoy = site.sign_up("ann", OTHER).await.expect("it looks like any other sign-up").device;
    let mut guesses = 0;
    while refused(site.sign_in(HOME, "ann", &format!("guess number {guesses}"), None).await)
        == Rejection::WrongCredentials
    {
        guesses += 1;
        assert!(guesses < 20, "nothing delays the guesses");
        // A right password in between, which may be delayed as well.
        drop(site.sign_in(HOME, "ann", OTHER, None).await);
    }

    let with_proof = site.sign_in(HOME, "ann", RIGHT, Some(decoy.clone())).await;
    assert_eq!(refused(with_proof), Rejection::WrongCredentials, "the proof is for the other account alone");
    let signed_in = site.sign_in(HOME, "ann", OTHER, Some(decoy)).await.expect("and that account is not delayed");
    let events =
        site.auth.clone().list_security_events(site.caller(HOME, Some(&signed_in.user)), ListSecurityEvents {});
    let events = events.await.expect("they are its own");
    assert!(events.iter().all(|event| event.kind != SecurityEventKind::SignInFailed), "it does not learn of the owner");
}

#[tokio::test]
async fn accounts_that_are_closed_at_once_do_not_flood_an_address() {
    let site = TestAuth::new().await;
    let mut mailed = 0;
    for _ in 0..20 {
        // After the longest delay.
        site.wait(Duration::from_secs(901));
        let signed_in = site.sign_up("ann", RIGHT).await.expect("the address is free");
        mailed += site.count("mails").await;
        let close = CloseAccount { password: password(RIGHT) };
        site.auth.clone().close_account(site.caller(HOME, Some(&signed_in.user)), close).await.expect("it is hers");
    }
    assert_eq!(mailed, 5);
}

#[tokio::test]
async fn a_network_that_tries_many_addresses_is_slowed_down() {
    let site = TestAuth::new().await;
    let mut attempts = 0;
    while refused(site.sign_in(HOME, &format!("name{attempts}"), OTHER, None).await) == Rejection::WrongCredentials {
        attempts += 1;
        assert!(attempts < 200, "it is never slowed down");
    }
    assert_eq!(refused(site.sign_in(ELSEWHERE, "name1", OTHER, None).await), Rejection::WrongCredentials);
}
