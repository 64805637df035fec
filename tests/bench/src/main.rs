//! Measures how many operations the release bundle completes per second, each beside what limits it on the same machine and in
//! the same minute: `cargo xtask bench`.
#![allow(
    clippy::disallowed_methods,
    reason = "a benchmark measures real processes in real time, and reads the environment"
)]

mod audit;
mod bench;
mod client;
mod cluster;
mod connection;
mod events;
mod fill;
mod growth;
mod holds;
mod limits;
mod machine;
mod market;
mod nats;
mod overload;
mod pages;
mod report;
mod row;
mod site;
mod stats;
mod template;
mod user;
mod watchers;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

use anyhow::{Result, ensure};
use clap::Parser;

use crate::bench::{Bench, Plan};
use crate::machine::Machine;
use crate::report::Report;
use crate::row::{Row, Target};
use crate::site::Site;

const PAIRS: usize = 5;
const QUICK_PAIRS: usize = 3;
const DURATION: Duration = Duration::from_secs(3);
const QUICK_DURATION: Duration = Duration::from_secs(1);
/// What a process may need for its caches and pools to be filled after the start.
const REST: Duration = Duration::from_secs(2);

/// Measures the release bundle against the limits of this machine.
#[derive(Parser)]
#[command(name = "cargo xtask bench", bin_name = "cargo xtask bench")]
struct Cli {
    /// Only one process on SQLite
    #[arg(long)]
    embedded: bool,
    /// Only one process per service on PostgreSQL and NATS
    #[arg(long)]
    cluster: bool,
    /// Only rows whose names begin like one of these, such as `hold,growth`
    #[arg(long, value_delimiter = ',')]
    rows: Vec<String>,
    /// Fewer, shorter measurements and smaller data sets
    #[arg(long)]
    quick: bool,
    /// Compare with the JSON of an earlier run
    #[arg(long)]
    against: Option<PathBuf>,
    /// Write all samples to a file
    #[arg(long)]
    json: Option<PathBuf>,
}

fn main() -> ExitCode {
    match run(&Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: &Cli) -> Result<()> {
    // The processes of a site would survive a sudden end.
    ctrlc::set_handler(|| site::INTERRUPTED.store(true, Ordering::SeqCst))?;
    let binary = site::binary();
    ensure!(binary.is_file(), "{} does not exist: run `cargo xtask build` first", binary.display());
    let before = cli.against.as_deref().map(Report::read).transpose()?;
    // Every watcher is a connection.
    let _ = rlimit::increase_nofile_limit(u64::MAX);
    let (pairs, duration) = if cli.quick { (QUICK_PAIRS, QUICK_DURATION) } else { (PAIRS, DURATION) };
    let plan = Plan { pairs, duration, quick: cli.quick, rows: cli.rows.clone() };
    let machine = Machine::describe(&binary);
    let mut report = Report { machine, pairs, seconds: duration.as_secs_f64(), rows: Vec::new() };
    let mut failed = None;
    if !cli.cluster {
        failed = embedded(&plan, &mut report.rows).err();
    }
    if !cli.embedded && failed.is_none() {
        failed = cluster::measure(&plan, &mut report).err();
    }
    // What was measured before a failure may have taken an hour.
    if let Some(file) = &cli.json {
        report.write(file)?;
    }
    println!("{}", report.table(before.as_ref()));
    failed.map_or(Ok(()), Err)
}

/// All rows of one process.
fn embedded(plan: &Plan, rows: &mut Vec<Row>) -> Result<()> {
    let site = Site::embedded(site::new_folder()?, &[])?;
    thread::sleep(REST);
    let at_rest = site.resident_megabytes()?;
    let mut bench = Bench::open(site)?;
    holds::measure(plan, &mut bench, rows)?;
    overload::measure_holds(plan, &mut bench, rows)?;
    pages::measure(plan, &mut bench, rows)?;
    events::measure(plan, &mut bench, rows)?;
    growth::measure_large_show(plan, &mut bench, rows)?;
    memory(plan, rows, ("memory-at-rest", "memory after the start"), at_rest, 60.0);
    memory(plan, rows, ("memory", "memory after all rows above"), bench.site.resident_megabytes()?, 200.0);
    drop(bench);
    growth::measure(plan, rows)?;
    audit::measure(plan, rows)?;
    growth::measure_watchers(plan, rows)?;
    overload::measure(plan, rows)
}

fn memory(plan: &Plan, rows: &mut Vec<Row>, (name, operation): (&str, &str), megabytes: f64, most: f64) {
    if plan.includes(name) {
        let (name, operation) = (name.to_owned(), operation.to_owned());
        rows.push(Row {
            name,
            operation,
            megabytes: Some(megabytes),
            target: Target::Megabytes(most),
            ..Row::default()
        });
    }
}
