//! How long a client of a feed waits before it tries again: soon after a short interruption, ever more rarely where the site is
//! away or has no room, and never in step with the other clients.

use std::time::Duration;

const FIRST_DELAY: Duration = Duration::from_millis(500);
/// Short enough that a client is up to date two seconds after its network is back.
const SHORT_DELAY: Duration = Duration::from_millis(1_500);
/// The attempts of the first ten seconds and more: after this many, it is no short interruption.
const SHORT_ATTEMPTS: u32 = 16;
/// The first delay after the site answered that it serves no feed now.
const REFUSED_DELAY: Duration = Duration::from_secs(2);
const MAX_DELAY: Duration = Duration::from_secs(30);
/// From this delay on, a client loads what it shows whenever it tries again, so that it falls behind by at most one delay.
const POLLING_DELAY: Duration = Duration::from_secs(8);

/// How a feed ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The connection broke, fell silent, or was not made.
    Broken,
    /// The site answered, but not with a feed.
    Refused,
}

/// The failures since the last update.
#[derive(Default)]
pub struct Backoff {
    broken: u32,
    refused: u32,
}

impl Backoff {
    pub fn reset(&mut self) {
        *self = Backoff::default();
    }

    /// How long to wait after a feed ended, and whether to poll then. `random` is from 0 to 1.
    pub fn next(&mut self, end: End, random: f64) -> (Duration, bool) {
        let longest = match end {
            End::Broken => {
                self.broken += 1;
                if self.broken <= SHORT_ATTEMPTS {
                    doubled(FIRST_DELAY, self.broken - 1).min(SHORT_DELAY)
                } else {
                    doubled(SHORT_DELAY, self.broken - SHORT_ATTEMPTS)
                }
            }
            End::Refused => {
                self.refused += 1;
                doubled(REFUSED_DELAY, self.refused - 1)
            }
        };
        (longest.mul_f64(0.5 + random.clamp(0.0, 1.0) / 2.0), longest >= POLLING_DELAY)
    }
}

fn doubled(delay: Duration, times: u32) -> Duration {
    delay.saturating_mul(1 << times.min(10)).min(MAX_DELAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_ten_seconds_without_a_network_the_next_attempt_is_soon() {
        for random in [0.0, 0.5, 1.0] {
            let (mut backoff, mut waited) = (Backoff::default(), Duration::ZERO);
            while waited < Duration::from_secs(10) {
                let (delay, poll) = backoff.next(End::Broken, random);
                assert!(delay <= SHORT_DELAY && !poll, "{delay:?} after {waited:?}");
                waited += delay;
            }
        }
    }

    #[test]
    fn a_site_that_stays_away_is_tried_ever_more_rarely() {
        let mut backoff = Backoff::default();
        let last = (0..100).map(|_| backoff.next(End::Broken, 1.0)).last();
        assert_eq!(last, Some((MAX_DELAY, true)));

        backoff.reset();
        assert_eq!(backoff.next(End::Broken, 1.0), (FIRST_DELAY, false));
    }

    #[test]
    fn a_client_without_a_slot_polls_at_a_bounded_rate_and_not_in_step_with_others() {
        let mut backoff = Backoff::default();
        let delays: Vec<_> = (0..6).map(|_| backoff.next(End::Refused, 0.0)).collect();

        assert!(
            !delays[0].1 && delays[2..].iter().all(|(delay, poll)| *poll && *delay >= POLLING_DELAY / 2),
            "{delays:?}"
        );
        assert_ne!(backoff.next(End::Refused, 0.0), backoff.next(End::Refused, 1.0));
    }
}
