//! Starts the marketplace on a machine that may have nothing but Rust, a C compiler, Python and Node.

use std::env;
use std::fs;
use std::os::unix::process::CommandExt;

use anyhow::{Context, Result, bail};
use servers::{paths, process};

use crate::bundle;

/// Builds the bundle if it is stale, fills an empty marketplace with demo data, and serves it.
pub fn run() -> Result<()> {
    bundle::build_if_stale()?;
    println!("\nSign in with one of these accounts:");
    // In a marketplace that is not empty, this only lists the accounts.
    let status = process::command(paths::binary()).arg("demo").env("RUST_LOG", log_filter()).status();
    if !status.context("cannot start dist/ticketing")?.success() {
        bail!("the demo data could not be written; cargo xtask demo starts with an empty data/");
    }
    println!("\nOpen http://localhost:{} (Ctrl-C stops it)\n", env::var("PORT").as_deref().unwrap_or("8080"));
    // exec returns only if it fails: the server takes the place of this process.
    Err(process::command(paths::binary()).exec()).context("cannot start dist/ticketing")
}

/// Deletes all data, then does the same as [`run`].
pub fn demo() -> Result<()> {
    bundle::build_if_stale()?;
    let data = paths::root().join("data");
    if data.exists() {
        println!("removing data/");
        fs::remove_dir_all(&data).context("cannot remove data/")?;
    }
    run()
}

/// Keeps the log of writing the demo data out of the list of accounts.
fn log_filter() -> String {
    env::var("RUST_LOG").unwrap_or_else(|_| "warn".to_string())
}
