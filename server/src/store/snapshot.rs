//! Snapshots of all databases at one moment, and copies of them as SQLite files.

use super::group_commit::immediate;
use super::migrate::{self, Migration};
use super::{Databases, table_copy};
use crate::Error;
use crate::tasks::sleep;
use sea_orm::{
    AccessMode, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, IsolationLevel, Statement,
    TransactionTrait,
};
use shared::{Instant, Service};
use std::path::Path;
use std::time::Duration;

/// How long the locks of all writes may take. Writes wait meanwhile: less than [`super::databases::CONNECT_TIMEOUT`], after
/// which they would fail.
const LOCK_TIMEOUT: Duration = Duration::from_secs(2);
const MAX_ATTEMPTS: usize = 30;
/// How long writes go on before the next attempt.
const RETRY_DELAY: Duration = Duration::from_millis(500);

/// A snapshot of one service's database. It lasts until it is dropped; the database is written to meanwhile.
pub struct Snapshot {
    pub service: Service,
    db: DatabaseTransaction,
}

/// Locks the writes of all databases at once, begins a snapshot of each, and unlocks them.
///
/// *Why this is one moment:* a service writes only while it has its database's lock, and has committed when it gives the lock
/// back. While this holds all of the locks, nothing is being written, so all snapshots show the databases as a power cut at
/// that moment would leave them. Each writer holds one lock only, so the order in which they are taken blocks nobody for ever.
///
/// # Errors
/// If a database does not exist or is away, or is written to without a pause.
pub async fn take_all(databases: &Databases) -> Result<Vec<Snapshot>, Error> {
    let mut attempts = 0;
    loop {
        attempts += 1;
        let mut connections = Vec::new();
        for service in Service::ALL {
            connections.push((service, Locker::open(databases, service).await?));
        }
        // What was locked until then is unlocked when the connections are closed.
        match tokio::time::timeout(LOCK_TIMEOUT, lock_and_begin(&connections)).await {
            Ok(Ok(snapshots)) => return Ok(snapshots),
            Ok(Err(error)) if !is_locked(&error) || attempts == MAX_ATTEMPTS => return Err(error),
            Err(_) if attempts == MAX_ATTEMPTS => {
                return Err(Error::failed(format!(
                    "the databases were written to without a pause in {attempts} attempts"
                )));
            }
            _ => {}
        }
        for (_, locker) in connections {
            locker.close().await?;
        }
        sleep(RETRY_DELAY).await;
    }
}

/// Whether SQLite, or PostgreSQL's `lock_timeout`, gave up waiting for the lock.
fn is_locked(error: &Error) -> bool {
    let text = error.to_string();
    text.contains("database is locked") || text.contains("lock timeout")
}

/// The connections to a database: the one of the snapshot, and on SQLite one more that locks, since the lock ends with the
/// transaction there.
struct Locker {
    reader: DatabaseConnection,
    writer: Option<DatabaseConnection>,
}

impl Locker {
    async fn open(databases: &Databases, service: Service) -> Result<Self, Error> {
        let unusable =
            |error| Error::failed(format!("DATABASE_URL: {} cannot be opened: {error}", databases.name_of(service)));
        let reader = databases.connect_for_command(service).await.map_err(unusable)?;
        let writer = match databases {
            Databases::Folder(_) => Some(databases.connect_for_command(service).await.map_err(unusable)?),
            Databases::Postgres { .. } => None,
        };
        Ok(Locker { reader, writer })
    }

    async fn close(self) -> Result<(), Error> {
        self.reader.close().await?;
        if let Some(writer) = self.writer {
            writer.close().await?;
        }
        Ok(())
    }
}

async fn lock_and_begin(connections: &[(Service, Locker)]) -> Result<Vec<Snapshot>, Error> {
    let mut locks = Vec::new();
    for (_, locker) in connections {
        match &locker.writer {
            Some(writer) => locks.push(writer.begin_with_options(immediate()).await?),
            // The same lock as the writes', but of the session: a transaction would begin its snapshot before it has the lock.
            None => {
                let lock = format!("set lock_timeout = {}; select pg_advisory_lock(1)", LOCK_TIMEOUT.as_millis());
                locker.reader.execute_unprepared(&lock).await?;
            }
        }
    }
    let mut snapshots = Vec::new();
    for (service, locker) in connections {
        let (isolation, access) = match locker.writer {
            Some(_) => (None, None),
            None => (Some(IsolationLevel::RepeatableRead), Some(AccessMode::ReadOnly)),
        };
        let db = locker.reader.begin_with_config(isolation, access).await?;
        // The first query begins the snapshot.
        db.query_one_raw(Statement::from_string(
            db.get_database_backend(),
            "select count(*) from outbox where seq < 0",
        ))
        .await?;
        snapshots.push(Snapshot { service: *service, db });
    }
    for lock in locks {
        lock.rollback().await?;
    }
    for snapshot in &snapshots {
        if snapshot.db.get_database_backend() == DbBackend::Postgres {
            snapshot.db.execute_unprepared("select pg_advisory_unlock(1)").await?;
        }
    }
    Ok(snapshots)
}

impl Snapshot {
    /// The names of the migrations that the database has.
    ///
    /// # Errors
    /// If the database is away.
    pub async fn migrations(&self) -> Result<Vec<String>, Error> {
        migrate::applied(&self.db).await
    }

    /// Writes the snapshot to a new SQLite file in `folder`, with the tables of these migrations.
    ///
    /// # Errors
    /// If the database is away, or the file cannot be written.
    pub async fn write_to(self, folder: &Path, migrations: &[Migration], now: Instant) -> Result<(), Error> {
        if self.db.get_database_backend() == DbBackend::Postgres {
            write_postgres(self.service, &self.db, folder, migrations, now).await?;
        } else {
            write_sqlite(&self.db, &folder.join(format!("{}.db", self.service))).await?;
        }
        Ok(self.db.commit().await?)
    }
}

/// Writes all tables that a PostgreSQL transaction sees to a new SQLite file in `folder`.
///
/// Tables and columns that these migrations do not know, because a newer version made them, get no indexes and no types.
///
/// # Errors
/// If the database is away, or the file cannot be written.
pub async fn write_postgres(
    service: Service,
    from: &DatabaseTransaction,
    folder: &Path,
    migrations: &[Migration],
    now: Instant,
) -> Result<(), Error> {
    let file = Databases::Folder(folder.to_owned()).connect(service, 1).await?;
    migrate::migrate(&file, migrations, now).await?;
    let tables = table_copy::tables(from).await?;
    let to = file.begin().await?;
    for (table, columns) in &tables {
        let names = columns.iter().map(|(name, _)| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
        to.execute_unprepared(&format!("create table if not exists \"{table}\" ({names})")).await?;
        let info = Statement::from_string(DbBackend::Sqlite, format!("select name from pragma_table_info('{table}')"));
        let known = to.query_all_raw(info).await?;
        let known = known.iter().map(|row| row.try_get_by_index(0)).collect::<Result<Vec<String>, _>>()?;
        for (name, _) in columns.iter().filter(|(name, _)| !known.contains(name)) {
            to.execute_unprepared(&format!("alter table \"{table}\" add column \"{name}\"")).await?;
        }
    }
    table_copy::copy_rows(&tables, from, &to).await?;
    table_copy::set_last_numbers(&to, &table_copy::last_numbers(from).await?).await?;
    to.commit().await?;
    Ok(file.close().await?)
}

/// Writes all that an SQLite transaction sees to a new file. `VACUUM INTO` would do it, but not in a transaction.
async fn write_sqlite(from: &DatabaseTransaction, file: &Path) -> Result<(), Error> {
    // This connection may create no file. An empty one is an empty database.
    std::fs::File::create_new(file).map_err(Error::caused_by)?;
    let attach = Statement::from_sql_and_values(
        DbBackend::Sqlite,
        "attach ? as copy",
        [file.to_string_lossy().into_owned().into()],
    );
    from.execute_raw(attach).await?;
    let schema = "select type, name, sql from main.sqlite_schema where sql is not null and name not like 'sqlite\\_%' escape '\\'
        order by rowid";
    let schema = from.query_all_raw(Statement::from_string(DbBackend::Sqlite, schema)).await?;
    let schema =
        schema.iter().map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?, row.try_get_by_index(2)?)));
    let schema = schema.collect::<Result<Vec<(String, String, String)>, Error>>()?;
    for (_, name, sql) in schema.iter().filter(|(kind, ..)| kind == "table") {
        from.execute_unprepared(&into_copy(sql, name)?).await?;
        from.execute_unprepared(&format!("insert into copy.\"{name}\" select * from main.\"{name}\"")).await?;
    }
    for (_, name, sql) in schema.iter().filter(|(kind, ..)| kind != "table") {
        from.execute_unprepared(&into_copy(sql, name)?).await?;
    }
    let numbers =
        "delete from copy.sqlite_sequence; insert into copy.sqlite_sequence select * from main.sqlite_sequence";
    from.execute_unprepared(numbers).await?;
    Ok(())
}

/// The statement that created something, for the copy. SQLite stores it from `CREATE TABLE`, `CREATE INDEX` or
/// `CREATE UNIQUE INDEX` on, followed by the name.
fn into_copy(sql: &str, name: &str) -> Result<String, Error> {
    let starts = ["CREATE TABLE ", "CREATE INDEX ", "CREATE UNIQUE INDEX "];
    let start = starts.iter().find(|start| sql.starts_with(*start));
    let start = start.ok_or_else(|| Error::failed(format!("{name} is neither a table nor an index")))?;
    Ok(format!("{start}copy.{}", &sql[start.len()..]))
}

/// Replaces all that an empty PostgreSQL database with the same tables has by the content of an SQLite file.
///
/// # Errors
/// If a table of the file is not in the database, or either cannot be read or written.
pub async fn load_postgres(file: &DatabaseConnection, to: &DatabaseConnection) -> Result<(), Error> {
    let tables = table_copy::tables(to).await?;
    let names = "select name from sqlite_schema where type = 'table' and name not like 'sqlite\\_%' escape '\\'";
    for row in file.query_all_raw(Statement::from_string(DbBackend::Sqlite, names)).await? {
        let name: String = row.try_get_by_index(0)?;
        if !tables.contains_key(&name) && name != table_copy::FIRST_RECORDS {
            return Err(Error::failed(format!(
                "this version does not know the table {name}: restore with a newer one"
            )));
        }
    }
    let to = to.begin().await?;
    table_copy::copy_rows(&tables, file, &to).await?;
    table_copy::set_last_numbers(&to, &table_copy::last_numbers(file).await?).await?;
    Ok(to.commit().await?)
}

/// How many tables a PostgreSQL database has.
///
/// # Errors
/// If the database is away.
pub async fn count_tables(postgres: &impl ConnectionTrait) -> Result<usize, Error> {
    Ok(table_copy::tables(postgres).await?.len())
}
