//! Copies the rows of all tables between PostgreSQL and an SQLite file, a batch at a time.

use crate::Error;
use futures::TryStreamExt;
use sea_orm::{ConnectionTrait, DbBackend, QueryResult, Statement, StreamTrait, Value};
use std::collections::BTreeMap;
use uuid::Uuid;

/// How many rows one statement inserts.
const BATCH: usize = 200;
/// The list of migrations of the first version, for which [`super::migrate`] keeps one of its own.
pub const FIRST_RECORDS: &str = "seaql_migrations";

/// The columns of each table: their names, and PostgreSQL's names of their types.
pub type Tables = BTreeMap<String, Vec<(String, String)>>;

/// The tables of a PostgreSQL database.
pub async fn tables(postgres: &impl ConnectionTrait) -> Result<Tables, Error> {
    let query = "select table_name::text, column_name::text, data_type::text from information_schema.columns
        where table_schema = current_schema() order by table_name, ordinal_position";
    let mut tables = Tables::new();
    for row in postgres.query_all_raw(Statement::from_string(DbBackend::Postgres, query)).await? {
        let table: String = row.try_get_by_index(0)?;
        if table != FIRST_RECORDS {
            tables.entry(table).or_default().push((row.try_get_by_index(1)?, row.try_get_by_index(2)?));
        }
    }
    Ok(tables)
}

/// Replaces the rows of these tables in `to` by those in `from`.
pub async fn copy_rows<From>(tables: &Tables, from: &From, to: &impl ConnectionTrait) -> Result<(), Error>
where
    From: ConnectionTrait + StreamTrait,
{
    for (table, columns) in tables {
        to.execute_unprepared(&format!("delete from \"{table}\"")).await?;
        let names = columns.iter().map(|(name, _)| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
        let query = Statement::from_string(
            ConnectionTrait::get_database_backend(from),
            format!("select {names} from \"{table}\""),
        );
        let insert = format!("insert into \"{table}\" ({names}) values ");
        let mut rows = std::pin::pin!(from.stream_raw(query).await?);
        let mut values = Vec::with_capacity(BATCH * columns.len());
        while let Some(row) = rows.try_next().await? {
            for column in columns {
                values.push(value(&row, column)?);
            }
            if values.len() == BATCH * columns.len() {
                insert_rows(to, &insert, columns.len(), std::mem::take(&mut values)).await?;
            }
        }
        if !values.is_empty() {
            insert_rows(to, &insert, columns.len(), values).await?;
        }
    }
    Ok(())
}

async fn insert_rows(to: &impl ConnectionTrait, insert: &str, columns: usize, values: Vec<Value>) -> Result<(), Error> {
    let backend = to.get_database_backend();
    let placeholder = |place: usize| match backend {
        DbBackend::Postgres => format!("${place}"),
        _ => "?".to_owned(),
    };
    let row = |first: usize| format!("({})", (first..first + columns).map(placeholder).collect::<Vec<_>>().join(", "));
    let rows = (0..values.len() / columns).map(|index| row(index * columns + 1)).collect::<Vec<_>>().join(", ");
    to.execute_raw(Statement::from_sql_and_values(backend, format!("{insert}{rows}"), values)).await?;
    Ok(())
}

fn value(row: &QueryResult, (name, kind): &(String, String)) -> Result<Value, Error> {
    Ok(match kind.as_str() {
        "uuid" => row.try_get::<Option<Uuid>>("", name)?.into(),
        "bigint" => row.try_get::<Option<i64>>("", name)?.into(),
        "integer" => row.try_get::<Option<i32>>("", name)?.into(),
        "boolean" => row.try_get::<Option<bool>>("", name)?.into(),
        "text" | "character varying" => row.try_get::<Option<String>>("", name)?.into(),
        other => return Err(Error::failed(format!("the column {name} is of the unknown type {other}"))),
    })
}

/// The last number of each auto-increment column, by table. It may be that of a row that was deleted.
pub async fn last_numbers(db: &impl ConnectionTrait) -> Result<Vec<(String, i64)>, Error> {
    let backend = db.get_database_backend();
    let query = match backend {
        DbBackend::Postgres => {
            "select table_name::text, coalesce(pg_sequence_last_value(
                pg_get_serial_sequence(quote_ident(table_name), column_name)::regclass), 0)
             from information_schema.columns where table_schema = current_schema() and is_identity = 'YES'"
        }
        _ => "select name, seq from sqlite_sequence",
    };
    let rows = db.query_all_raw(Statement::from_string(backend, query)).await?;
    rows.iter().map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?))).collect()
}

/// Continues each auto-increment column after these numbers.
pub async fn set_last_numbers(db: &impl ConnectionTrait, numbers: &[(String, i64)]) -> Result<(), Error> {
    for (table, number) in numbers.iter().filter(|(_, number)| *number > 0) {
        let statement = match db.get_database_backend() {
            DbBackend::Postgres => format!(
                "select setval(pg_get_serial_sequence(quote_ident(table_name), column_name)::regclass, {number})
                 from information_schema.columns
                 where table_schema = current_schema() and is_identity = 'YES' and table_name = '{table}'"
            ),
            _ => format!(
                "delete from sqlite_sequence where name = '{table}';
                 insert into sqlite_sequence values ('{table}', {number})"
            ),
        };
        db.execute_unprepared(&statement).await?;
    }
    Ok(())
}
