//! The cookies of a request as they are sent.

use axum::http::header::{COOKIE, HeaderMap};

/// Names and values, without the memory that a jar of them takes on every request.
pub fn sent(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    let lists = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    lists.flat_map(|list| list.split(';')).filter_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        Some((name.trim(), value.trim()))
    })
}
