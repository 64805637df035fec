//! The checks of `doctor`. Each returns in one line what it found, or what is wrong and what to do.

use crate::config::{MailBackend, read_code_secret};
use crate::messaging::{Bus, connection::Connection, jetstream::JetStreamBus};
use crate::services::{self, auth::MailTransport, payments};
use crate::store::{Databases, Protection, migrate};
use crate::tasks::Tasks;
use crate::{Config, Environment, Error};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement, TransactionTrait};
use shared::{Instant, Service};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

/// A difference of clocks above which holds end visibly early or late, and Stripe's signatures may count as too old.
const MAX_CLOCK_SKEW: Duration = Duration::from_secs(5);
/// Below this, SQLite and a backup beside it soon fail.
const MIN_FREE_BYTES: u64 = 1 << 30;

pub type Outcome = Result<String, String>;

/// Settings that are valid by themselves and wrong together.
pub fn configuration(config: &Config) -> Outcome {
    let public = config.public_url.split("://").nth(1).unwrap_or_default();
    let local = ["localhost", "127.", "[::1]"].iter().any(|host| public.starts_with(host));
    if !local && !config.public_url.starts_with("https://") {
        return Err(
            "PUBLIC_URL: set it to the https:// address of the site; sessions are not safe without it".to_owned()
        );
    }
    if !local && config.host.is_loopback() && config.proxies == 0 {
        let problem = "PROXIES: set it to 1, or to the number of proxies: the site is reached through a proxy, whose address \
            would count as that of every visitor";
        return Err(problem.to_owned());
    }
    if !local && !config.rate_limits {
        return Err("RATE_LIMITS: unset it: anybody may try passwords as fast as they can".to_owned());
    }
    Ok(format!("runs {} at {}", config.parts, config.public_url))
}

/// Whether a database can be reached, has the tables of this version and takes writes.
pub async fn database(config: &Config, service: Service, environment: &Environment) -> Outcome {
    let name = config.databases.name_of(service);
    let unusable = |error: String| format!("DATABASE_URL: {name} cannot be used: {error}");
    let db = match config.databases.connect_for_command(service).await {
        Ok(db) => db,
        Err(error) => return Err(unusable(format!("{error}; the program creates it when it starts and may do so"))),
    };
    let found = examine(&db, service, environment).await;
    let closed = db.close().await.map_err(|error| error.to_string());
    found
        .map_err(|error| error.to_string())
        .and_then(|found| closed.map(|()| format!("{name}, {found}")))
        .map_err(unusable)
}

async fn examine(db: &DatabaseConnection, service: Service, environment: &Environment) -> Result<String, Error> {
    let applied = migrate::applied(db).await?;
    let known = migrate::all(services::migrations(service));
    let pending = known.filter(|migration| applied.iter().all(|name| name != migration.name)).count();
    if db.get_database_backend() == DbBackend::Sqlite {
        let check = Statement::from_string(DbBackend::Sqlite, "pragma quick_check(1)");
        let row = db.query_one_raw(check).await?.ok_or_else(|| Error::failed("it cannot be checked"))?;
        let damage: String = row.try_get_by_index(0)?;
        if damage != "ok" {
            return Err(Error::failed(format!("it is damaged, restore a backup: {damage}")));
        }
    }
    // Written and rolled back: a full disk, a read-only file and a missing permission all show.
    let probe = db.begin().await?;
    probe.execute_unprepared("create table doctor_probe (id bigint)").await?;
    probe.rollback().await?;
    check_clock(db, environment).await?;
    Ok(match pending {
        0 => "writable, tables are up to date".to_owned(),
        pending => format!("writable, {pending} migrations are applied at the next start"),
    })
}

/// Whether the clock of a database server agrees with this machine's. SQLite has none of its own.
async fn check_clock(db: &DatabaseConnection, environment: &Environment) -> Result<(), Error> {
    if db.get_database_backend() != DbBackend::Postgres {
        return Ok(());
    }
    let now = "select (extract(epoch from clock_timestamp()) * 1000)::bigint";
    let row = db.query_one_raw(Statement::from_string(DbBackend::Postgres, now)).await?;
    let theirs: i64 = row.ok_or_else(|| Error::failed("it tells no time"))?.try_get_by_index(0)?;
    let skew = difference(environment.now(), Instant::from_millis(theirs));
    if skew > MAX_CLOCK_SKEW {
        let reason = format!("its clock and this machine's differ by {} s: synchronise both by NTP", skew.as_secs());
        return Err(Error::failed(reason));
    }
    Ok(())
}

fn difference(one: Instant, other: Instant) -> Duration {
    one.since(other).max(other.since(one))
}

/// Where the secret of the tickets' codes comes from.
pub fn code_secret(config: &Config) -> Outcome {
    if !config.parts.services.contains(&Service::Tickets) {
        return Ok("none: tickets runs elsewhere".to_owned());
    }
    let Some(file) = config.code_secret_file() else {
        // Fails only if there is neither the variable nor a place for the file.
        let secrets = config.code_secrets(&Environment::real()).map_err(|error| error.to_string())?;
        let previous = if secrets.previous.is_some() { ", codes of CODE_SECRET_PREVIOUS are valid, too" } else { "" };
        return Ok(format!("signed with CODE_SECRET{previous}"));
    };
    match fs::metadata(&file).map(|metadata| metadata.permissions().mode()) {
        Ok(mode) if mode & 0o077 != 0 => {
            Err(format!("CODE_SECRET: others may read {}, and make codes: chmod 600, and change it", file.display()))
        }
        Ok(_) => {
            let read = read_code_secret(&file).map_err(|error| format!("{error}: restore it from a backup"));
            read.map(|_| format!("signed with {}", file.display()))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Ok(format!("the program creates {} when it starts", file.display()))
        }
        Err(error) => Err(format!("CODE_SECRET: {}: {error}", file.display())),
    }
}

/// How much space is left where SQLite's files are.
pub fn disk(config: &Config) -> Outcome {
    let Databases::Folder(folder) = &config.databases else {
        return Ok("is PostgreSQL's: watch it there".to_owned());
    };
    let system = rustix::fs::statvfs(folder).map_err(|error| {
        format!("DATABASE_URL: {}: {error}; the program creates the folder when it starts", folder.display())
    })?;
    let free = system.f_bavail * system.f_frsize;
    let megabytes = free / 1_000_000;
    if free < MIN_FREE_BYTES {
        Err(format!("{megabytes} MB are free at {}: make room, or move the data to a larger disk", folder.display()))
    } else {
        Ok(format!("{megabytes} MB are free at {}", folder.display()))
    }
}

/// Whether the broker accepts this user, is new enough, and lets it read or create the stream.
pub async fn broker(config: &Config) -> Outcome {
    let Some(servers) = &config.nats else { return Ok("none: events stay in this process".to_owned()) };
    let problem = |reason: String| format!("NATS_URL: {reason}");
    let connection = Connection::open(servers, "doctor").await.map_err(problem)?;
    let version = connection.client().server_info().version.clone();
    if config.parts.services.is_empty() {
        return Ok(format!("{servers}, version {version}"));
    }
    let bus = JetStreamBus::open(connection, config.nats_replicas, Tasks::default()).await.map_err(problem)?;
    let mut undelivered = 0;
    for &service in &config.parts.services {
        let count = bus.count_undelivered(service, &services::subscribed_subjects(service)).await;
        undelivered += count.map_err(|error| problem(format!("{service} may not read its consumers: {error}")))?;
    }
    Ok(format!("{servers}, version {version}, {undelivered} undelivered events"))
}

/// What others on the network could read or change, between this process and the database or the broker.
pub fn unprotected_connections(config: &Config) -> Vec<String> {
    let databases = match config.databases.protection() {
        Protection::Local | Protection::Verified => None,
        Protection::Unverified => Some(
            "DATABASE_URL: the connection is encrypted, but anybody may answer it: set sslmode=verify-full, and \
             sslrootcert to the file of the server's authority",
        ),
        Protection::Unencrypted => Some(
            "DATABASE_URL: the connection is not encrypted, or not for certain: set sslmode=verify-full, and \
             sslrootcert to the file of the server's authority",
        ),
    };
    // A process of the web tier alone opens no database.
    let databases = databases.filter(|_| !config.parts.services.is_empty());
    let exposed = config.nats.as_ref().filter(|servers| !servers.is_encrypted() && !servers.is_local());
    let broker = exposed.map(|servers| {
        format!(
            "NATS_URL: the connection to {servers} is not encrypted: begin it with tls://, and set NATS_CA to the file \
             of the server's authority"
        )
    });
    databases.map(str::to_owned).into_iter().chain(broker).collect()
}

/// Whether mails can leave: sends one to `to`, or only connects.
pub async fn mail(config: &Config, environment: &Environment, to: Option<&str>) -> Outcome {
    let transport = MailTransport::new(&config.mail, config.mail_from.clone()).map_err(|error| error.to_string())?;
    let by = match &config.mail {
        MailBackend::Console { .. } => "the log: nobody receives a mail, set MAIL to a mail server".to_owned(),
        MailBackend::Folder(folder) => {
            format!("files in {}: nobody receives a mail, set MAIL to a mail server", folder.display())
        }
        MailBackend::Smtp(_) => "the mail server".to_owned(),
    };
    match to {
        Some(to) => {
            let sent = transport.send_test(to, environment.now()).await;
            sent.map_err(|error| format!("MAIL: {error}: check the server, the user and the password"))?;
            Ok(format!("sent to {to} by {by}"))
        }
        None => {
            let connected = transport.connect().await;
            connected.map_err(|error| format!("MAIL: {error}: check the server, the user and the password"))?;
            Ok(format!("{by}; send a test mail with --mail-to ADDRESS"))
        }
    }
}

/// Whether Stripe accepts the key.
pub async fn gateway(config: &Config) -> Outcome {
    let Some(settings) = &config.stripe else {
        return Ok("the sandbox: no money moves, set STRIPE_SECRET_KEY to take some".to_owned());
    };
    let accepted = payments::check_stripe(settings).await;
    accepted.map_err(|error| {
        format!("STRIPE_SECRET_KEY: {error}: check the key in Stripe's dashboard, under Developers")
    })?;
    let mode = if settings.is_test() { "test mode, no money moves" } else { "live mode" };
    Ok(format!("Stripe accepts the key, {mode}; webhooks arrive at {}/webhooks/stripe", config.public_url))
}
