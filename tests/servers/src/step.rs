//! One program that takes a while: its output goes to a log file, and a status line shows that it runs.

use std::fs::{self, File};
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::paths;
use crate::process::{format_duration, now, tail, without_escapes};

/// Interval between two looks at the child; a terminal's status line is redrawn as often.
const POLL_INTERVAL: Duration = Duration::from_millis(250);

/// Interval between two status lines without a terminal.
const STATUS_INTERVAL: Duration = Duration::from_secs(30);

/// The same for a step that reports its own progress.
const PROGRESS_INTERVAL: Duration = Duration::from_secs(5);

/// How many lines of the log are shown after a failure.
const TAIL_LINES: usize = 60;

/// Turns the log so far into a status line.
pub type Progress = fn(&str) -> String;

/// A program with a name, which people and the log file see.
pub struct Step {
    name: String,
    command: Command,
    timeout: Option<Duration>,
    progress: Option<Progress>,
}

impl Step {
    pub fn new(name: &str, command: Command) -> Self {
        Self { name: name.to_string(), command, timeout: None, progress: None }
    }

    /// Kills the program if it takes longer.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Shows this in the status line instead of the last line of the log.
    pub fn progress(mut self, progress: Progress) -> Self {
        self.progress = Some(progress);
        self
    }

    /// Runs the program. After a failure, prints the end of the log and names the log file.
    pub fn run(self) -> Result<()> {
        let name = self.name.clone();
        let log = paths::log(&name);
        if self.run_quietly()? {
            return Ok(());
        }
        eprintln!("{}", tail(&log, TAIL_LINES));
        bail!("{name} failed; the whole output is in {}", paths::display(&log))
    }

    /// Runs the program and returns whether it succeeded, without printing its output.
    pub fn run_quietly(mut self) -> Result<bool> {
        let log = paths::log(&self.name);
        fs::create_dir_all(log.parent().expect("a log lies in a folder"))?;
        let file = File::create(&log).with_context(|| format!("cannot write {}", log.display()))?;
        self.command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file);

        let started = now();
        let program = self.command.get_program().to_string_lossy().to_string();
        let child = self.command.spawn().with_context(|| format!("{}: cannot start {program}", self.name))?;
        let status = self.wait(child, &log)?;

        let succeeded = status.is_some_and(|status| status.success());
        let mark = if succeeded { "done" } else { "failed" };
        println!("  {}: {mark} in {}", self.name, format_duration(started.elapsed()));
        Ok(succeeded)
    }

    /// Waits for the child and shows the status line. `None` if the child was killed after its timeout.
    fn wait(&self, mut child: Child, log: &Path) -> Result<Option<ExitStatus>> {
        let started = now();
        let terminal = io::stdout().is_terminal();
        let interval = if self.progress.is_some() { PROGRESS_INTERVAL } else { STATUS_INTERVAL };
        let mut reported = Duration::ZERO;
        let mut line = String::new();
        let status = loop {
            if let Some(status) = child.try_wait()? {
                break Some(status);
            }
            let elapsed = started.elapsed();
            if self.timeout.is_some_and(|timeout| elapsed > timeout) {
                child.kill()?;
                child.wait()?;
                break None;
            }
            // A step with progress reads its whole log, so it does that rarely, even on a terminal.
            let due = elapsed >= reported + interval;
            if due || (terminal && self.progress.is_none()) {
                line = self.status_line(log);
                reported = if due { elapsed } else { reported };
            }
            if terminal {
                let shown: String =
                    format!("  {}: {} · {line}", self.name, format_duration(elapsed)).chars().take(110).collect();
                print!("\r\x1b[2K{shown}");
                io::stdout().flush()?;
            } else if due {
                println!("  {}: {} · {line}", self.name, format_duration(elapsed));
            }
            thread::sleep(POLL_INTERVAL);
        };
        if terminal {
            print!("\r\x1b[2K");
        }
        Ok(status)
    }

    fn status_line(&self, log: &Path) -> String {
        let Some(progress) = self.progress else {
            let text = tail(log, 5);
            return text.lines().rev().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default().to_string();
        };
        let text = fs::read(log).unwrap_or_default();
        progress(&without_escapes(&String::from_utf8_lossy(&text)))
    }
}
