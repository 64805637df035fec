//! Runs the fake as a process, for browser tests. Variables: `PORT`, `WEBHOOK_URL`, `WEBHOOK_SECRET`, and `DELIVERY`, which is
//! `on`, `off` or `chaos`.
#![allow(clippy::disallowed_methods, reason = "this program reads its own settings")]

use fake_stripe::{Delivery, Endpoint, FakeStripe, Settings};
use std::env;
use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    let endpoint = env::var("WEBHOOK_URL")
        .ok()
        .map(|url| Endpoint { url, secret: env::var("WEBHOOK_SECRET").unwrap_or_else(|_| "whsec_fake".to_owned()) });
    let delivery = match env::var("DELIVERY").as_deref() {
        Ok("off") => Delivery::Off,
        Ok("chaos") => Delivery::Chaos,
        _ => Delivery::On,
    };
    let settings = Settings::default();
    let port = env::var("PORT").ok().and_then(|port| port.parse().ok()).unwrap_or_default();
    // Ids differ from run to run, because a server may still know those of an earlier one.
    let seed = (settings.clock)().unsigned_abs();
    match FakeStripe::start(Settings { port, endpoint, delivery, seed, ..settings }).await {
        Ok(fake) => {
            println!("fake Stripe on {}", fake.url());
            fake.run().await;
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("fake Stripe cannot listen on port {port}: {error}");
            ExitCode::FAILURE
        }
    }
}
