//! Backups: the databases of all services at one moment, taken while they are used, and restored with a broker that knows
//! nothing newer.
//!
//! A backup is a folder with an SQLite file for each service, whatever database it is taken from, and a manifest, which is
//! written last. *Why the moment is consistent:* see [`snapshot::take_all`]. Restored databases are in the state that a power
//! cut at that moment leaves, which every part of the program recovers from. What the broker had delivered or not is not part
//! of it: the outboxes are the source of truth, so restoring deletes the stream and publishes every event again.
//!
//! The secret of the tickets' codes is part of it if it is in a file beside the databases.

mod manifest;
#[cfg(test)]
mod tests;

pub use manifest::Manifest;

use crate::config::{CODE_SECRET_FILE, read_code_secret};
use crate::messaging::{self, jetstream};
use crate::services;
use crate::store::{Databases, migrate, snapshot};
use crate::{Config, Environment, Error, private_files};
use sea_orm::ConnectionTrait;
use shared::Service;
use std::fs;
use std::path::{Path, PathBuf};

/// A backup or restore that cannot begin or go on, in one line.
fn at(path: &Path, error: impl std::fmt::Display) -> Error {
    Error::failed(format!("{}: {error}", path.display()))
}

fn file_of(folder: &Path, service: Service) -> PathBuf {
    folder.join(format!("{service}.db"))
}

/// Writes a backup into `folder`, which must be empty or not exist.
///
/// # Errors
/// If a database is away or of another version, or the folder is not empty or cannot be written.
pub async fn create(config: &Config, folder: &Path, environment: &Environment) -> Result<Manifest, Error> {
    refuse_content(folder)?;
    // It holds password hashes and the addresses of everybody.
    let created = private_files::create_folder(folder);
    created.map_err(|error| at(folder, error))?;
    let snapshots = snapshot::take_all(&config.databases).await?;
    let created_at = environment.now();
    let mut migrations = Vec::new();
    for snapshot in &snapshots {
        let names = snapshot.migrations().await?;
        let known = migrate::all(services::migrations(snapshot.service));
        if let (Databases::Postgres { .. }, false) = (&config.databases, same_names(&names, known)) {
            let name = config.databases.name_of(snapshot.service);
            return Err(Error::failed(format!(
                "{name} has the tables of another version: back up with the version that runs"
            )));
        }
        migrations.push(names);
    }
    for snapshot in snapshots {
        let service = snapshot.service;
        let written = snapshot.write_to(folder, services::migrations(service), created_at).await;
        written.map_err(|error| at(&file_of(folder, service), error))?;
    }
    if let Some(secret) = config.code_secret_file().filter(|file| file.exists()) {
        // With its mode, 0600.
        let copy = folder.join(CODE_SECRET_FILE);
        fs::copy(secret, &copy).map_err(|error| at(&copy, error))?;
    }
    Manifest::write(folder, created_at, migrations)
}

fn same_names<'a>(names: &[String], known: impl Iterator<Item = &'a migrate::Migration>) -> bool {
    let mut known: Vec<&str> = known.map(|migration| migration.name).collect();
    known.sort_unstable();
    names.iter().map(String::as_str).eq(known)
}

/// Restores a backup into databases that are empty or do not exist, and deletes the broker's stream, if there is a broker. No
/// process may run on them.
///
/// # Errors
/// If the backup is incomplete, damaged or of a version that this one cannot follow, if a database has content, or if the
/// stream cannot be deleted. Nothing is restored then.
pub async fn restore(config: &Config, folder: &Path, environment: &Environment) -> Result<Manifest, Error> {
    let manifest = Manifest::read(folder)?;
    if manifest.has_code_secret() {
        refuse_another_code_secret(config, &folder.join(CODE_SECRET_FILE))?;
    }
    refuse_databases_in_use(&config.databases).await?;
    let staging = match &config.databases {
        // Beside the target, so that renaming the files is enough.
        Databases::Folder(target) => {
            private_files::create_folder(target).map_err(|error| at(target, error))?;
            tempfile::Builder::new().prefix(".restore").tempdir_in(target)
        }
        Databases::Postgres { .. } => tempfile::tempdir(),
    };
    let staging = staging.map_err(|error| Error::failed(format!("a temporary folder cannot be created: {error}")))?;
    for service in Service::ALL {
        prepare(service, folder, staging.path(), environment).await?;
    }
    reset_broker(config).await?;
    match &config.databases {
        Databases::Folder(target) => {
            if let (true, Some(to)) = (manifest.has_code_secret(), config.code_secret_file()) {
                fs::copy(folder.join(CODE_SECRET_FILE), &to).map_err(|error| at(&to, error))?;
                manifest::sync(&to)?;
            }
            for service in Service::ALL {
                let (from, to) = (file_of(staging.path(), service), file_of(target, service));
                fs::rename(from, &to).map_err(|error| at(&to, error))?;
            }
            manifest::sync(target)?;
        }
        databases => {
            for service in Service::ALL {
                load(service, staging.path(), databases, environment).await?;
            }
        }
    }
    Ok(manifest)
}

/// Deletes the stream of a broker that may be ahead of restored databases: its events may be of a future that never was.
///
/// # Errors
/// If it cannot be deleted.
pub async fn reset_broker(config: &Config) -> Result<(), Error> {
    let Some(servers) = &config.nats else { return Ok(()) };
    jetstream::delete_stream(servers).await.map_err(|reason| Error::failed(format!("NATS_URL: {reason}")))
}

/// Copies a service's file, brings its tables up to date and marks its events to be published again.
async fn prepare(service: Service, from: &Path, to: &Path, environment: &Environment) -> Result<(), Error> {
    let copy = file_of(to, service);
    fs::copy(file_of(from, service), &copy).map_err(|error| at(&copy, error))?;
    let staged = Databases::Folder(to.to_owned());
    let db = staged.connect(service, 1).await?;
    let migrated = migrate::migrate(&db, services::migrations(service), environment.now()).await;
    migrated.map_err(|error| at(&file_of(from, service), error))?;
    messaging::republish(&staged, service).await?;
    // All content is in the one file then.
    db.execute_unprepared("pragma wal_checkpoint(truncate)").await?;
    Ok(db.close().await?)
}

/// Loads a prepared file into a service's PostgreSQL database.
async fn load(service: Service, from: &Path, databases: &Databases, environment: &Environment) -> Result<(), Error> {
    let name = databases.name_of(service);
    let failed = |error: Error| Error::failed(format!("{name}: {error}"));
    // Creates the database if it does not exist.
    databases.connect(service, 1).await?.close().await?;
    let to = databases.connect_for_command(service).await?;
    migrate::migrate(&to, services::migrations(service), environment.now()).await.map_err(failed)?;
    let file = Databases::Folder(from.to_owned()).connect_for_command(service).await?;
    snapshot::load_postgres(&file, &to).await.map_err(failed)?;
    file.close().await?;
    Ok(to.close().await?)
}

/// With another secret, the codes that people have printed would no longer be valid.
fn refuse_another_code_secret(config: &Config, file: &Path) -> Result<(), Error> {
    let secret = read_code_secret(file).map_err(Error::failed)?;
    let known = [&config.code_secret, &config.code_secret_previous].into_iter().flatten().any(|known| *known == secret);
    if config.code_secret_file().is_some() || known {
        return Ok(());
    }
    Err(Error::failed(format!(
        "CODE_SECRET: codes of tickets were signed with another secret: set it, or CODE_SECRET_PREVIOUS, to the content of {}",
        file.display()
    )))
}

fn refuse_content(folder: &Path) -> Result<(), Error> {
    match fs::read_dir(folder).map(|mut content| content.next().is_none()) {
        Ok(true) => Ok(()),
        Ok(false) => Err(at(folder, "it is not empty")),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(at(folder, error)),
    }
}

async fn refuse_databases_in_use(databases: &Databases) -> Result<(), Error> {
    if let Databases::Folder(folder) = databases {
        return refuse_content(folder).map_err(|error| Error::failed(format!("DATABASE_URL: {error}")));
    }
    for service in Service::ALL {
        let db = databases.connect(service, 1).await?;
        let tables = snapshot::count_tables(&db).await?;
        db.close().await?;
        if tables > 0 {
            let name = databases.name_of(service);
            return Err(Error::failed(format!("DATABASE_URL: {name} is not empty, it has {tables} tables")));
        }
    }
    Ok(())
}
