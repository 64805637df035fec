//! The shows that were looked at in this browser. Only the browser knows them.

use crate::i18n::t;
use crate::routes::Route;
use dioxus::prelude::*;
use serde::{Deserialize, Serialize};
use shared::tickets::Show;

/// How many are remembered.
const MOST: usize = 5;
/// Under which name the browser keeps them.
const KEY: &str = "recent";

/// What is remembered of a show.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Seen {
    id: String,
    title: String,
}

/// Remembers that a show was looked at.
pub fn remember(show: &Show) {
    let seen = Seen { id: show.id.to_string(), title: show.title.to_string() };
    keep(&with_newest(kept(), seen));
}

/// What is remembered from now on: the newest first, each once.
fn with_newest(mut known: Vec<Seen>, newest: Seen) -> Vec<Seen> {
    known.retain(|seen| seen.id != newest.id);
    known.insert(0, newest);
    known.truncate(MOST);
    known
}

#[cfg(target_arch = "wasm32")]
fn storage() -> Option<web_sys::Storage> {
    // Who forbids a site to keep anything has nothing kept.
    web_sys::window()?.local_storage().ok().flatten()
}

#[cfg(target_arch = "wasm32")]
fn kept() -> Vec<Seen> {
    let text = storage().and_then(|storage| storage.get_item(KEY).ok().flatten());
    text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
}

#[cfg(target_arch = "wasm32")]
fn keep(seen: &[Seen]) {
    if let (Some(storage), Ok(text)) = (storage(), serde_json::to_string(seen)) {
        let _ = storage.set_item(KEY, &text);
    }
}

#[cfg(not(target_arch = "wasm32"))]
fn kept() -> Vec<Seen> {
    Vec::new()
}

#[cfg(not(target_arch = "wasm32"))]
fn keep(_: &[Seen]) {
    // Only browsers keep this; the key is theirs.
    let _ = KEY;
}

/// The way back to the shows that were looked at.
#[component]
pub fn Recent() -> Element {
    let mut seen = use_signal(Vec::<Seen>::new);
    // The server does not know them, so the page begins without.
    use_effect(move || seen.set(kept()));
    rsx! {
        if !seen.read().is_empty() {
            nav { class: "recent", aria_label: t!("recently-seen"),
                span { class: "hint", {t!("recently-seen")} }
                ul {
                    for show in seen() {
                        li { key: "{show.id}",
                            Link { to: Route::ShowPage { id: show.id }, "{show.title}" }
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_show_is_remembered_once_and_the_newest_first() {
        let seen = |id: usize| Seen { id: id.to_string(), title: format!("Show {id}") };

        let known = [1, 2, 1, 3, 4, 5, 6].map(seen).into_iter().fold(Vec::new(), with_newest);

        assert_eq!(known.iter().map(|seen| seen.id.as_str()).collect::<Vec<_>>(), ["6", "5", "4", "3", "1"]);
    }
}
