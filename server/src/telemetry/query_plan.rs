//! How a database carries out a query, for tests that its cost is bounded.

use crate::Error;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement, TransactionTrait};

/// The steps of a query that read a table or an index.
///
/// # Errors
/// If the query is wrong, or the database is away.
pub async fn reads(db: &DatabaseConnection, query: &str) -> Result<Vec<String>, Error> {
    if db.get_database_backend() == DbBackend::Postgres {
        let transaction = db.begin().await?;
        // Its planner would read a small table without an index.
        transaction.execute_unprepared("set local enable_seqscan = off").await?;
        let mut steps = texts(&transaction, format!("explain {query}"), 0).await?;
        // The step below a heap scan names the index.
        steps.retain(|step| step.contains(" Scan ") && !step.contains("Bitmap Heap Scan"));
        transaction.rollback().await?;
        return Ok(steps);
    }
    // The fourth column describes the step.
    let mut steps = texts(db, format!("explain query plan {query}"), 3).await?;
    steps.retain(|step| step.starts_with("SCAN ") || step.starts_with("SEARCH "));
    steps.retain(|step| step != "SCAN CONSTANT ROW");
    Ok(steps)
}

/// The names of the indexes that contain only some rows of their table.
///
/// # Errors
/// If the database is away.
pub async fn partial_indexes(db: &DatabaseConnection) -> Result<Vec<String>, Error> {
    let sql = match db.get_database_backend() {
        DbBackend::Postgres => "select indexname::text from pg_indexes where indexdef like '% WHERE %'",
        _ => "select name from sqlite_schema where type = 'index' and sql like '% where %'",
    };
    texts(db, sql.to_owned(), 0).await
}

async fn texts(db: &impl ConnectionTrait, sql: String, column: usize) -> Result<Vec<String>, Error> {
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await?;
    rows.iter().map(|row| row.try_get_by_index(column).map_err(Error::from)).collect()
}
