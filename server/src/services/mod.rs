//! What the host must know to run a service.

pub mod auth;
pub mod expiration;
pub mod orders;
pub mod payments;
pub mod tickets;
#[cfg(test)]
mod upgrade_tests;

use crate::messaging::Subscriptions;
use crate::rpc::Registry;
use crate::store::{self, Databases, Migration, Retention, Store};
use crate::tasks::Tasks;
use crate::telemetry::metrics::StateGauge;
use crate::{Config, ConfigError, Environment, Error, private_files};
use async_trait::async_trait;
use sha2::{Digest, Sha256};
use shared::value::Secret;
use shared::{Instant, Service, Subject};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Only hashes of sessions' tokens and other secrets are stored: a copy of the database does not let its reader use them.
pub fn hash_secret(secret: &Secret) -> String {
    hex::encode(Sha256::digest(secret.reveal()))
}

/// A service: the requests that it answers, the events that it handles, and what it does when time passes.
#[async_trait]
pub trait ServiceHandler: Send + Sync + 'static {
    /// The service's database.
    fn store(&self) -> &Store;

    /// The events that it handles.
    fn subscriptions(&self) -> Subscriptions;

    /// The gauge of its rows by their state.
    fn state_gauge(&self) -> Option<StateGauge> {
        None
    }

    /// How long rows are kept in its own tables, where that is not for ever.
    fn retentions(&self) -> &'static [Retention] {
        &[]
    }

    /// Registers a handler for each of the service's requests.
    fn register(self: Arc<Self>, registry: &mut Registry);

    /// Does what is due and returns when it wants to run next. It also runs after every commit.
    ///
    /// # Errors
    /// If a step failed; it runs again after a pause.
    async fn tick(self: Arc<Self>) -> Result<Option<Instant>, Error> {
        Ok(None)
    }
}

/// The subjects that `service` subscribes to, for those who check it from outside.
pub fn subscribed_subjects(service: Service) -> Vec<Subject> {
    let subscriptions = match service {
        Service::Auth => auth::subscriptions(""),
        Service::Tickets => tickets::subscriptions(),
        Service::Orders => orders::subscriptions(),
        Service::Expiration => expiration::subscriptions(),
        Service::Payments => payments::subscriptions(),
    };
    subscriptions.subjects()
}

/// The migrations of a service's own tables.
pub fn migrations(service: Service) -> &'static [Migration] {
    match service {
        Service::Auth => auth::MIGRATIONS,
        Service::Tickets => tickets::MIGRATIONS,
        Service::Orders => orders::MIGRATIONS,
        Service::Expiration => expiration::MIGRATIONS,
        Service::Payments => payments::MIGRATIONS,
    }
}

/// Why a service could not be opened: one line that names the variable to change.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("DATABASE_URL: {name} cannot be opened: {source}")]
    Database { name: String, source: Error },
    #[error("DATABASE_URL: the folder {} cannot be written: {source}", folder.display())]
    Folder { folder: PathBuf, source: io::Error },
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error("STRIPE_SECRET_KEY: {0}")]
    Gateway(#[source] Error),
}

/// Opens a service on its database.
///
/// # Errors
/// If its database, or another server that it needs, is misconfigured or away.
pub async fn open(
    service: Service,
    config: &Config,
    environment: &Environment,
    tasks: &Tasks,
) -> Result<Arc<dyn ServiceHandler>, OpenError> {
    let databases = &config.databases;
    if let Databases::Folder(folder) = databases {
        check_writable(folder)?;
    }
    let store = async || {
        let opened = store::open(service, databases, migrations(service), environment.clone(), tasks).await;
        opened.map_err(|source| OpenError::Database { name: databases.name_of(service), source })
    };
    Ok(match service {
        Service::Auth => {
            let mail_transport = auth::MailTransport::new(&config.mail, config.mail_from.clone())?;
            let store = store().await?;
            // Without a broker nobody else could reach `auth`, so no other process runs it.
            let only_process = config.nats.is_none();
            let site_url = &config.public_url;
            let opened = auth::Auth::open(store, config.rate_limits, site_url, mail_transport, only_process).await;
            opened.map_err(|source| OpenError::Database { name: databases.name_of(service), source })?
        }
        Service::Tickets => {
            // A process without `payments` has no secret key, but may know the publishable one.
            let real_payments = config.stripe.is_some() || config.publishable_key.is_some();
            let codes = tickets::CodeSigner::new(config.code_secrets(environment)?);
            tickets::Tickets::new(store().await?, real_payments, codes, config.price_cap_percent)
        }
        Service::Orders => orders::Orders::new(store().await?, config.hold),
        Service::Expiration => expiration::Expiration::new(store().await?),
        Service::Payments => {
            let payments = payments::Payments::new(store().await?, tasks.clone(), config);
            payments.map_err(OpenError::Gateway)?
        }
    })
}

fn check_writable(folder: &Path) -> Result<(), OpenError> {
    let probe = folder.join(".writable");
    let written = private_files::create_folder(folder).and_then(|()| std::fs::write(&probe, b""));
    let _ = std::fs::remove_file(&probe);
    written.map_err(|source| OpenError::Folder { folder: folder.to_owned(), source })
}
