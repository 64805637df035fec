//! The HTTP client of the server functions and live feeds.

use super::config_dir::ConfigDir;
use super::server_address::ServerAddress;
use super::session_store::SessionStore;
use crate::i18n::Language;
use dioxus::fullstack::HeaderValue;
use dioxus::fullstack::reqwest::header::{ACCEPT_LANGUAGE, HeaderMap};
use dioxus::fullstack::reqwest::{self, Client};
use std::sync::Arc;
use std::time::Duration;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// The longest silence within a response. Live feeds send a heartbeat every ten seconds.
const READ_TIMEOUT: Duration = Duration::from_secs(40);

/// A client that stores the session at that server and follows no redirects.
pub fn http_client(server: &ServerAddress, config_dir: &ConfigDir) -> Client {
    // The server writes mails in the language that the user reads.
    let language = HeaderValue::from_static(Language::current().tag());
    let builder = Client::builder()
        .user_agent(user_agent())
        .default_headers(HeaderMap::from_iter([(ACCEPT_LANGUAGE, language)]))
        .cookie_provider(Arc::new(SessionStore::load(server, config_dir)))
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT_TIMEOUT)
        .read_timeout(READ_TIMEOUT);
    let builder = if server.is_loopback() { builder.no_proxy() } else { builder };
    builder.build().expect("the TLS library is compiled in and reads no files of the system")
}

/// By this, users recognise the program in the list of their sessions.
fn user_agent() -> String {
    format!("Ticketing/{} ({})", env!("CARGO_PKG_VERSION"), std::env::consts::OS)
}
