//! Pagination of lists.

use crate::invalid::{Flaw, Invalid};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// The maximum of items on a page, which bounds what one list request reads and sends.
pub const PAGE_SIZE: u64 = 50;

/// One page of a list. The next page begins after the last item of this one, wherever that is by then: whatever is inserted or removed
/// meanwhile, each item that stays in its place is listed once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Paginated<Item> {
    /// At most [`PAGE_SIZE`] items, in the order that the request specifies.
    pub items: Vec<Item>,
    /// The opaque `cursor` of the next page; `None` on the last page.
    pub next: Option<String>,
}

impl<Item> Paginated<Item> {
    /// Builds a page from up to `PAGE_SIZE + 1` fetched items: the extra one, which is dropped, tells that there is a next page without
    /// counting the list. `position` is what the list is sorted by; no two items have the same.
    ///
    /// # Panics
    /// If a position cannot be written as JSON.
    pub fn cut<Position: Serialize>(mut items: Vec<Item>, position: impl Fn(&Item) -> Position) -> Self {
        let more = items.len() as u64 > PAGE_SIZE;
        items.truncate(PAGE_SIZE as usize);
        let last = items.last().filter(|_| more);
        Paginated { next: last.map(|item| cursor(&position(item))), items }
    }

    /// The page with other items in their places.
    ///
    /// # Errors
    /// The first that `map` returns.
    pub fn try_map<Other, Error>(
        self,
        map: impl FnMut(Item) -> Result<Other, Error>,
    ) -> Result<Paginated<Other>, Error> {
        let items = self.items.into_iter().map(map).collect::<Result<_, _>>()?;
        Ok(Paginated { items, next: self.next })
    }
}

/// The cursor of a page that begins after this position.
///
/// # Panics
/// If the position cannot be written as JSON.
pub fn cursor<Position: Serialize>(position: &Position) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(position).expect("a position is plain data"))
}

/// The position after which the page of a cursor begins; `None` without a cursor.
///
/// # Errors
/// If this list has not given it out.
pub fn position<Position: DeserializeOwned>(cursor: Option<&str>) -> Result<Option<Position>, Invalid> {
    let Some(text) = cursor.filter(|text| !text.is_empty()) else { return Ok(None) };
    let position = URL_SAFE_NO_PAD.decode(text).ok().and_then(|json| serde_json::from_slice(&json).ok());
    position.map(Some).ok_or_else(|| Invalid::new("cursor", Flaw::InvalidCursor))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    #[test]
    fn a_cursor_names_the_last_item_of_its_page() {
        let page = Paginated::cut((0..51).collect::<Vec<u32>>(), |item| ("price", *item));
        let last = Paginated::cut((0..50).collect::<Vec<u32>>(), |item| *item);

        let next = page.next.expect("there is another page");
        assert_eq!((page.items.len(), last.next), (50, None));
        assert_eq!(position::<(String, u32)>(Some(&next)), Ok(Some(("price".to_owned(), 49))));
        assert_eq!(position::<u32>(None), Ok(None));
        for odd in ["-1", "50", "garbage", &next, "W10", &next[1..]] {
            assert!(position::<u64>(Some(odd)).is_err(), "{odd}");
        }
    }

    proptest! {
        /// What is in the list all the time is seen once, whatever else comes and goes between two pages.
        #[test]
        fn a_list_that_changes_is_read_completely(
            stays in prop::collection::btree_set(0..10_000_u32, 0..300),
            changes in prop::collection::vec(prop::collection::btree_set(0..10_000_u32, 0..200), 12),
        ) {
            let (mut seen, mut next, mut changes) = (Vec::new(), None::<String>, changes.into_iter().cycle());
            loop {
                let now: BTreeSet<u32> = stays.union(&changes.next().expect("it repeats")).copied().collect();
                let after = position::<u32>(next.as_deref()).expect("it was given out");
                let rest = now.into_iter().filter(|item| after.is_none_or(|after| *item > after));
                let page = Paginated::cut(rest.take(PAGE_SIZE as usize + 1).collect(), |item| *item);
                seen.extend(page.items);
                next = page.next;
                if next.is_none() {
                    break;
                }
            }
            let distinct: BTreeSet<u32> = seen.iter().copied().collect();
            prop_assert_eq!(distinct.len(), seen.len());
            prop_assert!(stays.is_subset(&distinct));
        }
    }
}
