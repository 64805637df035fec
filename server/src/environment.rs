//! Time, ids and randomness: the real ones, or ones that a test steers. Nothing else reads a clock or rolls rng.

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
    Real,
    Simulated(watch::Sender<Instant>),
}

struct Rng {
    random: StdRng,
    last_id_at: i64,
    ids_in_that_moment: u16,
}

impl Environment {
    /// The machine's clock and randomness.
    pub fn real() -> Self {
        Environment::new(Clock::Real, StdRng::from_os_rng())
    }

    /// A clock that stands still until [`Environment::passes`], and randomness that repeats with the seed.
    pub fn simulated(seed: u64, start: Instant) -> Self {
        Environment::new(Clock::Simulated(watch::Sender::new(start)), StdRng::seed_from_u64(seed))
    }

    fn new(clock: Clock, random: StdRng) -> Self {
        let rng = Rng { random, last_id_at: 0, ids_in_that_moment: 0 };
        Environment { clock, rng: Arc::new(Mutex::new(rng)) }
    }

    /// What time it is.
    pub fn now(&self) -> Instant {
        match &self.clock {
            Clock::Real => {
                let since_epoch = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
                Instant::from_millis(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
            }
            Clock::Simulated(time) => *time.borrow(),
        }
    }

    /// Lets time pass on a simulated clock.
    ///
    /// # Panics
    /// If the clock is the real one.
    pub fn advance(&self, duration: Duration) {
        match &self.clock {
            Clock::Real => panic!("the real clock cannot be simulated"),
            Clock::Simulated(time) => time.send_modify(|now| *now = *now + duration),
        }
    }

    /// Waits until that moment has come.
    pub async fn sleep_until(&self, moment: Instant) {
        match &self.clock {
            Clock::Real => tokio::time::sleep(moment.since(self.now())).await,
            Clock::Simulated(time) => {
                let reached = time.subscribe().wait_for(|now| *now >= moment).await.map(drop);
                reached.expect("this environment holds the sender");
            }
        }
    }

    /// A new UUID v7: ids made here sort by the order in which they were made.
    pub fn new_id(&self) -> Uuid {
        let now = self.now().millis();
        let mut rng = self.rng.lock().unwrap_or_else(PoisonError::into_inner);
        if now > rng.last_id_at {
            (rng.last_id_at, rng.ids_in_that_moment) = (now, 0);
        } else if rng.ids_in_that_moment == 0xfff {
            // Twelve bits are full: borrow the next millisecond (RFC 9562 §6.2).
            (rng.last_id_at, rng.ids_in_that_moment) = (rng.last_id_at + 1, 0);
        } else {
            rng.ids_in_that_moment += 1;
        }
        let mut bytes = [0; 10];
        rng.random.fill_bytes(&mut bytes[2..]);
        bytes[..2].copy_from_slice(&rng.ids_in_that_moment.to_be_bytes());
        Builder::from_unix_timestamp_millis(u64::try_from(rng.last_id_at).unwrap_or(0), &bytes).into_uuid()
    }

    /// Random bytes, good enough for secrets.
    pub fn random_bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.rng.lock().unwrap_or_else(PoisonError::into_inner).random.fill_bytes(&mut bytes);
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_the_order_in_which_they_were_made() {
        let environment = Environment::simulated(1, Instant::from_millis(1_000));
        let ids: Vec<Uuid> = (0..10_000).map(|_| environment.new_id()).collect();
        assert!(ids.is_sorted() && ids.iter().all(|id| id.get_version_num() == 7));
        assert_eq!(ids.iter().collect::<std::collections::HashSet<_>>().len(), ids.len());
    }
}
