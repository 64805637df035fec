//! Files of data, which nobody but their owner may read, whatever the system gives by default (OWASP ASVS 5.0, 14.2.4).

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

/// Creates a folder and those above it. One that exists stays as its owner has made it.
pub fn create_folder(folder: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// Opens a file for writing at its end, and creates it if it is missing.
pub fn open(file: &Path) -> io::Result<File> {
    File::options().append(true).create(true).mode(0o600).open(file)
}
