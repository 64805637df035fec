//! Pagination of lists.

use serde::{Deserialize, Serialize};

/// The maximum of items on a page, which bounds what one list request reads and sends.
pub const PAGE_SIZE: u64 = 50;

/// One page of a list. Pages count by offset: an item inserted meanwhile may show the last item of a page again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Paginated<Item> {
    /// At most [`PAGE_SIZE`] items, in the order that the request specifies.
    pub items: Vec<Item>,
    /// The opaque `cursor` of the next page; `None` on the last page.
    pub next: Option<String>,
}

impl<Item> Paginated<Item> {
    /// Builds the page at `offset` from up to `PAGE_SIZE + 1` fetched items: the extra one, which is dropped, tells that
    /// there is a next page without counting the list.
    pub fn cut(mut items: Vec<Item>, offset: u64) -> Self {
        let more = items.len() as u64 > PAGE_SIZE;
        items.truncate(PAGE_SIZE as usize);
        Paginated { items, next: more.then(|| (offset + PAGE_SIZE).to_string()) }
    }

    /// The offset that a cursor stands for. No cursor, or one that this server did not issue, means the first page.
    pub fn offset(cursor: Option<&str>) -> u64 {
        cursor.and_then(|text| text.parse::<u32>().ok()).map_or(0, u64::from)
    }
}
