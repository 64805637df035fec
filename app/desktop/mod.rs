//! The client in a native window.
//!
//! The pages are the same as in a browser. They run in this process, which also makes all requests; the system's web view only
//! displays them. This module provides what a browser provides otherwise: the server's address ([`server_address`]), links
//! that open a page ([`deep_link`]), the session cookie ([`session_store`]) and the folder it is stored in ([`config_dir`]),
//! the history ([`history`]), the focus ([`focus`]), a menu ([`menu`]), and the window's own pages ([`window`]).

mod config_dir;
mod deep_link;
mod focus;
mod history;
mod http_client;
mod menu;
mod server_address;
mod session_store;
mod settings;
mod window;

use crate::i18n::{Language, t};
use dioxus::desktop::{Config, LogicalSize, WindowBuilder, icon_from_memory};
use dioxus::fullstack::{GLOBAL_REQUEST_CLIENT, set_server_url};
use http_client::http_client;
use settings::{Arguments, Settings};
use std::process::ExitCode;

/// Embedded, since the program is a single file that runs from anywhere.
const STYLE: &str = include_str!("../../assets/style.css");
/// Input events reach the program asynchronously, and it writes their value back into the field. The script drops values that
/// are older than what was typed since, which would lose letters.
const TYPING: &str = include_str!("typing.js");
const ICON: &[u8] = include_bytes!("../../assets/icon.png");
/// The web view runs the framework's scripts and uses our own style. Nothing is loaded from other sites.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; \
                                       style-src 'unsafe-inline'; img-src 'self' data:; \
                                       connect-src 'self' dioxus: ws://127.0.0.1:*; base-uri 'none'";

/// Opens the window, and returns when it is closed.
pub fn main() -> ExitCode {
    let arguments = Arguments::from_command_line();
    if arguments.as_ref().is_ok_and(|arguments| arguments.help) {
        println!("{}", settings::HELP);
        return ExitCode::SUCCESS;
    }
    let settings = match arguments.and_then(Settings::from_environment) {
        Ok(settings) => settings,
        Err(problem) => {
            eprintln!("ticketing: {problem}");
            return ExitCode::from(2);
        }
    };
    // The framework accepts one server per process, so choosing another server restarts the program.
    set_server_url(Box::leak(settings.server.to_string().into_boxed_str()));
    let client = http_client(&settings.server, &settings.config_dir);
    GLOBAL_REQUEST_CLIENT.set(client).expect("no request is made before the window opens");
    dioxus::LaunchBuilder::desktop().with_cfg(window_config()).with_context(settings).launch(window::Window);
    ExitCode::SUCCESS
}

fn window_config() -> Config {
    let window = WindowBuilder::new()
        .with_title(t!("brand"))
        .with_inner_size(LogicalSize::new(1100.0, 800.0))
        .with_min_inner_size(LogicalSize::new(360.0, 480.0));
    let config = Config::new()
        .with_window(window)
        .with_menu(menu::bar())
        .with_custom_index(index())
        // The framework opens links in a browser; any other navigation would replace the pages.
        .with_navigation_handler(|_| false);
    match icon_from_memory(ICON) {
        Ok(icon) => config.with_icon(icon),
        Err(_) => config,
    }
}

/// The HTML document that the pages are rendered into.
fn index() -> String {
    let language = Language::current();
    format!(
        "<!DOCTYPE html><html lang=\"{}\" dir=\"{}\"><head><title>Ticketing</title><meta charset=\"UTF-8\">\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{CONTENT_SECURITY_POLICY}\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\"><style>{STYLE}</style><script>{};{TYPING}</script></head>\
         <body><div id=\"main\"></div></body></html>",
        language.tag(),
        language.direction(),
        focus::FOLLOW_FRAGMENT_LINKS
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_contains_the_style() {
        let index = index();
        assert!(index.contains(".brand") && index.contains("</head>") && index.contains("</body>"));
        assert_eq!(index.matches("</head>").count(), 1);
        assert!(icon_from_memory::<dioxus::desktop::tao::window::Icon>(ICON).is_ok());
    }
}
