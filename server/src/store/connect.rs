//! Opening a service's database.

use super::migrate::{Migration, migrate};
use super::{CommitSignals, Databases, Store, group_commit};
use crate::tasks::Tasks;
use crate::{Environment, Error};
use shared::Service;
use std::sync::Arc;
use tokio::sync::mpsc;

/// How many writes may queue; above this, callers wait before they queue.
const MAX_WAITING_WRITES: usize = 1_024;
/// Connections for reading; one more writes.
const READERS: u32 = 4;

/// Opens the database of `service` after applying its pending migrations.
///
/// # Errors
/// If the database cannot be opened or migrated.
pub async fn open(
    service: Service,
    databases: &Databases,
    migrations: &'static [Migration],
    environment: Environment,
    tasks: &Tasks,
) -> Result<Store, Error> {
    let db = databases.connect(service, 1).await?;
    migrate(&db, migrations, environment.now()).await?;
    let readers = databases.connect(service, READERS).await?;
    let (jobs, queue) = mpsc::channel(MAX_WAITING_WRITES);
    let commit_signals = Arc::new(CommitSignals::default());
    let databases = databases.clone();
    let reconnect = async move || databases.connect(service, 1).await;
    tasks.spawn(group_commit::run(db, reconnect, queue, commit_signals.clone()));
    Ok(Store { service, environment, readers, jobs, commit_signals, waiting: Arc::default() })
}
