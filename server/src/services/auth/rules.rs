//! How often somebody may try to sign in, and how often a mail is tried.

use shared::{Instant, Rejection};
use std::time::Duration;

/// Wrong passwords in a row that cost nothing.
const FREE: i64 = 5;
/// The longest that an account makes its next try wait.
const LONGEST: Duration = Duration::from_secs(900);

/// How long something is news, and so how long a mail that tells it is tried.
const NEWS: Duration = Duration::from_secs(3 * 24 * 3600);
/// How long a mail waits for its second try; each further pause is twice as long, up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_secs(30);
/// How long a mail waits at most.
const LONGEST_PAUSE: Duration = Duration::from_secs(300);

/// The wrong tries of an account since the last right one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tries {
    /// How many.
    pub wrong: i64,
    /// When the next one may be made.
    pub next_at: Instant,
}

/// Whether an account may be tried now.
pub fn throttle(tries: Tries, now: Instant) -> Result<(), Rejection> {
    match tries.next_at.since(now).as_millis() {
        0 => Ok(()),
        wait => {
            Err(Rejection::TooManyRequests { wait_seconds: u64::try_from(wait.div_ceil(1000)).unwrap_or(u64::MAX) })
        }
    }
}

/// The tries after one more: each wrong one beyond the free ones doubles the wait.
pub fn tries_after(tries: Tries, right: bool, now: Instant) -> Tries {
    if right {
        return Tries::default();
    }
    let wrong = tries.wrong + 1;
    let doubled = u32::try_from((wrong - FREE).clamp(0, 12)).unwrap_or(0);
    let wait = if doubled == 0 { Duration::ZERO } else { Duration::from_secs(1 << doubled).min(LONGEST) };
    Tries { wrong, next_at: now + wait }
}

/// Whether what happened then is still worth a mail.
pub fn is_recent(happened_at: Instant, now: Instant) -> bool {
    now.since(happened_at) <= NEWS
}

/// How long a mail waits after having been tried so often.
pub fn pause_after(attempts: i64) -> Duration {
    let doubled = u32::try_from((attempts - 1).clamp(0, 10)).unwrap_or(0);
    (FIRST_PAUSE * 2_u32.pow(doubled)).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guessing_becomes_slower_until_the_right_password() {
        let now = Instant::from_millis(0);
        let mut tries = Tries::default();
        for _ in 0..5 {
            tries = tries_after(tries, false, now);
            assert_eq!(throttle(tries, now), Ok(()));
        }
        tries = tries_after(tries, false, now);
        assert_eq!(throttle(tries, now), Err(Rejection::TooManyRequests { wait_seconds: 2 }));
        for _ in 0..50 {
            tries = tries_after(tries, false, now);
        }
        assert_eq!(tries.next_at, now + LONGEST);
        assert_eq!(throttle(tries_after(tries, true, now), now), Ok(()));
    }
    #[test]
    fn pauses_between_tries_of_a_mail_grow_to_a_few_minutes() {
        let pauses: Vec<u64> = (1..=6).map(|attempts| pause_after(attempts).as_secs()).collect();
        assert_eq!(pauses, [30, 60, 120, 240, 300, 300]);
        assert_eq!(pause_after(i64::MAX), LONGEST_PAUSE);
    }

    #[test]
    fn what_happened_days_ago_is_no_news() {
        let happened = Instant::from_millis(0);
        assert!(is_recent(happened, happened + NEWS));
        assert!(!is_recent(happened, happened + NEWS + Duration::from_millis(1)));
    }
}
