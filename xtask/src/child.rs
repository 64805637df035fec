//! Running other programs: with a clean environment, a log, a time limit, and a line that shows they are alive.

use std::env;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, IsTerminal, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::place;

/// How often a terminal's line is refreshed.
const REFRESH: Duration = Duration::from_millis(250);

/// How often a line is written where there is no terminal.
const REPORT: Duration = Duration::from_secs(30);

/// What `cargo run` and rustup's proxies set for us, and what would steer a child towards their toolchain.
const SET_BY_CARGO: [&str; 12] = [
    "CARGO",
    "CARGO_BIN_NAME",
    "CARGO_CRATE_NAME",
    "CARGO_PRIMARY_PACKAGE",
    "DYLD_FALLBACK_LIBRARY_PATH",
    "LD_LIBRARY_PATH",
    "OUT_DIR",
    "RUSTC",
    "RUSTDOC",
    "RUST_RECURSION_COUNT",
    "RUSTUP_TOOLCHAIN",
    "RUSTUP_TOOLCHAIN_SOURCE",
];

/// A command in the work tree that finds the chosen toolchain and the kept tools first.
pub fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(place::root()).env("PATH", path()).env("CARGO_TARGET_DIR", place::target());
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if SET_BY_CARGO.contains(&text.as_ref())
            || text.starts_with("CARGO_PKG_")
            || text.starts_with("CARGO_MANIFEST_")
        {
            command.env_remove(&name);
        }
    }
    command
}

/// The search path of every child: the chosen toolchain, the kept tools, then the person's own.
fn path() -> std::ffi::OsString {
    let tools = place::tools();
    let mut folders = vec![tools.join("toolchain"), tools.join("bin"), tools.join("node_modules").join(".bin")];
    folders.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
    env::join_paths(folders).expect("folders that came out of PATH fit into PATH")
}

/// What a short command prints, or `None` where it cannot be run or fails.
pub fn answer(program: &str, arguments: &[&str]) -> Option<String> {
    let output = command(program).args(arguments).stdin(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_string())
}

/// Seconds and minutes, for people.
pub fn spoken(elapsed: Duration) -> String {
    match elapsed.as_secs() {
        seconds @ 0..100 => format!("{seconds} s"),
        seconds => format!("{} min {:02} s", seconds / 60, seconds % 60),
    }
}

/// A clock for wall times.
#[expect(clippy::disallowed_methods, reason = "these commands measure real time, and no test steers them")]
pub fn now() -> Instant {
    Instant::now()
}

/// One program that takes a while: its output goes to a log, and a line shows that it is alive.
pub struct Step {
    name: String,
    command: Command,
    limit: Option<Duration>,
}

impl Step {
    /// A step by the name that people and the log file see.
    pub fn new(name: &str, command: Command) -> Self {
        Self { name: name.to_string(), command, limit: None }
    }

    /// Ends the program when it takes longer than this.
    pub fn within(mut self, limit: Duration) -> Self {
        self.limit = Some(limit);
        self
    }

    /// Runs it. A failure shows the end of the log and where the log is.
    pub fn run(self) -> Result<()> {
        let name = self.name.clone();
        let log = place::log(&name);
        match self.run_quietly()? {
            true => Ok(()),
            false => {
                eprintln!("{}", tail(&log, 60));
                bail!("{name} failed; everything it said is in {}", place::shown(&log))
            }
        }
    }

    /// Runs it, and says whether it succeeded without showing why it did not.
    pub fn run_quietly(mut self) -> Result<bool> {
        let log = place::log(&self.name);
        fs::create_dir_all(log.parent().expect("a log is in a folder"))?;
        let file = File::create(&log).with_context(|| format!("writing {}", log.display()))?;
        self.command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file);

        let started = now();
        let program = self.command.get_program().to_string_lossy().to_string();
        let child = self.command.spawn().with_context(|| format!("{}: {program} cannot be started", self.name))?;
        let status = watch(child, &self.name, &log, self.limit)?;

        let succeeded = status.is_some_and(|status| status.success());
        let mark = if succeeded { "done" } else { "failed" };
        println!("  {}: {mark} in {}", self.name, spoken(started.elapsed()));
        Ok(succeeded)
    }
}

/// Waits for a child, showing the last line it wrote. `None` when it was ended for taking too long.
fn watch(mut child: Child, name: &str, log: &Path, limit: Option<Duration>) -> Result<Option<ExitStatus>> {
    let started = now();
    let terminal = io::stdout().is_terminal();
    let mut reported = Duration::ZERO;
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break Some(status);
        }
        let elapsed = started.elapsed();
        if limit.is_some_and(|limit| elapsed > limit) {
            child.kill()?;
            child.wait()?;
            break None;
        }
        if terminal {
            let line: String =
                format!("  {name}: {} · {}", spoken(elapsed), last_line(log)).chars().take(110).collect();
            print!("\r\x1b[2K{line}");
            io::stdout().flush()?;
        } else if elapsed >= reported + REPORT {
            reported = elapsed;
            println!("  {name}: {} · {}", spoken(elapsed), last_line(log));
        }
        thread::sleep(REFRESH);
    };
    if terminal {
        print!("\r\x1b[2K");
    }
    Ok(status)
}

/// The last line of a log that says something.
fn last_line(log: &Path) -> String {
    let text = tail(log, 5);
    text.lines().rev().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default().to_string()
}

/// The last lines of a file, without the codes that colour them.
pub fn tail(file: &Path, lines: usize) -> String {
    let mut bytes = Vec::new();
    let read = File::open(file).and_then(|mut file| {
        let length = file.seek(SeekFrom::End(0))?;
        file.seek(SeekFrom::Start(length.saturating_sub(32 * 1024)))?;
        file.read_to_end(&mut bytes)
    });
    if read.is_err() {
        return String::new();
    }
    let text = plain(&String::from_utf8_lossy(&bytes));
    let all: Vec<&str> = text.lines().collect();
    all[all.len().saturating_sub(lines)..].join("\n")
}

/// A text without the terminal's escape codes.
pub fn plain(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text.chars().map(|c| if c == '\r' { '\n' } else { c });
    while let Some(letter) = rest.next() {
        if letter == '\u{1b}' {
            // A code ends with its first letter.
            rest.by_ref().find(char::is_ascii_alphabetic);
        } else {
            kept.push(letter);
        }
    }
    kept
}

/// Where a program is, as children would find it.
pub fn find(program: &str) -> Option<PathBuf> {
    env::split_paths(&path()).map(|folder| folder.join(program)).find(|file| file.is_file())
}
