//! The row about the audit of a large marketplace.

use std::fs;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use crate::bench::Plan;
use crate::machine::peak_megabytes;
use crate::row::{Row, Target};
use crate::{fill, site};

const TICKETS: usize = 1_000_000;
const QUICK_TICKETS: usize = 100_000;
const POLL_INTERVAL: Duration = Duration::from_millis(10);

/// Audits a large data set once, and measures the memory that this takes.
///
/// # Errors
/// If the audit fails.
pub fn measure(plan: &Plan, rows: &mut Vec<Row>) -> Result<()> {
    if !plan.includes("audit") {
        return Ok(());
    }
    let tickets = if plan.quick { QUICK_TICKETS } else { TICKETS };
    let folder = fill::copy(&fill::data_set(tickets)?)?;
    let mut command = Command::new(site::binary());
    command.arg("audit").env_clear().env("DATABASE_URL", format!("sqlite://{}", folder.display()));
    command.env("RUST_LOG", "error").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let (started, mut megabytes) = (Instant::now(), 0.0);
    let mut audit = command.spawn()?;
    let status = loop {
        // Between its end and this look, a process has no memory any more.
        megabytes = peak_megabytes(audit.id()).unwrap_or(megabytes);
        if let Some(status) = audit.try_wait()? {
            break status;
        }
        thread::sleep(POLL_INTERVAL);
    };
    let seconds = started.elapsed().as_secs_f64();
    fs::remove_dir_all(folder)?;
    ensure!(status.success(), "the audit of the filled databases found something");
    rows.push(Row {
        name: "audit".to_owned(),
        operation: format!("memory of an audit of {tickets} tickets"),
        megabytes: Some(megabytes),
        target: Target::Megabytes(256.0),
        note: Some(format!("it took {seconds:.1} s")),
        ..Row::default()
    });
    Ok(())
}
