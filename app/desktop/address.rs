//! The address of a server: what people type, and what is asked.

use crate::i18n::t;
use dioxus::fullstack::reqwest::Url;
use std::fmt;

/// The scheme, host and port of a server, as browsers write an origin: without a slash at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server(Url);

impl Server {
    /// Reads an address, however much of it was typed. Without a scheme it is `https`, but on this very computer, where a
    /// certificate is rare and nobody is on the way.
    ///
    /// # Errors
    /// What is wrong with it, for people to read.
    pub fn parse(text: &str) -> Result<Self, String> {
        let shapeless = || t!("window-address-shapeless");
        let text = text.trim();
        let url = match text.contains("://") {
            true => Url::parse(text),
            false => Url::parse(&format!("http://{text}")),
        };
        let mut url = url.map_err(|_| shapeless())?;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
            return Err(shapeless());
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(t!("window-address-secret"));
        }
        if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            return Err(t!("window-address-rest"));
        }
        if !text.contains("://") && !is_loopback(&url) {
            url.set_scheme("https").map_err(|()| shapeless())?;
        }
        Ok(Server(url))
    }

    /// The server that an address leads to, whatever page of it.
    pub fn of(url: &Url) -> Option<Self> {
        Server::parse(&url.origin().ascii_serialization()).ok()
    }

    /// Whether an address leads to this server.
    pub fn is_of(&self, url: &Url) -> bool {
        self.0.origin() == url.origin()
    }

    /// Whether it is this computer: no proxy is on the way there.
    pub fn is_here(&self) -> bool {
        is_loopback(&self.0)
    }
}

/// The hosts that never leave this computer (RFC 6761, RFC 1122, RFC 4291).
fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let number = host.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
    host == "localhost" || host.ends_with(".localhost") || number.is_ok_and(|address| address.is_loopback())
}

impl fmt::Display for Server {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.origin().ascii_serialization())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<String> {
        Server::parse(text).ok().map(|server| server.to_string())
    }

    #[test]
    fn an_address_is_read_however_it_is_typed() {
        let typed = ["http://localhost:8080", " http://localhost:8080/ ", "localhost:8080", "HTTP://LOCALHOST:8080"];
        assert!(typed.iter().all(|text| read(text).as_deref() == Some("http://localhost:8080")));
        assert_eq!(read("http://127.0.0.1:80").as_deref(), Some("http://127.0.0.1"));
        assert_eq!(read("[::1]:9000").as_deref(), Some("http://[::1]:9000"));
    }

    #[test]
    fn what_is_not_on_this_computer_is_asked_over_https_unless_somebody_says_otherwise() {
        assert_eq!(read("tickets.test"), Some(format!("https://{}", "tickets.test")));
        assert_eq!(read(&format!("http://{}", "10.0.0.7:8080")), Some(format!("http://{}", "10.0.0.7:8080")));
    }

    #[test]
    fn what_is_no_address_of_a_server_is_refused() {
        let wrong = [
            "",
            "   ",
            "ftp://localhost",
            "ticketing://shows/1",
            "http://",
            "http://localhost:99999",
            "http://localhost@localhost",
            "http://localhost:secret@localhost",
            "http://localhost/shows/1",
            "http://localhost?a=b",
            "http://localhost#a",
            "file:///etc/passwd",
        ];
        assert_eq!(wrong.iter().filter_map(|text| read(text)).collect::<Vec<_>>(), Vec::<String>::new());
    }

    #[test]
    fn a_server_is_another_one_on_another_port_or_by_another_scheme() {
        let server = Server::parse("http://localhost:8080").expect("it is an address");
        let leads_here = |url: &str| server.is_of(&Url::parse(url).expect("it is an address"));

        assert!(leads_here("http://localhost:8080/shows/1?a=b"));
        assert!(!leads_here("http://localhost:8081/shows/1"));
        assert!(!leads_here("https://localhost:8080/shows/1"));
    }
}
