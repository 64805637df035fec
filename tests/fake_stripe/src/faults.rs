//! Faults between Stripe and its caller, chosen by the test or at random.

use rand::{Rng, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// How many steps may wait for a test that observes them one by one.
const MAX_WAITING_STEPS: usize = 64;

/// How one POST fails: before its effect at Stripe, or after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// No fault: lets one request of a queue succeed.
    None,
    /// An error before the effect.
    ErrorBefore {
        /// The status of the response.
        status: u16,
        /// Whether it is stored under the idempotency key, so that a retry gets it again.
        kept: bool,
    },
    /// An error after the effect.
    ErrorAfter {
        /// The status of the response.
        status: u16,
        /// Whether it is stored under the idempotency key, so that a retry gets it again.
        kept: bool,
    },
    /// The effect, then no response for this long, then a closed connection.
    SilentAfter(Duration),
    /// A delay before the effect and the response. The caller may have closed the connection by then.
    SlowBefore(Duration),
    /// The connection is closed before the effect.
    CutBefore,
    /// The connection is closed after the effect, without a response.
    CutAfter,
    /// Status 429 with `lock_timeout`, before the effect. A retry succeeds.
    TooManyRequests,
}

impl Fault {
    /// An error before the effect; a retry succeeds.
    pub const ERROR_BEFORE: Fault = Fault::ErrorBefore { status: 500, kept: false };
    /// An error after the effect; a retry gets the real response.
    pub const ERROR_AFTER: Fault = Fault::ErrorAfter { status: 500, kept: false };
    /// A timeout after the effect.
    pub const SILENT_AFTER: Fault = Fault::SilentAfter(Duration::from_secs(30));
}

/// When a step is observed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// The idempotency key is reserved, and there is no effect yet.
    Before,
    /// The effect and the response are stored, and the response is not sent yet.
    After,
}

/// A request that waits for the test. It proceeds when this value is dropped.
#[derive(Debug)]
pub struct Step {
    /// The path, such as `/v1/payment_intents/pi_1/confirm`.
    pub path: String,
    pub moment: Moment,
    _held: oneshot::Sender<()>,
}

impl Step {
    /// Lets the request proceed.
    pub fn resume(self) {}
}

/// The faults that a test has chosen.
pub struct Script {
    queue: Vec<(String, Fault)>,
    chance: f64,
    choices: Vec<Fault>,
    rng: StdRng,
    observer: Option<(String, mpsc::Sender<Step>)>,
}

impl Script {
    /// Nothing goes wrong; chance, if there is any, comes from the seed.
    pub(crate) fn new(seed: u64) -> Script {
        let rng = StdRng::seed_from_u64(seed);
        Script { queue: Vec::new(), chance: 0.0, choices: Vec::new(), rng, observer: None }
    }

    /// Fails the next POST whose path has this end. Faults of the same path happen in the order of the calls.
    pub fn next(&mut self, path_end: &str, fault: Fault) {
        self.queue.push((path_end.to_owned(), fault));
    }

    /// Fails every POST with this probability, in one of these ways.
    pub fn by_chance(&mut self, probability: f64, choices: &[Fault]) {
        (self.chance, self.choices) = (probability.clamp(0.0, 1.0), choices.to_vec());
    }

    /// Ends all faults and the observation.
    pub fn clear(&mut self) {
        self.queue.clear();
        self.choices.clear();
        self.observer = None;
    }

    /// Pauses every POST whose path has this end, before and after its effect, until its step is dropped. Requests that are
    /// replayed or refused by their key have no effect and are not paused.
    pub fn observe(&mut self, path_end: &str) -> mpsc::Receiver<Step> {
        let (sender, steps) = mpsc::channel(MAX_WAITING_STEPS);
        self.observer = Some((path_end.to_owned(), sender));
        steps
    }

    /// Chooses the fault for a request.
    pub(crate) fn decide(&mut self, path: &str) -> Fault {
        if let Some(place) = self.queue.iter().position(|(end, _)| path.ends_with(end.as_str())) {
            return self.queue.remove(place).1;
        }
        if self.choices.is_empty() || !self.rng.random_bool(self.chance) {
            return Fault::None;
        }
        self.choices.choose(&mut self.rng).copied().unwrap_or(Fault::None)
    }

    /// The observer of a request, if there is one.
    pub(crate) fn observer(&self, path: &str) -> Option<mpsc::Sender<Step>> {
        let (_, sender) = self.observer.as_ref().filter(|(end, _)| path.ends_with(end.as_str()))?;
        Some(sender.clone())
    }
}

/// Sends a step to the observer, and waits until it is dropped.
pub async fn pause(observer: Option<&mpsc::Sender<Step>>, path: &str, moment: Moment) {
    let Some(observer) = observer else { return };
    let (held, released) = oneshot::channel();
    let step = Step { path: path.to_owned(), moment, _held: held };
    if observer.send(step).await.is_ok() {
        // Nothing is ever sent: dropping the step closes the channel.
        let _ = released.await;
    }
}
