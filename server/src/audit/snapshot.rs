//! PostgreSQL's databases, copied into memory for as long as an audit takes, so that the same questions fit both.

use super::{LOOKED_AT, LOOKS};
use crate::Error;
use crate::store::Databases;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, IsolationLevel, QueryResult, Statement, TransactionTrait,
    Value,
};
use shared::Service;
use uuid::Uuid;

/// How many rows are copied at a time.
const ROWS: usize = 500;

/// A column: its name, and its type in PostgreSQL's words.
type Column = (String, String);

/// Copies all databases into `memory`, each under its service's word, and asks the broker at the same moment. Says no if
/// they were not still for long enough to be sure that all are of one moment, and what the broker said.
///
/// # Errors
/// If a database or the broker is away, or a database is not a service's.
pub async fn all(
    databases: &Databases,
    memory: &DatabaseConnection,
    ask_the_broker: impl AsyncFn() -> Result<u64, Error>,
) -> Result<(bool, u64), Error> {
    let mut connections = Vec::new();
    for service in LOOKED_AT {
        connections.push((service, databases.connect(service, 1).await?));
    }
    let watching = databases.connect(LOOKED_AT[0], 1).await?;
    let mut looks = 1;
    let (transactions, still, said) = loop {
        let (transactions, seen) = begin(&connections).await?;
        let said = ask_the_broker().await?;
        // If nothing was written meanwhile, the broker's answer is of the same moment.
        let now = look(&watching).await?;
        let still = seen.is_some_and(|seen| seen == now);
        if still || looks == LOOKS {
            break (transactions, still, said);
        }
        looks += 1;
        for transaction in transactions {
            transaction.rollback().await?;
        }
    };
    for ((service, _), from) in connections.iter().zip(&transactions) {
        let name = databases.name_of(*service);
        let failed = |error| Error::failed(format!("DATABASE_URL: {name} cannot be read: {error}"));
        copy(*service, from, memory).await.map_err(failed)?;
    }
    Ok((still, said))
}

/// A snapshot of each database; and its name, if the server wrote nothing from the first snapshot to the last: then each
/// names the same transactions, and none is under way.
async fn begin(
    connections: &[(Service, DatabaseConnection)],
) -> Result<(Vec<DatabaseTransaction>, Option<String>), Error> {
    let (mut transactions, mut snapshots) = (Vec::new(), Vec::new());
    for (_, db) in connections {
        let transaction = db.begin_with_config(Some(IsolationLevel::RepeatableRead), None).await?;
        snapshots.push(look(&transaction).await?);
        transactions.push(transaction);
    }
    // `xmin:xmax:` and then what is under way.
    let at_rest = snapshots[0].split(':').collect::<Vec<_>>();
    let nothing_under_way = at_rest[0] == at_rest[1];
    let same = nothing_under_way && snapshots.windows(2).all(|two| two[0] == two[1]);
    Ok((transactions, same.then(|| snapshots.swap_remove(0))))
}

/// The transactions that a connection sees, of all databases of the server.
async fn look(db: &impl ConnectionTrait) -> Result<String, Error> {
    let sql = Statement::from_string(db.get_database_backend(), "select pg_current_snapshot()::text");
    let row = db.query_one_raw(sql).await?;
    Ok(row.ok_or_else(|| Error::failed("there is no snapshot"))?.try_get_by_index(0)?)
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
    let ever = "select coalesce(pg_sequence_last_value(pg_get_serial_sequence('outbox', 'seq')::regclass), 0)";
    let row = from.query_one_raw(statement(from, ever.to_owned())).await?;
    let ever: i64 = row.ok_or_else(|| Error::failed("the outbox has no sequence"))?.try_get_by_index(0)?;
    // SQLite keeps what it numbered last in a table of its own, which is there once a table numbers its rows.
    let numbered = format!(
        "create table {service}.numbered (seq integer primary key autoincrement);
         insert into {service}.sqlite_sequence values ('outbox', {ever})"
    );
    memory.execute_unprepared(&numbered).await.map(drop).map_err(Error::from)
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
    for rows in rows.chunks(ROWS) {
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

fn statement(db: &impl ConnectionTrait, question: String) -> Statement {
    Statement::from_string(db.get_database_backend(), question)
}
