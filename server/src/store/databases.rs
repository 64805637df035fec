//! Where the services' databases are.

use crate::{private_files, tls};
use sea_orm::sqlx::postgres::{PgConnectOptions, PgSslMode};
use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbErr};
use sea_orm::{RuntimeErr, sqlx};
use shared::Service;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

/// How long a connection may take, and how long SQLite waits for the lock of all writes.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long to wait for a free connection, or for a server that is away. Shorter than a request's timeout, so that the
/// caller gets an error that says what is away.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(2);
/// PostgreSQL ends what takes longer: a process that hangs must not keep the others from writing.
const SERVER_SETTINGS: [(&str, &str); 2] =
    [("statement_timeout", "10s"), ("idle_in_transaction_session_timeout", "10s")];
/// For what reads or writes whole tables.
const WITHOUT_TIMEOUTS: [(&str, &str); 2] = [("statement_timeout", "0"), ("idle_in_transaction_session_timeout", "0")];
/// PostgreSQL's error code for a database that does not exist (`invalid_catalog_name`).
const NO_SUCH_DATABASE: &str = "3D000";

/// Where each service has a database of its own.
#[derive(Clone)]
pub enum Databases {
    /// One SQLite file per service, in this folder.
    Folder(PathBuf),
    /// One database per service, on this PostgreSQL server.
    Postgres {
        /// The address without a database, as in `postgres://user:password@localhost`.
        server: String,
        /// The databases' name, with a `*` where the service's word goes.
        name: String,
        /// What follows, from `?` on; or nothing.
        parameters: String,
    },
}

/// How connections to the databases are protected from others on the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protection {
    /// There is no network: files, a Unix socket, or a server on this machine.
    Local,
    /// Encrypted, and the server's certificate and name are verified.
    Verified,
    /// Encrypted, but not certainly with the right server.
    Unverified,
    Unencrypted,
}

/// An address may hold a password, so only the name is shown.
impl fmt::Debug for Databases {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Databases::Folder(folder) => write!(formatter, "Folder({})", folder.display()),
            Databases::Postgres { name, .. } => write!(formatter, "Postgres({name})"),
        }
    }
}

impl Databases {
    /// The file or database of a service, for messages.
    pub fn name_of(&self, service: Service) -> String {
        match self {
            Databases::Folder(folder) => folder.join(format!("{service}.db")).display().to_string(),
            Databases::Postgres { name, .. } => name.replace('*', service.name()),
        }
    }

    /// How connections are protected, according to `sslmode`.
    pub fn protection(&self) -> Protection {
        let Databases::Postgres { server, parameters, .. } = self else { return Protection::Local };
        let Ok(options) = format!("{server}/postgres{parameters}").parse::<PgConnectOptions>() else {
            return Protection::Unencrypted;
        };
        if options.get_socket().is_some() || tls::is_local(options.get_host()) {
            return Protection::Local;
        }
        match options.get_ssl_mode() {
            PgSslMode::VerifyFull => Protection::Verified,
            PgSslMode::VerifyCa | PgSslMode::Require => Protection::Unverified,
            // Encrypted only if the server offers it, which anybody in between can prevent.
            PgSslMode::Prefer | PgSslMode::Allow | PgSslMode::Disable => Protection::Unencrypted,
        }
    }

    /// Connects to a service's database, which is created if it does not exist.
    ///
    /// # Errors
    /// If the server cannot be reached, or the database can be neither opened nor created.
    pub async fn connect(&self, service: Service, connections: u32) -> Result<DatabaseConnection, DbErr> {
        let Databases::Postgres { server, parameters, .. } = self else {
            return self.connect_to("", service, connections, Use::Service).await;
        };
        let name = self.name_of(service);
        let url = format!("{server}/{name}{parameters}");
        match self.connect_to(&url, service, connections, Use::Service).await {
            Err(error) if is_missing(&error) => {
                let maintenance = format!("{server}/postgres{parameters}");
                let maintenance = self.connect_to(&maintenance, service, 1, Use::Service).await?;
                let created = maintenance.execute_unprepared(&format!("create database \"{name}\"")).await;
                maintenance.close().await?;
                // Another process may have created it meanwhile, so only the next connection decides.
                let opened = self.connect_to(&url, service, connections, Use::Service).await;
                opened.map_err(|error| created.err().unwrap_or(error))
            }
            connected => connected,
        }
    }

    /// One connection to a service's database, which has to exist, for a command that takes as long as its tables are large.
    ///
    /// # Errors
    /// If the database does not exist or cannot be opened.
    pub async fn connect_for_command(&self, service: Service) -> Result<DatabaseConnection, DbErr> {
        let url = match self {
            Databases::Folder(_) => String::new(),
            Databases::Postgres { server, parameters, .. } => {
                format!("{server}/{}{parameters}", self.name_of(service))
            }
        };
        self.connect_to(&url, service, 1, Use::Command).await
    }

    async fn connect_to(
        &self,
        url: &str,
        service: Service,
        connections: u32,
        purpose: Use,
    ) -> Result<DatabaseConnection, DbErr> {
        let mut options = ConnectOptions::new(match self {
            Databases::Folder(_) => "sqlite::memory:",
            Databases::Postgres { .. } => url,
        });
        options
            .max_connections(connections)
            .min_connections(1)
            .sqlx_logging(false)
            .connect_timeout(CONNECT_TIMEOUT)
            .acquire_timeout(ACQUIRE_TIMEOUT);
        if let Databases::Folder(folder) = self {
            let file = folder.join(format!("{service}.db"));
            if purpose == Use::Service {
                // SQLite gives its other files the permissions of this one. If it cannot be created, connecting says why.
                let _ = private_files::open(&file);
            }
            options.map_sqlx_sqlite_opts(move |sqlite| {
                sqlite
                    .in_memory(false)
                    .shared_cache(false)
                    .filename(&file)
                    .create_if_missing(purpose == Use::Service)
                    .journal_mode(SqliteJournalMode::Wal)
                    // Acknowledged commits survive a power cut.
                    .synchronous(SqliteSynchronous::Full)
                    .busy_timeout(CONNECT_TIMEOUT)
            });
        }
        options.map_sqlx_postgres_opts(move |postgres| {
            let settings = if purpose == Use::Service { SERVER_SETTINGS } else { WITHOUT_TIMEOUTS };
            postgres.options(settings).application_name(service.name())
        });
        Database::connect(options).await.map_err(|error| explained(error, url))
    }
}

/// What a connection is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    Service,
    /// A command of an operator, which creates no database and may read and write whole tables.
    Command,
}

/// The error, in words for operators if a certificate is the cause.
fn explained(error: DbErr, url: &str) -> DbErr {
    let DbErr::Conn(RuntimeErr::SqlxError(cause)) = &error else { return error };
    let problem = match cause.as_ref() {
        // Nothing else that belongs to a connection by network is a file.
        sqlx::Error::Io(cause) if url.contains("sslrootcert=") && cause.kind() == io::ErrorKind::NotFound => {
            Some("there is no file of that name in sslrootcert, in DATABASE_URL".to_owned())
        }
        cause => tls::explain(cause, "sslrootcert, in DATABASE_URL"),
    };
    match problem {
        Some(problem) => DbErr::Conn(RuntimeErr::Internal(format!("PostgreSQL cannot be used: {problem}"))),
        None => error,
    }
}

fn is_missing(error: &DbErr) -> bool {
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(error)) => match error.as_ref() {
            sqlx::Error::Database(error) => error.code().as_deref() == Some(NO_SUCH_DATABASE),
            _ => false,
        },
        _ => false,
    }
}
