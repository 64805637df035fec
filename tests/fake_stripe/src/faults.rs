//! What goes wrong between Stripe and its caller, as the test wants it or by chance.

use rand::{Rng, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// How many steps may wait for a test that looks at them one by one.
const STEPS_WAITING: usize = 64;

/// How one POST goes wrong. What is done "before" has no effect at Stripe, what is done "after" does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Not at all: takes a place in the queue.
    None,
    /// An error of this status without an effect; `kept` under the idempotency key, or the next attempt is done.
    ErrorBefore {
        /// The status of the answer.
        status: u16,
        /// Whether the next attempt gets the same answer.
        kept: bool,
    },
    /// An error of this status after the effect. Unless it is `kept`, the next attempt gets the true answer.
    ErrorAfter {
        /// The status of the answer.
        status: u16,
        /// Whether the next attempt gets the same answer.
        kept: bool,
    },
    /// The effect, then silence for so long, then a cut connection.
    SilentAfter(Duration),
    /// The effect and the answer so late. The caller may have hung up; it is done all the same.
    SlowBefore(Duration),
    /// The connection is cut without an answer or an effect.
    CutBefore,
    /// The effect, and the connection is cut without an answer.
    CutAfter,
    /// Status 429 with `lock_timeout`; no effect, and not kept.
    TooManyRequests,
}

impl Fault {
    /// The usual error before the effect: the next attempt is done.
    pub const ERROR_BEFORE: Fault = Fault::ErrorBefore { status: 500, kept: false };
    /// The usual error after the effect: the next attempt gets the true answer.
    pub const ERROR_AFTER: Fault = Fault::ErrorAfter { status: 500, kept: false };
    /// The usual silence after the effect.
    pub const SILENT_AFTER: Fault = Fault::SilentAfter(Duration::from_secs(30));
}

/// Where a request is when the test is told of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Its key is taken, nothing is done.
    Before,
    /// It is done and kept under its key, nothing is answered.
    After,
}

/// A request that waits for the test: it goes on when this is dropped.
#[derive(Debug)]
pub struct Step {
    /// Its path, such as `/v1/payment_intents/pi_1/confirm`.
    pub path: String,
    /// Whether it has had its effect.
    pub moment: Moment,
    _held: oneshot::Sender<()>,
}

impl Step {
    /// Lets the request go on.
    pub fn goes_on(self) {}
}

/// What is to go wrong.
pub struct Script {
    queue: Vec<(String, Fault)>,
    chance: f64,
    choices: Vec<Fault>,
    dice: StdRng,
    observer: Option<(String, mpsc::Sender<Step>)>,
}

impl Script {
    /// Nothing goes wrong; chance, if there is any, comes from the seed.
    pub(crate) fn new(seed: u64) -> Script {
        let dice = StdRng::seed_from_u64(seed);
        Script { queue: Vec::new(), chance: 0.0, choices: Vec::new(), dice, observer: None }
    }

    /// Lets the next POST go wrong whose path ends so, after those that were asked for before.
    pub fn next(&mut self, path_end: &str, fault: Fault) {
        self.queue.push((path_end.to_owned(), fault));
    }

    /// Lets a POST go wrong with this probability, in one of these ways.
    pub fn by_chance(&mut self, probability: f64, choices: &[Fault]) {
        (self.chance, self.choices) = (probability.clamp(0.0, 1.0), choices.to_vec());
    }

    /// Nothing goes wrong any more, and nobody looks.
    pub fn clear(&mut self) {
        self.queue.clear();
        self.choices.clear();
        self.observer = None;
    }

    /// Tells of every POST whose path ends so, before and after its effect, and holds it until the step is dropped.
    /// What is replayed or refused by its key has no effect and is not told.
    pub fn observe(&mut self, path_end: &str) -> mpsc::Receiver<Step> {
        let (sender, steps) = mpsc::channel(STEPS_WAITING);
        self.observer = Some((path_end.to_owned(), sender));
        steps
    }

    /// Decides about a request.
    pub(crate) fn decide(&mut self, path: &str) -> Fault {
        if let Some(place) = self.queue.iter().position(|(end, _)| path.ends_with(end.as_str())) {
            return self.queue.remove(place).1;
        }
        if self.choices.is_empty() || !self.dice.random_bool(self.chance) {
            return Fault::None;
        }
        self.choices.choose(&mut self.dice).copied().unwrap_or(Fault::None)
    }

    /// Who is to be told of a request.
    pub(crate) fn observer(&self, path: &str) -> Option<mpsc::Sender<Step>> {
        let (_, sender) = self.observer.as_ref().filter(|(end, _)| path.ends_with(end.as_str()))?;
        Some(sender.clone())
    }
}

/// Tells the observer, and waits until it lets the request go on.
pub async fn pause(observer: Option<&mpsc::Sender<Step>>, path: &str, moment: Moment) {
    let Some(observer) = observer else { return };
    let (held, released) = oneshot::channel();
    let step = Step { path: path.to_owned(), moment, _held: held };
    if observer.send(step).await.is_ok() {
        // Nothing is ever sent: the end of the step is the go-ahead.
        let _ = released.await;
    }
}
