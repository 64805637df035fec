//! Everything that must hold before a change is accepted, in steps; a step that fails does not hide what others find.

use std::fs;
use std::ops::AddAssign;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Result, ensure};

use crate::child::{self, Step};
use crate::postgres::Postgres;
use crate::{broker, browser, bundle, check, figures, place, python, toolchain};

/// The tests that run on whatever store and bus they are given.
const ON_EVERY_STORE: [&str; 5] = ["defects::", "mails::", "money::sales::", "purchase::", "search::"];
/// The tests that kill what they test under load, or measure it, and want the machine for themselves.
const ALONE: [&str; 3] = ["cluster::", "money::faults::", "watchers::"];

/// What a line begins with that is a figure for people.
const FIGURE: &str = "figure: ";

/// Tests that passed and failed.
#[derive(Clone, Copy, Default)]
pub struct Count {
    /// How many passed.
    pub passed: u64,
    /// How many failed.
    pub failed: u64,
}

impl AddAssign for Count {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

/// What became of one step.
struct Outcome {
    name: &'static str,
    elapsed: Duration,
    count: Option<Count>,
    failure: Option<String>,
}

/// Runs everything and reports. The last line is the count of all tests.
pub fn run() -> Result<()> {
    let mut outcomes = vec![step("toolchain", || toolchain::prepare().map(|()| None))];
    for (name, check) in check::ALL {
        outcomes.push(step(name, || check().map(|()| None)));
    }
    outcomes.push(step("build", || bundle::build().map(|()| None)));
    let built = outcomes.last().is_some_and(|build| build.failure.is_none());
    outcomes.push(test("tests", || cargo_tests(built)));
    outcomes.push(test("on PostgreSQL", || services_on_postgres("on PostgreSQL", false)));
    outcomes.push(test("on PostgreSQL and NATS", || services_on_postgres("on PostgreSQL and NATS", true)));
    outcomes.push(test("under load", || tests_under_load(built)));
    outcomes.push(test("browser tests", || browser::tests("browser tests", built, false)));
    outcomes.push(test("browser tests, cluster", || browser::tests("browser tests, cluster", built, true)));
    report(&outcomes)
}

fn step(name: &'static str, work: impl FnOnce() -> Result<Option<Count>>) -> Outcome {
    println!("{name}");
    let started = child::now();
    let result = work();
    let elapsed = started.elapsed();
    if let Err(error) = &result {
        eprintln!("  {error:#}");
    }
    let failure = result.as_ref().err().map(|error| format!("{error:#}"));
    Outcome { name, elapsed, count: result.ok().flatten(), failure }
}

/// A step that counts tests, from its log whether or not it succeeded.
fn test(name: &'static str, work: impl FnOnce() -> Result<()>) -> Outcome {
    // A log of an earlier run must not be counted where this one does not get as far as writing its own.
    let _ = fs::remove_file(place::log(name));
    let mut outcome = step(name, || work().map(|()| None));
    let log = fs::read_to_string(place::log(name)).unwrap_or_default();
    outcome.count = Some(figures::count(&child::plain(&log)));
    outcome
}

/// Cargo's tests, with the servers that they may start.
fn cargo_test(built: bool) -> Result<Command> {
    let mut cargo = child::command("cargo");
    // The feature is only compiled here; with it, the program that needs it shares everything else.
    cargo.args(["test", "--workspace", "--features", "ticketing/telemetry", "--no-fail-fast"]);
    cargo.envs(broker::variables()?).envs(python::variables()?).env_remove("TEST_POSTGRES_URL");
    match built {
        true => cargo.env("TICKETING_BIN", place::binary()),
        // Last week's bundle would answer for this week's code.
        false => cargo.env_remove("TICKETING_BIN"),
    };
    Ok(cargo)
}

/// All tests in Rust but those of clusters; those of the whole against the release bundle.
fn cargo_tests(built: bool) -> Result<()> {
    let mut cargo = cargo_test(built)?;
    cargo.arg("--").args(ALONE.iter().flat_map(|tests| ["--skip", tests]));
    Step::new("tests", cargo).run()
}

/// The tests of the services once more, on PostgreSQL: in one process, or each service apart, on NATS.
fn services_on_postgres(name: &'static str, apart: bool) -> Result<()> {
    let postgres = Postgres::forgetful()?;
    let mut cargo = cargo_test(false)?;
    cargo.args(["--test", "all", "--"]).args(ON_EVERY_STORE).env("TEST_POSTGRES_URL", postgres.url());
    if apart {
        cargo.arg("bus::").env("TEST_APART", "1");
    }
    Step::new(name, cargo).run()
}

/// The tests under load, one after the other. What they measured is shown.
fn tests_under_load(built: bool) -> Result<()> {
    ensure!(built, "the tests under load need the bundle, which was not built");
    let mut cargo = cargo_test(built)?;
    cargo.args(["--test", "all", "--"]).args(ALONE).args(["--test-threads", "1", "--nocapture"]);
    cargo.env("TICKETING_TELEMETRY_BIN", program_with_telemetry()?);
    Step::new("under load", cargo).run()?;
    let log = fs::read_to_string(place::log("under load"))?;
    log.lines().filter_map(|line| line.split_once(FIGURE)).for_each(|(_, figure)| println!("  {figure}"));
    Ok(())
}

/// The program with the feature `telemetry`, which the bundle does without.
fn program_with_telemetry() -> Result<PathBuf> {
    let mut cargo = child::command("cargo");
    cargo.args(["build", "--package", "ticketing", "--bin", "ticketing", "--features", "telemetry"]);
    Step::new("build with telemetry", cargo).run()?;
    Ok(place::target().join("debug").join("ticketing"))
}

fn report(outcomes: &[Outcome]) -> Result<()> {
    println!();
    for outcome in outcomes {
        let state = if outcome.failure.is_none() { "ok" } else { "FAILED" };
        let count = outcome.count.map(|count| format!("{} passed, {} failed", count.passed, count.failed));
        let elapsed = child::spoken(outcome.elapsed);
        println!("{:<24}{state:<8}{elapsed:>14}   {}", outcome.name, count.unwrap_or_default());
    }
    let mut total = Count::default();
    outcomes.iter().filter_map(|outcome| outcome.count).for_each(|count| total += count);
    let figures = figures::line(total.passed + total.failed);
    println!("\n{}", figures.unwrap_or_else(|error| format!("no figures: {error:#}")));

    let failed: Vec<&Outcome> = outcomes.iter().filter(|outcome| outcome.failure.is_some()).collect();
    // A step that fails without a failed test counts as one: what does not compile has not passed.
    total.failed += failed.iter().filter(|outcome| outcome.count.unwrap_or_default().failed == 0).count() as u64;
    for outcome in &failed {
        println!("{}: {}", outcome.name, outcome.failure.as_deref().unwrap_or_default());
    }
    println!("{} passed, {} failed", total.passed, total.failed);
    match failed.is_empty() && total.failed == 0 && total.passed > 0 {
        true => Ok(()),
        false => std::process::exit(1),
    }
}
