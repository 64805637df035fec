//! Debian's Rust, for machines on which rustup cannot download the WASM target. It comes with the sources of the standard
//! library, from which the library for WASM is built.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use servers::packages::{apt_install, privileged};
use servers::step::Step;
use servers::{paths, process};

use super::wasm_target::{WASM, library_folder};

/// Debian's current Rust. The package `rustc` is as old as the Debian release.
const PACKAGES: [&str; 6] =
    ["rustc-web", "cargo-web", "rust-web-src", "rust-web-llvm", "rust-web-clippy", "rustfmt-web"];

const PROGRAMS: [&str; 7] = ["cargo", "cargo-clippy", "cargo-fmt", "clippy-driver", "rustc", "rustdoc", "rustfmt"];

/// Installs the toolchain, builds the standard library for WASM, and selects the toolchain.
pub fn install() -> Result<()> {
    println!("rustup cannot download the target here: installing Debian's Rust instead (about 2 min, once)");
    apt_install(&PACKAGES)?;
    apt_install(&[&linker()])?;
    select()?;
    println!("building the standard library for WASM from its sources (about 1 min, once)");
    let built = build_std()?;
    let rustc = paths::tools().join("toolchain").join("rustc");
    let libraries = library_folder(&rustc).context("the new compiler cannot be run")?;
    let mut mkdir = privileged("mkdir");
    mkdir.arg("-p").arg(&libraries);
    Step::new("create the library folder", mkdir).run()?;
    let mut copy = privileged("cp");
    copy.args(built).arg(&libraries);
    Step::new("install the library", copy).run()?;
    fs::remove_dir_all(std_folder())?;
    // Objects that were compiled against another standard library do not link with this one.
    let stale = paths::target().join(WASM);
    if stale.exists() {
        fs::remove_dir_all(&stale).with_context(|| format!("cannot remove {}", stale.display()))?;
    }
    Ok(())
}

/// The package of the linker that belongs to the LLVM of this Rust.
fn linker() -> String {
    let depends = process::output_of("apt-cache", &["depends", "rust-web-llvm"]).unwrap_or_default();
    let version = depends.split_whitespace().find_map(|part| part.strip_prefix("llvm-"));
    format!("lld-{}", version.unwrap_or("22"))
}

/// Puts Debian's toolchain on the PATH of every child. The links lie in a folder of their own, because `/usr/bin` itself
/// would hide a newer Node.
pub fn select() -> Result<()> {
    let folder = paths::tools().join("toolchain");
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    for program in PROGRAMS {
        let (from, to) = (Path::new("/usr/bin").join(program), folder.join(program));
        if from.is_file() && !to.exists() {
            // A link whose target is gone does not exist, but it is in the way.
            let _ = fs::remove_file(&to);
            std::os::unix::fs::symlink(&from, &to).with_context(|| format!("cannot create {}", to.display()))?;
        }
    }
    Ok(())
}

fn std_folder() -> PathBuf {
    env::temp_dir().join(format!("ticketing-std-{}", std::process::id()))
}

/// Builds the standard library, and returns its files.
fn build_std() -> Result<Vec<PathBuf>> {
    let folder = std_folder();
    fs::create_dir_all(folder.join("src"))?;
    fs::write(folder.join("Cargo.toml"), "[package]\nname = \"nothing\"\nedition = \"2024\"\n\n[workspace]\n")?;
    fs::write(folder.join("src/lib.rs"), "")?;

    let mut cargo = process::command("cargo");
    cargo.args(["build", "--release", "-Zbuild-std=std,panic_abort", "--target", WASM]);
    cargo.current_dir(&folder).env("CARGO_TARGET_DIR", folder.join("target")).env("RUSTC_BOOTSTRAP", "1");
    // The client's link-time optimisation needs the bitcode.
    cargo.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", "-Cembed-bitcode=yes");
    Step::new("build the standard library", cargo).run()?;

    let built = fs::read_dir(folder.join("target").join(WASM).join("release/deps"))?;
    let is_library = |file: &Path| {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        (name.ends_with(".rlib") || name.ends_with(".rmeta")) && !name.starts_with("libnothing-")
    };
    Ok(built.flatten().map(|file| file.path()).filter(|file| is_library(file)).collect())
}
