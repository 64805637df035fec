//! Tells crawlers what they may read.

use crate::web::Site;
use crate::web::crawlers::PRIVATE;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::IntoResponse;
use std::fmt::Write;

/// `robots.txt` (RFC 9309).
pub async fn serve(State(site): State<Site>) -> impl IntoResponse {
    let headers = [(CONTENT_TYPE, "text/plain; charset=utf-8"), (CACHE_CONTROL, "public, max-age=3600")];
    (headers, text(&site.config.public_url))
}

fn text(public_url: &str) -> String {
    let mut text = "User-agent: *\n".to_owned();
    for prefix in PRIVATE {
        let _ = writeln!(text, "Disallow: {prefix}");
    }
    let _ = write!(text, "\nSitemap: {public_url}/sitemap.xml\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crawlers_are_told_what_is_private_and_where_the_public_pages_are() {
        let text = text("https://tickets.example");

        assert!(text.starts_with("User-agent: *\nDisallow: /account\n"), "{text}");
        assert!(text.ends_with("\nSitemap: https://tickets.example/sitemap.xml\n"), "{text}");
    }
}
