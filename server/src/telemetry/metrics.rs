//! Gauges for operators: how far behind messages are, and how many orders, payments and mails are in the states that they leave again.

use crate::Error;
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use shared::{Instant, Service};
use std::time::Duration;

/// The shortest pause between two updates of the gauges.
const MIN_PAUSE: Duration = Duration::from_secs(5);
/// Every query reads an index of what is waiting, but a great deal may be waiting. The pause is this many times as long as the
/// update took, so that updates take at most one percent of the time.
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

/// A gauge of the rows that are in some states, those that rows leave again. Rows that stay as they are would be ever more: what
/// becomes of them is counted when it happens.
#[derive(Clone, Copy, Debug)]
pub struct StateGauge {
    pub name: &'static str,
    pub states: &'static [&'static str],
    /// Selects the states that have rows as `state`, and how many as `rows`, from an index of these rows alone.
    pub sql: &'static str,
}

impl StateGauge {
    /// How many rows are in each state.
    ///
    /// # Errors
    /// If the database is away.
    pub async fn count(&self, db: &DatabaseConnection) -> Result<Vec<(&'static str, u64)>, Error> {
        let mut counts: Vec<(&str, u64)> = self.states.iter().map(|state| (*state, 0)).collect();
        for row in db.query_all_raw(Statement::from_string(db.get_database_backend(), self.sql)).await? {
            let (state, count): (String, i64) = (row.try_get("", "state")?, row.try_get("", "rows")?);
            counts.iter_mut().filter(|(known, _)| *known == state).for_each(|known| known.1 = count.unsigned_abs());
        }
        Ok(counts)
    }

    /// Sets the gauge, also for the states that no row is in any more.
    ///
    /// # Errors
    /// If the database is away.
    pub async fn set(&self, db: &DatabaseConnection) -> Result<(), Error> {
        for (state, count) in self.count(db).await? {
            metrics::gauge!(self.name, "state" => state).set(to_float(count));
        }
        Ok(())
    }
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
