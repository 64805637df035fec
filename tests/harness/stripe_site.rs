//! A site whose payment gateway is the fake Stripe.

use super::site::Site;
use fake_stripe::{Delivery, Endpoint, FakeStripe, Settings};

pub const SECRET_KEY: &str = "sk_test_51Tickets";
pub const WEBHOOK_SECRET: &str = "whsec_51Tickets";
pub const PUBLISHABLE_KEY: &str = "pk_test_51Tickets";

/// Starts a site with a fake Stripe that sends its webhooks to the site.
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
    fake.set_delivery(Some(endpoint(&site)), Delivery::On);
    (site, fake)
}

/// Where a site receives webhooks.
pub fn endpoint(site: &Site) -> Endpoint {
    Endpoint { url: format!("{}/webhooks/stripe", site.url()), secret: WEBHOOK_SECRET.to_owned() }
}
