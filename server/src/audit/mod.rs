//! Checks the invariants on live data.
//!
//! This is the one place that reads across services, in SQL and without their code, so that a bug in a service cannot hide
//! itself. It only reads: it can run beside a server, and on the files that a killed one left.

mod checks;
mod history;
mod ledger_snapshot;
mod report;
mod snapshot;
#[cfg(test)]
mod tests;

pub use report::Report;

use crate::messaging::connection::Connection;
use crate::messaging::{Bus, jetstream::JetStreamBus};
use crate::services::subscribed_subjects;
use crate::store::Databases;
use crate::tasks::Tasks;
use crate::{Config, Error};
use checks::Check;
use report::{Checked, Outcome};
use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, QueryResult, Statement,
    TransactionTrait,
};
use shared::{Instant, Service};
use std::path::Path;
use tempfile::TempDir;
use uuid::Uuid;

/// How many violations of a check are listed.
const MAX_LISTED: usize = 10;
/// How many snapshots are tried before the databases count as being written to.
const MAX_SNAPSHOTS: usize = 20;
/// The order in which the databases are read: a ticket leaves an order only after that order is over, so `orders` is read
/// after `tickets`.
fn read_order() -> [Service; Service::ALL.len()] {
    let mut services = Service::ALL;
    services.sort_by_key(|service| *service == Service::Orders);
    services
}

/// Work in flight, which keeps the marketplace from being at rest. A dead letter is not in flight.
const IN_FLIGHT: &[(&str, &str)] = &[
    ("unpublished events", "select count(*) from main.published where published_at is null"),
    ("events to be replayed", "select count(*) from main.published where replay"),
    (
        "published events that a service has not stored",
        "select (select count(*) from auth.outbox_deferred) + (select count(*) from tickets.outbox_deferred)
            + (select count(*) from orders.outbox_deferred) + (select count(*) from expiration.outbox_deferred)
            + (select count(*) from payments.outbox_deferred)",
    ),
    ("pending events", "select count(*) from main.received where next_try_at is not null and state <> 'dead_letter'"),
    ("payments with a next step", "select count(*) from payments.payments where next_try_at is not null"),
    ("held orders", "select count(*) from orders.orders where state = 'held'"),
];

/// Checks the databases of the services. `now` tells which rows may be deleted by now: see `docs/retention.md`.
///
/// # Errors
/// If a file is missing, cannot be read, or is not a service's database.
pub async fn run(config: &Config, now: Instant) -> Result<Report, Error> {
    // What the checks compute is on disk: it does not fit in memory where millions of tickets are sold.
    let temporary = TempDir::new().map_err(|error| Error::failed(format!("no temporary folder: {error}")))?;
    let db = open_temporary(temporary.path()).await?;
    let (consistent, undelivered) = match &config.databases {
        Databases::Folder(folder) => {
            attach(&db, folder).await?;
            (true, count_undelivered(config).await?)
        }
        databases => {
            let copied =
                snapshot::copy_all(databases, temporary.path(), async || count_undelivered(config).await).await?;
            attach(&db, temporary.path()).await?;
            copied
        }
    };
    let (snapshot, unchanged) = take_snapshot(&db).await?;
    check_files(&snapshot).await?;
    for statement in history::statements(now) {
        snapshot.execute_unprepared(&statement).await?;
    }
    let not_compared = ledger_snapshot::fill(config, &snapshot).await?;
    let mut in_flight = Vec::new();
    if !unchanged || !consistent {
        in_flight.push("a server is writing".to_owned());
    }
    if undelivered > 0 {
        in_flight.push(format!("{undelivered} undelivered events"));
    }
    for (noun, query) in IN_FLIGHT {
        match query_number(&snapshot, query).await? {
            0 => {}
            count => in_flight.push(format!("{count} {noun}")),
        }
    }
    let mut checked = Vec::new();
    for check in checks::all() {
        checked.push(run_check(&snapshot, check, in_flight.is_empty()).await?);
    }
    snapshot.rollback().await?;
    db.close().await?;
    Ok(Report { in_flight, checked, not_compared })
}

/// How many events the broker has not delivered. In one process, publishing is delivering.
async fn count_undelivered(config: &Config) -> Result<u64, Error> {
    let Some(servers) = &config.nats else { return Ok(0) };
    let connection = Connection::open(servers, "audit").await.map_err(Error::failed)?;
    let bus = JetStreamBus::watching(connection, Tasks::default());
    let mut count = 0;
    for service in Service::ALL {
        count += bus.count_undelivered(service, &subscribed_subjects(service)).await?;
    }
    Ok(count)
}

/// One connection to an empty temporary database, to which the services' databases are attached.
async fn open_temporary(folder: &Path) -> Result<DatabaseConnection, Error> {
    let file = folder.join("audit.db");
    let mut options = ConnectOptions::new("sqlite::memory:");
    options.max_connections(1).min_connections(1).sqlx_logging(false);
    options.map_sqlx_sqlite_opts(move |sqlite| {
        let sqlite = sqlite.in_memory(false).shared_cache(false).filename(&file).create_if_missing(true);
        sqlite.journal_mode(SqliteJournalMode::Off).synchronous(SqliteSynchronous::Off).pragma("temp_store", "file")
    });
    Ok(Database::connect(options).await?)
}

/// Attaches all files, each under the name of its service.
async fn attach(db: &DatabaseConnection, folder: &Path) -> Result<(), Error> {
    for service in Service::ALL {
        let file = folder.join(format!("{service}.db"));
        let name = file.display();
        if !file.is_file() {
            return Err(Error::failed(format!("DATABASE_URL: the file {name} does not exist")));
        }
        let attach = format!("attach '{}' as {service}", read_only_uri(&file));
        db.execute_unprepared(&attach)
            .await
            .map_err(|error| Error::failed(format!("DATABASE_URL: {name} cannot be opened: {error}")))?;
        query_number(db, &format!("select count(*) from {service}.outbox"))
            .await
            .map_err(|error| Error::failed(format!("DATABASE_URL: {name} is not a database of {service}: {error}")))?;
    }
    Ok(())
}

/// The file as a read-only URI (<https://sqlite.org/uri.html>).
fn read_only_uri(file: &Path) -> String {
    let path = file.to_string_lossy();
    let plain = |c: char| c.is_ascii_alphanumeric() || "/\\:._-~ ".contains(c) || !c.is_ascii();
    let encoded = path.chars().map(|c| if plain(c) { c.to_string() } else { format!("%{:02X}", u32::from(c)) });
    format!("file:{}?mode=ro", encoded.collect::<String>())
}

/// A snapshot of all files, and whether it is consistent: of one moment.
///
/// Each file has a snapshot of its own. If no file changed between two of them, both show all files as they were in between.
async fn take_snapshot(db: &DatabaseConnection) -> Result<(DatabaseTransaction, bool), Error> {
    let mut before = None;
    for _ in 1..MAX_SNAPSHOTS {
        let snapshot = db.begin().await?;
        let versions = Some(versions(&snapshot).await?);
        if before == versions {
            return Ok((snapshot, true));
        }
        before = versions;
        snapshot.rollback().await?;
    }
    let snapshot = db.begin().await?;
    let unchanged = before == Some(versions(&snapshot).await?);
    Ok((snapshot, unchanged))
}

/// SQLite's data version of each file. Querying it begins the read transaction on that file.
async fn versions(db: &impl ConnectionTrait) -> Result<[i64; Service::ALL.len()], Error> {
    let mut versions = [0; Service::ALL.len()];
    for (version, service) in versions.iter_mut().zip(read_order()) {
        *version = query_number(db, &format!("pragma {service}.data_version")).await?;
    }
    Ok(versions)
}

/// Stores what SQLite finds wrong with each file, or `ok`. Only the pragma, not its table function, works on an attached file.
async fn check_files(db: &impl ConnectionTrait) -> Result<(), Error> {
    db.execute_unprepared("create table main.files (service text, damage text)").await?;
    for service in Service::ALL {
        let pragma = Statement::from_string(db.get_database_backend(), format!("pragma {service}.quick_check(1)"));
        for row in db.query_all_raw(pragma).await? {
            let damage: String = row.try_get_by_index(0)?;
            let insert = "insert into main.files values (?, ?)";
            let values = [service.name().into(), damage.into()];
            db.execute_raw(Statement::from_sql_and_values(db.get_database_backend(), insert, values)).await?;
        }
    }
    Ok(())
}

async fn run_check(db: &impl ConnectionTrait, check: &'static Check, at_rest: bool) -> Result<Checked, Error> {
    let failed = |error: Error| Error::failed(format!("{} ({}): {error}", check.invariant, check.statement));
    let population = query_number(db, &format!("select count(*) from {}", check.population)).await.map_err(failed)?;
    if check.at_rest_only && !at_rest {
        return Ok(Checked { check, population, outcome: Outcome::NotChecked });
    }
    let violations = query_number(db, &format!("select count(*) from ({})", check.offenders)).await.map_err(failed)?;
    let query = format!("select * from ({}) limit {MAX_LISTED}", check.offenders);
    let rows = match violations {
        0 => Vec::new(),
        _ => db.query_all_raw(Statement::from_string(db.get_database_backend(), query)).await?,
    };
    let listed = rows.iter().map(describe).collect::<Result<_, _>>()?;
    let violations = usize::try_from(violations).map_err(Error::failed)?;
    Ok(Checked { check, population, outcome: Outcome::Checked { violations, listed } })
}

fn describe(row: &QueryResult) -> Result<String, Error> {
    let id: Option<Uuid> = row.try_get("", "id")?;
    let detail: Option<String> = row.try_get("", "detail")?;
    let id = id.map(|id| format!("{id}: ")).unwrap_or_default();
    Ok(format!("{id}{}", detail.unwrap_or_default()))
}

async fn query_number(db: &impl ConnectionTrait, query: &str) -> Result<i64, Error> {
    let statement = Statement::from_string(db.get_database_backend(), query.to_owned());
    let row = db.query_one_raw(statement).await?.ok_or_else(|| Error::failed(format!("no row for {query}")))?;
    Ok(row.try_get_by_index(0)?)
}
