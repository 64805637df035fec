//! The tools that a build needs beyond Rust, a C compiler, Python and Node. Missing ones are installed.

mod debian_rust;
mod wasm_target;

pub use wasm_target::WASM;

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use servers::step::Step;
use servers::{packages, paths, process};

/// rustup downloads a target within seconds. Where its server does not have the target, more time does not help.
const RUSTUP_TIMEOUT: Duration = Duration::from_secs(60);

/// npm packages that dx calls, and the program of each.
const NODE_TOOLS: [(&str, &str); 2] = [("esbuild@0.28.2", "esbuild"), ("binaryen@132.0.0", "wasm-opt")];

/// Makes sure that the client can be compiled, bundled and optimised.
pub fn prepare() -> Result<()> {
    for (program, what) in [("node", "Node 20 or newer"), ("npm", "npm, which comes with Node")] {
        ensure!(process::find(program).is_some(), "{program} is missing: install {what}, then run this command again");
    }
    wasm_target()?;
    node_tools()?;
    let wasm_bindgen = locked("wasm-bindgen")?;
    if !has_version("wasm-bindgen", &wasm_bindgen) {
        install("wasm-bindgen-cli", &wasm_bindgen, &[], "2 min")?;
    }
    let dioxus = locked("dioxus")?;
    if !has_version("dx", &dioxus) {
        install("dioxus-cli", &dioxus, &["--locked", "--features", "no-downloads"], "7 min")?;
    }
    Ok(())
}

/// Makes sure that cargo-deny is installed.
pub fn prepare_deny() -> Result<()> {
    if process::output_of("cargo", &["deny", "--version"]).is_some() {
        return Ok(());
    }
    install("cargo-deny", "^0.20", &["--locked"], "5 min")
}

/// Makes sure that the standard library for WASM is installed: by rustup, or with Debian's Rust.
fn wasm_target() -> Result<()> {
    let is_supported = || process::find("rustc").is_some_and(|rustc| wasm_target::has_std(&rustc));
    if is_supported() {
        return Ok(());
    }
    let packaged = Path::new("/usr/bin/rustc");
    if packaged.is_file() && wasm_target::has_std(packaged) {
        return debian_rust::select();
    }
    if process::find("rustup").is_some() {
        println!("rustup installs the target {WASM} (under a minute)");
        let mut rustup = process::command("rustup");
        rustup.args(["target", "add", WASM]);
        let added = Step::new("rustup target add", rustup).timeout(RUSTUP_TIMEOUT).run_quietly()?;
        if added && is_supported() {
            return Ok(());
        }
    }
    if packages::apt_available() {
        return debian_rust::install();
    }
    bail!("the standard library for {WASM} is missing: install it, for example with: rustup target add {WASM}")
}

fn node_tools() -> Result<()> {
    let folder = paths::tools();
    if NODE_TOOLS.iter().all(|(_, program)| folder.join("node_modules/.bin").join(program).is_file()) {
        return Ok(());
    }
    println!("installing esbuild and wasm-opt from npm (under a minute)");
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let mut npm = process::command("npm");
    npm.args(["install", "--no-audit", "--no-fund", "--prefix"]).arg(&folder);
    npm.args(NODE_TOOLS.map(|(package, _)| package));
    Step::new("npm install", npm).run()
}

/// The version of a package in `Cargo.lock`. dx and wasm-bindgen refuse to work with another version of their library.
fn locked(package: &str) -> Result<String> {
    let lock = fs::read_to_string(paths::root().join("Cargo.lock")).context("cannot read Cargo.lock")?;
    let mut lines = lock.lines().skip_while(|line| *line != format!("name = \"{package}\""));
    let version = lines.nth(1).and_then(|line| line.strip_prefix("version = \""));
    let version = version.with_context(|| format!("Cargo.lock has no package {package}"))?;
    Ok(version.trim_end_matches('"').to_string())
}

fn has_version(program: &str, version: &str) -> bool {
    let output = process::output_of(program, &["--version"]).unwrap_or_default();
    output.split_whitespace().any(|part| part == version)
}

/// Compiles a tool into the tools folder. Without optimisation that takes a third of the time, and the tools are fast
/// enough.
fn install(package: &str, version: &str, arguments: &[&str], duration: &str) -> Result<()> {
    println!("installing {package} {version} (about {duration}, once)");
    let build = paths::tools().join("build");
    let mut cargo = without_optimisation(process::command("cargo"));
    cargo.args(["install", package, "--version", version, "--force", "--root"]).arg(paths::tools());
    cargo.args(arguments).env("CARGO_TARGET_DIR", &build).current_dir(env::temp_dir());
    Step::new(&format!("install {package}"), cargo).run()?;
    // The build takes gigabytes, which nothing uses again.
    fs::remove_dir_all(&build).with_context(|| format!("cannot remove {}", build.display()))
}

fn without_optimisation(mut cargo: Command) -> Command {
    cargo.envs([
        ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0"),
        ("CARGO_PROFILE_RELEASE_LTO", "false"),
        ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "256"),
        ("CARGO_PROFILE_RELEASE_DEBUG", "0"),
        ("CARGO_PROFILE_RELEASE_STRIP", "true"),
    ]);
    cargo
}
