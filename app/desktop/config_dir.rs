//! What is stored between two starts, in the user's configuration folder. Only the user can read it.

use super::server_address::ServerAddress;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The program's configuration folder. `None` if the user has no home folder; nothing is stored then.
#[derive(Clone, Debug)]
pub struct ConfigDir(Option<PathBuf>);

impl ConfigDir {
    /// For example `~/.config/ticketing`.
    pub fn of_user() -> Self {
        ConfigDir(dirs::config_dir().map(|folder| folder.join("ticketing")))
    }

    /// The server that was chosen last.
    pub fn server(&self) -> Option<ServerAddress> {
        let text = fs::read_to_string(self.0.as_ref()?.join("server")).ok()?;
        ServerAddress::parse(&text).ok()
    }

    /// Stores the chosen server for the next start.
    ///
    /// # Errors
    /// If there is no folder or it is not writable.
    pub fn remember(&self, server: &ServerAddress) -> io::Result<()> {
        let folder = self.0.as_ref().ok_or(io::ErrorKind::NotFound)?;
        write(&folder.join("server"), &format!("{server}\n"))
    }

    /// The file of the session at that server.
    pub fn session(&self, server: &ServerAddress) -> Option<PathBuf> {
        let name: String = form_urlencoded::byte_serialize(server.to_string().as_bytes()).collect();
        Some(self.0.as_ref()?.join("sessions").join(name))
    }

    #[cfg(test)]
    pub fn at(path: &Path) -> Self {
        ConfigDir(Some(path.join("ticketing")))
    }
}

/// Replaces a file atomically. Only the user can read it.
///
/// # Errors
/// If the file cannot be written.
pub fn write(file: &Path, text: &str) -> io::Result<()> {
    let folder = file.parent().ok_or(io::ErrorKind::NotFound)?;
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)?;
    // Temporary files are created with mode 0600.
    let mut temporary = tempfile::NamedTempFile::new_in(folder)?;
    temporary.write_all(text.as_bytes())?;
    temporary.persist(file)?;
    Ok(())
}

/// Removes a file if it exists.
///
/// # Errors
/// If the file cannot be removed.
pub fn remove(file: &Path) -> io::Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(text: &str) -> ServerAddress {
        ServerAddress::parse(text).expect("an address")
    }

    #[test]
    fn the_chosen_server_is_remembered() {
        let home = tempfile::tempdir().expect("a temporary folder");
        let config_dir = ConfigDir::at(home.path());
        assert_eq!(config_dir.server(), None);

        config_dir.remember(&server("http://localhost:9000")).expect("a writable folder");
        config_dir.remember(&server("http://localhost:9001")).expect("a writable folder");

        assert_eq!(config_dir.server(), Some(server("http://localhost:9001")));
    }

    #[test]
    fn a_malformed_remembered_server_is_ignored() {
        let home = tempfile::tempdir().expect("a temporary folder");
        write(&home.path().join("ticketing/server"), "gopher").expect("a writable folder");
        write(&home.path().join("ticketing/server"), "ftp://localhost\n").expect("a writable folder");
        assert_eq!(ConfigDir::at(home.path()).server(), None);
    }

    #[test]
    fn each_server_has_a_session_file_of_its_own_in_the_same_folder() {
        let home = tempfile::tempdir().expect("a temporary folder");
        let config_dir = ConfigDir::at(home.path());
        let addresses = ["http://localhost:8080", "https://localhost:8080", "http://localhost:8081", "http://[::1]"];

        let mut files: Vec<_> = addresses.iter().filter_map(|text| config_dir.session(&server(text))).collect();

        assert!(files.iter().all(|file| file.parent() == Some(&home.path().join("ticketing/sessions"))));
        files.dedup();
        assert_eq!(files.len(), addresses.len());
    }

    #[test]
    fn without_a_home_nothing_is_stored() {
        let config_dir = ConfigDir(None);
        assert_eq!(config_dir.server(), None);
        assert_eq!(config_dir.session(&server("http://localhost")), None);
        assert!(config_dir.remember(&server("http://localhost")).is_err());
    }
}
