//! Debian's own Rust, for machines where rustup cannot fetch a target: it comes with the sources of the standard library,
//! from which the client's is built.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::child::{self, Step};
use crate::{place, toolchain};

/// Debian's current Rust; its plain `rustc` is as old as the release.
const PACKAGES: [&str; 6] =
    ["rustc-web", "cargo-web", "rust-web-src", "rust-web-llvm", "rust-web-clippy", "rustfmt-web"];

/// The programs of that toolchain.
const PROGRAMS: [&str; 7] = ["cargo", "cargo-clippy", "cargo-fmt", "clippy-driver", "rustc", "rustdoc", "rustfmt"];

/// Whether packages can be installed here without asking anybody.
pub fn possible() -> bool {
    child::find("apt-get").is_some() && (is_root() || child::answer("sudo", &["-n", "true"]).is_some())
}

fn is_root() -> bool {
    child::answer("id", &["-u"]).is_some_and(|user| user == "0")
}

/// A command that may change the system.
fn privileged(program: &str) -> Command {
    if is_root() {
        return child::command(program);
    }
    let mut command = child::command("sudo");
    command.args(["-n", program]);
    command
}

/// Installs packages, without what they only recommend.
pub fn packages(names: &[&str]) -> Result<()> {
    let mut update = privileged("apt-get");
    update.args(["-qq", "update"]);
    // A stale list is good enough where one mirror of several does not answer.
    Step::new("apt-get update", update).run_quietly()?;
    let mut install = privileged("env");
    install.args(["DEBIAN_FRONTEND=noninteractive", "apt-get", "-o", "DPkg::Lock::Timeout=120", "install", "-y"]);
    install.arg("--no-install-recommends").args(names);
    Step::new("apt-get install", install).run()
}

/// Installs the toolchain, builds the client's standard library, and chooses the two.
pub fn install() -> Result<()> {
    println!("rustup cannot fetch it here: installing Debian's Rust instead (about 2 min, once)");
    packages(&PACKAGES)?;
    packages(&[&linker()])?;
    choose()?;
    println!("building the standard library for the browser from its sources (about 1 min, once)");
    let built = build_std()?;
    let rustc = place::tools().join("toolchain").join("rustc");
    let libraries = toolchain::libraries(&rustc).context("the new compiler does not answer")?;
    let mut folder = privileged("mkdir");
    folder.arg("-p").arg(&libraries);
    Step::new("make the library folder", folder).run()?;
    let mut copy = privileged("cp");
    copy.args(built).arg(&libraries);
    Step::new("install the library", copy).run()?;
    fs::remove_dir_all(std_folder())?;
    // What another standard library compiled does not link with this one.
    let stale = place::target().join(toolchain::WASM);
    if stale.exists() {
        fs::remove_dir_all(&stale).with_context(|| format!("removing {}", stale.display()))?;
    }
    Ok(())
}

/// The linker of the LLVM that this Rust was built with.
fn linker() -> String {
    let depends = child::answer("apt-cache", &["depends", "rust-web-llvm"]).unwrap_or_default();
    let version = depends.split_whitespace().find_map(|word| word.strip_prefix("llvm-"));
    format!("lld-{}", version.unwrap_or("22"))
}

/// Makes every child use Debian's toolchain. Links in a folder of their own, because all of `/usr/bin` in front would
/// hide a newer Node.
pub fn choose() -> Result<()> {
    let folder = place::tools().join("toolchain");
    fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
    for program in PROGRAMS {
        let (from, to) = (Path::new("/usr/bin").join(program), folder.join(program));
        if from.is_file() && !to.exists() {
            let _ = fs::remove_file(&to);
            std::os::unix::fs::symlink(&from, &to).with_context(|| format!("linking {}", to.display()))?;
        }
    }
    Ok(())
}

/// Where the standard library is built.
fn std_folder() -> PathBuf {
    env::temp_dir().join(format!("ticketing-std-{}", std::process::id()))
}

/// Builds the standard library, and names its files.
fn build_std() -> Result<Vec<PathBuf>> {
    let folder = std_folder();
    fs::create_dir_all(folder.join("src"))?;
    fs::write(folder.join("Cargo.toml"), "[package]\nname = \"nothing\"\nedition = \"2024\"\n\n[workspace]\n")?;
    fs::write(folder.join("src/lib.rs"), "")?;

    let mut cargo = child::command("cargo");
    cargo.args(["build", "--release", "-Zbuild-std=std,panic_abort", "--target", toolchain::WASM]);
    cargo.current_dir(&folder).env("CARGO_TARGET_DIR", folder.join("target")).env("RUSTC_BOOTSTRAP", "1");
    // Without bitcode in it, the client could not be optimised as a whole.
    cargo.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", "-Cembed-bitcode=yes");
    Step::new("build the standard library", cargo).run()?;

    let built = fs::read_dir(folder.join("target").join(toolchain::WASM).join("release/deps"))?;
    let is_library = |file: &Path| {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        (name.ends_with(".rlib") || name.ends_with(".rmeta")) && !name.starts_with("libnothing-")
    };
    Ok(built.flatten().map(|file| file.path()).filter(|file| is_library(file)).collect())
}
