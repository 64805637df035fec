//! Time, ids and randomness: the real ones, or ones that a test steers. Nothing else reads a clock or rolls dice.

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
    dice: Arc<Mutex<Dice>>,
}

#[derive(Clone)]
enum Clock {
    Real,
    Steered(watch::Sender<Instant>),
}

struct Dice {
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
    pub fn steered(seed: u64, start: Instant) -> Self {
        Environment::new(Clock::Steered(watch::Sender::new(start)), StdRng::seed_from_u64(seed))
    }

    fn new(clock: Clock, random: StdRng) -> Self {
        let dice = Dice { random, last_id_at: 0, ids_in_that_moment: 0 };
        Environment { clock, dice: Arc::new(Mutex::new(dice)) }
    }

    /// What time it is.
    pub fn now(&self) -> Instant {
        match &self.clock {
            Clock::Real => {
                let since_epoch = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
                Instant::from_millis(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
            }
            Clock::Steered(time) => *time.borrow(),
        }
    }

    /// Lets time pass on a steered clock.
    ///
    /// # Panics
    /// If the clock is the real one.
    pub fn passes(&self, duration: Duration) {
        match &self.clock {
            Clock::Real => panic!("the real clock cannot be steered"),
            Clock::Steered(time) => time.send_modify(|now| *now = *now + duration),
        }
    }

    /// Waits until that moment has come.
    pub async fn sleep_until(&self, moment: Instant) {
        match &self.clock {
            Clock::Real => tokio::time::sleep(moment.since(self.now())).await,
            Clock::Steered(time) => {
                let reached = time.subscribe().wait_for(|now| *now >= moment).await.map(drop);
                reached.expect("this environment holds the sender");
            }
        }
    }

    /// A new UUID v7: ids made here sort by the order in which they were made.
    pub fn new_id(&self) -> Uuid {
        let now = self.now().millis();
        let mut dice = self.dice.lock().unwrap_or_else(PoisonError::into_inner);
        if now > dice.last_id_at {
            (dice.last_id_at, dice.ids_in_that_moment) = (now, 0);
        } else if dice.ids_in_that_moment == 0xfff {
            // Twelve bits are full: borrow the next millisecond (RFC 9562 §6.2).
            (dice.last_id_at, dice.ids_in_that_moment) = (dice.last_id_at + 1, 0);
        } else {
            dice.ids_in_that_moment += 1;
        }
        let mut bytes = [0; 10];
        dice.random.fill_bytes(&mut bytes[2..]);
        bytes[..2].copy_from_slice(&dice.ids_in_that_moment.to_be_bytes());
        Builder::from_unix_timestamp_millis(u64::try_from(dice.last_id_at).unwrap_or(0), &bytes).into_uuid()
    }

    /// Random bytes, good enough for secrets.
    pub fn random_bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.dice.lock().unwrap_or_else(PoisonError::into_inner).random.fill_bytes(&mut bytes);
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_the_order_in_which_they_were_made() {
        let environment = Environment::steered(1, Instant::from_millis(1_000));
        let ids: Vec<Uuid> = (0..10_000).map(|_| environment.new_id()).collect();
        assert!(ids.is_sorted() && ids.iter().all(|id| id.get_version_num() == 7));
        assert_eq!(ids.iter().collect::<std::collections::HashSet<_>>().len(), ids.len());
    }
}
