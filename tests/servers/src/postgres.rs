//! A PostgreSQL server in a temporary folder and on a port of its own.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

use crate::certificates::Certificate;
use crate::step::Step;
use crate::{packages, process, server_process};

/// A shorter run can end before all clients of a busy machine are connected, and then `pgbench` reports no rate.
const MIN_PGBENCH_SECONDS: u64 = 3;

/// A running server. It is stopped and its data is deleted when this value is dropped.
pub struct Postgres {
    programs: PathBuf,
    folder: PathBuf,
    port: u16,
    settings: String,
}

impl Postgres {
    /// Starts a server without fsync, for tests that do not cut the power. Installs PostgreSQL if it is missing.
    pub fn without_fsync() -> Result<Postgres> {
        Postgres::start("-c fsync=off", None)
    }

    /// Starts a server without fsync that offers encryption. Installs PostgreSQL if it is missing.
    pub fn encrypted(certificate: &Certificate) -> Result<Postgres> {
        Postgres::start("-c fsync=off -c ssl=on", Some(certificate))
    }

    /// Starts a server that is as durable as a real one. Installs PostgreSQL if it is missing.
    pub fn durable() -> Result<Postgres> {
        Postgres::start("", None)
    }

    fn start(settings: &str, certificate: Option<&Certificate>) -> Result<Postgres> {
        let (programs, port) = (programs()?, server_process::free_port()?);
        let folder = env::temp_dir().join(format!("ticketing-postgres-{}-{port}", std::process::id()));
        let settings = format!(
            "-p {port} -k {} -c listen_addresses=127.0.0.1 -c max_connections=400 {settings}",
            folder.display()
        );
        let postgres = Postgres { programs, folder, port, settings };
        let mut init = postgres.command("initdb");
        init.args(["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]);
        init.arg("--pgdata").arg(&postgres.folder);
        Step::new("initdb", init).run()?;
        if let Some(Certificate { chain, key }) = certificate {
            // The names that the server expects in its folder.
            postgres.install_file(chain, "server.crt")?;
            postgres.install_file(key, "server.key")?;
        }
        postgres.restart()?;
        Ok(postgres)
    }

    /// Copies a file to the server's folder. The server refuses a key that is not its own, or that others can read.
    fn install_file(&self, from: &Path, name: &str) -> Result<()> {
        let mut copy = self.as_server("sh");
        copy.args(["-c", "umask 077; cat > \"$0\""]).arg(self.folder.join(name)).stdin(Stdio::piped());
        let mut copy = copy.spawn().context("cannot start sh")?;
        let content = fs::read(from).with_context(|| format!("cannot read {}", from.display()))?;
        copy.stdin.take().context("sh reads no input")?.write_all(&content)?;
        ensure!(copy.wait()?.success(), "cannot copy {}", from.display());
        Ok(())
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}", self.port)
    }

    /// A `DATABASE_URL` for all services. It names a Unix socket, which works from every network namespace.
    pub fn database_url(&self) -> String {
        format!("postgres://postgres@localhost:{}/ticketing_*?host={}", self.port, self.folder.display())
    }

    /// Starts the server again after [`Postgres::crash`].
    pub fn restart(&self) -> Result<()> {
        let mut start = self.command("pg_ctl");
        start.arg("-D").arg(&self.folder).arg("-l").arg(self.folder.join("log"));
        start.args(["-w", "-o", &self.settings, "start"]);
        Step::new("start PostgreSQL", start).run()
    }

    /// Stops the server like a crash: it drops all connections, and recovers from its log at the next start.
    pub fn crash(&self) -> Result<()> {
        let mut stop = self.command("pg_ctl");
        stop.arg("-D").arg(&self.folder).args(["-m", "immediate", "-w", "stop"]);
        Step::new("stop PostgreSQL", stop).run()
    }

    /// Runs SQL in a database and returns what psql prints.
    pub fn sql(&self, database: &str, sql: &str) -> Result<String> {
        let mut psql = self.command("psql");
        let host = self.folder.display().to_string();
        psql.args(["-h", &host, "-p", &self.port.to_string(), "-U", "postgres", "-d", database, "-qAt", "-c", sql]);
        let output = psql.output().context("cannot start psql")?;
        if !output.status.success() {
            bail!("{sql}: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// Runs one statement again and again from that many clients, and returns how often per second.
    pub fn pgbench(&self, database: &str, statement: &str, clients: usize, duration: Duration) -> Result<f64> {
        // The user that runs the program can read files in this folder only.
        let script = self.folder.join("pgbench.sql");
        fs::write(&script, statement)?;
        let mut pgbench = self.command("pgbench");
        let host = self.folder.display().to_string();
        pgbench.args(["-h", &host, "-p", &self.port.to_string(), "-U", "postgres", "-n", "-M", "prepared"]);
        let seconds = duration.as_secs().max(MIN_PGBENCH_SECONDS).to_string();
        pgbench.args(["-c", &clients.to_string(), "-T", &seconds, "-f"]).arg(script);
        let output = pgbench.arg(database).output().context("cannot start pgbench")?;
        let report = String::from_utf8_lossy(&output.stdout);
        let rate = report.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok());
        rate.with_context(|| format!("pgbench: {}", String::from_utf8_lossy(&output.stderr).trim()))
    }

    /// The version of the server.
    pub fn version(&self) -> Result<String> {
        self.sql("postgres", "show server_version")
    }

    /// One of the server's programs. They refuse to run as root, so root runs them as the user `postgres`.
    fn command(&self, program: &str) -> Command {
        self.as_server(self.programs.join(program))
    }

    fn as_server(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = if process::is_root() {
            let mut command = process::command("runuser");
            command.args(["-u", "postgres", "--"]).arg(&program);
            command
        } else {
            process::command(program)
        };
        command.current_dir(env::temp_dir());
        command
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Err(error) = self.crash() {
            eprintln!("{error:#}");
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// The folder of the server's programs.
fn programs() -> Result<PathBuf> {
    if let Some(programs) = installed_programs() {
        return Ok(programs);
    }
    ensure!(packages::apt_available(), "PostgreSQL is missing: install postgresql");
    println!("installing PostgreSQL (about 1 min, once)");
    packages::apt_install(&["postgresql"])?;
    installed_programs().context("Debian's postgresql was installed, but initdb is missing")
}

fn installed_programs() -> Option<PathBuf> {
    // A link on the PATH leads to the folder with the other programs.
    if let Some(initdb) = process::find("initdb").and_then(|initdb| initdb.canonicalize().ok()) {
        return initdb.parent().map(Path::to_path_buf);
    }
    // Debian keeps each version in a folder of its own, outside of the PATH.
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?.flatten();
    let mut folders: Vec<PathBuf> = versions.map(|version| version.path().join("bin")).collect();
    folders.sort();
    folders.into_iter().rev().find(|folder| folder.join("initdb").is_file())
}
