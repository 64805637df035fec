//! One process of a cluster.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;

use anyhow::{Context, Result, bail};

use crate::{child, processes};

/// One process: what it is, and the child while it runs.
pub struct Member {
    name: String,
    part: String,
    program: PathBuf,
    port: u16,
    variables: Vec<(String, String)>,
    log: PathBuf,
    child: Option<Child>,
    /// The network namespace that it runs in, if it is not the machine's own.
    pub(super) namespace: Option<String>,
    /// Whether its log appears here, under its name; otherwise it is in a file.
    pub(super) follow: bool,
}

impl Member {
    /// A process that is to be started, and logs in that folder.
    pub(super) fn new(program: &Path, part: &str, number: usize, folder: &Path) -> Result<Member> {
        let name = format!("{part}-{number}");
        Ok(Member {
            log: folder.join(format!("{name}.log")),
            name,
            part: part.to_owned(),
            program: program.to_owned(),
            port: processes::free_port()?,
            variables: Vec::new(),
            child: None,
            namespace: None,
            follow: false,
        })
    }

    pub(super) fn set(&mut self, name: &str, value: &str) {
        self.variables.push((name.to_owned(), value.to_owned()));
    }

    /// Its name, as in `orders-1`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it runs.
    pub fn part(&self) -> &str {
        &self.part
    }

    /// Where its health and metrics are, and the site if it is a web process.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its process id; 0 if it does not run.
    pub fn pid(&self) -> u32 {
        self.child.as_ref().map_or(0, Child::id)
    }

    /// What it has written.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Starts the process.
    pub fn start(&mut self) -> Result<()> {
        let mut command = match &self.namespace {
            Some(namespace) => {
                let mut command = child::command("ip");
                command.args(["netns", "exec", namespace]).arg(&self.program);
                command
            }
            None => child::command(&self.program),
        };
        // A process in a network of its own is reached from outside, if at all.
        let host = if self.namespace.is_some() { "0.0.0.0" } else { "127.0.0.1" };
        command.env("HOST", host).env("PORT", self.port.to_string());
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        processes::apart(&mut command);
        match self.follow {
            true => command.stdout(Stdio::null()).stderr(Stdio::piped()),
            false => {
                let log = File::options().create(true).append(true).open(&self.log)?;
                command.stdout(log.try_clone()?).stderr(log)
            }
        };
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

    /// Waits until it says that it is ready.
    pub fn gets_ready(&self) -> Result<()> {
        if self.namespace.is_some() {
            // Its health is inside its network; that it runs is seen by what it does.
            return Ok(());
        }
        let ready = processes::eventually(&format!("{} is ready", self.name), || processes::is_ready(self.port));
        ready.with_context(|| child::tail(&self.log, 20))
    }

    /// `kill -9`.
    pub fn kill(&mut self) -> Result<()> {
        let Some(mut child) = self.child.take() else { bail!("{} does not run", self.name) };
        child.kill()?;
        child.wait()?;
        Ok(())
    }

    pub(super) fn ask_to_end(&self) {
        self.signal("TERM");
    }

    /// Sends a signal, as in `STOP` or `CONT`.
    pub fn signal(&self, name: &str) {
        if let Some(child) = &self.child {
            processes::signal(child, name);
        }
    }

    /// Stops it as an operator would. Says whether it ended by itself, in time.
    pub fn stop(&mut self) -> bool {
        self.child.take().is_none_or(|mut child| processes::end(&mut child))
    }
}

fn spawn(mut command: Command, name: &str) -> Result<Child> {
    command.stdin(Stdio::null()).spawn().with_context(|| format!("{name} cannot be started"))
}
