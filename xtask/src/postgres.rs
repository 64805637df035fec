//! A PostgreSQL server for as long as the tests take, in a temporary folder and on a port of its own.

use std::env;
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::child::{self, Step};
use crate::debian;

/// A running server, which ends with this value.
pub struct Postgres {
    programs: PathBuf,
    folder: PathBuf,
    port: u16,
}

impl Postgres {
    /// Installs PostgreSQL if it is missing, and starts a server that forgets everything.
    pub fn start() -> Result<Postgres> {
        let programs = programs()?;
        let folder = env::temp_dir().join(format!("ticketing-postgres-{}", std::process::id()));
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let postgres = Postgres { programs, folder, port };

        let mut init = postgres.command("initdb");
        init.args(["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]);
        init.arg("--pgdata").arg(&postgres.folder);
        Step::new("make a database server", init).run()?;
        let mut start = postgres.command("pg_ctl");
        // What it holds is thrown away, so it need not reach the disk.
        let options = format!(
            "-p {port} -k {} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=400",
            postgres.folder.display()
        );
        start.arg("-D").arg(&postgres.folder).arg("-l").arg(postgres.folder.join("log"));
        start.args(["-w", "-o", &options, "start"]);
        Step::new("start the database server", start).run()?;
        Ok(postgres)
    }

    /// The server's address.
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}", self.port)
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
        let mut stop = self.command("pg_ctl");
        stop.arg("-D").arg(&self.folder).args(["-m", "immediate", "-w", "stop"]);
        if let Err(error) = Step::new("stop the database server", stop).run() {
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
        bail!("the tests on PostgreSQL need its server: install postgresql");
    }
    println!("installing PostgreSQL (about 1 min, once)");
    debian::packages(&["postgresql"])?;
    installed().context("Debian's postgresql was installed, but there is no initdb")
}

/// Where an installed server is: Debian keeps each version in a folder of its own, outside of PATH.
fn installed() -> Option<PathBuf> {
    if let Some(initdb) = child::find("initdb") {
        return initdb.parent().map(Path::to_path_buf);
    }
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?.flatten();
    let mut folders: Vec<PathBuf> = versions.map(|version| version.path().join("bin")).collect();
    folders.sort();
    folders.into_iter().rev().find(|folder| folder.join("initdb").is_file())
}
