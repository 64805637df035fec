//! Serves the marketplace with hot reload.

use std::os::unix::process::CommandExt;

use anyhow::{Context, Result};
use servers::process;

use crate::{desktop, toolchain};

/// Runs `dx serve` with these arguments. Installs the tools first and puts them on the PATH of dx.
pub fn serve(arguments: &[String]) -> Result<()> {
    toolchain::prepare()?;
    if arguments.iter().any(|argument| argument.contains("desktop")) {
        desktop::require_libraries()?;
    }
    let mut dx = process::command("dx");
    dx.arg("serve").args(arguments).env("DX_TELEMETRY_ENABLED", "false");
    // exec returns only if it fails: dx takes the place of this process, and with it the terminal.
    Err(dx.exec()).context("cannot start dx")
}
