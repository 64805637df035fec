//! The secret of the tickets' codes: in variables, or in a file beside SQLite's.

use super::{Config, ConfigError};
use crate::Environment;
use crate::store::Databases;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

const VARIABLE: &str = "CODE_SECRET";
/// The name of the file. It belongs to the databases: without it, codes that people have printed are no longer valid.
pub const CODE_SECRET_FILE: &str = "codes.key";
/// 32 random bytes have about 30 different ones, and fewer than 16 once in 10^15 times. A word that is repeated has fewer.
const MIN_DISTINCT_BYTES: usize = 16;

/// 32 random bytes, written as 64 hexadecimal digits. `Debug` does not print them, and they are overwritten when it is dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct CodeSecret(Zeroizing<[u8; 32]>);

/// What codes are signed with. Those that the previous secret signed stay valid.
#[derive(Clone, Debug)]
pub struct CodeSecrets {
    pub current: CodeSecret,
    pub previous: Option<CodeSecret>,
}

impl CodeSecret {
    /// # Errors
    /// What it must be. The value is not repeated.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let mut bytes = Zeroizing::new([0; 32]);
        hex::decode_to_slice(text, bytes.as_mut())
            .map_err(|_| "it must be 64 hexadecimal digits, as `openssl rand -hex 32` prints them")?;
        let mut sorted = bytes.clone();
        sorted.sort_unstable();
        if sorted.chunk_by(|one, other| one == other).count() < MIN_DISTINCT_BYTES {
            return Err("it can be guessed: take what `openssl rand -hex 32` prints");
        }
        Ok(CodeSecret(bytes))
    }

    /// The bytes, to derive keys from them.
    pub fn reveal(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for CodeSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("CodeSecret(…)")
    }
}

impl Config {
    /// The file with the secret; `None` if a variable has it, or must have it.
    pub fn code_secret_file(&self) -> Option<PathBuf> {
        match (&self.code_secret, &self.databases) {
            (None, Databases::Folder(folder)) => Some(folder.join(CODE_SECRET_FILE)),
            _ => None,
        }
    }

    /// The secrets for a process that runs `tickets`. Creates the file if it is needed and missing.
    ///
    /// # Errors
    /// If there is no secret, or the file cannot be used.
    pub fn code_secrets(&self, environment: &Environment) -> Result<CodeSecrets, ConfigError> {
        let current = match (&self.code_secret, self.code_secret_file()) {
            (Some(secret), _) => secret.clone(),
            (None, Some(file)) => {
                create_if_missing(&file, environment).map_err(|error| unusable(&file, error))?;
                read_code_secret(&file)?
            }
            (None, None) => {
                let problem = "it must be set where DATABASE_URL is PostgreSQL and SERVICES has tickets, to the same value for \
                    all processes: 64 hexadecimal digits, as `openssl rand -hex 32` prints them";
                return Err(ConfigError::new(VARIABLE, problem));
            }
        };
        Ok(CodeSecrets { current, previous: self.code_secret_previous.clone() })
    }
}

/// Reads a file that [`Config::code_secrets`] has created.
///
/// # Errors
/// If it cannot be read, or has other content.
pub fn read_code_secret(file: &Path) -> Result<CodeSecret, ConfigError> {
    let text = fs::read_to_string(file).map(Zeroizing::new).map_err(|error| unusable(file, error))?;
    CodeSecret::parse(text.trim_end()).map_err(|problem| unusable(file, problem))
}

fn unusable(file: &Path, reason: impl fmt::Display) -> ConfigError {
    ConfigError::new(VARIABLE, format!("the file {} cannot be used: {reason}", file.display()))
}

/// Another process that starts at the same time may be faster: then its secret is the one.
fn create_if_missing(file: &Path, environment: &Environment) -> io::Result<()> {
    if file.try_exists()? {
        return Ok(());
    }
    let folder = file.parent().unwrap_or(Path::new("."));
    // Its mode is 0600.
    let mut new = tempfile::NamedTempFile::new_in(folder)?;
    let secret: Zeroizing<[u8; 32]> = Zeroizing::new(environment.random_bytes());
    writeln!(new, "{}", *Zeroizing::new(hex::encode(*secret)))?;
    new.as_file().sync_all()?;
    match new.persist_noclobber(file) {
        Ok(_) => {
            File::open(folder)?.sync_all()?;
            tracing::info!(file = %file.display(), "secret of the tickets' codes created");
            Ok(())
        }
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error.error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    const SECRET: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
    const OTHER: &str = "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff101112131415161718191a1b1c1d1e1f";

    fn config(variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let find = |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        Config::from_variables(find)
    }

    #[test]
    fn a_secret_that_is_short_or_can_be_guessed_is_refused_and_none_is_shown() {
        let repeated = "0123456789abcdef".repeat(4);
        for wrong in ["development", &SECRET[1..], &format!("{SECRET}00"), &"0".repeat(64), &repeated, &"g".repeat(64)]
        {
            for variable in ["CODE_SECRET", "CODE_SECRET_PREVIOUS"] {
                let error = config(&[(variable, wrong)]).expect_err(wrong);
                assert_eq!(error.variable, variable, "{wrong}");
                assert!(!error.to_string().contains(wrong), "{error}");
            }
        }
        let same =
            config(&[("CODE_SECRET", SECRET), ("CODE_SECRET_PREVIOUS", SECRET)]).expect_err("it is no other one");
        assert_eq!(same.variable, "CODE_SECRET_PREVIOUS");

        let set = config(&[("CODE_SECRET", SECRET), ("CODE_SECRET_PREVIOUS", OTHER)]).expect("they are valid");

        let secrets = set.code_secrets(&Environment::real()).expect("it is set");
        assert_eq!(secrets.current, CodeSecret::parse(SECRET).expect("valid"));
        assert_eq!(secrets.previous, CodeSecret::parse(OTHER).ok());
        let shown = format!("{set:?} {secrets:?}");
        assert!(!shown.contains("0001") && !shown.contains("0, 1") && !shown.contains("f0f1"), "{shown}");
    }

    #[test]
    fn without_a_variable_a_file_beside_sqlite_is_created_once_that_only_its_owner_can_read() {
        let folder = tempfile::tempdir().expect("makes a folder");
        let url = format!("sqlite://{}", folder.path().display());
        let config = config(&[("DATABASE_URL", &url)]).expect("it is valid");

        let created = config.code_secrets(&Environment::real()).expect("the file is created");
        let read = config.code_secrets(&Environment::real()).expect("the file is read");

        assert_eq!(created.current, read.current);
        let file = config.code_secret_file().expect("there is one");
        assert_eq!(file.metadata().expect("it exists").permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1, "nothing else is left behind");
        fs::write(&file, "nonsense").expect("writes");
        let error = config.code_secrets(&Environment::real()).expect_err("it is no secret");
        assert!(error.variable == VARIABLE && error.problem.contains("codes.key"), "{error}");
    }

    #[test]
    fn with_postgresql_the_secret_must_be_set() {
        let url = ("DATABASE_URL", "postgres://localhost/*");
        let error = config(&[url]).expect("other commands need none").code_secrets(&Environment::real());

        assert_eq!(error.expect_err("there is no file").variable, VARIABLE);

        let set = config(&[url, ("CODE_SECRET", SECRET)]).expect("it is valid");
        assert!(set.code_secret_file().is_none() && set.code_secrets(&Environment::real()).is_ok());
    }
}
