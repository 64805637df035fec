//! What is kept between two starts, in the system's folder for settings: for the person alone to read.

use super::address::Server;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The program's own folder. Without one (there are people without a home) nothing is kept.
#[derive(Clone, Debug)]
pub struct Folder(Option<PathBuf>);

impl Folder {
    /// The one in the system's place for it, as in `~/.config/ticketing`.
    pub fn of_system() -> Self {
        Folder(dirs::config_dir().map(|folder| folder.join("ticketing")))
    }

    /// The server that was chosen last.
    pub fn server(&self) -> Option<Server> {
        let text = fs::read_to_string(self.0.as_ref()?.join("server")).ok()?;
        Server::parse(&text).ok()
    }

    /// Remembers the server that was chosen.
    ///
    /// # Errors
    /// Why it cannot be written down.
    pub fn remember(&self, server: &Server) -> io::Result<()> {
        let folder = self.0.as_ref().ok_or(io::ErrorKind::NotFound)?;
        write(&folder.join("server"), &format!("{server}\n"))
    }

    /// Where the session at that server is kept: a file for each, named after the address.
    pub fn session(&self, server: &Server) -> Option<PathBuf> {
        let name: String = form_urlencoded::byte_serialize(server.to_string().as_bytes()).collect();
        Some(self.0.as_ref()?.join("sessions").join(name))
    }

    #[cfg(test)]
    pub fn at(path: &Path) -> Self {
        Folder(Some(path.join("ticketing")))
    }
}

/// Writes a file that nobody else can read, as a whole or not at all.
///
/// # Errors
/// Why it cannot be written.
pub fn write(file: &Path, text: &str) -> io::Result<()> {
    let folder = file.parent().ok_or(io::ErrorKind::NotFound)?;
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)?;
    // Such a file has the mode 0600 from its first moment on.
    let mut arriving = tempfile::NamedTempFile::new_in(folder)?;
    arriving.write_all(text.as_bytes())?;
    arriving.persist(file)?;
    Ok(())
}

/// Removes a file; one that is not there is removed already.
///
/// # Errors
/// Why it is still there.
pub fn remove(file: &Path) -> io::Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(text: &str) -> Server {
        Server::parse(text).expect("it is an address")
    }

    #[test]
    fn the_chosen_server_is_remembered() {
        let home = tempfile::tempdir().expect("a folder can be made");
        let folder = Folder::at(home.path());
        assert_eq!(folder.server(), None);

        folder.remember(&server("http://localhost:9000")).expect("it can be written");
        folder.remember(&server("http://localhost:9001")).expect("it can be written again");

        assert_eq!(folder.server(), Some(server("http://localhost:9001")));
    }

    #[test]
    fn a_remembered_server_that_makes_no_sense_is_none() {
        let home = tempfile::tempdir().expect("a folder can be made");
        write(&home.path().join("ticketing/server"), "gopher").expect("it can be written");
        write(&home.path().join("ticketing/server"), "ftp://localhost\n").expect("it can be written");
        assert_eq!(Folder::at(home.path()).server(), None);
    }

    #[test]
    fn each_server_has_a_session_file_of_its_own_in_the_same_folder() {
        let home = tempfile::tempdir().expect("a folder can be made");
        let folder = Folder::at(home.path());
        let addresses = ["http://localhost:8080", "https://localhost:8080", "http://localhost:8081", "http://[::1]"];

        let mut files: Vec<_> = addresses.iter().filter_map(|text| folder.session(&server(text))).collect();

        assert!(files.iter().all(|file| file.parent() == Some(&home.path().join("ticketing/sessions"))));
        files.dedup();
        assert_eq!(files.len(), addresses.len());
    }

    #[test]
    fn without_a_home_nothing_is_kept_and_nothing_breaks() {
        let folder = Folder(None);
        assert_eq!(folder.server(), None);
        assert_eq!(folder.session(&server("http://localhost")), None);
        assert!(folder.remember(&server("http://localhost")).is_err());
    }
}
