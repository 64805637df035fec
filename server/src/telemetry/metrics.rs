//! What is measured when somebody looks: how far behind messages are, and how many orders and payments are in each state.

use crate::Error;
use crate::messaging::{Bus, inbox, outbox};
use crate::services::ServiceHandler;
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};

/// Sets the gauges of one service.
///
/// # Errors
/// If its database or the bus is away.
pub async fn set(service: &dyn ServiceHandler, bus: &dyn Bus) -> Result<(), Error> {
    let store = service.store();
    let (db, name, now) = (store.read(), store.service().name(), store.environment().now());
    let gauge = |metric, value: f64| metrics::gauge!(metric, "service" => name).set(value);

    let (unpublished, oldest) = outbox::unpublished(db).await?;
    gauge("outbox_unpublished", to_float(unpublished));
    gauge("outbox_oldest_seconds", oldest.map_or(0.0, |oldest| now.since(oldest).as_secs_f64()));
    let (waiting, dead) = inbox::parked(db).await?;
    gauge("inbox_waiting", to_float(waiting));
    gauge("inbox_dead", to_float(dead));
    for (state, count) in states(db, service.counted()).await? {
        metrics::gauge!(service.counted().unwrap_or_default(), "state" => state).set(to_float(count));
    }
    gauge("bus_waiting", to_float(bus.waiting(store.service()).await?));
    Ok(())
}

/// How many rows of a table are in each state.
async fn states(db: &DatabaseConnection, table: Option<&'static str>) -> Result<Vec<(String, u64)>, Error> {
    let Some(table) = table else { return Ok(Vec::new()) };
    let sql = format!("select state, count(*) as rows from {table} group by state");
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await?;
    let read = |row: sea_orm::QueryResult| {
        let count: i64 = row.try_get("", "rows")?;
        Ok((row.try_get("", "state")?, count.unsigned_abs()))
    };
    rows.into_iter().map(read).collect()
}

/// Gauges are floats; no count of ours comes near the point where those skip whole numbers.
#[expect(clippy::cast_precision_loss, reason = "2^53 rows do not fit any disk")]
fn to_float(count: u64) -> f64 {
    count as f64
}
