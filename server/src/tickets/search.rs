//! Finding shows.

use super::schema::{listing_of, shows};
use crate::Error;
use crate::store::word;
use chrono::NaiveDate;
use sea_orm::sea_query::NullOrdering;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, Order, QueryFilter, QueryOrder, QuerySelect};
use shared::page::PAGE_SIZE;
use shared::tickets::{Category, ShowFilter, ShowListing, ShowSort};
use shared::{Instant, Invalid, Page};
use std::time::Duration;

/// How long a show stays in the lists after it has begun.
const AFTER_START: Duration = Duration::from_secs(3 * 3600);
/// How many words of a search count.
const MOST_WORDS: usize = 8;

/// The shows to come that fit the filter.
pub async fn shows(db: &impl ConnectionTrait, filter: &ShowFilter, now: Instant) -> Result<Page<ShowListing>, Error> {
    let mut found = shows::Entity::find()
        .filter(shows::Column::StartsAt.gte((now - AFTER_START).millis()))
        .filter(shows::Column::CancelledAt.is_null());
    for search in filter.search.as_deref().unwrap_or_default().to_lowercase().split_whitespace().take(MOST_WORDS) {
        // The wildcards of LIKE are left out rather than escaped: nobody searches for them.
        let plain: String = search.chars().filter(|c| !"%_\\".contains(*c)).collect();
        found = found.filter(shows::Column::Search.contains(plain));
    }
    if let Some(city) = text(&filter.city) {
        found = found.filter(shows::Column::City.eq(city));
    }
    if let Some(name) = text(&filter.category) {
        let unknown = || Invalid::new("category", "there is no such category");
        let category = Category::from_name(name).ok_or_else(unknown)?;
        found = found.filter(shows::Column::Category.eq(word(category)));
    }
    if let Some(from) = day("from", &filter.from)? {
        found = found.filter(shows::Column::LocalStart.gte(from));
    }
    if let Some(to) = day("to", &filter.to)? {
        found = found.filter(shows::Column::LocalStart.lte(format!("{to}T23:59")));
    }
    let sorted = match sort(&filter.sort)? {
        ShowSort::Date => found.order_by_asc(shows::Column::StartsAt),
        ShowSort::Price => found.order_by_with_nulls(shows::Column::LowestPrice, Order::Asc, NullOrdering::Last),
        ShowSort::Newest => found.order_by_desc(shows::Column::CreatedAt),
    };
    let offset = Page::<ShowListing>::offset(filter.cursor.as_deref());
    let rows = sorted.order_by_asc(shows::Column::Id).offset(offset).limit(PAGE_SIZE + 1).all(db).await?;
    let listings = rows.into_iter().map(listing_of).collect::<Result<Vec<_>, _>>()?;
    Ok(Page::cut(listings, offset))
}

fn text(value: &Option<String>) -> Option<&str> {
    value.as_deref().map(str::trim).filter(|text| !text.is_empty())
}

fn day(field: &str, value: &Option<String>) -> Result<Option<String>, Invalid> {
    let Some(value) = text(value) else { return Ok(None) };
    let day = NaiveDate::parse_from_str(value, "%Y-%m-%d");
    let day = day.map_err(|_| Invalid::new(field, "a day looks like 2026-12-05"))?;
    Ok(Some(day.format("%Y-%m-%d").to_string()))
}

fn sort(value: &Option<String>) -> Result<ShowSort, Invalid> {
    match text(value) {
        None | Some("date") => Ok(ShowSort::Date),
        Some("price") => Ok(ShowSort::Price),
        Some("newest") => Ok(ShowSort::Newest),
        Some(_) => Err(Invalid::new("sort", "sort by date, price or newest")),
    }
}
