//! The compilation target of the client.

use std::fs;
use std::path::{Path, PathBuf};

use servers::process;

pub const WASM: &str = "wasm32-unknown-unknown";

/// Whether this compiler has a standard library for the target.
pub fn has_std(rustc: &Path) -> bool {
    let Some(folder) = library_folder(rustc) else { return false };
    let Ok(files) = fs::read_dir(folder) else { return false };
    files.flatten().any(|file| file.file_name().to_string_lossy().starts_with("libstd-"))
}

/// Where this compiler looks for the standard library of the target.
pub fn library_folder(rustc: &Path) -> Option<PathBuf> {
    let arguments = ["--print", "target-libdir", "--target", WASM];
    process::output_of(&rustc.to_string_lossy(), &arguments).map(PathBuf::from)
}
