//! Where things are: the work tree, what is built from it, and the tools that are kept for the next build.

use std::env;
use std::path::{Path, PathBuf};

/// The root of the work tree.
pub fn root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().expect("xtask is a folder of the work tree").to_path_buf()
}

/// What cargo builds into: `CARGO_TARGET_DIR`, or `target` in the work tree.
pub fn target() -> PathBuf {
    match env::var_os("CARGO_TARGET_DIR") {
        Some(folder) if !folder.is_empty() => root().join(folder),
        _ => root().join("target"),
    }
}

/// The log of one step, in `target/xtask/`.
pub fn log(step: &str) -> PathBuf {
    let name: String = step.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    target().join("xtask").join(format!("{name}.log"))
}

/// The finished bundle: the binary `ticketing` and, beside it, the client in `public/`.
pub fn dist() -> PathBuf {
    root().join("dist")
}

/// The binary of the finished bundle.
pub fn binary() -> PathBuf {
    dist().join("ticketing")
}

/// Tools that take minutes to install. They are outside the work tree, so that `git clean` and a fresh clone keep them.
pub fn tools() -> PathBuf {
    let cache = env::var_os("XDG_CACHE_HOME").filter(|folder| !folder.is_empty()).map(PathBuf::from);
    let home = || env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache"));
    cache.or_else(home).unwrap_or_else(|| root().join("target")).join("ticketing").join("tools")
}

/// A path as a person would write it: relative to the work tree where it is in it.
pub fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}
