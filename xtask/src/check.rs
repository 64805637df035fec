//! Static checks: format, lints of server and client, the project's own rules, manifests, licences.

use std::process::Command;

use anyhow::{Result, bail};
use servers::process;
use servers::step::Step;

use crate::{manifests, tidy, toolchain};

pub type Check = (&'static str, fn() -> Result<()>);

/// Every check by name, the fastest first.
pub const ALL: [Check; 6] = [
    ("format", format),
    ("tidy", tidy::check),
    ("manifests", manifests::check),
    ("licences", deny),
    ("lint server", lint_server),
    ("lint client", lint_client),
];

/// Runs every check, even after one has failed.
pub fn run() -> Result<()> {
    toolchain::prepare()?;
    let mut failed = Vec::new();
    for (name, check) in ALL {
        if let Err(error) = check() {
            eprintln!("  {error:#}");
            failed.push(name);
        }
    }
    if !failed.is_empty() {
        bail!("these checks failed: {}", failed.join(", "));
    }
    Ok(())
}

fn cargo(arguments: &[&str]) -> Command {
    let mut cargo = process::command("cargo");
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
    let arguments =
        ["clippy", "--package", "ticketing", "--lib", "--bins", "--features", "web", "--target", toolchain::WASM];
    let mut clippy = cargo(&arguments);
    clippy.args(["--", "-D", "warnings"]);
    Step::new("lint client", clippy).run()
}

/// Advisories are not checked: their database needs the network, and a new advisory is not the fault of a change.
fn deny() -> Result<()> {
    toolchain::prepare_deny()?;
    Step::new("licences", cargo(&["deny", "check", "bans", "licenses", "sources"])).run()
}
