//! Paths: the work tree, the build output, and the tools that are kept between builds.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

/// The root of the work tree.
pub fn root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.ancestors().nth(2).expect("tests/servers lies two levels below the root").to_path_buf()
}

/// Cargo's target directory: `CARGO_TARGET_DIR`, or `target` in the work tree.
pub fn target() -> PathBuf {
    match env::var_os("CARGO_TARGET_DIR") {
        Some(folder) if !folder.is_empty() => root().join(folder),
        _ => root().join("target"),
    }
}

/// The log file of a step, in `target/xtask/`.
pub fn log(step: &str) -> PathBuf {
    let name: String = step.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    target().join("xtask").join(format!("{name}.log"))
}

/// The release bundle: the binary `ticketing` and, beside it, the client in `public/`.
pub fn dist() -> PathBuf {
    root().join("dist")
}

pub fn binary() -> PathBuf {
    dist().join("ticketing")
}

/// Tools that take minutes to install. They lie outside the work tree, so that they survive `git clean` and serve every
/// clone.
pub fn tools() -> PathBuf {
    let cache = env::var_os("XDG_CACHE_HOME").filter(|folder| !folder.is_empty()).map(PathBuf::from);
    let home = || env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache"));
    cache.or_else(home).unwrap_or_else(|| root().join("target")).join("ticketing").join("tools")
}

/// A path for messages: relative to the work tree if it lies inside.
pub fn display(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

/// All files below a folder, sorted; empty if the folder does not exist.
pub fn files_in(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut entries: Vec<PathBuf> = fs::read_dir(folder).into_iter().flatten().flatten().map(|e| e.path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            found.extend(files_in(&path));
        } else {
            found.push(path);
        }
    }
    found
}
