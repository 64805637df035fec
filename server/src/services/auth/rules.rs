//! When a password may be tried again, how long things live, and when a mail is sent, retried or given up.

use sha2::{Digest, Sha256};
use shared::value::Email;
use shared::{Instant, Rejection};
use std::time::Duration;

pub const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// A session ends when it is not used for this long,
pub const SESSION_IDLE_LIFETIME: Duration = Duration::from_secs(30 * 24 * 3600);
/// and at the latest this long after it was started (OWASP ASVS 5.0, 7.3.2).
const SESSION_LIFETIME: Duration = Duration::from_secs(180 * 24 * 3600);
/// How often the use of a session is written at most.
pub const TOUCH_INTERVAL: Duration = HOUR;
/// How long a browser that has signed in is remembered.
pub const DEVICE_LIFETIME: Duration = Duration::from_secs(365 * 24 * 3600);
pub const SECURITY_EVENT_LIFETIME: Duration = Duration::from_secs(90 * 24 * 3600);
pub const ATTEMPT_LIFETIME: Duration = DAY;
/// Longer than [`MAX_MAIL_AGE`]: a repeated event of that age writes no mail, so a forgotten key does no harm.
pub const MAIL_LIFETIME: Duration = Duration::from_secs(30 * 24 * 3600);
/// How many accounts an address may have. Only one can be verified, so nobody needs a second one.
pub const MAX_ACCOUNTS_PER_ADDRESS: u64 = 20;
/// How long a sign-up waits when there are that many.
pub const TOO_MANY_ACCOUNTS_WAIT: Duration = HOUR;
/// How many mails about accounts go to an address at most, and in which time. Not counted as too many: warnings to the owner, and a
/// link for a new password while the owner has none that works.
pub const MAIL_LIMITS: [(u64, Duration); 2] = [(5, HOUR), (20, DAY)];
/// How often the owner of an address is told that somebody else tries to use it.
pub const NOTICE_INTERVAL: Duration = DAY;

/// Wrong passwords in a row that cause no delay.
const FREE_FAILURES: i64 = 5;
const MAX_SIGN_IN_DELAY: Duration = Duration::from_secs(900);
/// Failures of one network over all accounts that cause no delay. Many people may share an address.
const FREE_NETWORK_FAILURES: i64 = 100;
/// Accounts created and links asked for by one network that cause no delay: a hall full of people may share an address.
const FREE_VISITS: i64 = 1000;
/// One failure of a network is forgiven in this time.
const FORGIVENESS_INTERVAL: Duration = Duration::from_secs(60);

/// Mails about older changes are neither written nor retried.
const MAX_MAIL_AGE: Duration = Duration::from_secs(3 * 24 * 3600);
/// The delay before the second attempt; doubles with each attempt, up to [`MAX_RETRY_DELAY`].
const FIRST_RETRY_DELAY: Duration = Duration::from_secs(30);
const MAX_RETRY_DELAY: Duration = Duration::from_secs(300);

/// When a session ends that was used just now.
pub fn session_end(started_at: Instant, used_at: Instant) -> Instant {
    (used_at + SESSION_IDLE_LIFETIME).min(started_at + SESSION_LIFETIME)
}

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::EnumString, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum LinkKind {
    /// Verifies the address of an account.
    VerifyEmail,
    /// Sets a new password.
    ResetPassword,
    /// Gives an account a new address.
    ChangeEmail,
}

pub fn link_lifetime(kind: LinkKind) -> Duration {
    match kind {
        LinkKind::VerifyEmail => DAY,
        LinkKind::ResetPassword | LinkKind::ChangeEmail => HOUR,
    }
}

/// What failed attempts are counted for. Nobody but the attacker is ever counted for an attacker's failures: there is no counter
/// for an account alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Counter {
    /// The accounts of an address, tried from a network.
    AddressAndNetwork { email: Email, network: String },
    /// All accounts, tried from a network.
    Network(String),
    /// Accounts created and links asked for, from a network. Whether the address has an account makes no difference.
    Visits(String),
    /// A browser that has signed in before, by the hash of its proof.
    Device(String),
    /// The own password of a person who is signed in.
    Person(String),
    /// Mails that went to an address and were deleted with their account.
    MailsTo(String),
}

impl Counter {
    /// Hashed, since an address may belong to a person without an account.
    pub fn key(&self) -> String {
        let parts = match self {
            Counter::AddressAndNetwork { email, network } => ["address", email.as_str(), network],
            Counter::Network(network) => ["network", network, ""],
            Counter::Visits(network) => ["visits", network, ""],
            Counter::Device(token_hash) => ["device", token_hash, ""],
            Counter::Person(id) => ["person", id, ""],
            Counter::MailsTo(address) => ["mails", address, ""],
        };
        hex::encode(Sha256::digest(parts.join("\n")))
    }

    /// The attempts after one more.
    pub fn record(&self, attempts: Attempts, success: bool, now: Instant) -> Attempts {
        match self {
            Counter::Network(_) => record_of_network(attempts, success, FREE_NETWORK_FAILURES, now),
            Counter::Visits(_) => record_of_network(attempts, success, FREE_VISITS, now),
            _ => record_of_account(attempts, success, now),
        }
    }
}

/// Failed attempts to prove a password.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Attempts {
    pub failures: i64,
    /// No attempt is accepted before this instant.
    pub next_at: Instant,
    pub failed_at: Instant,
}

/// Rejects an attempt that comes too soon after failed ones.
pub fn throttle(attempts: Attempts, now: Instant) -> Result<(), Rejection> {
    let wait = attempts.next_at.since(now);
    if wait.is_zero() {
        return Ok(());
    }
    Err(Rejection::TooManyRequests { wait_seconds: whole_seconds(wait) })
}

pub fn whole_seconds(wait: Duration) -> u64 {
    u64::try_from(wait.as_millis().div_ceil(1000)).unwrap_or(u64::MAX)
}

/// Each failure beyond the free ones doubles the delay, a success resets it.
fn record_of_account(attempts: Attempts, success: bool, now: Instant) -> Attempts {
    if success {
        return Attempts::default();
    }
    let failures = attempts.failures + 1;
    let doublings = u32::try_from((failures - FREE_FAILURES).clamp(0, 12)).unwrap_or(0);
    let delay =
        if doublings == 0 { Duration::ZERO } else { Duration::from_secs(1 << doublings).min(MAX_SIGN_IN_DELAY) };
    Attempts { failures, next_at: now + delay, failed_at: now }
}

/// A success forgives nothing: an attacker may sign in to an own account in between.
fn record_of_network(attempts: Attempts, success: bool, free: i64, now: Instant) -> Attempts {
    if success {
        return attempts;
    }
    let forgiven = now.since(attempts.failed_at).as_secs() / FORGIVENESS_INTERVAL.as_secs();
    let failures = (attempts.failures - i64::try_from(forgiven).unwrap_or(i64::MAX)).max(0) + 1;
    let delay = if failures > free { FORGIVENESS_INTERVAL } else { Duration::ZERO };
    Attempts { failures, next_at: now + delay, failed_at: now }
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

    fn email() -> Email {
        Email::try_from("ann@example.org".to_owned()).expect("an address")
    }

    #[test]
    fn wrong_passwords_delay_further_attempts_until_a_right_one() {
        let now = Instant::from_millis(0);
        let counter = Counter::AddressAndNetwork { email: email(), network: String::new() };
        let mut attempts = Attempts::default();
        for _ in 0..5 {
            attempts = counter.record(attempts, false, now);
            assert_eq!(throttle(attempts, now), Ok(()));
        }
        attempts = counter.record(attempts, false, now);
        assert_eq!(throttle(attempts, now), Err(Rejection::TooManyRequests { wait_seconds: 2 }));
        for _ in 0..50 {
            attempts = counter.record(attempts, false, now);
        }
        assert_eq!(attempts.next_at, now + MAX_SIGN_IN_DELAY);
        assert_eq!(throttle(counter.record(attempts, true, now), now), Ok(()));
    }

    #[test]
    fn a_network_is_slowed_down_but_never_locked_out() {
        let mut now = Instant::from_millis(0);
        let counter = Counter::Network("192.0.2.1".to_owned());
        let mut attempts = Attempts::default();
        for _ in 0..FREE_NETWORK_FAILURES {
            attempts = counter.record(attempts, false, now);
            assert_eq!(throttle(attempts, now), Ok(()));
        }
        attempts = counter.record(counter.record(attempts, false, now), true, now);
        assert_eq!(throttle(attempts, now), Err(Rejection::TooManyRequests { wait_seconds: 60 }));
        now = now + FORGIVENESS_INTERVAL;
        assert_eq!(throttle(attempts, now), Ok(()));
        now = now + DAY;
        assert_eq!(counter.record(attempts, false, now).failures, 1);
    }

    #[test]
    fn counters_of_different_things_have_different_keys_without_addresses() {
        let counters = [
            Counter::AddressAndNetwork { email: email(), network: "a".to_owned() },
            Counter::AddressAndNetwork { email: email(), network: "b".to_owned() },
            Counter::Network("a".to_owned()),
            Counter::Visits("a".to_owned()),
            Counter::MailsTo("a".to_owned()),
            Counter::Device("a".to_owned()),
            Counter::Person("a".to_owned()),
        ];
        let keys: std::collections::HashSet<String> = counters.iter().map(Counter::key).collect();
        assert_eq!(keys.len(), counters.len());
        assert!(keys.iter().all(|key| !key.contains("example")));
    }

    #[test]
    fn a_session_ends_when_it_is_idle_and_after_half_a_year_in_any_case() {
        let start = Instant::from_millis(0);
        assert_eq!(session_end(start, start), start + 30 * DAY);
        assert_eq!(session_end(start, start + 100 * DAY), start + 130 * DAY);
        assert_eq!(session_end(start, start + 170 * DAY), start + 180 * DAY);
    }

    #[test]
    fn a_started_second_counts_as_a_whole_one() {
        let attempts = Attempts { failures: 6, next_at: Instant::from_millis(1_001), failed_at: Instant::default() };
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
