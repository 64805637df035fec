//! Who a session belongs to, kept in memory for a moment: every request of a signed-in person asks for it.
//!
//! This is sound only where `auth` runs in one process, since a session that another process ends would live on here. So it is used
//! only with the in-process bus.

use crate::{Environment, Error};
use quick_cache::sync::Cache;
use shared::auth::User;
use shared::{Instant, UserId};
use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// How long an identity is known without a look at the database.
const LIFETIME: Duration = Duration::from_secs(2);
/// How long nothing is remembered of a person whose sessions change. A read that began before the change has expired by then, also
/// if the client that asked for the change is gone and only the commit still comes.
const SUSPENSION: Duration = Duration::from_secs(10);
/// About 3 MB. People who are active within two seconds fit.
const CAPACITY: usize = 10_000;
/// Suspensions share this many slots, so that their memory stays the same. Two in one slot only read the database together.
const SLOTS: usize = 4_096;

/// Whose identity a change concerns.
#[derive(Clone, Copy, Hash)]
pub enum Changed<'a> {
    /// The session with this hash of its token.
    Session(&'a str),
    /// All sessions of a person.
    User(UserId),
}

/// What a session was worth when it was read.
#[derive(Clone)]
struct Identity {
    user: User,
    read_at: Instant,
    session_ends_at: Instant,
}

/// The identities of the sessions that were used last.
pub struct Identities {
    /// `None` where other processes may end sessions.
    known: Option<Cache<String, Identity>>,
    /// Until when each slot is suspended, in milliseconds since the epoch.
    suspended: Box<[AtomicI64]>,
    hasher: RandomState,
    environment: Environment,
}

impl Identities {
    /// Remembers nothing unless `only_process` runs `auth`.
    pub fn new(only_process: bool, environment: Environment) -> Self {
        Identities {
            known: only_process.then(|| Cache::new(CAPACITY)),
            suspended: (0..SLOTS).map(|_| AtomicI64::new(i64::MIN)).collect(),
            hasher: RandomState::new(),
            environment,
        }
    }

    /// The owner of a session that was read a moment ago.
    pub fn find(&self, token_hash: &str) -> Option<User> {
        let (identity, now) = (self.known.as_ref()?.get(token_hash)?, self.environment.now());
        let current = identity.read_at <= now && now < identity.read_at + LIFETIME && now < identity.session_ends_at;
        let changed = [Changed::Session(token_hash), Changed::User(identity.user.id)];
        (current && !changed.into_iter().any(|changed| self.is_suspended(changed))).then_some(identity.user)
    }

    /// Remembers what a read that began at `read_at` has found.
    pub fn remember(&self, token_hash: String, user: User, read_at: Instant, session_ends_at: Instant) {
        if let Some(known) = &self.known {
            known.insert(token_hash, Identity { user, read_at, session_ends_at });
        }
    }

    /// Runs a write that changes identities. They are suspended before it, in case the client that waits for the write goes away, and
    /// after it, in case the write waits for long.
    pub async fn during<T>(
        &self,
        changed: Option<Changed<'_>>,
        write: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        changed.inspect(|changed| self.suspend(*changed));
        let outcome = write.await;
        changed.inspect(|changed| self.suspend(*changed));
        outcome
    }

    /// From now on the database is read again, until no earlier read can be remembered.
    pub fn suspend(&self, changed: Changed) {
        let until = self.environment.now() + SUSPENSION;
        self.slot(changed).fetch_max(until.millis(), Ordering::SeqCst);
    }

    fn is_suspended(&self, changed: Changed) -> bool {
        self.environment.now().millis() < self.slot(changed).load(Ordering::SeqCst)
    }

    fn slot(&self, changed: Changed) -> &AtomicI64 {
        let index = self.hasher.hash_one(changed) % SLOTS as u64;
        &self.suspended[usize::try_from(index).unwrap_or(0)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::value::Email;

    fn setting(only_process: bool) -> (Environment, Identities, User) {
        let environment = Environment::simulated(1, Instant::from_millis(1_000_000));
        let email = Email::try_from("ann@example.org".to_owned()).expect("an address");
        let user = User { id: UserId::new(environment.new_id()), email, verified: true };
        (environment.clone(), Identities::new(only_process, environment), user)
    }

    #[test]
    fn an_identity_is_known_for_two_seconds_and_not_beyond_its_session() {
        let (environment, identities, user) = setting(true);
        let now = environment.now();
        identities.remember("long".to_owned(), user.clone(), now, now + Duration::from_secs(60));
        identities.remember("short".to_owned(), user.clone(), now, now + Duration::from_secs(1));

        assert_eq!((identities.find("long"), identities.find("other")), (Some(user.clone()), None));
        environment.advance(Duration::from_secs(1));
        assert_eq!((identities.find("long"), identities.find("short")), (Some(user), None));
        environment.advance(LIFETIME - Duration::from_secs(1));
        assert_eq!(identities.find("long"), None);
    }

    #[tokio::test]
    async fn a_read_that_began_before_a_change_is_not_believed_after_it() {
        let (environment, identities, user) = setting(true);
        let (read_at, end) = (environment.now(), environment.now() + Duration::from_secs(60));

        for (token_hash, changed) in [("user", Changed::User(user.id)), ("token", Changed::Session("token"))] {
            let write = async {
                // Another request has read the session before the commit, and remembers it now.
                identities.remember(token_hash.to_owned(), user.clone(), read_at, end);
                Ok(())
            };
            identities.during(Some(changed), write).await.expect("it is written");
            assert_eq!(identities.find(token_hash), None, "{token_hash}");
        }
        environment.advance(SUSPENSION);
        assert_eq!((identities.find("user"), identities.find("token")), (None, None));
    }

    #[test]
    fn nothing_is_remembered_where_other_processes_may_end_sessions() {
        let (environment, identities, user) = setting(false);

        identities.remember("a".to_owned(), user, environment.now(), environment.now() + LIFETIME);

        assert_eq!(identities.find("a"), None);
    }
}
