//! The client in a window of its own: which server it asks, who is signed in there, and what is around the pages.
//!
//! The pages are the same as in a browser. They run in this process, which also makes all requests; the system's web view
//! only shows them. What a browser brings along is made here: the address of the server ([`address`]), links into the
//! program ([`links`]), the session ([`session`]) and where it is kept ([`folder`]), the way back ([`pages`]), where
//! the focus goes ([`focus`]), a menu ([`menu`]), and what there is to see while no server answers ([`shell`]).

mod address;
mod focus;
mod folder;
mod links;
mod menu;
mod pages;
mod session;
mod shell;

pub use focus::focus_first_error;
pub use shell::{open_outside, reload};

use crate::i18n::{Language, t};
use address::Server;
use dioxus::desktop::{Config, LogicalSize, WindowBuilder, icon_from_memory};
use dioxus::fullstack::{GLOBAL_REQUEST_CLIENT, reqwest, set_server_url};
use folder::Folder;
use links::Link;
use session::Session;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

/// The server that is asked where nobody chose one: the one that `cargo xtask run` starts.
const SERVER: &str = "http://localhost:8080";
/// The environment's variable that names the server for one start.
const VARIABLE: &str = "TICKETING_SERVER";
/// How long a connection may take to come about.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long an answer may be silent. A live feed says every ten seconds that it is there.
const SILENT_AT_MOST: Duration = Duration::from_secs(40);
/// What the window shows before the first page, with the style in it: the program is one file that runs from anywhere.
const STYLE: &str = include_str!("../../assets/style.css");
/// What is typed goes to the program, which writes the same back into the field a moment later. Who types fast, or
/// has a password manager type, would lose letters by that: what was typed within the last second is not written again.
const TYPING: &str = include_str!("typing.js");
const ICON: &[u8] = include_bytes!("../../assets/icon.png");
/// The web view runs the framework's scripts and shows our own style; nothing in it loads anything from elsewhere.
const POLICY: &str = "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; \
                      img-src 'self' data:; connect-src 'self' dioxus: ws://127.0.0.1:*; base-uri 'none'";
const HELP: &str = "\
ticketing [--server ADDRESS] [LINK]

  --server ADDRESS   the server to ask, as in http://localhost:8080; or the variable TICKETING_SERVER.
                     Without either: the one that was chosen in the window, or http://localhost:8080
  LINK               the page to open: ticketing://shows/…, or its address on the server";

/// What was said on the command line.
#[derive(Debug, Default, PartialEq)]
struct Arguments {
    server: Option<String>,
    link: Option<String>,
    help: bool,
}

impl Arguments {
    fn read(words: impl IntoIterator<Item = String>) -> Result<Self, String> {
        let mut read = Arguments::default();
        let mut words = words.into_iter();
        while let Some(word) = words.next() {
            match word.as_str() {
                "--help" | "-h" => read.help = true,
                "--server" => read.server = Some(words.next().ok_or("--server wants an address after it")?),
                _ if word.starts_with("--server=") => read.server = word.split_once('=').map(|(_, it)| it.to_owned()),
                _ if word.starts_with('-') => return Err(format!("there is no option \"{word}\", see --help")),
                _ if read.link.is_some() => return Err("one link can be opened at a time".to_owned()),
                _ => read.link = Some(word),
            }
        }
        Ok(read)
    }
}

/// How the window begins.
#[derive(Clone, Debug)]
struct Start {
    /// Who is asked.
    server: Server,
    /// The page that is opened first.
    path: String,
    /// The server that the link names, if it is another one: nobody is sent there without having said so.
    other: Option<Server>,
    folder: Folder,
}

impl Start {
    fn new(arguments: Arguments, variable: Option<String>, folder: Folder) -> Result<Self, String> {
        let named = arguments.server.or(variable.filter(|text| !text.is_empty()));
        let server = match named {
            Some(text) => Server::parse(&text).map_err(|problem| format!("\"{text}\": {problem}"))?,
            None => match folder.server() {
                Some(server) => server,
                None => Server::parse(SERVER)?,
            },
        };
        let link = arguments.link.map(|text| Link::parse(&text)).transpose()?;
        let path = link.as_ref().map_or_else(|| "/".to_owned(), |link| link.path.clone());
        let other = link.and_then(|link| link.server).filter(|named| *named != server);
        Ok(Start { server, path, other, folder })
    }
}

/// Opens the window, and comes back when it is closed.
pub fn main() -> ExitCode {
    let arguments = match Arguments::read(std::env::args().skip(1)) {
        Ok(arguments) if arguments.help => {
            println!("{HELP}");
            return ExitCode::SUCCESS;
        }
        other => other,
    };
    let folder = Folder::of_system();
    let started = arguments.and_then(|arguments| Start::new(arguments, std::env::var(VARIABLE).ok(), folder));
    let start = match started {
        Ok(start) => start,
        Err(problem) => {
            eprintln!("ticketing: {problem}");
            return ExitCode::from(2);
        }
    };
    // Once for the life of the process, which is why another server means another start.
    set_server_url(Box::leak(start.server.to_string().into_boxed_str()));
    let client = client(&start.server, &start.folder);
    GLOBAL_REQUEST_CLIENT.set(client).expect("nothing was asked before there is a window");
    dioxus::LaunchBuilder::desktop().with_cfg(window()).with_context(start).launch(shell::Window);
    ExitCode::SUCCESS
}

/// What makes the requests: it holds the session, and goes where it was sent and nowhere else.
fn client(server: &Server, folder: &Folder) -> reqwest::Client {
    let session = Arc::new(Session::at(server, folder));
    let builder = reqwest::Client::builder()
        .cookie_provider(session)
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT_TIMEOUT)
        .read_timeout(SILENT_AT_MOST);
    let builder = if server.is_here() { builder.no_proxy() } else { builder };
    builder.build().expect("the cryptography is compiled in, and needs nothing of the system")
}

fn window() -> Config {
    let window = WindowBuilder::new()
        .with_title(t!("brand"))
        .with_inner_size(LogicalSize::new(1100.0, 800.0))
        .with_min_inner_size(LogicalSize::new(360.0, 480.0));
    let config = Config::new()
        .with_window(window)
        .with_menu(menu::bar())
        .with_custom_index(index())
        // The framework hands links to a browser; whatever else would take the place of the pages stays out.
        .with_navigation_handler(|_| false);
    match icon_from_memory(ICON) {
        Ok(icon) => config.with_icon(icon),
        Err(_) => config,
    }
}

/// The page that the pages are put into.
fn index() -> String {
    let language = Language::current();
    format!(
        "<!DOCTYPE html><html lang=\"{}\" dir=\"{}\"><head><title>Ticketing</title><meta charset=\"UTF-8\">\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\"><style>{STYLE}</style><script>{};{TYPING}</script></head>\
         <body><div id=\"main\"></div></body></html>",
        language.tag(),
        language.direction(),
        focus::WITHIN_PAGE
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start(words: &[&str], variable: Option<&str>, folder: Folder) -> Result<Start, String> {
        let arguments = Arguments::read(words.iter().map(|word| (*word).to_owned()))?;
        Start::new(arguments, variable.map(str::to_owned), folder)
    }

    fn server(words: &[&str], variable: Option<&str>, folder: &Folder) -> String {
        start(words, variable, folder.clone()).expect("it starts").server.to_string()
    }

    #[test]
    fn the_server_is_the_one_that_was_named_last_and_closest() {
        let home = tempfile::tempdir().expect("a folder can be made");
        let folder = Folder::at(home.path());
        assert_eq!(server(&[], None, &folder), SERVER);

        folder.remember(&Server::parse("localhost:1").expect("it is an address")).expect("it can be written");

        assert_eq!(server(&[], None, &folder), "http://localhost:1");
        assert_eq!(server(&[], Some(""), &folder), "http://localhost:1");
        assert_eq!(server(&[], Some("localhost:2"), &folder), "http://localhost:2");
        assert_eq!(server(&["--server", "localhost:3"], Some("localhost:2"), &folder), "http://localhost:3");
        assert_eq!(server(&["--server=localhost:3"], Some("localhost:2"), &folder), "http://localhost:3");
    }

    #[test]
    fn a_link_opens_its_page() {
        let home = tempfile::tempdir().expect("a folder can be made");
        let opened = |link: &str| start(&[link], None, Folder::at(home.path())).expect("it starts");

        assert_eq!(opened("ticketing://shows/1").path, "/shows/1");
        assert_eq!(opened("http://localhost:8080/shows/1").path, "/shows/1");
        assert_eq!(opened("http://localhost:8080/shows/1").other, None);
    }

    #[test]
    fn a_link_to_another_server_changes_no_server_by_itself() {
        let home = tempfile::tempdir().expect("a folder can be made");
        let start = start(&["http://localhost:666/shows/1"], None, Folder::at(home.path())).expect("it starts");

        assert_eq!(start.server.to_string(), SERVER);
        assert_eq!(start.other, Server::parse("http://localhost:666").ok());
    }

    #[test]
    fn what_makes_no_sense_on_the_command_line_is_said_and_nothing_opens() {
        let home = tempfile::tempdir().expect("a folder can be made");
        let wrong: [&[&str]; 5] = [
            &["--server"],
            &["--server", "gopher://localhost"],
            &["--fast"],
            &["nonsense"],
            &["ticketing:a", "ticketing:b"],
        ];
        assert!(wrong.iter().all(|words| start(words, None, Folder::at(home.path())).is_err()));
        assert!(start(&[], Some("gopher://localhost"), Folder::at(home.path())).is_err());
    }

    #[test]
    fn the_window_shows_the_style_without_any_file() {
        let index = index();
        assert!(index.contains(".brand") && index.contains("</head>") && index.contains("</body>"));
        assert_eq!(index.matches("</head>").count(), 1);
        assert!(icon_from_memory::<dioxus::desktop::tao::window::Icon>(ICON).is_ok());
    }
}
