//! How long rows are kept, and how those that are over are deleted: by an index, in small commits of their own.

use super::Store;
use crate::Error;
use crate::tasks::sleep;
use sea_orm::ConnectionTrait;
use shared::Instant;
use std::time::Duration;

/// How many rows one commit deletes: a few milliseconds in which no other write waits.
const BATCH: u64 = 500;
/// The pause between two such commits, in which other writes have their turn.
const BATCH_DELAY: Duration = Duration::from_millis(50);

/// How long the rows of a table are kept once they are over.
#[derive(Clone, Copy, Debug)]
pub struct Retention {
    pub table: &'static str,
    /// The columns of its primary key.
    pub key: &'static str,
    /// Which rows are over, in SQL that both databases understand. They are over since `since`, which an index finds.
    pub is_over: &'static str,
    /// The column with the instant since which a row is over.
    pub since: &'static str,
    pub life: Duration,
}

/// The tables that every service has. `inbox_versions` is not among them: an event of any age may be published again, and must
/// be recognised as old.
pub const PLUMBING: &[Retention] = &[
    Retention {
        table: "outbox",
        key: "seq",
        is_over: "published_at is not null and not exists (select 1 from outbox_deferred where outbox_deferred.seq = outbox.seq)",
        since: "published_at",
        // As long as the broker keeps it, so that it can be published again after the broker lost it.
        life: Duration::from_secs(30 * 24 * 3600),
    },
    Retention {
        table: "inbox",
        key: "id",
        is_over: "next_try_at is null",
        since: "received_at",
        // No bus delivers an event again after that.
        life: Duration::from_secs(30 * 24 * 3600),
    },
    Retention {
        table: "idempotency",
        key: "person, request, key",
        is_over: "true",
        since: "created_at",
        // Nobody repeats a request after a week; Stripe forgets keys after a day.
        life: Duration::from_secs(7 * 24 * 3600),
    },
];

impl Retention {
    /// Deletes at most [`BATCH`] rows.
    pub fn statement(&self, now: Instant) -> String {
        let Retention { table, key, is_over, since, .. } = self;
        let before = (now - self.life).millis();
        format!(
            "delete from {table} where ({key}) in (select {key} from {table} where {is_over} and {since} < {before} \
             order by {since} limit {BATCH})"
        )
    }
}

impl Store {
    /// Deletes all rows that are over, in as many commits as that takes. Returns how many rows, and in how many commits.
    ///
    /// # Errors
    /// If the database is away; what was deleted until then stays deleted.
    pub async fn prune(&self, retentions: &[Retention]) -> Result<(u64, u64), Error> {
        let (mut rows, mut commits) = (0, 0);
        for retention in PLUMBING.iter().chain(retentions) {
            loop {
                let statement = retention.statement(self.environment().now());
                let delete = self.write(self.root_cause(), move |tx| {
                    Box::pin(async move { Ok(tx.db().execute_unprepared(&statement).await?.rows_affected()) })
                });
                let deleted = delete.await?;
                (rows, commits) = (rows + deleted, commits + 1);
                if deleted < BATCH {
                    break;
                }
                sleep(BATCH_DELAY).await;
            }
        }
        Ok((rows, commits))
    }
}
