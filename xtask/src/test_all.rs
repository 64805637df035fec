//! Everything that must hold before a change is accepted, in steps. A failed step does not stop the others.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, exit};
use std::time::Duration;

use anyhow::{Result, ensure};
use servers::postgres::Postgres;
use servers::step::Step;
use servers::{nats, packages, paths, process};

use crate::test_log::{self, Count};
use crate::{browser, bundle, check, stats, toolchain};

/// The tests that run once more on PostgreSQL.
const ON_EVERY_STORE: &str = "in_process::";
/// The tests of the bus itself. They choose their own bus, so they run once more only where NATS is used.
const BUS: &str = "in_process::bus::";
/// The tests that kill processes under load or measure them. They run one after the other, with nothing beside them.
const ALONE: [&str; 4] = ["cluster::", "http::stripe::faults::", "http::under_attack::", "http::watchers::"];

/// The prefix of a line that a test prints for the report.
const FIGURE: &str = "figure: ";

/// The result of one step.
struct Outcome {
    name: &'static str,
    elapsed: Duration,
    count: Option<Count>,
    failed_tests: Vec<String>,
    failure: Option<String>,
}

/// Runs everything and prints a report. Its last line is the count of all tests.
pub fn run() -> Result<()> {
    let mut outcomes = vec![step("toolchain", toolchain::prepare)];
    for (name, check) in check::ALL {
        outcomes.push(step(name, check));
    }
    outcomes.push(step("build", bundle::build));
    let built = outcomes.last().is_some_and(|build| build.failure.is_none());
    outcomes.push(test("tests", || cargo_tests(built)));
    outcomes.push(test("on PostgreSQL", || services_on_postgres("on PostgreSQL", false)));
    outcomes.push(test("on PostgreSQL and NATS", || services_on_postgres("on PostgreSQL and NATS", true)));
    outcomes.push(test("under load", || tests_under_load(built)));
    outcomes.push(test("browser tests", || browser::tests("browser tests", built, false)));
    outcomes.push(test("browser tests, cluster", || browser::tests("browser tests, cluster", built, true)));
    report(&outcomes);
    Ok(())
}

fn step(name: &'static str, work: impl FnOnce() -> Result<()>) -> Outcome {
    println!("{name}");
    let started = process::now();
    let result = work();
    let elapsed = started.elapsed();
    if let Err(error) = &result {
        eprintln!("  {error:#}");
    }
    let failure = result.err().map(|error| format!("{error:#}"));
    Outcome { name, elapsed, count: None, failed_tests: Vec::new(), failure }
}

/// A step whose log is read for the tests that passed and failed.
fn test(name: &'static str, work: impl FnOnce() -> Result<()>) -> Outcome {
    // If this run fails before it writes its own log, the log of an earlier run must not be counted.
    let _ = fs::remove_file(paths::log(name));
    let mut outcome = step(name, work);
    let log = process::without_escapes(&fs::read_to_string(paths::log(name)).unwrap_or_default());
    outcome.count = Some(test_log::count(&log));
    outcome.failed_tests = test_log::failed(&log);
    outcome
}

/// `cargo test` for the workspace, with the servers that tests may start.
fn cargo_test(built: bool) -> Result<Command> {
    let mut cargo = process::command("cargo");
    // The feature is not needed by these tests. With it, they share their objects with the binary that is traced.
    cargo.args(["test", "--workspace", "--features", "ticketing/telemetry", "--no-fail-fast"]);
    cargo.envs(nats::variables()?).envs(packages::python_variables()?).env_remove("TEST_POSTGRES_URL");
    if built {
        cargo.env("TICKETING_BIN", paths::binary());
    } else {
        // Tests must not run against an old bundle.
        cargo.env_remove("TICKETING_BIN");
    }
    Ok(cargo)
}

/// Runs all tests in Rust except those that run alone.
fn cargo_tests(built: bool) -> Result<()> {
    let mut cargo = cargo_test(built)?;
    cargo.arg("--").args(ALONE.iter().flat_map(|tests| ["--skip", tests]));
    Step::new("tests", cargo).progress(test_log::progress).run()
}

/// Runs the tests of the services once more on PostgreSQL: in one process, or one host per service on NATS.
fn services_on_postgres(name: &'static str, separate: bool) -> Result<()> {
    let postgres = Postgres::without_fsync()?;
    let mut cargo = cargo_test(false)?;
    cargo.args(["--test", "all", "--", ON_EVERY_STORE]).env("TEST_POSTGRES_URL", postgres.url());
    if separate {
        cargo.env("TEST_APART", "1");
    } else {
        cargo.args(["--skip", BUS]);
    }
    Step::new(name, cargo).progress(test_log::progress).run()
}

/// Runs the tests that run alone, and prints their figures.
fn tests_under_load(built: bool) -> Result<()> {
    ensure!(built, "the tests under load need the bundle, which was not built");
    let mut cargo = cargo_test(built)?;
    cargo.args(["--test", "all", "--"]).args(ALONE).args(["--test-threads", "1", "--nocapture"]);
    cargo.env("TICKETING_TELEMETRY_BIN", program_with_telemetry()?);
    Step::new("under load", cargo).progress(test_log::progress).run()?;
    let log = fs::read_to_string(paths::log("under load"))?;
    log.lines().filter_map(|line| line.split_once(FIGURE)).for_each(|(_, figure)| println!("  {figure}"));
    Ok(())
}

/// Builds the program with the feature `telemetry`, which the bundle does not have.
fn program_with_telemetry() -> Result<PathBuf> {
    let mut cargo = process::command("cargo");
    cargo.args(["build", "--package", "ticketing", "--bin", "ticketing", "--features", "telemetry"]);
    Step::new("build with telemetry", cargo).run()?;
    Ok(paths::target().join("debug").join("ticketing"))
}

/// Prints the report. Ends the process with 1 if anything failed, so that the count is the last line.
fn report(outcomes: &[Outcome]) {
    println!();
    for outcome in outcomes {
        let state = if outcome.failure.is_none() { "ok" } else { "FAILED" };
        let count = outcome.count.map(|count| format!("{} passed, {} failed", count.passed, count.failed));
        let elapsed = process::format_duration(outcome.elapsed);
        println!("{:<24}{state:<8}{elapsed:>14}   {}", outcome.name, count.unwrap_or_default());
    }
    let mut total = Count::default();
    outcomes.iter().filter_map(|outcome| outcome.count).for_each(|count| total += count);
    let stats = stats::line(total.passed + total.failed);
    println!("\n{}", stats.unwrap_or_else(|error| format!("no figures: {error:#}")));

    let failed: Vec<&Outcome> = outcomes.iter().filter(|outcome| outcome.failure.is_some()).collect();
    // A step that failed without a failed test counts as one failure: code that does not compile has not passed.
    total.failed += failed.iter().filter(|outcome| outcome.count.unwrap_or_default().failed == 0).count() as u64;
    for outcome in &failed {
        println!("{}: {}", outcome.name, outcome.failure.as_deref().unwrap_or_default());
        outcome.failed_tests.iter().for_each(|test| println!("  failed: {test}"));
    }
    println!("{} passed, {} failed", total.passed, total.failed);
    if !failed.is_empty() || total.failed > 0 || total.passed == 0 {
        exit(1);
    }
}
