//! Serves the marketplace with hot reload.

use std::os::unix::process::CommandExt;

use anyhow::{Context, Result};
use servers::{paths, process};

use crate::{desktop, scanner, toolchain};

/// Runs `dx serve` with these arguments. Installs the tools first and puts them on the PATH of dx.
pub fn serve(arguments: &[String]) -> Result<()> {
    toolchain::prepare()?;
    if arguments.iter().any(|argument| argument.contains("desktop")) {
        desktop::require_libraries()?;
    }
    // dx adds files to this folder and never removes any.
    scanner::build(&paths::target().join("dx/ticketing/debug/web/public"))?;
    let mut dx = process::command("dx");
    dx.arg("serve").args(arguments).env("DX_TELEMETRY_ENABLED", "false");
    // exec returns only if it fails: dx takes the place of this process, and with it the terminal.
    Err(dx.exec()).context("cannot start dx")
}
