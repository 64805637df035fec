//! Links that open a page in the window: `ticketing://shows/…`, or the page's address on the server.

use super::address::Server;
use dioxus::fullstack::reqwest::Url;

/// The scheme that the system knows this program by.
pub const SCHEME: &str = "ticketing";

/// Where a link leads.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// The server, if the link names one.
    pub server: Option<Server>,
    /// The page: a path with its question, beginning with one slash.
    pub path: String,
}

impl Link {
    /// Reads a link. A page that does not exist is still a page, which says so.
    ///
    /// # Errors
    /// Why it is none, for people to read.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = || format!("\"{text}\" is no link to a page, such a link begins with {SCHEME}:// or http");
        let url = Url::parse(text.trim()).map_err(|_| wrong())?;
        let question = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        match url.scheme() {
            SCHEME => {
                let whole = format!("{}{}", url.host_str().unwrap_or_default(), url.path());
                Ok(Link { server: None, path: format!("/{}{question}", whole.trim_matches('/')) })
            }
            "http" | "https" => {
                let server = Server::of(&url).ok_or_else(wrong)?;
                Ok(Link { server: Some(server), path: format!("/{}{question}", url.path().trim_matches('/')) })
            }
            _ => Err(wrong()),
        }
    }
}

/// The link to a page, for this program itself.
pub fn to(path: &str) -> String {
    format!("{SCHEME}://{}", path.trim_start_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::routes::Route;

    fn path(link: &str) -> Option<String> {
        Link::parse(link).ok().filter(|link| link.server.is_none()).map(|link| link.path)
    }

    #[test]
    fn a_link_of_the_system_names_a_page() {
        assert_eq!(path("ticketing://shows/0198").as_deref(), Some("/shows/0198"));
        assert_eq!(path("ticketing:///shows/0198/").as_deref(), Some("/shows/0198"));
        assert_eq!(path("ticketing:shows/0198#seats").as_deref(), Some("/shows/0198"));
        assert_eq!(path("ticketing://?q=jazz").as_deref(), Some("/?q=jazz"));
        assert_eq!(path("ticketing://").as_deref(), Some("/"));
    }

    #[test]
    fn an_address_in_a_link_names_its_server_too() {
        let link = Link::parse("http://localhost:8080/shows/0198?together=2").expect("it is a link");

        assert_eq!(link.server, Server::parse("http://localhost:8080").ok());
        assert_eq!(link.path, "/shows/0198?together=2");
    }

    #[test]
    fn what_is_no_link_is_refused() {
        assert!(
            ["", "shows/0198", "javascript:alert(1)", "file:///etc/passwd"].iter().all(|text| path(text).is_none())
        );
    }

    #[test]
    fn no_link_leads_out_of_the_site() {
        let pages = ["ticketing:////localhost/a", "ticketing://shows/../../a", "http://localhost//host/a"];
        for page in pages.map(|link| Link::parse(link).expect("it is a link").path) {
            assert!(page.starts_with('/') && !page.starts_with("//"), "{page}");
            assert!(page.parse::<Route>().is_ok(), "{page}");
        }
    }

    #[test]
    fn a_page_is_linked_to_and_found_again() {
        for page in ["/", "/orders", "/shows/0198?together=2", "/?q=jazz"] {
            assert_eq!(path(&to(page)).as_deref(), Some(page));
        }
    }
}
