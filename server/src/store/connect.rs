//! Opening a service's database, and bringing its tables up to date.

use super::{Committed, Store, writer};
use crate::tasks::Tasks;
use crate::{Environment, Error};
use async_trait::async_trait;
use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbErr};
use sea_orm_migration::{MigrationName, MigrationTrait, MigratorTraitSelf, SchemaManager};
use shared::Service;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;

/// How many writes may wait for the writer before the next one waits to be accepted.
const MOST_WAITING_WRITES: usize = 1_024;
/// How many connections read at the same time.
const READERS: u32 = 4;

/// One step of a schema: SQL that both SQLite and PostgreSQL understand.
#[derive(Clone, Copy)]
pub struct Migration {
    /// Names the step; never changed once released.
    pub name: &'static str,
    /// What it does; never changed once released.
    pub sql: &'static str,
}

/// The tables that every service has: what it said, what it heard, and what it did under a key.
const PLUMBING: Migration = Migration {
    name: "0000_plumbing",
    sql: "
        create table outbox (
            seq integer primary key autoincrement, id uuid not null unique, subject text not null,
            aggregate_id uuid not null, version bigint not null, occurred_at bigint not null,
            correlation_id uuid not null, causation_id uuid not null, schema bigint not null, body text not null,
            published_at bigint, unique (subject, aggregate_id, version));
        create index outbox_unpublished on outbox (seq) where published_at is null;
        create table inbox (
            id uuid primary key, subject text not null, aggregate_id uuid not null, version bigint not null,
            state text not null, attempts bigint not null, next_try_at bigint, reason text, envelope text,
            received_at bigint not null);
        create index inbox_waiting on inbox (next_try_at) where next_try_at is not null;
        create table idempotency (
            person uuid not null, request text not null, key text not null, body_hash text not null,
            effect text not null, created_at bigint not null, primary key (person, request, key));",
};

/// Opens the database of `service` in the folder, bringing its tables up to date first.
///
/// # Errors
/// If the folder cannot be written or the file is no database of ours.
pub async fn open(
    service: Service,
    folder: &Path,
    migrations: &'static [Migration],
    environment: Environment,
    tasks: &Tasks,
) -> Result<Store, Error> {
    let file = folder.join(format!("{service}.db"));
    let db = connect(&file, 1).await?;
    Migrator(migrations).up(&db, None).await?;
    let readers = connect(&file, READERS).await?;
    let (jobs, waiting) = mpsc::channel(MOST_WAITING_WRITES);
    let committed = Arc::new(Committed::default());
    tasks.spawn(writer::run(db, waiting, committed.clone()));
    Ok(Store { service, environment, readers, jobs, committed })
}

async fn connect(file: &Path, connections: u32) -> Result<DatabaseConnection, Error> {
    let mut options = ConnectOptions::new("sqlite::memory:");
    let file = file.to_owned();
    options
        .max_connections(connections)
        .min_connections(1)
        .sqlx_logging(false)
        .acquire_timeout(Duration::from_secs(5))
        .map_sqlx_sqlite_opts(move |sqlite| {
            sqlite
                .in_memory(false)
                .shared_cache(false)
                .filename(&file)
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                // What was acknowledged survives a power cut.
                .synchronous(SqliteSynchronous::Full)
                .busy_timeout(Duration::from_secs(5))
        });
    Ok(Database::connect(options).await?)
}

struct Migrator(&'static [Migration]);

impl MigratorTraitSelf for Migrator {
    fn migrations(&self) -> Vec<Box<dyn MigrationTrait>> {
        let boxed = |migration: &Migration| Box::new(*migration) as Box<dyn MigrationTrait>;
        std::iter::once(&PLUMBING).chain(self.0).map(boxed).collect()
    }
}

impl MigrationName for Migration {
    fn name(&self) -> &str {
        self.name
    }
}

#[async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(self.sql).await.map(drop)
    }
}
