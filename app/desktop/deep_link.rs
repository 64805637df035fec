//! Links that open a page in the window: `ticketing://shows/…`, or the page's address on a server.

use super::server_address::ServerAddress;
use dioxus::fullstack::reqwest::Url;

/// The scheme that the system opens with this program.
const SCHEME: &str = "ticketing";

#[derive(Clone, Debug, PartialEq)]
pub struct DeepLink {
    /// The server, if the link names one.
    pub server: Option<ServerAddress>,
    /// The page's path and query, with one leading slash.
    pub path: String,
}

impl DeepLink {
    /// Parses a link. The page does not have to exist.
    ///
    /// # Errors
    /// Why the text is not a link, for the command line.
    pub fn parse(text: &str) -> Result<Self, String> {
        let malformed = || format!("\"{text}\" is not a link to a page, such a link starts with {SCHEME}:// or http");
        let url = Url::parse(text.trim()).map_err(|_| malformed())?;
        let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        match url.scheme() {
            SCHEME => {
                let path = format!("{}{}", url.host_str().unwrap_or_default(), url.path());
                Ok(DeepLink { server: None, path: format!("/{}{query}", path.trim_matches('/')) })
            }
            "http" | "https" => {
                let server = ServerAddress::of_page(&url).ok_or_else(malformed)?;
                Ok(DeepLink { server: Some(server), path: format!("/{}{query}", url.path().trim_matches('/')) })
            }
            _ => Err(malformed()),
        }
    }
}

/// The link that opens a page in this program.
pub fn to(path: &str) -> String {
    format!("{SCHEME}://{}", path.trim_start_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site_map::Route;

    fn path(link: &str) -> Option<String> {
        DeepLink::parse(link).ok().filter(|link| link.server.is_none()).map(|link| link.path)
    }

    #[test]
    fn a_link_with_the_scheme_opens_a_page() {
        assert_eq!(path("ticketing://shows/0198").as_deref(), Some("/shows/0198"));
        assert_eq!(path("ticketing:///shows/0198/").as_deref(), Some("/shows/0198"));
        assert_eq!(path("ticketing:shows/0198#seats").as_deref(), Some("/shows/0198"));
        assert_eq!(path("ticketing://?q=jazz").as_deref(), Some("/?q=jazz"));
        assert_eq!(path("ticketing://").as_deref(), Some("/"));
    }

    #[test]
    fn a_link_to_a_page_on_a_server_has_that_server() {
        let link = DeepLink::parse("http://localhost:8080/shows/0198?together=2").expect("a link");

        assert_eq!(link.server, ServerAddress::parse("http://localhost:8080").ok());
        assert_eq!(link.path, "/shows/0198?together=2");
    }

    #[test]
    fn malformed_links_are_refused() {
        assert!(
            ["", "shows/0198", "javascript:alert(1)", "file:///etc/passwd"].iter().all(|text| path(text).is_none())
        );
    }

    #[test]
    fn no_link_leaves_the_site() {
        let pages = ["ticketing:////localhost/a", "ticketing://shows/../../a", "http://localhost//host/a"];
        for page in pages.map(|link| DeepLink::parse(link).expect("a link").path) {
            assert!(page.starts_with('/') && !page.starts_with("//"), "{page}");
            assert!(page.parse::<Route>().is_ok(), "{page}");
        }
    }

    #[test]
    fn a_link_to_a_page_opens_that_page() {
        for page in ["/", "/orders", "/shows/0198?together=2", "/?q=jazz"] {
            assert_eq!(path(&to(page)).as_deref(), Some(page));
        }
    }
}
