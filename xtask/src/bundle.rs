//! The release bundle in `dist/`: one binary and, beside it, the client in `public/`.

use std::fs;
use std::path::Path;
use std::time::SystemTime;

use anyhow::{Context, Result};
use servers::step::Step;
use servers::{paths, process};

use crate::{bundle_size, scanner, toolchain};

/// The files and folders from which the bundle is built.
const SOURCES: [&str; 7] = ["app", "server", "shared", "assets", "Cargo.toml", "Cargo.lock", "Dioxus.toml"];

/// Builds the bundle, and prints how much a browser loads.
pub fn build() -> Result<()> {
    toolchain::prepare()?;
    println!("building the release bundle (about 8 min the first time, then as long as the change takes)");
    // dx adds files to this folder and never removes any, so the files of an earlier client would be shipped again.
    let stale = paths::target().join("dx/ticketing/release/web/public");
    if stale.exists() {
        fs::remove_dir_all(&stale).with_context(|| format!("cannot remove {}", stale.display()))?;
    }
    let mut dx = process::command("dx");
    dx.args(["build", "--web", "--fullstack", "--release", "--debug-symbols", "false"]);
    // With CI set, dx builds client and server one after the other, which takes half the memory.
    dx.envs([("CI", "1"), ("DX_TELEMETRY_ENABLED", "false")]);
    Step::new("build", dx).run()?;
    collect()?;
    scanner::build(&paths::dist().join("public"))?;

    let mut node = process::command("node");
    node.arg(paths::root().join("xtask/scripts/compress.mjs")).arg(paths::dist().join("public"));
    Step::new("compress", node).run()?;
    let (plain, brotli) = bundle_size::client()?;
    println!("the client is {} kB of WASM, {} kB in brotli", plain / 1000, brotli / 1000);
    Ok(())
}

/// Builds the bundle unless it is newer than all of its sources.
pub fn build_if_stale() -> Result<()> {
    if is_fresh() { Ok(()) } else { build() }
}

fn is_fresh() -> bool {
    let Some(built) = modified(&paths::binary()) else { return false };
    paths::dist().join("public").is_dir() && SOURCES.iter().all(|source| newest(&paths::root().join(source)) <= built)
}

fn modified(file: &Path) -> Option<SystemTime> {
    fs::metadata(file).and_then(|metadata| metadata.modified()).ok()
}

/// When the newest file in a folder changed, or the folder itself, which the removal of a file changes.
fn newest(path: &Path) -> SystemTime {
    let own = modified(path).unwrap_or(SystemTime::UNIX_EPOCH);
    let entries = fs::read_dir(path).into_iter().flatten().flatten();
    entries.map(|entry| newest(&entry.path())).max().map_or(own, |inside| inside.max(own))
}

/// Copies the output of dx into `dist/`.
fn collect() -> Result<()> {
    let built = paths::target().join("dx/ticketing/release/web");
    let (dist, public) = (paths::dist(), paths::dist().join("public"));
    fs::create_dir_all(&dist).with_context(|| format!("cannot create {}", dist.display()))?;
    if public.exists() {
        fs::remove_dir_all(&public).with_context(|| format!("cannot remove {}", public.display()))?;
    }
    copy(&built.join("public"), &public)?;
    // The binary of a running server cannot be written to, but it can be replaced.
    let new = dist.join("ticketing.new");
    fs::copy(built.join("server"), &new).context("dx built no server")?;
    fs::rename(&new, paths::binary()).context("cannot replace dist/ticketing")
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).with_context(|| format!("cannot create {}", to.display()))?;
    for entry in fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))? {
        let entry = entry?;
        let name = entry.file_name();
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &to.join(name))?;
        } else if !name.to_string_lossy().starts_with('.') {
            fs::copy(entry.path(), to.join(&name))
                .with_context(|| format!("cannot copy {}", entry.path().display()))?;
        }
    }
    Ok(())
}
