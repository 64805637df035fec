//! Copies PostgreSQL's databases into SQLite in memory for the duration of an audit, so that the same queries run on both.

use super::{MAX_SNAPSHOTS, read_order};
use crate::Error;
use crate::store::Databases;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, IsolationLevel, QueryResult, Statement, TransactionTrait,
    Value,
};
use shared::Service;
use uuid::Uuid;

/// How many rows one statement copies.
const BATCH: usize = 500;

/// A column: its name, and PostgreSQL's name of its type.
type Column = (String, String);

/// Copies all databases into `memory`, each under the name of its service, and counts the events that the broker has not
/// delivered at the same moment. Returns whether the copies are consistent, that is of one moment, and the count.
///
/// # Errors
/// If a database or the broker is away, or a database has unknown column types.
pub async fn copy_all(
    databases: &Databases,
    memory: &DatabaseConnection,
    count_undelivered: impl AsyncFn() -> Result<u64, Error>,
) -> Result<(bool, u64), Error> {
    let mut connections = Vec::new();
    for service in read_order() {
        connections.push((service, databases.connect(service, 1).await?));
    }
    let observer = databases.connect(read_order()[0], 1).await?;
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
        copy(*service, from, memory).await.map_err(failed)?;
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
        let transaction = db.begin_with_config(Some(IsolationLevel::RepeatableRead), None).await?;
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

async fn copy(service: Service, from: &DatabaseTransaction, memory: &DatabaseConnection) -> Result<(), Error> {
    memory.execute_unprepared(&format!("attach 'file:{service}?mode=memory' as {service}")).await?;
    let tables = "select table_name::text, column_name::text, data_type::text from information_schema.columns
        where table_schema = 'public' order by table_name, ordinal_position";
    let mut columns: Vec<(String, Vec<Column>)> = Vec::new();
    for row in from.query_all_raw(statement(from, tables.to_owned())).await? {
        let (table, column) = (row.try_get_by_index(0)?, (row.try_get_by_index(1)?, row.try_get_by_index(2)?));
        match columns.last_mut().filter(|(last, _)| *last == table) {
            Some((_, columns)) => columns.push(column),
            None => columns.push((table, vec![column])),
        }
    }
    for (table, columns) in columns {
        copy_table(&format!("{service}.{table}"), &table, &columns, from, memory).await?;
    }
    let last_seq = "select coalesce(pg_sequence_last_value(pg_get_serial_sequence('outbox', 'seq')::regclass), 0)";
    let row = from.query_one_raw(statement(from, last_seq.to_owned())).await?;
    let last_seq: i64 = row.ok_or_else(|| Error::failed("the outbox has no sequence"))?.try_get_by_index(0)?;
    // SQLite keeps the last sequence number in a table of its own, which exists once some table has an auto-increment column.
    let sequence = format!(
        "create table {service}.numbered (seq integer primary key autoincrement);
         insert into {service}.sqlite_sequence values ('outbox', {last_seq})"
    );
    memory.execute_unprepared(&sequence).await.map(drop).map_err(Error::from)
}

async fn copy_table(
    to: &str,
    table: &str,
    columns: &[Column],
    from: &DatabaseTransaction,
    memory: &DatabaseConnection,
) -> Result<(), Error> {
    let names = columns.iter().map(|(name, _)| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
    memory.execute_unprepared(&format!("create table {to} ({names})")).await?;
    let rows = from.query_all_raw(statement(from, format!("select {names} from \"{table}\""))).await?;
    let places = format!("({})", vec!["?"; columns.len()].join(", "));
    for rows in rows.chunks(BATCH) {
        let places = vec![places.as_str(); rows.len()].join(", ");
        let mut values = Vec::new();
        for row in rows {
            for column in columns {
                values.push(value(row, column)?);
            }
        }
        let insert = format!("insert into {to} values {places}");
        memory.execute_raw(Statement::from_sql_and_values(memory.get_database_backend(), insert, values)).await?;
    }
    Ok(())
}

fn value(row: &QueryResult, (name, kind): &Column) -> Result<Value, Error> {
    Ok(match kind.as_str() {
        "uuid" => row.try_get::<Option<Uuid>>("", name)?.into(),
        "bigint" => row.try_get::<Option<i64>>("", name)?.into(),
        "integer" => row.try_get::<Option<i32>>("", name)?.into(),
        "boolean" => row.try_get::<Option<bool>>("", name)?.into(),
        "text" | "character varying" => row.try_get::<Option<String>>("", name)?.into(),
        other => return Err(Error::failed(format!("the column {name} is of the unknown type {other}"))),
    })
}

fn statement(db: &impl ConnectionTrait, sql: String) -> Statement {
    Statement::from_string(db.get_database_backend(), sql)
}
