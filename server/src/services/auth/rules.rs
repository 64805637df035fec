//! When an account may be tried again after wrong passwords, and when a mail is retried or given up.

use shared::{Instant, Rejection};
use std::time::Duration;

/// Wrong passwords in a row that cause no delay.
const FREE_FAILURES: i64 = 5;
const MAX_SIGN_IN_DELAY: Duration = Duration::from_secs(900);

/// Mails about older changes are neither written nor retried.
const MAX_MAIL_AGE: Duration = Duration::from_secs(3 * 24 * 3600);
/// The delay before the second attempt; doubles with each attempt, up to [`MAX_RETRY_DELAY`].
const FIRST_RETRY_DELAY: Duration = Duration::from_secs(30);
const MAX_RETRY_DELAY: Duration = Duration::from_secs(300);

/// The failed attempts to sign in to an account since the last successful one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SignInAttempts {
    pub failures: i64,
    /// No attempt is accepted before this instant.
    pub next_at: Instant,
}

/// Rejects an attempt to sign in that comes too soon after failed ones.
pub fn throttle(attempts: SignInAttempts, now: Instant) -> Result<(), Rejection> {
    let wait = attempts.next_at.since(now);
    if wait.is_zero() {
        return Ok(());
    }
    let wait_seconds = u64::try_from(wait.as_millis().div_ceil(1000)).unwrap_or(u64::MAX);
    Err(Rejection::TooManyRequests { wait_seconds })
}

/// The attempts after one more: each failure beyond the free ones doubles the delay, a success resets it.
pub fn record_attempt(attempts: SignInAttempts, success: bool, now: Instant) -> SignInAttempts {
    if success {
        return SignInAttempts::default();
    }
    let failures = attempts.failures + 1;
    let doublings = u32::try_from((failures - FREE_FAILURES).clamp(0, 12)).unwrap_or(0);
    let delay =
        if doublings == 0 { Duration::ZERO } else { Duration::from_secs(1 << doublings).min(MAX_SIGN_IN_DELAY) };
    SignInAttempts { failures, next_at: now + delay }
}

/// Whether a change is recent enough for a mail about it.
pub fn is_worth_mailing(changed_at: Instant, now: Instant) -> bool {
    now.since(changed_at) <= MAX_MAIL_AGE
}

/// The delay before the next attempt to deliver a mail.
pub fn mail_retry_delay(attempts: i64) -> Duration {
    let doublings = u32::try_from((attempts - 1).clamp(0, 10)).unwrap_or(0);
    (FIRST_RETRY_DELAY * 2_u32.pow(doublings)).min(MAX_RETRY_DELAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_passwords_delay_further_attempts_until_a_right_one() {
        let now = Instant::from_millis(0);
        let mut attempts = SignInAttempts::default();
        for _ in 0..5 {
            attempts = record_attempt(attempts, false, now);
            assert_eq!(throttle(attempts, now), Ok(()));
        }
        attempts = record_attempt(attempts, false, now);
        assert_eq!(throttle(attempts, now), Err(Rejection::TooManyRequests { wait_seconds: 2 }));
        for _ in 0..50 {
            attempts = record_attempt(attempts, false, now);
        }
        assert_eq!(attempts.next_at, now + MAX_SIGN_IN_DELAY);
        assert_eq!(throttle(record_attempt(attempts, true, now), now), Ok(()));
    }

    #[test]
    fn a_started_second_counts_as_a_whole_one() {
        let attempts = SignInAttempts { failures: 6, next_at: Instant::from_millis(1_001) };
        let wait = |now| throttle(attempts, Instant::from_millis(now));

        assert_eq!(wait(0), Err(Rejection::TooManyRequests { wait_seconds: 2 }));
        assert_eq!(wait(1_000), Err(Rejection::TooManyRequests { wait_seconds: 1 }));
        assert_eq!(wait(1_001), Ok(()));
    }

    #[test]
    fn delays_between_attempts_to_deliver_a_mail_grow_to_a_few_minutes() {
        let delays: Vec<u64> = (1..=6).map(|attempts| mail_retry_delay(attempts).as_secs()).collect();
        assert_eq!(delays, [30, 60, 120, 240, 300, 300]);
        assert_eq!(mail_retry_delay(i64::MAX), MAX_RETRY_DELAY);
    }

    #[test]
    fn a_change_of_days_ago_is_not_worth_a_mail() {
        let changed_at = Instant::from_millis(0);
        assert!(is_worth_mailing(changed_at, changed_at + MAX_MAIL_AGE));
        assert!(!is_worth_mailing(changed_at, changed_at + MAX_MAIL_AGE + Duration::from_millis(1)));
    }
}
