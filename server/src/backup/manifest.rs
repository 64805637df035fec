//! The manifest of a backup: what it consists of, and how to tell that it is whole.

use super::{at, file_of};
use crate::Error;
use crate::config::CODE_SECRET_FILE;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use shared::{Instant, Service};
use std::fmt;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Raised when an older version could not restore a backup of a newer one.
const FORMAT: u32 = 1;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Manifest {
    format: u32,
    /// The version of the program that made it.
    version: String,
    /// The moment that the backup is of.
    pub created_at: Instant,
    files: Vec<BackupFile>,
    /// SHA-256 of the file with the secret of the tickets' codes; `None` if the site has it elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    code_secret: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct BackupFile {
    service: Service,
    bytes: u64,
    sha256: String,
    /// The names of the migrations that made its tables.
    migrations: Vec<String>,
}

impl Manifest {
    /// Writes the manifest of these files, after all of them have reached the disk: without it, a folder is no backup.
    pub fn write(folder: &Path, created_at: Instant, migrations: Vec<Vec<String>>) -> Result<Self, Error> {
        let mut files = Vec::new();
        for (service, migrations) in Service::ALL.into_iter().zip(migrations) {
            sync(&file_of(folder, service))?;
            let (bytes, sha256) = digest(&file_of(folder, service))?;
            files.push(BackupFile { service, bytes, sha256, migrations });
        }
        let code_secret = Some(folder.join(CODE_SECRET_FILE)).filter(|file| file.exists());
        let code_secret = code_secret.map(|file| sync(&file).and_then(|()| digest(&file))).transpose()?;
        let manifest = Manifest {
            format: FORMAT,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            created_at,
            files,
            code_secret: code_secret.map(|(_, sha256)| sha256),
        };
        let (path, part) = (path(folder), folder.join("manifest.part"));
        let text = serde_json::to_vec_pretty(&manifest)?;
        let written = File::create(&part).and_then(|mut file| file.write_all(&text).and_then(|()| file.sync_all()));
        written.and_then(|()| fs::rename(&part, &path)).map_err(|error| at(&path, error))?;
        sync(folder)?;
        Ok(manifest)
    }

    /// Reads the manifest and compares the files with it.
    pub fn read(folder: &Path) -> Result<Self, Error> {
        let path = path(folder);
        let text = fs::read_to_string(&path).map_err(|error| at(&path, format!("this is no whole backup: {error}")))?;
        let format: Format = serde_json::from_str(&text).map_err(|error| at(&path, error))?;
        if format.format != FORMAT {
            let reason = format!(
                "its format is {}, and this version reads {FORMAT}: restore with another version",
                format.format
            );
            return Err(at(&path, reason));
        }
        let manifest: Manifest = serde_json::from_str(&text).map_err(|error| at(&path, error))?;
        for service in Service::ALL {
            let file = file_of(folder, service);
            let listed = manifest.files.iter().find(|listed| listed.service == service);
            let listed = listed.ok_or_else(|| at(&path, format!("it does not list {service}")))?;
            if (listed.bytes, listed.sha256.clone()) != digest(&file)? {
                return Err(at(&file, "it is damaged: it is not what the manifest lists"));
            }
        }
        let secret = folder.join(CODE_SECRET_FILE);
        if let Some(listed) = &manifest.code_secret
            && digest(&secret)?.1 != *listed
        {
            return Err(at(&secret, "it is damaged: it is not what the manifest lists"));
        }
        Ok(manifest)
    }

    /// Whether the secret of the tickets' codes is part of the backup.
    pub fn has_code_secret(&self) -> bool {
        self.code_secret.is_some()
    }
}

impl fmt::Display for Manifest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes: u64 = self.files.iter().map(|file| file.bytes).sum();
        write!(formatter, "backup of {} ({} databases, {} kB)", self.created_at, self.files.len(), bytes / 1_000)
    }
}

/// What every format has.
#[derive(Deserialize)]
struct Format {
    format: u32,
}

fn path(folder: &Path) -> PathBuf {
    folder.join("manifest.json")
}

/// Waits until a file, or the list of files of a folder, has reached the disk.
pub fn sync(path: &Path) -> Result<(), Error> {
    File::open(path).and_then(|file| file.sync_all()).map_err(|error| at(path, error))
}

/// The size of a file, and its hash.
fn digest(path: &Path) -> Result<(u64, String), Error> {
    let mut hash = Sha256::new();
    let bytes =
        File::open(path).and_then(|mut file| io::copy(&mut file, &mut hash)).map_err(|error| at(path, error))?;
    Ok((bytes, hex::encode(hash.finalize())))
}
