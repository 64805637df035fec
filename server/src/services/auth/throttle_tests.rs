//! Guesses and mails are slowed down, and nobody is locked out by the guesses of others.

use super::schema::mails::MailKind;
use super::test_site::{DAY, ELSEWHERE, HOME, OTHER, RIGHT, TestAuth, email, password, refused};
use shared::Rejection;
use shared::auth::{ChangeEmail, ChangePassword, CloseAccount, ForgotPassword, ListSecurityEvents, SecurityEventKind};
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

#[tokio::test]
async fn a_network_that_asks_for_links_of_many_addresses_is_slowed_down() {
    let site = TestAuth::new().await;
    let ask = async |network: &str, name: &str| {
        site.auth.clone().forgot_password(site.caller(network, None), ForgotPassword { email: email(name) }).await
    };
    let mut links = 0;
    while ask(HOME, &format!("name{links}")).await.is_ok() {
        links += 1;
        assert!(links < 1_500, "it is never slowed down");
    }

    assert!(links >= 1_000, "a hall full of people may share a network: {links}");
    assert!(matches!(refused(ask(HOME, "another").await), Rejection::TooManyRequests { .. }));
    assert!(matches!(refused(site.sign_up("another", OTHER).await), Rejection::TooManyRequests { .. }));
    ask(ELSEWHERE, "another").await.expect("another network is not slowed down");
    assert_eq!(refused(site.sign_in(HOME, "another", OTHER, None).await), Rejection::WrongCredentials);
}

/// Strangers ask for a new password every two minutes until the address of `ann` receives no further mail: its limits for the hour
/// and for the day are reached.
async fn use_up_mails(site: &TestAuth) {
    for _ in 0..5 * 30 {
        site.wait(Duration::from_secs(120));
        site.forgot("ann").await;
    }
    let before = site.count("mails").await;
    site.wait(Duration::from_secs(120));
    site.forgot("ann").await;
    assert_eq!(site.count("mails").await, before, "the mails are not used up");
}

#[tokio::test]
async fn mails_that_others_cause_do_not_keep_the_owner_from_being_warned() {
    let site = TestAuth::new().await;
    let owner = site.owner("ann").await;
    site.wait(DAY);
    use_up_mails(&site).await;
    let caller = site.caller(HOME, Some(&owner.user));

    site.sign_up("ann", OTHER).await.expect("it looks like any other sign-up");
    let change = ChangePassword { current: password(RIGHT), password: password("a third password") };
    site.auth.clone().change_password(caller.clone(), change).await.expect("the password is right");
    site.wait(Duration::from_secs(1));
    let change = ChangeEmail { password: password("a third password"), email: email("anna") };
    site.auth.clone().change_email(caller, change).await.expect("the password is right");
    site.verify(site.newest_token().await).await.expect("the link is valid");

    let told = site.kinds().await;
    for warning in [MailKind::AddressTried, MailKind::PasswordChanged, MailKind::EmailChanged] {
        let to_ann = (warning, Some("ann@example.org".to_owned()));
        assert_eq!(told.iter().filter(|mail| **mail == to_ann).count(), 1, "{warning}: {told:?}");
    }
}

#[tokio::test]
async fn others_who_ask_for_new_passwords_do_not_keep_the_owner_from_setting_one() {
    let site = TestAuth::new().await;
    site.owner("ann").await;
    site.wait(DAY);
    for press in 0..30 * 30 {
        site.wait(Duration::from_secs(120));
        site.forgot("ann").await;
        if press % 10 == 0 {
            let newest_at = site.mails().await.last().expect("there are mails").created_at.0;
            let age = site.environment.now().since(newest_at);
            assert!(age < Duration::from_secs(3600), "the newest link does not work any more: {age:?}");
        }
    }

    let day_ago = site.environment.now() - DAY;
    let in_a_day = site.mails().await.iter().filter(|mail| mail.created_at.0 > day_ago).count();
    assert!(in_a_day <= 25, "the mails are not limited: {in_a_day} in a day");
    use_up_mails(&site).await;
    site.reset(site.newest_token().await, OTHER).await.expect("the link is valid");
    site.sign_in(ELSEWHERE, "ann", OTHER, None).await.expect("the password is hers");
    // The links have ended with the old password, and she may forget the new one at once.
    site.wait(Duration::from_secs(120));
    site.forgot("ann").await;
    site.reset(site.newest_token().await, RIGHT).await.expect("the link is valid");
}
