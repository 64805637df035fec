//! Measures the release bundle: `tests/bench`, compiled with optimisation.

use std::env;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use servers::step::Step;
use servers::{paths, process};

use crate::bundle;

/// Builds the bundle, unless `TICKETING_BIN` names a binary, and runs the benchmark with these arguments.
pub fn run(arguments: &[String]) -> Result<()> {
    let only_help = arguments.iter().any(|argument| argument == "--help" || argument == "-h");
    if env::var_os("TICKETING_BIN").is_none() && !only_help {
        bundle::build_if_stale()?;
    }
    let mut cargo = process::command("cargo");
    cargo.args(["build", "--package", "bench", "--profile", "load"]);
    Step::new("build the benchmark", cargo).run()?;
    // Files in the arguments are relative to the folder of the caller.
    let mut bench = process::command(program());
    bench.args(arguments).current_dir(env::current_dir()?);
    let status = bench.status().context("cannot start the benchmark")?;
    ensure!(status.success(), "the benchmark did not finish");
    Ok(())
}

fn program() -> PathBuf {
    paths::target().join("load").join("bench")
}
