//! How often somebody may try to sign in.

use shared::{Instant, Rejection};
use std::time::Duration;

/// Wrong passwords in a row that cost nothing.
const FREE: i64 = 5;
/// The longest that an account makes its next try wait.
const LONGEST: Duration = Duration::from_secs(900);

/// The wrong tries of an account since the last right one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tries {
    /// How many.
    pub wrong: i64,
    /// When the next one may be made.
    pub next_at: Instant,
}

/// Whether an account may be tried now.
pub fn may_try(tries: Tries, now: Instant) -> Result<(), Rejection> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guessing_becomes_slower_until_the_right_password() {
        let now = Instant::from_millis(0);
        let mut tries = Tries::default();
        for _ in 0..5 {
            tries = tries_after(tries, false, now);
            assert_eq!(may_try(tries, now), Ok(()));
        }
        tries = tries_after(tries, false, now);
        assert_eq!(may_try(tries, now), Err(Rejection::TooManyRequests { wait_seconds: 2 }));
        for _ in 0..50 {
            tries = tries_after(tries, false, now);
        }
        assert_eq!(tries.next_at, now + LONGEST);
        assert_eq!(may_try(tries_after(tries, true, now), now), Ok(()));
    }
}
