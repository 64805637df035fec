//! Starting the marketplace on a machine that may have nothing but Rust, a C compiler, Python and Node.

use std::env;
use std::fs;
use std::os::unix::process::CommandExt;

use anyhow::{Context, Result, bail};

use crate::{bundle, child, place};

/// Builds what is missing, fills an empty marketplace with demo data, and serves it.
pub fn run() -> Result<()> {
    bundle::build_if_stale()?;
    println!("\nThese people can sign in:");
    // It writes only into an empty marketplace; otherwise it just says who is there.
    let status = child::command(place::binary()).arg("demo").env("RUST_LOG", quiet()).status();
    if !status.context("dist/ticketing cannot be started")?.success() {
        bail!(
            "the demo data could not be written: the line above says why; cargo xtask demo starts with an empty data/"
        );
    }
    println!("\nOpen http://localhost:{} (Ctrl-C stops it)\n", env::var("PORT").as_deref().unwrap_or("8080"));
    // Only a failure comes back from here: this process becomes the server.
    Err(child::command(place::binary()).exec()).context("dist/ticketing cannot be started")
}

/// Forgets all data, then runs with the demo's.
pub fn demo() -> Result<()> {
    bundle::build_if_stale()?;
    let data = place::root().join("data");
    if data.exists() {
        println!("removing data/");
        fs::remove_dir_all(&data).context("data/ cannot be removed")?;
    }
    run()
}

/// The list of people is for reading; the log of writing them is not.
fn quiet() -> String {
    env::var("RUST_LOG").unwrap_or_else(|_| "warn".to_string())
}
