//! The shows that the user has viewed in this browser. They never leave it.

use serde::{Deserialize, Serialize};
use shared::tickets::Show;

const MAX_SHOWS: usize = 5;
/// The key in the browser's local storage.
#[cfg(target_arch = "wasm32")]
const STORAGE_KEY: &str = "recent";

/// A viewed show.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ViewedShow {
    /// The show's id.
    pub id: String,
    /// Its title.
    pub title: String,
}

/// Adds a show to the list.
pub fn remember(show: &Show) {
    let viewed = ViewedShow { id: show.id.to_string(), title: show.title.to_string() };
    store(&with_newest(load(), viewed));
}

/// Forgets the list, so that the next user of the browser does not see it.
pub fn forget() {
    store(&[]);
}

fn with_newest(mut shows: Vec<ViewedShow>, newest: ViewedShow) -> Vec<ViewedShow> {
    shows.retain(|show| show.id != newest.id);
    shows.insert(0, newest);
    shows.truncate(MAX_SHOWS);
    shows
}

/// The browser's storage; `None` if the user has blocked it.
#[cfg(target_arch = "wasm32")]
fn storage() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok().flatten()
}

/// The viewed shows, the newest first.
#[cfg(target_arch = "wasm32")]
pub fn load() -> Vec<ViewedShow> {
    let text = storage().and_then(|storage| storage.get_item(STORAGE_KEY).ok().flatten());
    text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
}

#[cfg(target_arch = "wasm32")]
fn store(shows: &[ViewedShow]) {
    if let (Some(storage), Ok(text)) = (storage(), serde_json::to_string(shows)) {
        let _ = storage.set_item(STORAGE_KEY, &text);
    }
}

/// Only browsers keep the list.
#[cfg(not(target_arch = "wasm32"))]
pub fn load() -> Vec<ViewedShow> {
    Vec::new()
}

#[cfg(not(target_arch = "wasm32"))]
fn store(_: &[ViewedShow]) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_show_is_listed_once_and_the_newest_first() {
        let viewed = |id: usize| ViewedShow { id: id.to_string(), title: format!("Show {id}") };

        let shows = [1, 2, 1, 3, 4, 5, 6].map(viewed).into_iter().fold(Vec::new(), with_newest);

        assert_eq!(shows.iter().map(|show| show.id.as_str()).collect::<Vec<_>>(), ["6", "5", "4", "3", "1"]);
    }
}
