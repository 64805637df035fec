//! The machine and the programs that were measured, and what a process takes of the machine.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use servers::{nats, process};

/// The unit of `proc_pid_stat(5)`: Linux counts processor time in ticks (`USER_HZ`) of 10 ms.
const MILLISECONDS_PER_TICK: f64 = 10.0;

/// What the figures depend on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Machine {
    pub processor: String,
    pub cores: usize,
    pub memory_gigabytes: u64,
    pub kernel: String,
    /// Name and version of each program.
    pub versions: Vec<(String, String)>,
}

impl Machine {
    /// This machine, and `binary` on it.
    pub fn describe(binary: &Path) -> Machine {
        let processors = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
        let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
        let program = process::output_of(&binary.to_string_lossy(), &["--version"]);
        let mut versions = vec![("SQLite".to_owned(), rusqlite::version().to_owned())];
        versions.extend(program.as_deref().and_then(name_and_version));
        versions.extend(process::output_of("rustc", &["--version"]).as_deref().and_then(name_and_version));
        Machine {
            processor: value(&processors, "model name").unwrap_or_default(),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            memory_gigabytes: value(&memory, "MemTotal").and_then(|text| kilobytes(&text)).unwrap_or_default() >> 20,
            kernel: kernel.split(['-', '\n']).next().unwrap_or_default().to_owned(),
            versions,
        }
    }

    /// Adds the programs of a cluster.
    pub fn add_cluster(&mut self, postgres: String) {
        self.versions.push(("PostgreSQL".to_owned(), postgres));
        self.versions.push(("nats-server".to_owned(), nats::CURRENT.version.to_owned()));
    }
}

/// The first two words of what a program prints about itself.
fn name_and_version(printed: &str) -> Option<(String, String)> {
    let mut words = printed.split_whitespace();
    Some((words.next()?.to_owned(), words.next()?.to_owned()))
}

/// The value of the first line `name: value`.
fn value(text: &str, name: &str) -> Option<String> {
    let lines = text.lines().filter_map(|line| line.split_once(':'));
    lines.filter(|(key, _)| key.trim() == name).map(|(_, value)| value.trim().to_owned()).next()
}

fn kilobytes(text: &str) -> Option<u64> {
    text.split_whitespace().next()?.parse().ok()
}

/// The processor time that a process has used, in milliseconds.
///
/// # Errors
/// If it does not run.
pub fn processor_milliseconds(process: u32) -> Result<f64> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).context("the process does not run")?;
    // The second field, the name in parentheses, may contain spaces; the third one follows.
    let fields: Vec<&str> = stat.rsplit_once(')').context("it has a name")?.1.split_whitespace().collect();
    let ticks = |number: usize| fields.get(number - 3).and_then(|field| field.parse::<f64>().ok()).unwrap_or_default();
    Ok((ticks(14) + ticks(15)) * MILLISECONDS_PER_TICK)
}

/// The memory of a process in megabytes.
///
/// # Errors
/// If it does not run.
pub fn resident_megabytes(process: u32) -> Result<f64> {
    megabytes(process, "VmRSS")
}

/// The most memory that a process has had so far, in megabytes.
///
/// # Errors
/// If it does not run.
pub fn peak_megabytes(process: u32) -> Result<f64> {
    megabytes(process, "VmHWM")
}

#[expect(clippy::cast_precision_loss, reason = "no machine has 2^53 kB")]
fn megabytes(process: u32, field: &str) -> Result<f64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).context("the process does not run")?;
    let kilobytes = value(&status, field).and_then(|text| kilobytes(&text)).context("it has ended")?;
    Ok(kilobytes as f64 * 1024.0 / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_found_by_its_whole_name() {
        assert_eq!(value("MemFree: 1 kB\nMemTotal:   24 kB\n", "MemTotal").as_deref(), Some("24 kB"));
        assert_eq!(value("MemTotal: 1 kB", "Mem"), None);
    }

    #[test]
    fn programs_print_their_name_and_version() {
        let expected = Some(("rustc".to_owned(), "1.95.0".to_owned()));

        assert_eq!(name_and_version("rustc 1.95.0 (59807616e 2026-04-14)"), expected);
        assert_eq!(name_and_version(""), None);
    }

    #[test]
    fn this_process_uses_the_machine() {
        let process = std::process::id();

        assert!(processor_milliseconds(process).expect("it runs") >= 0.0);
        assert!(resident_megabytes(process).expect("it runs") > 0.1);
    }
}
