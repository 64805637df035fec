//! What the machine can do at best, measured without our code: commits of SQLite and PostgreSQL.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;
use rusqlite::Connection;
use servers::postgres::Postgres;

use crate::client::count;

/// A hold with its consequences is about five writes: the order, its line, the ticket, the deadline and the replicas.
pub const WRITES_PER_HOLD: f64 = 5.0;
/// How many writes share a commit when many are waiting.
pub const WRITES_PER_COMMIT: usize = 50;
/// The bytes of a row, about those of an order.
const ROW_BYTES: usize = 300;
/// Spreads keys like random ids.
const SPREAD: i64 = 0x9e37_79b9_7f4a_7c15_u64.cast_signed();

/// A database on the disk of the site, as durable as the site's: every commit reaches the disk.
pub struct Sqlite {
    connection: Connection,
    next: i64,
}

impl Sqlite {
    pub fn create(folder: &Path) -> Result<Sqlite> {
        let connection = Connection::open(folder.join("limit.db"))?;
        connection.execute_batch(
            "pragma journal_mode = wal; pragma synchronous = full; \
             create table if not exists writes (id integer primary key, body text not null)",
        )?;
        Ok(Sqlite { connection, next: 1 })
    }

    /// Inserts rows, so many per commit, and returns rows per second.
    pub fn writes(&mut self, per_commit: usize, duration: Duration) -> Result<f64> {
        let (started, mut written, body) = (Instant::now(), 0, "x".repeat(ROW_BYTES));
        // Prepared once, so that no time goes into parsing SQL.
        let mut begin = self.connection.prepare("begin immediate")?;
        let mut insert = self.connection.prepare("insert into writes (id, body) values (?1, ?2)")?;
        let mut commit = self.connection.prepare("commit")?;
        while started.elapsed() < duration {
            begin.execute([])?;
            for _ in 0..per_commit {
                insert.execute((self.next.wrapping_mul(SPREAD), &body))?;
                self.next += 1;
                written += 1;
            }
            commit.execute([])?;
        }
        Ok(count(written) / started.elapsed().as_secs_f64())
    }
}

/// Creates the database that [`postgres_writes`] uses.
///
/// # Errors
/// If PostgreSQL refuses.
pub fn prepare_postgres(postgres: &Postgres) -> Result<()> {
    postgres.sql("postgres", "create database bench")?;
    postgres.sql("bench", "create table writes (id uuid primary key default gen_random_uuid(), body text not null)")?;
    Ok(())
}

/// Inserts rows from that many clients, one per commit, and returns rows per second.
///
/// # Errors
/// If `pgbench` fails.
pub fn postgres_writes(postgres: &Postgres, clients: usize, duration: Duration) -> Result<f64> {
    let script = format!("insert into writes (body) values (repeat('x', {ROW_BYTES}))");
    postgres.pgbench("bench", &script, clients, duration)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_are_stored() {
        let folder = crate::site::new_folder().expect("the build output can be written");
        let mut sqlite = Sqlite::create(&folder).expect("SQLite works");

        let rate = sqlite.writes(10, Duration::from_millis(20)).expect("SQLite works");

        let rows: i64 =
            sqlite.connection.query_row("select count(*) from writes", [], |row| row.get(0)).expect("a count");
        assert!(rate > 0.0 && rows >= 10 && rows % 10 == 0, "{rate} {rows}");
        std::fs::remove_dir_all(folder).expect("the folder can be deleted");
    }
}
