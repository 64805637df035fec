//! Large data sets: a show with ten tickets is made through the API, and its rows in all databases are copied many times, with
//! other ids. That knows almost nothing of the tables, so it survives their changes.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use anyhow::Result;
use rusqlite::{Connection, params_from_iter};
use servers::paths;

use crate::market::Market;
use crate::site::{SERVICES, Site, database, new_folder};
use crate::template::{Cell, Id, NUMBER, parse};
use crate::user::Api;

/// The tickets of each copied show.
pub const TICKETS_PER_SHOW: usize = 10;
/// Databases with that many tickets. They are kept in the build output until a table changes.
///
/// # Errors
/// If the rows cannot be copied.
pub fn data_set(tickets: usize) -> Result<PathBuf> {
    let site = Site::embedded(new_folder()?, &[])?;
    let mut api = Api::open(site.addresses[0])?;
    let seller = api.sign_up("template")?;
    let mut market = Market::with(api, seller);
    let show = market.create_show(&format!("Template {NUMBER}"))?;
    let mut ids = vec![parse(&show)?];
    for ticket in market.list(&show, TICKETS_PER_SHOW)? {
        ids.push(parse(&ticket)?);
    }
    let mut site = site;
    site.settle()?;
    let folder = site.stop();
    let name = format!("data-{:016x}-{tickets}", schema_hash(&folder)?);
    let kept = paths::target().join("bench").join(name);
    if kept.is_dir() {
        fs::remove_dir_all(&folder)?;
        return Ok(kept);
    }
    remove_outdated(tickets)?;
    eprintln!("filling databases with {tickets} tickets");
    let events = events_of(&folder, &ids)?;
    ids.extend(events);
    for service in SERVICES {
        fill(&Connection::open(database(&folder, service))?, &ids, tickets / TICKETS_PER_SHOW)?;
    }
    fs::rename(&folder, &kept)?;
    Ok(kept)
}

/// Deletes the data set of other tables with that many tickets.
fn remove_outdated(tickets: usize) -> Result<()> {
    for entry in fs::read_dir(paths::target().join("bench"))?.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with("data-") && name.ends_with(&format!("-{tickets}")) {
            fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}

/// A copy of a data set that a site may change.
///
/// # Errors
/// If the files cannot be copied.
pub fn copy(data_set: &Path) -> Result<PathBuf> {
    let folder = new_folder()?;
    for service in SERVICES {
        fs::copy(database(data_set, service), database(&folder, service))?;
    }
    // The keys of the site lie beside its databases.
    for entry in fs::read_dir(data_set)?.flatten().filter(|entry| entry.path().is_file()) {
        let to = folder.join(entry.file_name());
        if !to.exists() {
            fs::copy(entry.path(), to)?;
        }
    }
    Ok(folder)
}

fn schema_hash(folder: &Path) -> Result<u64> {
    let mut hasher = DefaultHasher::new();
    for service in SERVICES {
        let connection = Connection::open(database(folder, service))?;
        let mut statement = connection.prepare("select coalesce(sql, '') from sqlite_master order by name")?;
        let tables = statement.query_map([], |row| row.get::<_, String>(0))?;
        tables.collect::<Result<Vec<_>, _>>()?.hash(&mut hasher);
    }
    Ok(hasher.finish())
}

/// The ids of the events that tell of these shows and tickets.
fn events_of(folder: &Path, ids: &[Id]) -> Result<Vec<Id>> {
    let connection = Connection::open(database(folder, "tickets"))?;
    let mut statement = connection.prepare("select id from outbox where aggregate_id = ?1")?;
    let mut events = Vec::new();
    for id in ids {
        let found = statement.query_map([id.as_slice()], |row| row.get::<_, Id>(0))?;
        events.extend(found.collect::<Result<Vec<_>, _>>()?);
    }
    Ok(events)
}

fn fill(connection: &Connection, ids: &[Id], copies: usize) -> Result<()> {
    connection.execute_batch("pragma synchronous = off; pragma cache_size = -200000; begin")?;
    for table in tables(connection)? {
        let (columns, rows) = rows_to_copy(connection, &table, ids)?;
        let places = vec!["?"; columns.len()].join(", ");
        let sql = format!("insert into \"{table}\" ({}) values ({places})", columns.join(", "));
        let mut insert = connection.prepare(&sql)?;
        for number in 1..copies {
            for row in &rows {
                insert.execute(params_from_iter(row.iter().map(|cell| cell.copy(number))))?;
            }
        }
    }
    connection.execute_batch("commit; analyze; pragma wal_checkpoint(truncate)")?;
    Ok(())
}

/// The tables that hold rows of their own. What an index of texts holds follows from its triggers.
fn tables(connection: &Connection) -> Result<Vec<String>> {
    let sql = "select name, type from pragma_table_list where schema = 'main' and name not like 'sqlite_%' and type = 'table'";
    let mut statement = connection.prepare(sql)?;
    let names = statement.query_map([], |row| row.get(0))?;
    Ok(names.collect::<Result<_, _>>()?)
}

/// The rows that name one of the ids. Numbers that the database assigns are left out.
fn rows_to_copy(connection: &Connection, table: &str, ids: &[Id]) -> Result<(Vec<String>, Vec<Vec<Cell>>)> {
    let sql = "select name from pragma_table_info(?1) where not (lower(type) = 'integer' and pk = 1)";
    let mut statement = connection.prepare(sql)?;
    let columns = statement.query_map([table], |row| row.get(0))?.collect::<Result<Vec<String>, _>>()?;
    if columns.is_empty() {
        return Ok((columns, Vec::new()));
    }
    let mut statement = connection.prepare(&format!("select {} from \"{table}\"", columns.join(", ")))?;
    let mut rows = statement.query([])?;
    let mut copied = Vec::new();
    while let Some(row) = rows.next()? {
        let cells = columns.iter().enumerate().map(|(index, name)| Ok(Cell::parse(name, row.get(index)?, ids)));
        let cells = cells.collect::<Result<Vec<Cell>>>()?;
        if cells.iter().any(Cell::names_an_id) {
            copied.push(cells);
        }
    }
    Ok((columns, copied))
}
