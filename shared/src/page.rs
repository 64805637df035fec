//! Lists come in pages.

use serde::{Deserialize, Serialize};

/// How many items a page holds at most.
pub const PAGE_SIZE: u64 = 50;

/// One page of a list, and where the next one begins.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Paginated<Item> {
    /// The items, in the order that was asked for.
    pub items: Vec<Item>,
    /// Pass this as `cursor` to get the next page; nothing when this is the last.
    pub next: Option<String>,
}

impl<Item> Paginated<Item> {
    /// A page of the first [`PAGE_SIZE`] of `items`, which were fetched one too many, at `offset` of the whole list.
    pub fn cut(mut items: Vec<Item>, offset: u64) -> Self {
        let more = items.len() as u64 > PAGE_SIZE;
        items.truncate(PAGE_SIZE as usize);
        Paginated { items, next: more.then(|| (offset + PAGE_SIZE).to_string()) }
    }

    /// The offset that a cursor stands for: the beginning if there is none, or none that we gave out.
    pub fn offset(cursor: Option<&str>) -> u64 {
        cursor.and_then(|text| text.parse::<u32>().ok()).map_or(0, u64::from)
    }
}
