//! Events on their way to the server under test, signed as Stripe signs them.

use crate::Clock;
use hmac::{Hmac, Mac};
use rand::{Rng, SeedableRng, rngs::StdRng};
use serde_json::Value;
use sha2::Sha256;
use std::time::Duration;
use tokio::task::JoinSet;

/// How often one event is tried until it is taken, and the pause after the first failure, which doubles.
const TRIES: u32 = 8;
const PAUSE_FIRST: Duration = Duration::from_millis(50);
/// How long the receiver may think about one.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);
/// The chaos: how many copies at most, and how late at most, in milliseconds.
const COPIES: u32 = 3;
const DELAY_MS: u64 = 500;

/// How events are sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Delivery {
    /// Not at all.
    #[default]
    Off,
    /// At once, in the background.
    On,
    /// One to three times each, up to half a second late, in any order.
    Chaos,
}

/// Where events go.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// The whole address.
    pub url: String,
    /// What they are signed with: `whsec_…`.
    pub secret: String,
}

/// The header `Stripe-Signature` for a body sent at an instant (docs.stripe.com/webhooks#verify-manually).
pub fn sign(secret: &str, timestamp: i64, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key for HMAC can have any length");
    mac.update(format!("{timestamp}.{body}").as_bytes());
    let code: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={timestamp},v1={code}")
}

/// Sends events.
pub struct Sender {
    /// Where to.
    pub endpoint: Option<Endpoint>,
    /// How.
    pub delivery: Delivery,
    dice: StdRng,
    under_way: JoinSet<()>,
}

impl Sender {
    /// Sends nothing without an endpoint.
    pub fn new(endpoint: Option<Endpoint>, delivery: Delivery, seed: u64) -> Sender {
        Sender { endpoint, delivery, dice: StdRng::seed_from_u64(seed), under_way: JoinSet::new() }
    }

    /// Sends one in the background, as often and as late as it is configured.
    pub fn send(&mut self, event: &Value, clock: &Clock) {
        let Some(endpoint) = &self.endpoint else { return };
        let copies = match self.delivery {
            Delivery::Off => 0,
            Delivery::On => 1,
            Delivery::Chaos => self.dice.random_range(1..=COPIES),
        };
        while self.under_way.try_join_next().is_some() {}
        for _ in 0..copies {
            let late = if self.delivery == Delivery::Chaos { self.dice.random_range(0..=DELAY_MS) } else { 0 };
            let (endpoint, body, clock) = (endpoint.clone(), event.to_string(), clock.clone());
            self.under_way.spawn(async move {
                tokio::time::sleep(Duration::from_millis(late)).await;
                for attempt in 0..TRIES {
                    if post(&endpoint, &body, clock()).await.is_some_and(|status| (200..300).contains(&status)) {
                        return;
                    }
                    tokio::time::sleep(PAUSE_FIRST * 2_u32.pow(attempt)).await;
                }
            });
        }
    }
}

/// Sends a body once; the status of the answer, if there was one.
pub async fn post(endpoint: &Endpoint, body: &str, timestamp: i64) -> Option<u16> {
    let client = reqwest::Client::builder().no_proxy().build().ok()?;
    let request = client
        .post(&endpoint.url)
        .timeout(ANSWER_TIMEOUT)
        .header("Content-Type", "application/json; charset=utf-8")
        .header("Stripe-Signature", sign(&endpoint.secret, timestamp, body))
        .body(body.to_owned());
    request.send().await.ok().map(|answer| answer.status().as_u16())
}
