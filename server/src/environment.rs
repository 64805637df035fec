//! Time, ids and randomness: real, or simulated for tests. Nothing else reads a clock or generates random numbers.

use rand::{RngCore, SeedableRng, rngs::StdRng};
use shared::Instant;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};
use tokio::sync::watch;
use uuid::{Builder, Uuid};

/// Where services get the time, new ids and randomness from.
#[derive(Clone)]
pub struct Environment {
    clock: Clock,
    rng: Arc<Mutex<Rng>>,
}

#[derive(Clone)]
enum Clock {
    System,
    /// Stands still until a test advances it.
    Manual(watch::Sender<Instant>),
}

struct Rng {
    random: StdRng,
    last_id_millis: i64,
    ids_in_that_millisecond: u16,
}

impl Environment {
    /// The system's clock and randomness.
    pub fn real() -> Self {
        Environment::new(Clock::System, StdRng::from_os_rng())
    }

    /// A manual clock, moved by [`Environment::advance`], and randomness that repeats with the seed.
    pub fn simulated(seed: u64, start: Instant) -> Self {
        Environment::new(Clock::Manual(watch::Sender::new(start)), StdRng::seed_from_u64(seed))
    }

    fn new(clock: Clock, random: StdRng) -> Self {
        let rng = Rng { random, last_id_millis: 0, ids_in_that_millisecond: 0 };
        Environment { clock, rng: Arc::new(Mutex::new(rng)) }
    }

    /// The current time.
    pub fn now(&self) -> Instant {
        match &self.clock {
            Clock::System => system_time(),
            Clock::Manual(time) => *time.borrow(),
        }
    }

    /// Advances the manual clock.
    ///
    /// # Panics
    /// If the clock is the system's.
    pub fn advance(&self, duration: Duration) {
        match &self.clock {
            Clock::System => panic!("the system clock cannot be advanced"),
            Clock::Manual(time) => time.send_modify(|now| *now = *now + duration),
        }
    }

    /// Waits until `instant` on this clock.
    pub async fn sleep_until(&self, instant: Instant) {
        match &self.clock {
            Clock::System => crate::tasks::sleep(instant.since(self.now())).await,
            Clock::Manual(time) => {
                let reached = time.subscribe().wait_for(|now| *now >= instant).await.map(drop);
                reached.expect("this environment holds the sender");
            }
        }
    }

    /// A new UUID v7: ids made in this process sort in the order of their creation.
    pub fn new_id(&self) -> Uuid {
        let now = self.now().millis();
        let mut rng = self.rng.lock().unwrap_or_else(PoisonError::into_inner);
        if now > rng.last_id_millis {
            (rng.last_id_millis, rng.ids_in_that_millisecond) = (now, 0);
        } else if rng.ids_in_that_millisecond == 0xfff {
            // The counter has twelve bits. When it is full, borrow the next millisecond (RFC 9562 §6.2).
            (rng.last_id_millis, rng.ids_in_that_millisecond) = (rng.last_id_millis + 1, 0);
        } else {
            rng.ids_in_that_millisecond += 1;
        }
        let mut bytes = [0; 10];
        rng.random.fill_bytes(&mut bytes[2..]);
        bytes[..2].copy_from_slice(&rng.ids_in_that_millisecond.to_be_bytes());
        Builder::from_unix_timestamp_millis(u64::try_from(rng.last_id_millis).unwrap_or(0), &bytes).into_uuid()
    }

    /// Random bytes, cryptographically secure in the real environment.
    pub fn random_bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.rng.lock().unwrap_or_else(PoisonError::into_inner).random.fill_bytes(&mut bytes);
        bytes
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the system clock")]
fn system_time() -> Instant {
    let since_epoch = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    Instant::from_millis(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
}

/// A monotonic stopwatch for measurements. No decision may depend on it.
pub struct Stopwatch(std::time::Instant);

impl Stopwatch {
    #[expect(clippy::disallowed_methods, reason = "a measurement, on which no decision depends")]
    pub fn start() -> Self {
        Stopwatch(std::time::Instant::now())
    }

    #[expect(clippy::disallowed_methods, reason = "a measurement, on which no decision depends")]
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_in_the_order_of_their_creation() {
        let environment = Environment::simulated(1, Instant::from_millis(1_000));
        let ids: Vec<Uuid> = (0..10_000).map(|_| environment.new_id()).collect();
        assert!(ids.is_sorted() && ids.iter().all(|id| id.get_version_num() == 7));
        assert_eq!(ids.iter().collect::<std::collections::HashSet<_>>().len(), ids.len());
    }
}
