//! Stores the cookies of a session, so that the user stays signed in after a restart, and the server knows this computer after
//! the session has ended.
//!
//! The server treats this program like a browser and keeps the session in cookies. The store is the HTTP client's cookie jar
//! for these cookies. The web view never sees them, since this process makes all requests. They are sent only to the
//! server that set them.

use super::config_dir::{self, ConfigDir};
use super::server_address::ServerAddress;
use cookie::Cookie;
use dioxus::fullstack::HeaderValue;
use dioxus::fullstack::reqwest::{Url, cookie::CookieStore};
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The cookies' names over HTTP, and over HTTPS.
const COOKIE_NAMES: [&str; 4] = ["sid", "device", "__Host-sid", "__Host-device"];
/// In hexadecimal digits.
const TOKEN_LENGTH: usize = 64;

type Cookies = BTreeMap<String, String>;

/// The session at one server.
pub struct SessionStore {
    server: ServerAddress,
    file: Option<PathBuf>,
    /// The tokens by the names of their cookies.
    cookies: Mutex<Cookies>,
}

impl SessionStore {
    /// Loads the stored session of that server, if there is one.
    pub fn load(server: &ServerAddress, config_dir: &ConfigDir) -> Self {
        let file = config_dir.session(server);
        let stored = file.as_ref().and_then(|file| fs::read_to_string(file).ok());
        let cookies = stored.iter().flat_map(|text| text.lines()).filter_map(parse).collect();
        SessionStore { server: server.clone(), file, cookies: Mutex::new(cookies) }
    }

    fn lock(&self) -> MutexGuard<'_, Cookies> {
        // A panic cannot leave the value half-written.
        self.cookies.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Replaces the cookies, and writes them unless they are the same.
    fn store(&self, change: impl FnOnce(&mut Cookies)) {
        let mut cookies = self.lock();
        let before = cookies.clone();
        change(&mut cookies);
        if *cookies == before {
            return;
        }
        let stored = match &self.file {
            Some(file) if cookies.is_empty() => config_dir::remove(file),
            Some(file) => config_dir::write(file, &format!("{}\n", written(&cookies, "\n"))),
            None => Ok(()),
        };
        if let Err(error) = stored {
            tracing::warn!(%error, "session not stored, the next start uses the previous one");
        }
    }
}

/// The cookies as they are sent, or as lines of the file.
fn written(cookies: &Cookies, separator: &str) -> String {
    cookies.iter().map(|(name, token)| format!("{name}={token}")).collect::<Vec<_>>().join(separator)
}

/// The name and the token of a well-formed cookie of a session. Nothing else is sent, even if the file was edited.
fn parse(text: &str) -> Option<(String, String)> {
    let (name, token) = text.trim().split_once('=')?;
    let well_formed = token.len() == TOKEN_LENGTH && token.bytes().all(|byte| byte.is_ascii_hexdigit());
    (well_formed && COOKIE_NAMES.contains(&name)).then(|| (name.to_owned(), token.to_owned()))
}

impl CookieStore for SessionStore {
    fn set_cookies(&self, headers: &mut dyn Iterator<Item = &HeaderValue>, url: &Url) {
        if !self.server.serves(url) {
            return;
        }
        for header in headers {
            let Some(cookie) = header.to_str().ok().and_then(|text| Cookie::parse(text).ok()) else { continue };
            let text = format!("{}={}", cookie.name(), cookie.value());
            let ended = cookie.value().is_empty() || cookie.max_age().is_some_and(|age| !age.is_positive());
            if ended {
                self.store(|cookies| drop(cookies.remove(cookie.name())));
            } else if let Some((name, token)) = parse(&text) {
                self.store(|cookies| drop(cookies.insert(name, token)));
            }
        }
    }

    fn cookies(&self, url: &Url) -> Option<HeaderValue> {
        let cookies = written(&self.lock(), "; ");
        let mut header =
            HeaderValue::from_str(&cookies).ok().filter(|_| !cookies.is_empty() && self.server.serves(url))?;
        header.set_sensitive(true);
        Some(header)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tempfile::TempDir;

    fn home() -> TempDir {
        tempfile::tempdir().expect("a temporary folder")
    }

    fn store_at(address: &str, home: &TempDir) -> SessionStore {
        SessionStore::load(&ServerAddress::parse(address).expect("an address"), &ConfigDir::at(home.path()))
    }

    fn respond(store: &SessionStore, url: &str, cookie: &str) {
        let header = HeaderValue::from_str(cookie).expect("a header");
        store.set_cookies(&mut [&header].into_iter(), &Url::parse(url).expect("an address"));
    }

    fn sent(store: &SessionStore, url: &str) -> Option<String> {
        let header = store.cookies(&Url::parse(url).expect("an address"))?;
        header.to_str().ok().map(str::to_owned)
    }

    fn cookie(digit: &str) -> String {
        format!("sid={}", digit.repeat(TOKEN_LENGTH))
    }

    fn sign_in(store: &SessionStore, url: &str, digit: &str) {
        respond(store, url, &format!("{}; Path=/; HttpOnly; SameSite=Lax; Max-Age=2592000", cookie(digit)));
    }

    const HERE: &str = "http://localhost:8080";
    const SIGN_IN: &str = "http://localhost:8080/api/auth/sign-in";

    #[test]
    fn a_session_survives_a_restart() {
        let home = home();
        let store = store_at(HERE, &home);
        assert_eq!(sent(&store, SIGN_IN), None);

        sign_in(&store, SIGN_IN, "a");
        let restarted = store_at(HERE, &home);

        assert_eq!(sent(&store, SIGN_IN), Some(cookie("a")));
        assert_eq!(sent(&restarted, "http://localhost:8080/api/orders"), Some(cookie("a")));
    }

    #[test]
    fn an_ended_session_is_removed_from_the_folder() {
        let home = home();
        let store = store_at(HERE, &home);
        sign_in(&store, SIGN_IN, "a");
        let file = store.file.clone().expect("a folder");
        assert!(file.is_file());

        respond(&store, "http://localhost:8080/api/auth/sign-out", "sid=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");

        assert_eq!(sent(&store, SIGN_IN), None);
        assert!(!file.exists());
    }

    #[test]
    fn the_computer_stays_known_when_the_session_ends() {
        let home = home();
        let store = store_at(HERE, &home);
        let device = format!("device={}", "b".repeat(TOKEN_LENGTH));
        sign_in(&store, SIGN_IN, "a");
        respond(&store, SIGN_IN, &format!("{device}; Path=/; HttpOnly; SameSite=Lax; Max-Age=31536000"));
        assert_eq!(sent(&store_at(HERE, &home), SIGN_IN), Some(format!("{device}; {}", cookie("a"))));

        respond(&store, SIGN_IN, "sid=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");

        assert_eq!(sent(&store_at(HERE, &home), SIGN_IN), Some(device));
    }

    #[test]
    fn each_server_has_its_own_session() {
        let home = home();
        let (here, there) = (store_at(HERE, &home), store_at("http://localhost:8081", &home));

        sign_in(&here, SIGN_IN, "a");
        sign_in(&there, "http://localhost:8081/api/auth/sign-in", "b");

        assert_eq!(sent(&store_at(HERE, &home), SIGN_IN), Some(cookie("a")));
        assert_eq!(sent(&store_at("http://localhost:8081", &home), "http://localhost:8081/"), Some(cookie("b")));
    }

    #[test]
    fn no_other_server_receives_or_sets_a_session() {
        let home = home();
        let store = store_at(HERE, &home);
        sign_in(&store, SIGN_IN, "a");

        sign_in(&store, "http://localhost:9999/api/auth/sign-in", "b");

        assert_eq!(sent(&store, SIGN_IN), Some(cookie("a")));
        for other in ["http://localhost:9999/", "https://localhost:8080/", "http://127.0.0.1:8080/"] {
            assert_eq!(sent(&store, other), None, "{other}");
        }
    }

    #[test]
    fn other_cookies_are_neither_stored_nor_sent() {
        let home = home();
        let store = store_at(HERE, &home);
        for other in ["theme=dark", "sid=short", &format!("sid={}", "x".repeat(TOKEN_LENGTH)), "sid"] {
            respond(&store, SIGN_IN, other);
            assert_eq!(sent(&store, SIGN_IN), None, "{other}");
        }

        let file = store.file.clone().expect("a folder");
        config_dir::write(&file, "Authorization: something else").expect("a writable file");

        assert_eq!(sent(&store_at(HERE, &home), SIGN_IN), None);
    }

    #[cfg(unix)]
    #[test]
    fn only_the_user_can_read_a_session() {
        use std::os::unix::fs::PermissionsExt;
        let home = home();
        let store = store_at(HERE, &home);

        sign_in(&store, SIGN_IN, "a");
        sign_in(&store, SIGN_IN, "b");

        let file = store.file.clone().expect("a folder");
        let mode = |path: &std::path::Path| fs::metadata(path).expect("the file exists").permissions().mode() & 0o777;
        assert_eq!(mode(&file), 0o600);
        assert_eq!(mode(file.parent().expect("a parent folder")), 0o700);
        assert_eq!(mode(&home.path().join("ticketing")), 0o700);
    }
}
