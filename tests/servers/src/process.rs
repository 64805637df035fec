//! Running other programs in a clean environment, and reading what they print.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::paths;

/// Variables that `cargo run` and rustup's proxies set for this process. A child that inherited them would use their
/// toolchain instead of the one on its PATH.
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

/// How much of a log file is read to show its end, in bytes.
const TAIL_BYTES: u64 = 32 * 1024;

/// A command in the work tree. Its PATH begins with the chosen toolchain and the installed tools.
pub fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(paths::root()).env("PATH", search_path()).env("CARGO_TARGET_DIR", paths::target());
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

/// The PATH of every child: the chosen toolchain, the installed tools, then the user's own PATH.
fn search_path() -> OsString {
    let tools = paths::tools();
    let mut folders = vec![tools.join("toolchain"), tools.join("bin"), tools.join("node_modules").join(".bin")];
    folders.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
    env::join_paths(folders).expect("folders that came out of PATH fit into PATH")
}

/// Where a program lies on the PATH of [`command`].
pub fn find(program: &str) -> Option<PathBuf> {
    env::split_paths(&search_path()).map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// The output of a short command; `None` if it cannot be started or fails.
pub fn output_of(program: &str, arguments: &[&str]) -> Option<String> {
    let output = command(program).args(arguments).stdin(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_string())
}

/// Whether this process runs as root.
pub fn is_root() -> bool {
    output_of("id", &["-u"]).is_some_and(|user| user == "0")
}

/// A duration as `42 s` or `3 min 05 s`.
pub fn format_duration(duration: Duration) -> String {
    match duration.as_secs() {
        seconds @ 0..100 => format!("{seconds} s"),
        seconds => format!("{} min {:02} s", seconds / 60, seconds % 60),
    }
}

/// The current instant of the real clock.
pub fn now() -> Instant {
    Instant::now()
}

/// The last lines of a file without terminal escape codes; empty if the file cannot be read.
pub fn tail(file: &Path, lines: usize) -> String {
    let mut bytes = Vec::new();
    let read = File::open(file).and_then(|mut file| {
        let length = file.seek(SeekFrom::End(0))?;
        file.seek(SeekFrom::Start(length.saturating_sub(TAIL_BYTES)))?;
        file.read_to_end(&mut bytes)
    });
    if read.is_err() {
        return String::new();
    }
    let text = without_escapes(&String::from_utf8_lossy(&bytes));
    let all: Vec<&str> = text.lines().collect();
    all[all.len().saturating_sub(lines)..].join("\n")
}

/// A text without terminal escape codes. A carriage return counts as a line break.
pub fn without_escapes(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text.chars().map(|c| if c == '\r' { '\n' } else { c });
    while let Some(letter) = rest.next() {
        if letter == '\u{1b}' {
            // An escape code ends with its first letter.
            rest.by_ref().find(char::is_ascii_alphabetic);
        } else {
            kept.push(letter);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_codes_are_removed_and_carriage_returns_break_lines() {
        assert_eq!(without_escapes("\u{1b}[1;32mdone\u{1b}[0m\r10 %"), "done\n10 %");
    }
}
