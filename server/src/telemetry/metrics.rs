//! Gauges for operators: how far behind messages are, and how many orders and payments are in each state.

use crate::Error;
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use shared::{Instant, Service};
use std::time::Duration;

/// The shortest pause between two updates of the gauges.
const MIN_PAUSE: Duration = Duration::from_secs(5);
/// Counting rows by their state reads all of them. The pause is this many times as long as the update took, so that updates take at
/// most one percent of the time.
const REST_RATIO: u32 = 99;
/// Gauges that are older say nothing.
const MAX_PAUSE: Duration = Duration::from_secs(600);

/// How far behind the messages of one service are.
#[derive(Clone, Copy, Debug)]
pub struct Backlog {
    /// Events in the outbox that are not published yet.
    pub unpublished: u64,
    /// When the oldest of them was committed.
    pub oldest_unpublished: Option<Instant>,
    /// Events in the inbox that are not handled yet, dead letters included.
    pub pending: u64,
    /// Events in the inbox whose handler failed too often.
    pub dead_letters: u64,
    /// Events that the bus has not delivered yet.
    pub undelivered: u64,
}

/// How long the gauges rest after an update that took `elapsed`.
pub fn pause_after(elapsed: Duration) -> Duration {
    (elapsed * REST_RATIO).clamp(MIN_PAUSE, MAX_PAUSE)
}

/// Sets the message gauges of a service.
pub fn set_backlog(service: Service, backlog: Backlog, now: Instant) {
    let gauge = |metric, value: f64| metrics::gauge!(metric, "service" => service.name()).set(value);
    let oldest_seconds = backlog.oldest_unpublished.map_or(0.0, |oldest| now.since(oldest).as_secs_f64());
    gauge("outbox_unpublished", to_float(backlog.unpublished));
    gauge("outbox_oldest_seconds", oldest_seconds);
    gauge("inbox_pending", to_float(backlog.pending));
    gauge("inbox_dead_letters", to_float(backlog.dead_letters));
    gauge("bus_pending", to_float(backlog.undelivered));
}

/// Counts the rows of `table` by their state and sets a gauge named like the table.
///
/// # Errors
/// If the database is away.
pub async fn set_states(db: &DatabaseConnection, table: &'static str) -> Result<(), Error> {
    let sql = format!("select state, count(*) as rows from {table} group by state");
    for row in db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await? {
        let (state, count): (String, i64) = (row.try_get("", "state")?, row.try_get("", "rows")?);
        metrics::gauge!(table, "state" => state).set(to_float(count.unsigned_abs()));
    }
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "2^53 rows do not fit any disk")]
fn to_float(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn updates_take_at_most_a_hundredth_of_the_time() {
        assert_eq!(pause_after(Duration::from_millis(1)), MIN_PAUSE);
        assert_eq!(pause_after(Duration::from_secs(1)), Duration::from_secs(99));
        assert_eq!(pause_after(Duration::from_secs(3600)), MAX_PAUSE);
    }
}
