//! Where the window starts: from the command line, the environment, and the server that was chosen last.

use super::config_dir::ConfigDir;
use super::deep_link::DeepLink;
use super::server_address::ServerAddress;

/// The server that `cargo xtask run` starts.
const DEFAULT_SERVER: &str = "http://localhost:8080";
/// The environment variable with the server of this start.
pub const SERVER_VARIABLE: &str = "TICKETING_SERVER";
pub const HELP: &str = "\
ticketing [--server ADDRESS] [LINK]

  --server ADDRESS   the server to use, as in http://localhost:8080; or the variable TICKETING_SERVER.
                     Without either: the one that was chosen in the window, or http://localhost:8080
  LINK               the page to open: ticketing://shows/…, or its address on the server";

/// The parsed command line.
#[derive(Debug, Default, PartialEq)]
pub struct Arguments {
    server: Option<String>,
    link: Option<String>,
    pub help: bool,
}

impl Arguments {
    pub fn from_command_line() -> Result<Self, String> {
        Arguments::parse(std::env::args().skip(1))
    }

    fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Self, String> {
        let mut parsed = Arguments::default();
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--help" | "-h" => parsed.help = true,
                "--server" => parsed.server = Some(arguments.next().ok_or("--server requires an address")?),
                _ if argument.starts_with("--server=") => {
                    parsed.server = argument.split_once('=').map(|(_, address)| address.to_owned());
                }
                _ if argument.starts_with('-') => return Err(format!("there is no option \"{argument}\", see --help")),
                _ if parsed.link.is_some() => return Err("only one link can be opened at a time".to_owned()),
                _ => parsed.link = Some(argument),
            }
        }
        Ok(parsed)
    }
}

/// The settings of this start.
#[derive(Clone, Debug)]
pub struct Settings {
    pub server: ServerAddress,
    /// The page that is opened first.
    pub path: String,
    /// The server of the link, if it is another one. The user must confirm it before the client uses it.
    pub link_server: Option<ServerAddress>,
    pub config_dir: ConfigDir,
}

impl Settings {
    pub fn from_environment(arguments: Arguments) -> Result<Self, String> {
        #[expect(clippy::disallowed_methods, reason = "this module reads the desktop client's settings")]
        let variable = std::env::var(SERVER_VARIABLE).ok();
        Settings::new(arguments, variable, ConfigDir::of_user())
    }

    fn new(arguments: Arguments, variable: Option<String>, config_dir: ConfigDir) -> Result<Self, String> {
        let named = arguments.server.or(variable.filter(|text| !text.is_empty()));
        let server = match named {
            Some(text) => ServerAddress::parse(&text).map_err(|problem| format!("\"{text}\": {problem}"))?,
            None => match config_dir.server() {
                Some(server) => server,
                None => ServerAddress::parse(DEFAULT_SERVER)?,
            },
        };
        let link = arguments.link.map(|text| DeepLink::parse(&text)).transpose()?;
        let path = link.as_ref().map_or_else(|| "/".to_owned(), |link| link.path.clone());
        let link_server = link.and_then(|link| link.server).filter(|named| *named != server);
        Ok(Settings { server, path, link_server, config_dir })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(arguments: &[&str], variable: Option<&str>, config_dir: ConfigDir) -> Result<Settings, String> {
        let arguments = Arguments::parse(arguments.iter().map(|argument| (*argument).to_owned()))?;
        Settings::new(arguments, variable.map(str::to_owned), config_dir)
    }

    fn server(arguments: &[&str], variable: Option<&str>, config_dir: &ConfigDir) -> String {
        settings(arguments, variable, config_dir.clone()).expect("valid settings").server.to_string()
    }

    #[test]
    fn the_command_line_precedes_the_variable_and_the_chosen_server() {
        let home = tempfile::tempdir().expect("a temporary folder");
        let config_dir = ConfigDir::at(home.path());
        assert_eq!(server(&[], None, &config_dir), DEFAULT_SERVER);

        config_dir.remember(&ServerAddress::parse("localhost:1").expect("an address")).expect("a writable folder");

        assert_eq!(server(&[], None, &config_dir), "http://localhost:1");
        assert_eq!(server(&[], Some(""), &config_dir), "http://localhost:1");
        assert_eq!(server(&[], Some("localhost:2"), &config_dir), "http://localhost:2");
        assert_eq!(server(&["--server", "localhost:3"], Some("localhost:2"), &config_dir), "http://localhost:3");
        assert_eq!(server(&["--server=localhost:3"], Some("localhost:2"), &config_dir), "http://localhost:3");
    }

    #[test]
    fn a_link_opens_its_page() {
        let home = tempfile::tempdir().expect("a temporary folder");
        let opened = |link: &str| settings(&[link], None, ConfigDir::at(home.path())).expect("valid settings");

        assert_eq!(opened("ticketing://shows/1").path, "/shows/1");
        assert_eq!(opened("http://localhost:8080/shows/1").path, "/shows/1");
        assert_eq!(opened("http://localhost:8080/shows/1").link_server, None);
    }

    #[test]
    fn a_link_to_another_server_does_not_change_the_server() {
        let home = tempfile::tempdir().expect("a temporary folder");
        let settings = settings(&["http://localhost:666/shows/1"], None, ConfigDir::at(home.path()));
        let settings = settings.expect("valid settings");

        assert_eq!(settings.server.to_string(), DEFAULT_SERVER);
        assert_eq!(settings.link_server, ServerAddress::parse("http://localhost:666").ok());
    }

    #[test]
    fn invalid_arguments_are_reported() {
        let home = tempfile::tempdir().expect("a temporary folder");
        let invalid: [&[&str]; 5] = [
            &["--server"],
            &["--server", "gopher://localhost"],
            &["--fast"],
            &["nonsense"],
            &["ticketing:a", "ticketing:b"],
        ];
        assert!(invalid.iter().all(|arguments| settings(arguments, None, ConfigDir::at(home.path())).is_err()));
        assert!(settings(&[], Some("gopher://localhost"), ConfigDir::at(home.path())).is_err());
    }
}
