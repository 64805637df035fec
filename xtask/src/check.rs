//! What is checked without running the project: format, lints of both faces, our own rules, licences.

use std::process::Command;

use anyhow::{Result, bail};

use crate::child::{self, Step};
use crate::{manifests, tidy, toolchain};

/// One check by its name.
pub type Check = (&'static str, fn() -> Result<()>);

/// Every check, the fastest first.
pub const ALL: [Check; 6] = [
    ("format", format),
    ("tidy", tidy::check),
    ("manifests", manifests::check),
    ("licences", deny),
    ("lint server", lint_server),
    ("lint client", lint_client),
];

/// Runs every check, also after one failed.
pub fn run() -> Result<()> {
    toolchain::prepare()?;
    let mut failed = Vec::new();
    for (name, check) in ALL {
        if let Err(error) = check() {
            eprintln!("  {error:#}");
            failed.push(name);
        }
    }
    match failed.is_empty() {
        true => Ok(()),
        false => bail!("these checks failed: {}", failed.join(", ")),
    }
}

fn cargo(arguments: &[&str]) -> Command {
    let mut cargo = child::command("cargo");
    cargo.args(arguments);
    cargo
}

fn format() -> Result<()> {
    Step::new("format", cargo(&["fmt", "--all", "--check"])).run()
}

fn lint_server() -> Result<()> {
    let arguments =
        ["clippy", "--workspace", "--all-targets", "--features", "ticketing/telemetry", "--", "-D", "warnings"];
    Step::new("lint server", cargo(&arguments)).run()
}

fn lint_client() -> Result<()> {
    let what =
        ["clippy", "--package", "ticketing", "--lib", "--bins", "--features", "web", "--target", toolchain::WASM];
    let mut clippy = cargo(&what);
    clippy.args(["--", "-D", "warnings"]);
    Step::new("lint client", clippy).run()
}

/// Advisories are left out: their database may be out of reach, and a new one is no fault of a change.
fn deny() -> Result<()> {
    toolchain::prepare_deny()?;
    Step::new("licences", cargo(&["deny", "check", "bans", "licenses", "sources"])).run()
}
