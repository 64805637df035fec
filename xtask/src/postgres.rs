//! A PostgreSQL server for as long as it is needed, in a temporary folder and on a port of its own.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::child::{self, Step};
use crate::{debian, processes};

/// A running server, which ends with this value.
pub struct Postgres {
    programs: PathBuf,
    folder: PathBuf,
    port: u16,
    settings: String,
}

impl Postgres {
    /// Installs PostgreSQL if it is missing, and starts a server that forgets everything, and that says so before what it
    /// was told is on the disk: for tests that do without that.
    pub fn forgetful() -> Result<Postgres> {
        Postgres::start("-c fsync=off")
    }

    /// The same, but it keeps its word as a server should.
    pub fn durable() -> Result<Postgres> {
        Postgres::start("")
    }

    fn start(settings: &str) -> Result<Postgres> {
        let (programs, port) = (programs()?, processes::free_port()?);
        let folder = env::temp_dir().join(format!("ticketing-postgres-{}-{port}", std::process::id()));
        let settings = format!(
            "-p {port} -k {} -c listen_addresses=127.0.0.1 -c max_connections=400 {settings}",
            folder.display()
        );
        let postgres = Postgres { programs, folder, port, settings };
        let mut init = postgres.command("initdb");
        init.args(["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]);
        init.arg("--pgdata").arg(&postgres.folder);
        Step::new("make a database server", init).run()?;
        postgres.start_again()?;
        Ok(postgres)
    }

    /// The server's address.
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}", self.port)
    }

    /// The databases of all services, for a process that may be in a network of its own: by a socket that is a file.
    pub fn databases(&self) -> String {
        format!("postgres://postgres@localhost:{}/ticketing_*?host={}", self.port, self.folder.display())
    }

    /// Starts it again after it was stopped.
    pub fn start_again(&self) -> Result<()> {
        let mut start = self.command("pg_ctl");
        start.arg("-D").arg(&self.folder).arg("-l").arg(self.folder.join("log"));
        start.args(["-w", "-o", &self.settings, "start"]);
        Step::new("start the database server", start).run()
    }

    /// Stops it as a crash would: nobody is waited for, and it recovers at the next start.
    pub fn crash(&self) -> Result<()> {
        let mut stop = self.command("pg_ctl");
        stop.arg("-D").arg(&self.folder).args(["-m", "immediate", "-w", "stop"]);
        Step::new("stop the database server", stop).run()
    }

    /// Does what the SQL says in a database, and answers with what it prints.
    pub fn sql(&self, database: &str, sql: &str) -> Result<String> {
        let mut psql = self.command("psql");
        let host = self.folder.display().to_string();
        psql.args(["-h", &host, "-p", &self.port.to_string(), "-U", "postgres", "-d", database, "-qAt", "-c", sql]);
        let output = psql.output().context("psql cannot be started")?;
        match output.status.success() {
            true => Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned()),
            false => bail!("{sql}: {}", String::from_utf8_lossy(&output.stderr).trim()),
        }
    }

    /// One of its programs, as somebody else where this is the administrator: it refuses to run as that.
    fn command(&self, program: &str) -> Command {
        let program = self.programs.join(program);
        let mut command = match child::answer("id", &["-u"]).is_some_and(|user| user == "0") {
            true => {
                let mut command = child::command("runuser");
                command.args(["-u", "postgres", "--"]).arg(program);
                command
            }
            false => child::command(program),
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
    if let Some(programs) = installed() {
        return Ok(programs);
    }
    if !debian::possible() {
        bail!("PostgreSQL is missing: install postgresql");
    }
    println!("installing PostgreSQL (about 1 min, once)");
    debian::packages(&["postgresql"])?;
    installed().context("Debian's postgresql was installed, but there is no initdb")
}

/// Where an installed server is: Debian keeps each version in a folder of its own, outside of PATH.
fn installed() -> Option<PathBuf> {
    // A link in PATH leads to where the other programs are.
    if let Some(initdb) = child::find("initdb").and_then(|initdb| initdb.canonicalize().ok()) {
        return initdb.parent().map(Path::to_path_buf);
    }
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?.flatten();
    let mut folders: Vec<PathBuf> = versions.map(|version| version.path().join("bin")).collect();
    folders.sort();
    folders.into_iter().rev().find(|folder| folder.join("initdb").is_file())
}
