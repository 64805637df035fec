//! Sends events to the server under test, signed like Stripe's.

use crate::Clock;
use hmac::{Hmac, Mac};
use rand::{Rng, SeedableRng, rngs::StdRng};
use serde_json::Value;
use sha2::Sha256;
use std::time::Duration;
use tokio::task::JoinSet;

/// How often an event is sent until the receiver accepts it, and the delay after the first failure, which doubles.
const MAX_ATTEMPTS: u32 = 8;
const RETRY_DELAY: Duration = Duration::from_millis(50);
/// How long the receiver may take to respond.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(10);
/// How many copies of an event [`Delivery::Chaos`] sends at most, and how late.
const MAX_COPIES: u32 = 3;
const MAX_DELAY_MILLIS: u64 = 500;

/// How events are sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Delivery {
    #[default]
    Off,
    /// Immediately, in the background.
    On,
    /// One to three times each, up to half a second late, in any order.
    Chaos,
}

/// Where events go.
#[derive(Clone, Debug)]
pub struct Endpoint {
    pub url: String,
    /// The signing secret: `whsec_…`.
    pub secret: String,
}

/// The header `Stripe-Signature` for a body sent at an instant (docs.stripe.com/webhooks#verify-manually).
pub fn sign(secret: &str, timestamp: i64, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key for HMAC can have any length");
    mac.update(format!("{timestamp}.{body}").as_bytes());
    let code: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={timestamp},v1={code}")
}

pub struct Sender {
    pub endpoint: Option<Endpoint>,
    pub delivery: Delivery,
    rng: StdRng,
    in_flight: JoinSet<()>,
}

impl Sender {
    pub fn new(endpoint: Option<Endpoint>, delivery: Delivery, seed: u64) -> Sender {
        Sender { endpoint, delivery, rng: StdRng::seed_from_u64(seed), in_flight: JoinSet::new() }
    }

    /// Sends an event in the background, as often and as late as configured. Without an endpoint, sends nothing.
    pub fn send(&mut self, event: &Value, clock: &Clock) {
        let Some(endpoint) = &self.endpoint else { return };
        let copies = match self.delivery {
            Delivery::Off => 0,
            Delivery::On => 1,
            Delivery::Chaos => self.rng.random_range(1..=MAX_COPIES),
        };
        while self.in_flight.try_join_next().is_some() {}
        for _ in 0..copies {
            let late = if self.delivery == Delivery::Chaos { self.rng.random_range(0..=MAX_DELAY_MILLIS) } else { 0 };
            let (endpoint, body, clock) = (endpoint.clone(), event.to_string(), clock.clone());
            self.in_flight.spawn(async move {
                tokio::time::sleep(Duration::from_millis(late)).await;
                for attempt in 0..MAX_ATTEMPTS {
                    if post(&endpoint, &body, clock()).await.is_some_and(|status| (200..300).contains(&status)) {
                        return;
                    }
                    tokio::time::sleep(RETRY_DELAY * 2_u32.pow(attempt)).await;
                }
            });
        }
    }
}

/// Sends a body once. Returns the status of the response, if there is one.
pub async fn post(endpoint: &Endpoint, body: &str, timestamp: i64) -> Option<u16> {
    let client = reqwest::Client::builder().no_proxy().build().ok()?;
    let request = client
        .post(&endpoint.url)
        .timeout(RESPONSE_TIMEOUT)
        .header("Content-Type", "application/json; charset=utf-8")
        .header("Stripe-Signature", sign(&endpoint.secret, timestamp, body))
        .body(body.to_owned());
    request.send().await.ok().map(|answer| answer.status().as_u16())
}
