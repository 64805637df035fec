//! Checks on live data that the marketplace keeps its promises.
//!
//! This is the one place that reads across services, in SQL and without their code: what checks them should not rest
//! on what they believe. It only reads, so it can run beside a server, and on what one left that was killed.

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
use crate::store::Databases;
use crate::tasks::Tasks;
use crate::{Config, Error};
use checks::Check;
use report::{Checked, Outcome};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, QueryResult, Statement,
    TransactionTrait,
};
use shared::Service;
use std::path::Path;
use uuid::Uuid;

/// How many offenders are named for each check.
const NAMED: usize = 10;
/// How often two looks at the files are compared before they count as being written to.
const LOOKS: usize = 20;
/// The order in which the files are looked at: a ticket leaves an order only after that order is over, so `orders` is
/// looked at after `tickets`.
const LOOKED_AT: [Service; 5] =
    [Service::Auth, Service::Expiration, Service::Payments, Service::Tickets, Service::Orders];

/// Whatever keeps the marketplace from being at rest. An event that is dead keeps nobody waiting.
const WAITING: &[(&str, &str)] = &[
    ("events to publish", "select count(*) from main.said where published_at is null"),
    ("events to handle", "select count(*) from main.heard where next_try_at is not null and state <> 'dead'"),
    ("payments to drive", "select count(*) from payments.payments where next_try_at is not null"),
    ("held orders", "select count(*) from orders.orders where state = 'held'"),
];

/// Checks the databases of the services.
///
/// # Errors
/// If a file is missing, cannot be read, or is not a service's database.
pub async fn run(config: &Config) -> Result<Report, Error> {
    let db = memory().await?;
    let (of_one_moment, on_their_way) = match &config.databases {
        Databases::Folder(folder) => {
            attach(&db, folder).await?;
            (true, on_their_way(config).await?)
        }
        databases => snapshot::all(databases, &db, async || on_their_way(config).await).await?,
    };
    let (snapshot, still) = snapshot(&db).await?;
    examine(&snapshot).await?;
    for statement in history::statements() {
        snapshot.execute_unprepared(&statement).await?;
    }
    let unasked = ledger_snapshot::fill(config, &snapshot).await?;
    let mut waiting = Vec::new();
    if !still || !of_one_moment {
        waiting.push("a server is writing".to_owned());
    }
    if on_their_way > 0 {
        waiting.push(format!("{on_their_way} events on their way"));
    }
    for (what, question) in WAITING {
        match number(&snapshot, question).await? {
            0 => {}
            how_many => waiting.push(format!("{how_many} {what}")),
        }
    }
    let mut checked = Vec::new();
    for check in checks::all() {
        checked.push(look(&snapshot, check, waiting.is_empty()).await?);
    }
    snapshot.rollback().await?;
    db.close().await?;
    Ok(Report { waiting, checked, unasked })
}

/// How many events the broker has that a service has not taken. In one process, what is published is taken.
async fn on_their_way(config: &Config) -> Result<u64, Error> {
    let Some(servers) = &config.nats else { return Ok(0) };
    let connection = Connection::open(servers, "audit").await.map_err(Error::failed)?;
    let bus = JetStreamBus::watching(connection, Tasks::default());
    let mut count = 0;
    for service in Service::ALL {
        count += bus.waiting(service).await?;
    }
    Ok(count)
}

/// One connection to nothing yet: what it is to look at is attached to it.
async fn memory() -> Result<DatabaseConnection, Error> {
    let mut options = ConnectOptions::new("sqlite::memory:");
    options.max_connections(1).min_connections(1).sqlx_logging(false);
    options.map_sqlx_sqlite_opts(|sqlite| sqlite.shared_cache(false));
    Ok(Database::connect(options).await?)
}

/// Attaches all files, each under its service's word.
async fn attach(db: &DatabaseConnection, folder: &Path) -> Result<(), Error> {
    for service in Service::ALL {
        let file = folder.join(format!("{service}.db"));
        let name = file.display();
        if !file.is_file() {
            return Err(Error::failed(format!("DATABASE_URL: there is no file {name}")));
        }
        let attach = format!("attach '{}' as {service}", address(&file));
        db.execute_unprepared(&attach)
            .await
            .map_err(|error| Error::failed(format!("DATABASE_URL: {name} cannot be opened: {error}")))?;
        number(db, &format!("select count(*) from {service}.outbox"))
            .await
            .map_err(|error| Error::failed(format!("DATABASE_URL: {name} is not a database of {service}: {error}")))?;
    }
    Ok(())
}

/// The file's address for reading only, as <https://sqlite.org/uri.html> spells it.
fn address(file: &Path) -> String {
    let path = file.to_string_lossy();
    let plain = |c: char| c.is_ascii_alphanumeric() || "/\\:._-~ ".contains(c) || !c.is_ascii();
    let spelt = path.chars().map(|c| if plain(c) { c.to_string() } else { format!("%{:02X}", u32::from(c)) });
    format!("file:{}?mode=ro", spelt.collect::<String>())
}

/// All files as they were at one moment; says no if they were not still for long enough to be sure of that.
///
/// Each file has a snapshot of its own. If no file differs between two looks, then all were as they are at the moment
/// between the looks.
async fn snapshot(db: &DatabaseConnection) -> Result<(DatabaseTransaction, bool), Error> {
    let mut before = None;
    for _ in 1..LOOKS {
        let look = db.begin().await?;
        let versions = Some(versions(&look).await?);
        if before == versions {
            return Ok((look, true));
        }
        before = versions;
        look.rollback().await?;
    }
    let look = db.begin().await?;
    let still = before == Some(versions(&look).await?);
    Ok((look, still))
}

/// What SQLite calls the versions of the files' data; asking begins to read each.
async fn versions(db: &impl ConnectionTrait) -> Result<[i64; 5], Error> {
    let mut versions = [0; 5];
    for (version, service) in versions.iter_mut().zip(LOOKED_AT) {
        *version = number(db, &format!("pragma {service}.data_version")).await?;
    }
    Ok(versions)
}

/// Notes what SQLite finds wrong with each file, or `ok`: only the plain pragma says so of a file under another name.
async fn examine(db: &impl ConnectionTrait) -> Result<(), Error> {
    db.execute_unprepared("create table main.files (service text, damage text)").await?;
    for service in Service::ALL {
        let question = Statement::from_string(db.get_database_backend(), format!("pragma {service}.quick_check(1)"));
        for row in db.query_all_raw(question).await? {
            let damage: String = row.try_get_by_index(0)?;
            let note = "insert into main.files values (?, ?)";
            let values = [service.name().into(), damage.into()];
            db.execute_raw(Statement::from_sql_and_values(db.get_database_backend(), note, values)).await?;
        }
    }
    Ok(())
}

async fn look(db: &impl ConnectionTrait, check: &'static Check, at_rest: bool) -> Result<Checked, Error> {
    let failed = |error: Error| Error::failed(format!("{} ({}): {error}", check.invariant, check.says));
    let how_many = number(db, &format!("select count(*) from {}", check.counted)).await.map_err(failed)?;
    if check.only_at_rest && !at_rest {
        return Ok(Checked { check, how_many, outcome: Outcome::NotChecked });
    }
    let offenders = number(db, &format!("select count(*) from ({})", check.offenders)).await.map_err(failed)?;
    let question = format!("select * from ({}) limit {NAMED}", check.offenders);
    let rows = match offenders {
        0 => Vec::new(),
        _ => db.query_all_raw(Statement::from_string(db.get_database_backend(), question)).await?,
    };
    let named = rows.iter().map(offender).collect::<Result<_, _>>()?;
    let offenders = usize::try_from(offenders).map_err(Error::failed)?;
    Ok(Checked { check, how_many, outcome: Outcome::Looked { offenders, named } })
}

fn offender(row: &QueryResult) -> Result<String, Error> {
    let id: Option<Uuid> = row.try_get("", "id")?;
    let detail: Option<String> = row.try_get("", "detail")?;
    let id = id.map(|id| format!("{id}: ")).unwrap_or_default();
    Ok(format!("{id}{}", detail.unwrap_or_default()))
}

async fn number(db: &impl ConnectionTrait, question: &str) -> Result<i64, Error> {
    let statement = Statement::from_string(db.get_database_backend(), question.to_owned());
    let row = db.query_one_raw(statement).await?.ok_or_else(|| Error::failed(format!("no answer to {question}")))?;
    Ok(row.try_get_by_index(0)?)
}
