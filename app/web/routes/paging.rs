//! Reads a list of a service page by page, for files that contain all of it.

use crate::api::ApiError;
use futures::{Stream, stream};
use shared::Paginated;

/// The items of a list, page by page, from the first page on. New items push older ones down, so a page may begin with some that
/// the one before had already; these are left out.
pub fn from_first<T, F>(
    first: Paginated<T>,
    fetch: impl Fn(String) -> F,
) -> impl Stream<Item = Result<Vec<T>, ApiError>>
where
    T: Clone + PartialEq,
    F: Future<Output = Result<Paginated<T>, ApiError>>,
{
    enum Next<T> {
        Loaded(Paginated<T>),
        After(String, Vec<T>),
        End,
    }
    let following = |next: Option<String>, items: &[T]| match next {
        Some(cursor) => Next::After(cursor, items.to_vec()),
        None => Next::End,
    };
    stream::try_unfold(Next::Loaded(first), move |state| {
        let (loaded, fetching) = match state {
            Next::Loaded(page) => (Some(page), None),
            Next::After(cursor, previous) => (None, Some((fetch(cursor), previous))),
            Next::End => (None, None),
        };
        async move {
            let (page, previous) = match (loaded, fetching) {
                (Some(page), _) => (page, Vec::new()),
                (None, Some((fetching, previous))) => (fetching.await?, previous),
                (None, None) => return Ok(None),
            };
            let next = following(page.next, &page.items);
            let new = page.items.into_iter().filter(|item| !previous.contains(item)).collect();
            Ok(Some((new, next)))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::TryStreamExt;
    use shared::Rejection;

    fn page(items: &[u32], next: Option<&str>) -> Paginated<u32> {
        Paginated { items: items.to_vec(), next: next.map(str::to_owned) }
    }

    #[tokio::test]
    async fn every_item_is_read_once() {
        let fetch = |cursor: String| async move {
            match cursor.as_str() {
                "a" => Ok(page(&[2, 3], Some("b"))),
                "b" => Ok(page(&[4], None)),
                _ => Err(ApiError::from(Rejection::NotFound)),
            }
        };

        let pages: Vec<Vec<u32>> =
            from_first(page(&[1, 2], Some("a")), fetch).try_collect().await.expect("three pages");

        assert_eq!(pages, [vec![1, 2], vec![3], vec![4]]);
    }

    #[tokio::test]
    async fn a_page_that_cannot_be_read_ends_the_list_with_its_error() {
        let fetch = |_| async { Err(ApiError::Unavailable) };

        let pages = from_first(page(&[1], Some("a")), fetch).try_collect::<Vec<_>>().await;

        assert_eq!(pages, Err(ApiError::Unavailable));
    }
}
