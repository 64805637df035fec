//! Money: what sellers get, what goes back, and what Stripe and we say of it.

mod faults;
mod sales;
mod secrets;
mod stripe;
mod webhooks;

use crate::site::{Person, Site};
use fake_stripe::{Delivery, Endpoint, FakeStripe, Settings};
use serde_json::Value;
use std::time::Duration;

/// What Stripe and the site know of each other.
pub const SECRET_KEY: &str = "sk_test_51Tickets";
pub const WEBHOOK_SECRET: &str = "whsec_51Tickets";
pub const PUBLISHABLE_KEY: &str = "pk_test_51Tickets";

/// How long anything may take to come about.
const WITHIN: Duration = Duration::from_secs(20);

/// A site that is paid through a fake of Stripe, which tells it what happens.
pub async fn site_with_stripe(more: &[(&'static str, &str)]) -> (Site, FakeStripe) {
    let fake = FakeStripe::start(Settings::default()).await.expect("a port is free");
    let base = fake.url().to_owned();
    let mut variables = vec![
        ("STRIPE_SECRET_KEY", SECRET_KEY),
        ("STRIPE_WEBHOOK_SECRET", WEBHOOK_SECRET),
        ("STRIPE_PUBLISHABLE_KEY", PUBLISHABLE_KEY),
        ("STRIPE_API_BASE", base.as_str()),
    ];
    variables.extend(more);
    let site = Site::with(&variables).await;
    fake.delivers(Some(endpoint(&site)), Delivery::On);
    (site, fake)
}

/// Where a site hears of Stripe.
pub fn endpoint(site: &Site) -> Endpoint {
    Endpoint { url: format!("{}/webhooks/stripe", site.url()), secret: WEBHOOK_SECRET.to_owned() }
}

/// Holds a ticket; the order's id.
pub async fn held(buyer: &Person, ticket: &str) -> String {
    let order = buyer.holds(ticket).await.expect("the site is up");
    order.json()["id"].as_str().expect("it is free").to_owned()
}

/// Waits until an order is in that state, and gives it.
pub async fn order_is(buyer: &Person, order: &str, state: &str) -> Value {
    let path = format!("/api/orders/{order}");
    let there = async {
        loop {
            let order = buyer.get(&path).await;
            if order["state"] == state {
                return order;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    match tokio::time::timeout(WITHIN, there).await {
        Ok(order) => order,
        Err(_) => panic!("it does not become {state}: {}", buyer.get(&path).await),
    }
}

/// Waits until everything is at rest, and fails if anything is wrong then.
pub async fn rests(site: &Site, within: Duration) -> String {
    let rest = async {
        loop {
            let (clean, report) = site.audit().await;
            if report.contains("is at rest") {
                assert!(clean, "{report}");
                return report;
            }
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
    };
    match tokio::time::timeout(within, rest).await {
        Ok(report) => report,
        Err(_) => panic!("it does not come to rest: {}", site.audit().await.1),
    }
}
