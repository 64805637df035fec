//! Requests that wait for the news of one aggregate: for its event from another service, or for the outcome of a step.
//!
//! Waiting only reads. It is woken by the ids that it is about, so that it costs nothing while other rows are written, and
//! looks again at [`POLL_INTERVAL`] because another process of the service may have stored the news.

use super::Store;
use crate::Error;
use shared::Instant;
use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, Semaphore};
use uuid::Uuid;

const POLL_INTERVAL: Duration = Duration::from_millis(250);
/// How far the clocks of two processes may differ.
const MAX_CLOCK_SKEW: Duration = Duration::from_secs(60);
/// After this time an event has arrived, or its service or the broker is away: waiting a moment longer does not help.
const REPLICATION_DELAY: Duration = Duration::from_secs(60);

/// Who waits for which id.
#[derive(Default)]
pub struct Waiting {
    by_id: Mutex<HashMap<Uuid, Vec<Arc<Notify>>>>,
}

impl Waiting {
    fn by_id(&self) -> MutexGuard<'_, HashMap<Uuid, Vec<Arc<Notify>>>> {
        self.by_id.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One waiting request; it is forgotten when dropped, also if the client has disconnected.
struct Waiter<'a> {
    waiting: &'a Waiting,
    ids: &'a [Uuid],
    signal: Arc<Notify>,
}

impl<'a> Waiter<'a> {
    fn new(waiting: &'a Waiting, ids: &'a [Uuid]) -> Self {
        let signal = Arc::new(Notify::new());
        let mut by_id = waiting.by_id();
        for id in ids {
            by_id.entry(*id).or_default().push(signal.clone());
        }
        Waiter { waiting, ids, signal }
    }
}

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        let mut by_id = self.waiting.by_id();
        for id in self.ids {
            if let Some(signals) = by_id.get_mut(id) {
                signals.retain(|signal| !Arc::ptr_eq(signal, &self.signal));
                if signals.is_empty() {
                    by_id.remove(id);
                }
            }
        }
    }
}

impl Store {
    /// Wakes the requests that wait for this id, after a commit that concerns it.
    pub fn wake(&self, id: Uuid) {
        for signal in self.waiting.by_id().get(&id).into_iter().flatten() {
            signal.notify_one();
        }
    }

    /// Looks until `look` finds something: at once, whenever one of `ids` is woken, and at an interval; at most until
    /// `deadline`. `None` at the deadline, and at once if no permit is left: as many requests wait as may.
    ///
    /// # Errors
    /// What `look` returns.
    pub async fn wait_for<T, Look>(
        &self,
        (ids, permits): (&[Uuid], &Semaphore),
        deadline: Instant,
        look: impl Fn() -> Look,
    ) -> Result<Option<T>, Error>
    where
        Look: Future<Output = Result<Option<T>, Error>>,
    {
        let found = look().await?;
        if found.is_some() {
            return Ok(found);
        }
        let Ok(_permit) = permits.try_acquire() else { return Ok(None) };
        let waiter = Waiter::new(&self.waiting, ids);
        loop {
            let found = look().await?;
            let now = self.environment.now();
            if found.is_some() || now >= deadline {
                return Ok(found);
            }
            tokio::select! {
                () = waiter.signal.notified() => {}
                () = self.environment.sleep_until(deadline.min(now + POLL_INTERVAL)) => {}
            }
        }
    }

    /// Whether something with this id may exist elsewhere although no event of it has arrived: the id was made a moment ago.
    /// Ids are UUIDs of version 7, which begin with the time.
    pub fn may_arrive(&self, id: Uuid) -> bool {
        let now = self.environment.now();
        let made_at = id.get_timestamp().filter(|_| id.get_version_num() == 7).map(|timestamp| {
            let (seconds, nanos) = timestamp.to_unix();
            let millis = i64::try_from(seconds).unwrap_or(i64::MAX / 1_000).saturating_mul(1_000);
            Instant::from_millis(millis.saturating_add(i64::from(nanos / 1_000_000)))
        });
        made_at.is_some_and(|made_at| made_at <= now + MAX_CLOCK_SKEW && now <= made_at + REPLICATION_DELAY)
    }
}

#[cfg(test)]
mod tests {
    use crate::services::orders::MIGRATIONS;
    use crate::store::{Databases, Store, open};
    use crate::tasks::Tasks;
    use crate::{Environment, Error};
    use shared::{Instant, Service};
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::time::Duration;
    use tempfile::TempDir;
    use tokio::sync::Semaphore;
    use uuid::Uuid;

    const NOW: Instant = Instant::from_millis(1_795_521_600_000);

    async fn store() -> (TempDir, Store) {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let (databases, environment) = (Databases::Folder(folder.path().to_owned()), Environment::simulated(1, NOW));
        let store = open(Service::Orders, &databases, MIGRATIONS, environment, &Tasks::default()).await;
        (folder, store.expect("the database opens"))
    }

    async fn commit(store: &Store) {
        store.write(store.root_cause(), |_| Box::pin(async { Ok(()) })).await.expect("the database answers");
    }

    #[tokio::test]
    async fn a_request_that_waits_is_woken_by_what_it_waits_for_and_by_nothing_else() {
        let (_folder, store) = store().await;
        let (id, other, looks) = (Uuid::from_u128(1), Uuid::from_u128(2), AtomicU32::new(0));
        let permits = Semaphore::new(1);
        let ids = [id];
        let waiting = store.wait_for((&ids, &permits), NOW + Duration::from_secs(2), || async {
            looks.fetch_add(1, Ordering::Relaxed);
            Ok::<Option<()>, Error>(None)
        });
        tokio::pin!(waiting);
        let others = async {
            for _ in 0..50 {
                commit(&store).await;
                store.wake(other);
            }
        };
        tokio::select! {
            _ = &mut waiting => panic!("nothing has arrived"),
            () = others => {}
        }
        assert_eq!(looks.load(Ordering::Relaxed), 2, "once at first, and once after it was registered");

        store.wake(id);
        tokio::select! {
            _ = &mut waiting => panic!("nothing has arrived"),
            () = commit(&store) => {}
        }
        assert_eq!(looks.load(Ordering::Relaxed), 3);

        store.environment().advance(Duration::from_secs(2));
        assert!(waiting.await.expect("the look succeeds").is_none());
        assert!(store.waiting.by_id().is_empty(), "nobody waits any more");
    }

    #[tokio::test]
    async fn only_so_many_requests_wait_at_once() {
        let (_folder, store) = store().await;
        let permits = Semaphore::new(0);

        let nothing =
            store.wait_for((&[], &permits), NOW + Duration::from_secs(2), || async { Ok::<Option<()>, Error>(None) });

        assert!(nothing.await.expect("the look succeeds").is_none(), "the clock stands still, so it did not wait");
    }

    #[tokio::test]
    async fn an_id_that_was_not_made_a_moment_ago_is_not_waited_for() {
        let (_folder, store) = store().await;
        let made_now = store.environment().new_id();
        assert!(store.may_arrive(made_now) && !store.may_arrive(Uuid::from_u128(42)));

        store.environment().advance(Duration::from_secs(61));
        assert!(!store.may_arrive(made_now));

        let clock_ahead = Environment::simulated(2, NOW + Duration::from_secs(3600));
        assert!(!store.may_arrive(clock_ahead.new_id()));
    }
}
