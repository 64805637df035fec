//! What must not be seen, in all that is written while people pay and things go wrong.

use super::{PUBLISHABLE_KEY, SECRET_KEY, WEBHOOK_SECRET, endpoint, held, order_is, site_with_stripe};
use crate::site::Site;
use fake_stripe::Fault;
use reqwest::{Client, Method};

#[tokio::test]
async fn a_secret_is_in_no_log_however_much_is_logged() {
    let (mut site, fake) = site_with_stripe(&[("RUST_LOG", "trace")]).await;
    let (ann, ben) = (site.person("ann").await, site.person("ben").await);
    let tickets = ann.lists(&ann.announces("Secret").await, 3).await;
    for (ticket, card) in tickets.iter().zip(["pm_card_visa", "pm_card_chargeDeclined"]) {
        let order = held(&ben, ticket).await;
        ben.pays(&order, card).await.expect("the site is up");
    }
    fake.script().by_chance(1.0, &[Fault::ERROR_BEFORE]);
    let unclear = held(&ben, &tickets[2]).await;
    ben.pays(&unclear, "pm_card_visa").await.expect("the site is up");
    fake.script().clear();
    order_is(&ben, &unclear, "complete").await;
    let forged = Client::new().post(endpoint(&site).url).header("stripe-signature", "t=1,v1=00").body("{}");
    forged.send().await.expect("the site is up");
    ben.send(Method::GET, "/account.csv", None).await.expect("the site is up");
    site.kill().await;

    let log = site.log();
    assert!(log.contains("the gateway will be asked again"), "it was logged what went wrong");
    let token = ben.cookie.split_once('=').expect("a cookie has a value").1;
    for secret in [SECRET_KEY, WEBHOOK_SECRET, token, "a password of hers", "_secret_"] {
        let line = log.lines().find(|line| line.contains(secret));
        assert!(line.is_none(), "{secret} is in the log: {line:?}");
    }
}

#[tokio::test]
async fn a_setting_that_is_wrong_is_named_and_not_shown() {
    let site = Site::new().await;
    let all = [
        ("STRIPE_SECRET_KEY", SECRET_KEY),
        ("STRIPE_WEBHOOK_SECRET", WEBHOOK_SECRET),
        ("STRIPE_PUBLISHABLE_KEY", PUBLISHABLE_KEY),
    ];
    for (missing, _) in all {
        let mut command = site.command(None);
        command.envs(all.iter().filter(|(name, _)| *name != missing).copied()).env("PORT", "0");
        let output = command.stderr(std::process::Stdio::piped()).output().await.expect("it can be started");

        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains(missing) && said.trim().lines().count() == 1, "{said}");
        assert!(!said.contains("51Tickets"), "{said}");
    }
}
