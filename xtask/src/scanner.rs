//! The WASM of the door's page, which no other page loads: `app/scanner`.

use std::path::Path;

use anyhow::Result;
use servers::step::Step;
use servers::{paths, process};

/// Builds it into the folder `scanner` of the client's files. Needs the tools of [`toolchain::prepare`](crate::toolchain::prepare).
pub fn build(public: &Path) -> Result<()> {
    let mut cargo = process::command("cargo");
    cargo.args([
        "build",
        "--package",
        "scanner",
        "--lib",
        "--target",
        "wasm32-unknown-unknown",
        "--profile",
        "wasm-release",
    ]);
    Step::new("build scanner", cargo).run()?;
    let wasm = paths::target().join("wasm32-unknown-unknown/wasm-release/scanner.wasm");
    let mut bindgen = process::command("wasm-bindgen");
    bindgen.args(["--target", "web", "--no-typescript", "--out-name", "scanner", "--out-dir"]);
    bindgen.arg(public.join("scanner")).arg(wasm);
    Step::new("bind scanner", bindgen).run().map(drop)
}
