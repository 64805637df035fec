//! The release bundle in `dist/`: one binary and, beside it, the client in `public/`.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context, Result, ensure};

use crate::child::{self, Step};
use crate::{place, toolchain};

/// What the bundle is made of.
const SOURCES: [&str; 7] = ["app", "server", "shared", "assets", "Cargo.toml", "Cargo.lock", "Dioxus.toml"];

/// Compresses what never changes under its name as far as it goes, once, so that the server does not on every request.
const COMPRESS: &str = r#"
const fs = require("fs"), path = require("path"), zlib = require("zlib");
const compressible = /\.(wasm|js|css|ftl|svg|json|txt|webmanifest)$/;
const folder = process.argv[1];
for (const name of fs.readdirSync(folder, { recursive: true })) {
  const file = path.join(folder, name);
  if (!compressible.test(name) || !fs.statSync(file).isFile()) continue;
  const plain = fs.readFileSync(file);
  if (plain.length < 512) continue;
  const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_SIZE_HINT } = zlib.constants;
  const params = { [BROTLI_PARAM_QUALITY]: 11, [BROTLI_PARAM_SIZE_HINT]: plain.length };
  fs.writeFileSync(file + ".br", zlib.brotliCompressSync(plain, { params }));
  fs.writeFileSync(file + ".gz", zlib.gzipSync(plain, { level: 9 }));
}
"#;

/// Weighs the client by crate.
const WEIGH: &str = include_str!("../weigh.mjs");

/// Builds the bundle, and says how much a browser has to load.
pub fn build() -> Result<()> {
    toolchain::prepare()?;
    println!("building the release bundle (about 8 min the first time, then as long as what changed takes)");
    // dx adds to this folder and never removes: what an earlier client was made of would be shipped again.
    let stale = place::target().join("dx/ticketing/release/web/public");
    if stale.exists() {
        fs::remove_dir_all(&stale).with_context(|| format!("removing {}", stale.display()))?;
    }
    let mut dx = child::command("dx");
    dx.args(["build", "--web", "--fullstack", "--release", "--debug-symbols", "false"]);
    // CI: client and server one after the other, which needs half the memory.
    dx.envs([("CI", "1"), ("DX_TELEMETRY_ENABLED", "false")]);
    Step::new("build", dx).run()?;
    collect()?;

    let mut node = child::command("node");
    node.args(["-e", COMPRESS]).arg(place::dist().join("public"));
    Step::new("compress", node).run()?;
    let (plain, brotli) = client_size()?;
    println!("the client is {} kB of WASM, {} kB in brotli", plain / 1000, brotli / 1000);
    Ok(())
}

/// Says which crate makes the client how heavy. It is linked once more for that, with names, and before `wasm-opt`.
pub fn weigh() -> Result<()> {
    toolchain::prepare()?;
    let mut cargo = child::command("cargo");
    cargo.args(["build", "--bin", "ticketing", "--no-default-features", "--features", "web"]);
    cargo.args(["--target", "wasm32-unknown-unknown", "--profile", "wasm-release"]);
    cargo.args(["--config", "profile.wasm-release.strip=false"]);
    Step::new("link with names", cargo).run()?;
    let mut node = child::command("node");
    node.args(["--input-type=module", "-e", WEIGH, "--"]);
    node.arg(place::target().join("wasm32-unknown-unknown/wasm-release/ticketing.wasm"));
    ensure!(node.status()?.success(), "the client could not be weighed");
    Ok(())
}

/// Builds the bundle unless it is newer than everything it is made of.
pub fn build_if_stale() -> Result<()> {
    match is_fresh() {
        true => Ok(()),
        false => build(),
    }
}

fn is_fresh() -> bool {
    let Some(built) = modified(&place::binary()) else { return false };
    place::dist().join("public").is_dir() && SOURCES.iter().all(|source| newest(&place::root().join(source)) <= built)
}

fn modified(file: &Path) -> Option<SystemTime> {
    fs::metadata(file).and_then(|metadata| metadata.modified()).ok()
}

/// When the newest file in a folder changed, or the folder itself: removing a file is a change too.
fn newest(path: &Path) -> SystemTime {
    let itself = modified(path).unwrap_or(SystemTime::UNIX_EPOCH);
    let entries = fs::read_dir(path).into_iter().flatten().flatten();
    entries.map(|entry| newest(&entry.path())).max().map_or(itself, |inside| inside.max(itself))
}

/// Copies what dx built into `dist/`.
fn collect() -> Result<()> {
    let built = place::target().join("dx/ticketing/release/web");
    let (dist, public) = (place::dist(), place::dist().join("public"));
    fs::create_dir_all(&dist).with_context(|| format!("making {}", dist.display()))?;
    if public.exists() {
        fs::remove_dir_all(&public).with_context(|| format!("removing {}", public.display()))?;
    }
    copy(&built.join("public"), &public)?;
    // A running server keeps the file that it was started from; writing into it would be refused.
    let arriving = dist.join("ticketing.new");
    fs::copy(built.join("server"), &arriving).context("dx built no server")?;
    fs::rename(&arriving, place::binary()).context("putting the server in its place")
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).with_context(|| format!("making {}", to.display()))?;
    for entry in fs::read_dir(from).with_context(|| format!("reading {}", from.display()))? {
        let entry = entry?;
        let name = entry.file_name();
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &to.join(name))?;
        } else if !name.to_string_lossy().starts_with('.') {
            fs::copy(entry.path(), to.join(&name)).with_context(|| format!("copying {}", entry.path().display()))?;
        }
    }
    Ok(())
}

/// The size of the client's WASM in bytes, plain and in brotli.
pub fn client_size() -> Result<(u64, u64)> {
    let files = files_in(&place::dist().join("public"));
    let ends_with = |end: &str| {
        let matching = files.iter().filter(|file| file.to_string_lossy().ends_with(end));
        matching.filter_map(|file| fs::metadata(file).ok()).map(|metadata| metadata.len()).sum::<u64>()
    };
    let sizes = (ends_with(".wasm"), ends_with(".wasm.br"));
    ensure!(sizes.0 > 0 && sizes.1 > 0, "dist/public has no client in it: cargo xtask build");
    Ok(sizes)
}

/// All files below a folder, in order; none where there is no such folder.
pub fn files_in(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut entries: Vec<PathBuf> = fs::read_dir(folder).into_iter().flatten().flatten().map(|e| e.path()).collect();
    entries.sort();
    for path in entries {
        match path.is_dir() {
            true => found.extend(files_in(&path)),
            false => found.push(path),
        }
    }
    found
}
