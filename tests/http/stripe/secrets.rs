//! Secrets never appear in logs or error messages.

use crate::harness::site::Site;
use crate::harness::stripe_site::{PUBLISHABLE_KEY, SECRET_KEY, WEBHOOK_SECRET, endpoint, site_with_stripe};
use fake_stripe::Fault;
use reqwest::{Client, Method};

#[tokio::test]
async fn no_log_contains_a_secret_at_any_log_level() {
    let (mut site, fake) = site_with_stripe(&[("RUST_LOG", "trace")]).await;
    let (ann, ben) = (site.sign_up_verified("ann").await, site.sign_up("ben").await);
    let tickets = ann.list_tickets(&ann.create_show("Secret").await, 3).await;
    for (ticket, card) in tickets.iter().zip(["pm_card_visa", "pm_card_chargeDeclined"]) {
        let order = ben.hold_free(ticket).await;
        ben.pay(&order, card).await.expect("the site responds");
    }
    fake.script().by_chance(1.0, &[Fault::ERROR_BEFORE]);
    let undecided = ben.hold_free(&tickets[2]).await;
    let payment = ben.pay(&undecided, "pm_card_visa").await.expect("the site responds").json()["id"].clone();
    let payment = payment.as_str().expect("it has an id").to_owned();
    fake.script().clear();
    ben.wait_for_order_state(&undecided, "complete").await;
    let forged = Client::new().post(endpoint(&site).url).header("stripe-signature", "t=1,v1=00").body("{}");
    forged.send().await.expect("the site responds");
    for download in ["/account.csv", "/account.json"] {
        ben.send(Method::GET, download, None).await.expect("the site responds");
    }
    site.kill().await;

    let log = site.log();
    let warned = log.lines().any(|line| line.contains("WARN") && line.contains(&payment));
    assert!(warned, "the failure of the gateway is logged with the payment's id");
    let cookies = ben.cookie.split("; ").filter_map(|cookie| cookie.split_once('='));
    let tokens: Vec<&str> = cookies.filter(|(name, _)| *name != "fresh").map(|(_, token)| token).collect();
    assert_eq!(tokens.len(), 2, "of the session and of the device");
    for secret in [SECRET_KEY, WEBHOOK_SECRET, "a password of hers", "_secret_"].into_iter().chain(tokens) {
        let line = log.lines().find(|line| line.contains(secret));
        assert!(line.is_none(), "{secret} is in the log: {line:?}");
    }
}

#[tokio::test]
async fn a_missing_setting_is_named_without_the_values_of_the_others() {
    let site = Site::new().await;
    let all = [
        ("STRIPE_SECRET_KEY", SECRET_KEY),
        ("STRIPE_WEBHOOK_SECRET", WEBHOOK_SECRET),
        ("STRIPE_PUBLISHABLE_KEY", PUBLISHABLE_KEY),
    ];
    for (missing, _) in all {
        let mut command = site.command(None);
        command.envs(all.iter().filter(|(name, _)| *name != missing).copied()).env("PORT", "0");
        let output = command.stderr(std::process::Stdio::piped()).output().await.expect("the program can be started");

        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            !output.status.success() && message.contains(missing) && message.trim().lines().count() == 1,
            "{message}"
        );
        assert!(!message.contains("51Tickets"), "{message}");
    }
}
