//! Copies PostgreSQL's databases into SQLite files for the duration of an audit, so that the same queries run on both.

use super::{MAX_SNAPSHOTS, read_order};
use crate::store::{Databases, snapshot};
use crate::{Error, services};
use sea_orm::{
    AccessMode, ConnectionTrait, DatabaseConnection, DatabaseTransaction, IsolationLevel, Statement, TransactionTrait,
};
use shared::{Instant, Service};
use std::path::Path;

/// Copies all databases into `folder`, a file for each service, and counts the events that the broker has not delivered at the
/// same moment. Returns whether the copies are consistent, that is of one moment, and the count.
///
/// # Errors
/// If a database or the broker is away, or a database has unknown column types.
pub async fn copy_all(
    databases: &Databases,
    folder: &Path,
    count_undelivered: impl AsyncFn() -> Result<u64, Error>,
) -> Result<(bool, u64), Error> {
    let mut connections = Vec::new();
    for service in read_order() {
        connections.push((service, databases.connect_for_command(service).await?));
    }
    let observer = databases.connect_for_command(read_order()[0]).await?;
    let mut attempts = 1;
    let (transactions, consistent, undelivered) = loop {
        let (transactions, seen) = begin(&connections).await?;
        let undelivered = count_undelivered().await?;
        // If nothing was written meanwhile, the broker's count is of the same moment.
        let now = snapshot_name(&observer).await?;
        let consistent = seen.is_some_and(|seen| seen == now);
        if consistent || attempts == MAX_SNAPSHOTS {
            break (transactions, consistent, undelivered);
        }
        attempts += 1;
        for transaction in transactions {
            transaction.rollback().await?;
        }
    };
    for ((service, _), from) in connections.iter().zip(&transactions) {
        let name = databases.name_of(*service);
        let failed = |error| Error::failed(format!("DATABASE_URL: {name} cannot be read: {error}"));
        // The instant is only the one of the copy's own migrations.
        let epoch = Instant::from_millis(0);
        let copied = snapshot::write_postgres(*service, from, folder, services::migrations(*service), epoch);
        copied.await.map_err(failed)?;
    }
    Ok((consistent, undelivered))
}

/// A snapshot of each database, and its name if the server wrote nothing from the first snapshot to the last: then all
/// name the same transactions, and none is in progress.
async fn begin(
    connections: &[(Service, DatabaseConnection)],
) -> Result<(Vec<DatabaseTransaction>, Option<String>), Error> {
    let (mut transactions, mut snapshots) = (Vec::new(), Vec::new());
    for (_, db) in connections {
        let transaction =
            db.begin_with_config(Some(IsolationLevel::RepeatableRead), Some(AccessMode::ReadOnly)).await?;
        snapshots.push(snapshot_name(&transaction).await?);
        transactions.push(transaction);
    }
    // The format is `xmin:xmax:` followed by the transactions in progress.
    let bounds = snapshots[0].split(':').collect::<Vec<_>>();
    let none_in_progress = bounds[0] == bounds[1];
    let same = none_in_progress && snapshots.windows(2).all(|two| two[0] == two[1]);
    Ok((transactions, same.then(|| snapshots.swap_remove(0))))
}

/// The name of the snapshot that a connection reads: it covers all databases of the server.
async fn snapshot_name(db: &impl ConnectionTrait) -> Result<String, Error> {
    let sql = Statement::from_string(db.get_database_backend(), "select pg_current_snapshot()::text");
    let row = db.query_one_raw(sql).await?;
    Ok(row.ok_or_else(|| Error::failed("the server returned no snapshot"))?.try_get_by_index(0)?)
}
