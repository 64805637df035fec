//! The address of a server.

use crate::i18n::t;
use dioxus::fullstack::reqwest::Url;
use std::fmt;

/// The scheme, host and port of a server, written as an origin: without a trailing slash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerAddress(Url);

impl ServerAddress {
    /// Parses an address. Without a scheme it is `https`, except on this computer, where servers rarely have a certificate and
    /// nobody can intercept the connection.
    ///
    /// # Errors
    /// What is wrong with the address, in the user's language.
    pub fn parse(text: &str) -> Result<Self, String> {
        let malformed = || t!("window-address-shapeless");
        let text = text.trim();
        let has_scheme = text.contains("://");
        let url = if has_scheme { Url::parse(text) } else { Url::parse(&format!("http://{text}")) };
        let mut url = url.map_err(|_| malformed())?;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
            return Err(malformed());
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(t!("window-address-secret"));
        }
        if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            return Err(t!("window-address-rest"));
        }
        if !has_scheme && !is_loopback(&url) {
            url.set_scheme("https").map_err(|()| malformed())?;
        }
        Ok(ServerAddress(url))
    }

    /// The server of a page's address.
    pub fn of_page(url: &Url) -> Option<Self> {
        ServerAddress::parse(&url.origin().ascii_serialization()).ok()
    }

    /// Whether the address belongs to this server.
    pub fn serves(&self, url: &Url) -> bool {
        self.0.origin() == url.origin()
    }

    /// Whether the server is on this computer, which no proxy can reach.
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.0)
    }
}

/// Names and addresses that always mean this computer (RFC 6761, RFC 1122, RFC 4291).
fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let ip = host.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
    host == "localhost" || host.ends_with(".localhost") || ip.is_ok_and(|address| address.is_loopback())
}

impl fmt::Display for ServerAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.origin().ascii_serialization())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Option<String> {
        ServerAddress::parse(text).ok().map(|server| server.to_string())
    }

    #[test]
    fn equivalent_addresses_are_parsed_to_the_same_origin() {
        let equivalent =
            ["http://localhost:8080", " http://localhost:8080/ ", "localhost:8080", "HTTP://LOCALHOST:8080"];
        assert!(equivalent.iter().all(|text| parsed(text).as_deref() == Some("http://localhost:8080")));
        assert_eq!(parsed("http://127.0.0.1:80").as_deref(), Some("http://127.0.0.1"));
        assert_eq!(parsed("[::1]:9000").as_deref(), Some("http://[::1]:9000"));
    }

    #[test]
    fn other_computers_are_contacted_over_https_by_default() {
        assert_eq!(parsed("tickets.test"), Some(format!("https://{}", "tickets.test")));
        assert_eq!(parsed(&format!("http://{}", "10.0.0.7:8080")), Some(format!("http://{}", "10.0.0.7:8080")));
    }

    #[test]
    fn malformed_addresses_are_refused() {
        let malformed = [
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
        assert_eq!(malformed.iter().filter_map(|text| parsed(text)).collect::<Vec<_>>(), Vec::<String>::new());
    }

    #[test]
    fn the_scheme_and_the_port_are_part_of_a_server() {
        let server = ServerAddress::parse("http://localhost:8080").expect("an address");
        let serves = |url: &str| server.serves(&Url::parse(url).expect("an address"));

        assert!(serves("http://localhost:8080/shows/1?a=b"));
        assert!(!serves("http://localhost:8081/shows/1"));
        assert!(!serves("https://localhost:8080/shows/1"));
    }
}
