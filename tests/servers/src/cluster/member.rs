//! One process of a cluster.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;

use anyhow::{Context, Result, bail};

use crate::{process, server_process};

/// How many lines of its log are shown when a process does not become ready.
const TAIL_LINES: usize = 20;

/// A process that can be started, killed and started again.
pub struct Member {
    name: String,
    role: String,
    program: PathBuf,
    port: u16,
    metrics_port: u16,
    variables: Vec<(String, String)>,
    log: PathBuf,
    child: Option<Child>,
    /// The network namespace in which it runs; `None` for the machine's own.
    pub(super) namespace: Option<String>,
    /// Whether its log is printed under its name; otherwise it is written to a file.
    pub(super) print_log: bool,
}

impl Member {
    /// A process that is not started yet. Its log goes to `folder`.
    pub(super) fn new(program: &Path, role: &str, number: usize, folder: &Path) -> Result<Member> {
        let name = format!("{role}-{number}");
        Ok(Member {
            log: folder.join(format!("{name}.log")),
            name,
            role: role.to_owned(),
            program: program.to_owned(),
            port: server_process::free_port()?,
            metrics_port: server_process::free_port()?,
            variables: Vec::new(),
            child: None,
            namespace: None,
            print_log: false,
        })
    }

    /// Sets an environment variable for the next start.
    pub(super) fn set(&mut self, name: &str, value: &str) {
        self.variables.push((name.to_owned(), value.to_owned()));
    }

    /// The name, such as `orders-1`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The `SERVICES` value: a service, or `web`.
    pub fn role(&self) -> &str {
        &self.role
    }

    /// The port of health, and of the site if this is a web process.
    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn metrics_port(&self) -> u16 {
        self.metrics_port
    }

    /// The process id; 0 if it does not run.
    pub fn pid(&self) -> u32 {
        self.child.as_ref().map_or(0, Child::id)
    }

    /// The log so far; empty if it is printed.
    pub fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    pub fn start(&mut self) -> Result<()> {
        let mut command = match &self.namespace {
            Some(namespace) => {
                let mut command = process::command("ip");
                command.args(["netns", "exec", namespace]).arg(&self.program);
                command
            }
            None => process::command(&self.program),
        };
        // A process in its own network namespace is reached from outside of it.
        let host = if self.namespace.is_some() { "0.0.0.0" } else { "127.0.0.1" };
        command.env("HOST", host).env("PORT", self.port.to_string());
        command.env("METRICS", format!("{host}:{}", self.metrics_port));
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        server_process::detach_from_terminal(&mut command);
        if self.print_log {
            command.stdout(Stdio::null()).stderr(Stdio::piped());
        } else {
            let log = File::options().create(true).append(true).open(&self.log)?;
            command.stdout(log.try_clone()?).stderr(log);
        }
        let mut child = spawn(command, &self.name)?;
        if let Some(lines) = child.stderr.take() {
            let name = self.name.clone();
            thread::spawn(move || {
                for line in BufReader::new(lines).lines().map_while(Result::ok) {
                    let _ = writeln!(std::io::stdout(), "{name:<14}{line}");
                }
            });
        }
        self.child = Some(child);
        Ok(())
    }

    /// Waits until its health endpoint reports that it is ready.
    pub fn wait_until_ready(&self) -> Result<()> {
        if self.namespace.is_some() {
            // Its health endpoint is not reachable from this network; the cluster's own readiness depends on it.
            return Ok(());
        }
        let ready =
            server_process::wait_until(&format!("{} is ready", self.name), || server_process::is_ready(self.port));
        ready.with_context(|| process::tail(&self.log, TAIL_LINES))
    }

    /// `kill -9`.
    pub fn kill(&mut self) -> Result<()> {
        let Some(mut child) = self.child.take() else { bail!("{} does not run", self.name) };
        child.kill()?;
        child.wait()?;
        Ok(())
    }

    pub(super) fn send_sigterm(&self) {
        self.signal("TERM");
    }

    /// Sends a signal, such as `STOP` or `CONT`.
    pub fn signal(&self, name: &str) {
        if let Some(child) = &self.child {
            server_process::signal(child, name);
        }
    }

    /// Stops it gracefully. Returns whether it terminated by itself, in time.
    pub fn stop(&mut self) -> bool {
        self.child.take().is_none_or(|mut child| server_process::terminate(&mut child))
    }
}

fn spawn(mut command: Command, name: &str) -> Result<Child> {
    command.stdin(Stdio::null()).spawn().with_context(|| format!("cannot start {name}"))
}
