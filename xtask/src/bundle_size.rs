//! How large the client is, and which crates make it large.

use std::fs;

use anyhow::{Result, ensure};
use servers::step::Step;
use servers::{paths, process};

use crate::toolchain;

/// Prints how many bytes each crate adds to the client. Links the client again for that, with symbol names, and measures it
/// before `wasm-opt` removes them.
pub fn print_by_crate() -> Result<()> {
    toolchain::prepare()?;
    let mut cargo = process::command("cargo");
    cargo.args(["build", "--bin", "ticketing", "--no-default-features", "--features", "web"]);
    cargo.args(["--target", toolchain::WASM, "--profile", "wasm-release"]);
    cargo.args(["--config", "profile.wasm-release.strip=false"]);
    Step::new("link with names", cargo).run()?;
    let mut node = process::command("node");
    node.arg(paths::root().join("xtask/scripts/bundle_size.mjs"));
    node.arg(paths::target().join(toolchain::WASM).join("wasm-release/ticketing.wasm"));
    ensure!(node.status()?.success(), "the client could not be measured");
    Ok(())
}

/// The size of the client's WASM in bytes, plain and in brotli. The scanner, which only the door loads, does not count.
pub fn client() -> Result<(u64, u64)> {
    let files = paths::files_in(&paths::dist().join("public/assets"));
    let total = |end: &str| {
        let matching = files.iter().filter(|file| file.to_string_lossy().ends_with(end));
        matching.filter_map(|file| fs::metadata(file).ok()).map(|metadata| metadata.len()).sum::<u64>()
    };
    let sizes = (total(".wasm"), total(".wasm.br"));
    ensure!(sizes.0 > 0 && sizes.1 > 0, "dist/public contains no client: run cargo xtask build");
    Ok(sizes)
}
