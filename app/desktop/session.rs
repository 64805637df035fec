//! Who is signed in, kept from one start to the next.
//!
//! The server speaks to this program as to any browser: it hands over the session in a cookie that no script may read, and
//! wants it back with each request. So the session is a jar for that one cookie, which the framework's HTTP client fills and
//! empties; neither the server nor a page knows anything of it, and the web view never sees it: requests are made by this
//! process, not by the page. The cookie goes to the server that it came from and to no other.

use super::address::Server;
use super::folder::{self, Folder};
use cookie::Cookie;
use dioxus::fullstack::HeaderValue;
use dioxus::fullstack::reqwest::{Url, cookie::CookieStore};
use std::fs;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What the server calls the cookie: over HTTP, and over HTTPS.
const NAMES: [&str; 2] = ["sid", "__Host-sid"];
/// How long a token is, in hexadecimal digits.
const TOKEN: usize = 64;

/// The session at one server.
pub struct Session {
    server: Server,
    file: Option<PathBuf>,
    /// The cookie, as it is sent: its name and the token.
    held: Mutex<Option<String>>,
}

impl Session {
    /// The session that was kept for that server, if any.
    pub fn at(server: &Server, folder: &Folder) -> Self {
        let file = folder.session(server);
        let kept = file.as_ref().and_then(|file| fs::read_to_string(file).ok());
        let held = kept.map(|text| text.trim().to_owned()).filter(|text| is_session(text));
        Session { server: server.clone(), file, held: Mutex::new(held) }
    }

    fn held(&self) -> MutexGuard<'_, Option<String>> {
        // Nothing that holds the lock leaves it half-written.
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, session: Option<String>) {
        let mut held = self.held();
        if *held == session {
            return;
        }
        *held = session;
        let done = match (&self.file, &*held) {
            (Some(file), Some(text)) => folder::write(file, &format!("{text}\n")),
            (Some(file), None) => folder::remove(file),
            (None, _) => Ok(()),
        };
        if let Err(error) = done {
            tracing::warn!(%error, "the session is not kept for the next start");
        }
    }
}

/// Whether it is what a server of ours hands out: nothing else is sent, whoever wrote the file.
fn is_session(text: &str) -> bool {
    let Some((name, token)) = text.split_once('=') else { return false };
    NAMES.contains(&name) && token.len() == TOKEN && token.bytes().all(|byte| byte.is_ascii_hexdigit())
}

impl CookieStore for Session {
    fn set_cookies(&self, headers: &mut dyn Iterator<Item = &HeaderValue>, url: &Url) {
        if !self.server.is_of(url) {
            return;
        }
        for header in headers {
            let Some(cookie) = header.to_str().ok().and_then(|text| Cookie::parse(text).ok()) else { continue };
            let session = format!("{}={}", cookie.name(), cookie.value());
            let ended = cookie.value().is_empty() || cookie.max_age().is_some_and(|age| !age.is_positive());
            match NAMES.contains(&cookie.name()) {
                true if ended => self.keep(None),
                true if is_session(&session) => self.keep(Some(session)),
                _ => {}
            }
        }
    }

    fn cookies(&self, url: &Url) -> Option<HeaderValue> {
        let session = self.held().clone().filter(|_| self.server.is_of(url))?;
        let mut header = HeaderValue::from_str(&session).ok()?;
        header.set_sensitive(true);
        Some(header)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tempfile::TempDir;

    fn home() -> TempDir {
        tempfile::tempdir().expect("a folder can be made")
    }

    fn session_at(address: &str, home: &TempDir) -> Session {
        Session::at(&Server::parse(address).expect("it is an address"), &Folder::at(home.path()))
    }

    fn answer(session: &Session, url: &str, cookie: &str) {
        let header = HeaderValue::from_str(cookie).expect("it is a header");
        session.set_cookies(&mut [&header].into_iter(), &Url::parse(url).expect("it is an address"));
    }

    fn sent(session: &Session, url: &str) -> Option<String> {
        let header = session.cookies(&Url::parse(url).expect("it is an address"))?;
        header.to_str().ok().map(str::to_owned)
    }

    fn cookie(digit: &str) -> String {
        format!("sid={}", digit.repeat(TOKEN))
    }

    fn signs_in(session: &Session, url: &str, digit: &str) {
        answer(session, url, &format!("{}; Path=/; HttpOnly; SameSite=Lax; Max-Age=2592000", cookie(digit)));
    }

    const HERE: &str = "http://localhost:8080";
    const SIGN_IN: &str = "http://localhost:8080/api/auth/sign-in";

    #[test]
    fn a_session_is_sent_back_and_outlives_the_program() {
        let home = home();
        let session = session_at(HERE, &home);
        assert_eq!(sent(&session, SIGN_IN), None);

        signs_in(&session, SIGN_IN, "a");
        let later = session_at(HERE, &home);

        assert_eq!(sent(&session, SIGN_IN), Some(cookie("a")));
        assert_eq!(sent(&later, "http://localhost:8080/api/orders"), Some(cookie("a")));
    }

    #[test]
    fn a_session_that_was_ended_is_gone_from_the_folder_too() {
        let home = home();
        let session = session_at(HERE, &home);
        signs_in(&session, SIGN_IN, "a");
        let file = session.file.clone().expect("there is a folder");
        assert!(file.is_file());

        answer(&session, "http://localhost:8080/api/auth/sign-out", "sid=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");

        assert_eq!(sent(&session, SIGN_IN), None);
        assert!(!file.exists());
    }

    #[test]
    fn each_server_has_a_session_of_its_own() {
        let home = home();
        let (here, there) = (session_at(HERE, &home), session_at("http://localhost:8081", &home));

        signs_in(&here, SIGN_IN, "a");
        signs_in(&there, "http://localhost:8081/api/auth/sign-in", "b");

        assert_eq!(sent(&session_at(HERE, &home), SIGN_IN), Some(cookie("a")));
        assert_eq!(sent(&session_at("http://localhost:8081", &home), "http://localhost:8081/"), Some(cookie("b")));
    }

    #[test]
    fn no_other_server_hears_of_a_session_or_sets_one() {
        let home = home();
        let session = session_at(HERE, &home);
        signs_in(&session, SIGN_IN, "a");

        signs_in(&session, "http://localhost:9999/api/auth/sign-in", "b");

        assert_eq!(sent(&session, SIGN_IN), Some(cookie("a")));
        for stranger in ["http://localhost:9999/", "https://localhost:8080/", "http://127.0.0.1:8080/"] {
            assert_eq!(sent(&session, stranger), None, "{stranger}");
        }
    }

    #[test]
    fn what_is_no_session_is_neither_kept_nor_sent() {
        let home = home();
        let session = session_at(HERE, &home);
        for other in ["theme=dark", "sid=short", &format!("sid={}", "x".repeat(TOKEN)), "sid"] {
            answer(&session, SIGN_IN, other);
            assert_eq!(sent(&session, SIGN_IN), None, "{other}");
        }

        let file = session.file.clone().expect("there is a folder");
        folder::write(&file, "Authorization: something else").expect("it can be written");

        assert_eq!(sent(&session_at(HERE, &home), SIGN_IN), None);
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_can_read_a_session() {
        use std::os::unix::fs::PermissionsExt;
        let home = home();
        let session = session_at(HERE, &home);

        signs_in(&session, SIGN_IN, "a");
        signs_in(&session, SIGN_IN, "b");

        let file = session.file.clone().expect("there is a folder");
        let mode = |path: &std::path::Path| fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
        assert_eq!(mode(&file), 0o600);
        assert_eq!(mode(file.parent().expect("it is in a folder")), 0o700);
        assert_eq!(mode(&home.path().join("ticketing")), 0o700);
    }
}
