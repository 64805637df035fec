//! The addresses that search engines should know: the home page and every upcoming show.

use super::paging;
use crate::api::ApiError;
use crate::routes;
use crate::web::Site;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::IntoResponse;
use futures::{Stream, TryStreamExt, pin_mut};
use server::{Backend, Caller, Environment};
use shared::tickets::{ListShows, ShowFilter, ShowListing};
use shared::{Instant, Paginated, ShowId};
use std::fmt::Write;
use std::time::Duration;
use tokio::sync::Mutex;

/// The most addresses that one file may have (sitemaps.org).
const MAX_ADDRESSES: usize = 50_000;
/// Reading every page of the list costs much more than a page, and crawlers come once a day.
const LIFETIME: Duration = Duration::from_secs(60 * 60);

/// The last file. The lock is held while it is written, so that crawlers that come together cause one.
#[derive(Default)]
pub struct Sitemap(Mutex<Option<(Instant, Bytes)>>);

/// `sitemap.xml`.
///
/// # Errors
/// If the shows cannot be listed.
pub async fn serve(State(site): State<Site>) -> Result<impl IntoResponse, ApiError> {
    let mut last = site.sitemap.0.lock().await;
    let now = site.environment.now();
    let file = match last.as_ref().filter(|(written_at, _)| *written_at <= now && now < *written_at + LIFETIME) {
        Some((_, file)) => file.clone(),
        None => {
            let shows = read(upcoming(site.backend.clone(), site.environment.clone()).await?).await?;
            let file = Bytes::from(write(&site.config.public_url, &shows));
            *last = Some((now, file.clone()));
            file
        }
    };
    Ok(([(CONTENT_TYPE, "application/xml; charset=utf-8"), (CACHE_CONTROL, "public, max-age=3600")], file))
}

/// The pages of the list of shows.
async fn upcoming(
    backend: Backend,
    environment: Environment,
) -> Result<impl Stream<Item = Result<Vec<ShowId>, ApiError>>, ApiError> {
    let fetch = move |cursor: Option<String>| {
        let (backend, caller) = (backend.clone(), Caller::anonymous(environment.new_id()));
        async move {
            let filter = ShowFilter { cursor, ..ShowFilter::default() };
            let page: Paginated<ShowListing> = backend.call(&caller, ListShows { filter }).await?;
            let items = page.items.into_iter().map(|listing| listing.show.id).collect();
            Ok::<_, ApiError>(Paginated { items, next: page.next })
        }
    };
    let first = fetch(None).await?;
    Ok(paging::from_first(first, move |cursor| fetch(Some(cursor))))
}

async fn read(pages: impl Stream<Item = Result<Vec<ShowId>, ApiError>>) -> Result<Vec<ShowId>, ApiError> {
    pin_mut!(pages);
    let mut shows = Vec::new();
    // The home page is an address, too.
    while shows.len() < MAX_ADDRESSES - 1
        && let Some(page) = pages.try_next().await?
    {
        shows.extend(page);
    }
    shows.truncate(MAX_ADDRESSES - 1);
    Ok(shows)
}

/// Neither an id nor the address of the site has a character that XML would have to escape.
fn write(public_url: &str, shows: &[ShowId]) -> String {
    let mut file = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n"
        .to_owned();
    for path in std::iter::once(routes::home()).chain(shows.iter().map(routes::show)) {
        let _ = writeln!(file, "<url><loc>{public_url}{path}</loc></url>");
    }
    file.push_str("</urlset>\n");
    file
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::stream;

    #[tokio::test]
    async fn the_file_has_no_more_addresses_than_crawlers_read() {
        let id = ShowId::new(uuid::Uuid::nil());
        let pages = stream::iter((0..2_000).map(|_| Ok(vec![id; 50])));

        let shows = read(pages).await.expect("no page fails");
        let file = write("https://tickets.example", &shows);

        assert_eq!(file.matches("<loc>").count(), MAX_ADDRESSES);
        assert!(file.contains("<loc>https://tickets.example/</loc>"));
        assert!(file.contains(&format!("<loc>https://tickets.example/shows/{id}</loc>")));
    }

    #[tokio::test]
    async fn a_list_that_cannot_be_read_is_no_file() {
        let pages = stream::iter([Ok(Vec::new()), Err(ApiError::Unavailable)]);

        assert_eq!(read(pages).await, Err(ApiError::Unavailable));
    }
}
