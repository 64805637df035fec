//! The marketplace that is measured: one process on SQLite, or a cluster on PostgreSQL and NATS.

use std::env;
use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use rusqlite::{Connection, OpenFlags};
use servers::cluster::{Cluster, Layout, WEB};
use servers::{paths, process, server_process};

use crate::machine::{processor_milliseconds, resident_megabytes};
use crate::nats::Nats;

/// Set by Ctrl-C: measuring ends with an error, and the site is stopped.
pub static INTERRUPTED: AtomicBool = AtomicBool::new(false);

pub const SERVICES: [&str; 5] = ["auth", "tickets", "orders", "expiration", "payments"];

/// How long the consequences of a measurement may take, and the intervals between two looks at the databases.
const SETTLE_TIMEOUT: Duration = Duration::from_secs(300);
const EMBEDDED_INTERVAL: Duration = Duration::from_millis(5);
const CLUSTER_INTERVAL: Duration = Duration::from_millis(100);

/// Whether a service has events to publish or to handle.
const BUSY: &str = "select exists(select 1 from outbox where published_at is null) \
                    or exists(select 1 from inbox where next_try_at is not null) \
                    or exists(select 1 from outbox_deferred)";
/// Whether a payment waits for its next step.
const PAYING: &str = "select exists(select 1 from payments where next_try_at is not null)";

/// Holds outlive the benchmark, nobody is limited, and one machine may open many connections.
const SETTINGS: [(&str, &str); 5] = [
    ("HOLD_SECONDS", "86400"),
    ("RATE_LIMITS", "off"),
    ("CONNECTIONS", "100000"),
    ("CONNECTIONS_PER_ADDRESS", "100000"),
    ("RUST_LOG", "error"),
];

/// A running site. It is stopped and its data is deleted when this value is dropped.
pub struct Site {
    form: Form,
    /// Where requests are sent: the web processes.
    pub addresses: Vec<SocketAddr>,
    pub folder: PathBuf,
}

enum Form {
    Embedded { child: Child, databases: Vec<Connection> },
    Cluster { cluster: Box<Cluster>, nats: Nats },
}

/// The binary that is measured: `TICKETING_BIN`, or that of the release bundle.
pub fn binary() -> PathBuf {
    env::var_os("TICKETING_BIN").map_or_else(paths::binary, PathBuf::from)
}

/// A new folder on the disk of the build output.
pub fn new_folder() -> Result<PathBuf> {
    let name = format!("site-{}-{}", std::process::id(), server_process::free_port()?);
    let folder = paths::target().join("bench").join(name);
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    Ok(folder)
}

impl Site {
    /// One process, with the databases in `folder` and these settings besides the usual ones.
    pub fn embedded(folder: PathBuf, settings: &[(&str, &str)]) -> Result<Site> {
        let port = server_process::free_port()?;
        let log = File::create(folder.join("log"))?;
        let mut command = Command::new(binary());
        command.env_clear().env("DATABASE_URL", format!("sqlite://{}", folder.display()));
        command.env("PORT", port.to_string()).env("METRICS", "off").envs(SETTINGS).envs(settings.iter().copied());
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        server_process::detach_from_terminal(&mut command);
        let child = command.spawn().with_context(|| format!("cannot start {}", binary().display()))?;
        let form = Form::Embedded { child, databases: Vec::new() };
        let mut site = Site { form, addresses: vec![SocketAddr::from(([127, 0, 0, 1], port))], folder };
        let ready = server_process::wait_until("the site is ready", || server_process::is_ready(port));
        ready.with_context(|| process::tail(&site.folder.join("log"), 20))?;
        let open =
            |service| Connection::open_with_flags(database(&site.folder, service), OpenFlags::SQLITE_OPEN_READ_ONLY);
        let opened = SERVICES.into_iter().map(open).collect::<Result<Vec<_>, _>>()?;
        if let Form::Embedded { databases, .. } = &mut site.form {
            *databases = opened;
        }
        Ok(site)
    }

    /// One process per service and two web processes.
    pub fn cluster() -> Result<Site> {
        let settings = SETTINGS.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        let program = Some(binary());
        let layout = Layout {
            replicas: 1,
            web_processes: 2,
            port: 0,
            print_logs: false,
            settings,
            isolate_orders: false,
            program,
        };
        let cluster = Box::new(Cluster::start(&layout)?);
        let web = cluster.members().iter().filter(|member| member.role() == WEB);
        let addresses = web.map(|member| SocketAddr::from(([127, 0, 0, 1], member.port()))).collect();
        let nats = Nats::connect(&cluster.nats.url("admin", "127.0.0.1"))?;
        Ok(Site { form: Form::Cluster { cluster, nats }, addresses, folder: new_folder()? })
    }

    /// Stops a single process, and returns the folder of its databases.
    pub fn stop(mut self) -> PathBuf {
        if let Form::Embedded { child, databases } = &mut self.form {
            databases.clear();
            server_process::terminate(child);
        }
        std::mem::take(&mut self.folder)
    }

    /// The cluster, unless it is one process.
    pub fn as_cluster(&mut self) -> Option<(&Cluster, &mut Nats)> {
        match &mut self.form {
            Form::Embedded { .. } => None,
            Form::Cluster { cluster, nats } => Some((cluster, nats)),
        }
    }

    fn processes(&self) -> Vec<u32> {
        match &self.form {
            Form::Embedded { child, .. } => vec![child.id()],
            Form::Cluster { cluster, .. } => cluster.members().iter().map(|member| member.pid()).collect(),
        }
    }

    /// The processor time that its processes have used, without the database server and the broker.
    pub fn processor_milliseconds(&self) -> Result<f64> {
        self.processes().into_iter().map(processor_milliseconds).sum()
    }

    /// The memory of its processes in megabytes.
    pub fn resident_megabytes(&self) -> Result<f64> {
        self.processes().into_iter().map(resident_megabytes).sum()
    }

    /// Waits until every event is handled everywhere and every payment is decided. Returns how long that took.
    ///
    /// # Errors
    /// If it takes too long.
    pub fn settle(&mut self) -> Result<Duration> {
        let started = Instant::now();
        let interval = if matches!(self.form, Form::Embedded { .. }) { EMBEDDED_INTERVAL } else { CLUSTER_INTERVAL };
        while self.is_busy()? {
            ensure!(!INTERRUPTED.load(Ordering::SeqCst), "interrupted");
            ensure!(started.elapsed() < SETTLE_TIMEOUT, "events are still in flight after {SETTLE_TIMEOUT:?}");
            thread::sleep(interval);
        }
        Ok(started.elapsed())
    }

    fn is_busy(&mut self) -> Result<bool> {
        match &mut self.form {
            Form::Embedded { databases, .. } => {
                let is_true = |database: &Connection, sql| database.query_row(sql, [], |row| row.get::<_, bool>(0));
                for (database, service) in databases.iter().zip(SERVICES) {
                    if is_true(database, BUSY)? || (service == "payments" && is_true(database, PAYING)?) {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Form::Cluster { cluster, nats } => {
                for service in SERVICES {
                    let sql = if service == "payments" { format!("{BUSY} or ({PAYING})") } else { BUSY.to_owned() };
                    let busy = cluster.postgres.sql(&format!("ticketing_{service}"), &sql)? == "t";
                    if busy {
                        return Ok(true);
                    }
                }
                nats.is_pending()
            }
        }
    }
}

/// The file of a service's database.
pub fn database(folder: &Path, service: &str) -> PathBuf {
    folder.join(format!("{service}.db"))
}

impl Drop for Site {
    fn drop(&mut self) {
        // After a stop its number may be that of another process.
        if let Form::Embedded { child, .. } = &mut self.form
            && matches!(child.try_wait(), Ok(None))
        {
            server_process::terminate(child);
        }
        // Empty after a stop that keeps it.
        if !self.folder.as_os_str().is_empty() {
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}
