//! What a build needs beyond Rust, a C compiler, Python and Node: found where it is, installed where it is not.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

use crate::child::{self, Step};
use crate::{debian, place};

/// The target of the client.
pub const WASM: &str = "wasm32-unknown-unknown";

/// Fetching the target takes seconds; where the network does not have it, waiting longer does not help.
const FETCH_TIMEOUT: Duration = Duration::from_secs(60);

/// npm's packages that a web build calls, and the programs in them.
const NODE_TOOLS: [(&str, &str); 2] = [("esbuild@0.28.2", "esbuild"), ("binaryen@132.0.0", "wasm-opt")];

/// Makes sure that the client can be compiled, bundled and optimised.
pub fn prepare() -> Result<()> {
    for (program, what) in [("node", "Node 20 or newer"), ("npm", "npm, which comes with Node")] {
        ensure!(child::find(program).is_some(), "{program} is missing: install {what}, then run this again");
    }
    wasm_target()?;
    node_tools()?;
    let wasm_bindgen = locked("wasm-bindgen")?;
    if !answers("wasm-bindgen", &wasm_bindgen) {
        install("wasm-bindgen-cli", &wasm_bindgen, &[], "2 min")?;
    }
    let dioxus = locked("dioxus")?;
    if !answers("dx", &dioxus) {
        install("dioxus-cli", &dioxus, &["--locked", "--features", "no-downloads"], "7 min")?;
    }
    Ok(())
}

/// Makes sure that the licence and source checker is there.
pub fn prepare_deny() -> Result<()> {
    if child::answer("cargo", &["deny", "--version"]).is_some() {
        return Ok(());
    }
    install("cargo-deny", "^0.20", &["--locked"], "5 min")
}

/// The standard library for the client: there already, fetched by rustup, or built by Debian's toolchain.
fn wasm_target() -> Result<()> {
    if child::find("rustc").is_some_and(|rustc| has_std(&rustc)) {
        return Ok(());
    }
    let packaged = Path::new("/usr/bin/rustc");
    if packaged.is_file() && has_std(packaged) {
        return debian::choose();
    }
    if child::find("rustup").is_some() {
        println!("Rust cannot compile for the browser yet: asking rustup for {WASM} (under a minute)");
        let mut rustup = child::command("rustup");
        rustup.args(["target", "add", WASM]);
        let fetched = Step::new("rustup target add", rustup).within(FETCH_TIMEOUT).run_quietly()?;
        if fetched && child::find("rustc").is_some_and(|rustc| has_std(&rustc)) {
            return Ok(());
        }
    }
    if debian::possible() {
        return debian::install();
    }
    bail!("the standard library for {WASM} is missing: install it, for example with: rustup target add {WASM}")
}

/// Whether this compiler has a standard library for the client.
fn has_std(rustc: &Path) -> bool {
    let Some(folder) = libraries(rustc) else { return false };
    let Ok(files) = fs::read_dir(folder) else { return false };
    files.flatten().any(|file| file.file_name().to_string_lossy().starts_with("libstd-"))
}

/// Where this compiler looks for the client's standard library.
pub fn libraries(rustc: &Path) -> Option<PathBuf> {
    let arguments = ["--print", "target-libdir", "--target", WASM];
    child::answer(&rustc.to_string_lossy(), &arguments).map(PathBuf::from)
}

fn node_tools() -> Result<()> {
    let folder = place::tools();
    if NODE_TOOLS.iter().all(|(_, program)| folder.join("node_modules/.bin").join(program).is_file()) {
        return Ok(());
    }
    println!("installing esbuild and wasm-opt from npm (under a minute)");
    fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
    let mut npm = child::command("npm");
    npm.args(["install", "--no-audit", "--no-fund", "--prefix"]).arg(&folder);
    npm.args(NODE_TOOLS.map(|(package, _)| package));
    Step::new("npm install", npm).run()
}

/// The version of a package in `Cargo.lock`: tools must be of the very version of the library they work with.
fn locked(package: &str) -> Result<String> {
    let lock = fs::read_to_string(place::root().join("Cargo.lock")).context("Cargo.lock cannot be read")?;
    let mut lines = lock.lines().skip_while(|line| *line != format!("name = \"{package}\""));
    let version = lines.nth(1).and_then(|line| line.strip_prefix("version = \""));
    let version = version.with_context(|| format!("Cargo.lock has no package {package}"))?;
    Ok(version.trim_end_matches('"').to_string())
}

fn answers(program: &str, version: &str) -> bool {
    let answer = child::answer(program, &["--version"]).unwrap_or_default();
    answer.split_whitespace().any(|word| word == version)
}

/// Compiles a tool into the tools folder. Without optimisation: it takes a third of the time, and the tools are fast
/// enough.
fn install(package: &str, version: &str, arguments: &[&str], duration: &str) -> Result<()> {
    println!("installing {package} {version} (about {duration}, once)");
    let build = place::tools().join("build");
    let mut cargo = fast(child::command("cargo"));
    cargo.args(["install", package, "--version", version, "--force", "--root"]).arg(place::tools());
    cargo.args(arguments).env("CARGO_TARGET_DIR", &build).current_dir(std::env::temp_dir());
    Step::new(&format!("install {package}"), cargo).run()?;
    // Gigabytes that nothing needs again.
    fs::remove_dir_all(&build).with_context(|| format!("removing {}", build.display()))
}

/// The release profile, as cheap to build as it can be.
fn fast(mut cargo: Command) -> Command {
    cargo.envs([
        ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0"),
        ("CARGO_PROFILE_RELEASE_LTO", "false"),
        ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "256"),
        ("CARGO_PROFILE_RELEASE_DEBUG", "0"),
        ("CARGO_PROFILE_RELEASE_STRIP", "true"),
    ]);
    cargo
}
