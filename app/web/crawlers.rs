//! What crawlers may read, and what search engines list.

/// Beginnings of paths that are private, or of no use to those who search.
pub const PRIVATE: [&str; 17] = [
    "/account",
    "/api/",
    "/design",
    "/door/",
    "/forgot",
    "/forms/",
    "/gifts/",
    "/health/",
    "/orders",
    "/passes/",
    "/reset",
    "/sell",
    "/sign-in",
    "/sign-up",
    "/sorry",
    "/verify",
    "/webhooks/",
];
/// Tickets are gone once they are sold. Crawlers may read them, since those of messengers would show no preview otherwise.
const TICKETS: &str = "/tickets";

/// Whether search engines leave the path out of their lists.
pub fn is_unlisted(path: &str) -> bool {
    PRIVATE.iter().chain([&TICKETS]).any(|prefix| path.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_pages_are_listed_and_private_ones_are_not() {
        for public in ["/", "/shows/1", "/shows/1/preview.png", "/preview.png", "/sitemap.xml", "/assets/a.css"] {
            assert!(!is_unlisted(public), "{public}");
        }
        for private in ["/orders", "/orders/1", "/selling", "/account.csv", "/tickets/1", "/api/orders", "/sign-in"] {
            assert!(is_unlisted(private), "{private}");
        }
    }
}
