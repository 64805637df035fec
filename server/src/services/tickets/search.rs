//! Finding shows.

use super::schema::{listing_of, shows, tickets};
use crate::Error;
use crate::store::word;
use chrono::NaiveDate;
use sea_orm::sea_query::{Expr, NullOrdering, Query, SelectStatement};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, Order, QueryFilter, QueryOrder, QuerySelect};
use shared::orders::MAX_TICKETS_PER_SHOW;
use shared::page::PAGE_SIZE;
use shared::tickets::{Category, ShowFilter, ShowListing, ShowSort, TicketState};
use shared::{Flaw, Instant, Invalid, Paginated};
use std::time::Duration;

/// How long a show stays in the lists after it has begun.
const AFTER_START: Duration = Duration::from_secs(3 * 3600);
/// How many words of a search count.
const MAX_WORDS: usize = 8;

/// The shows to come that fit the filter.
pub async fn shows(
    db: &impl ConnectionTrait,
    filter: &ShowFilter,
    now: Instant,
) -> Result<Paginated<ShowListing>, Error> {
    let mut found = shows::Entity::find()
        .filter(shows::Column::StartsAt.gte((now - AFTER_START).millis()))
        .filter(shows::Column::CancelledAt.is_null());
    for search in filter.search.as_deref().unwrap_or_default().to_lowercase().split_whitespace().take(MAX_WORDS) {
        // The wildcards of LIKE are left out rather than escaped: nobody searches for them.
        let plain: String = search.chars().filter(|c| !"%_\\".contains(*c)).collect();
        found = found.filter(shows::Column::Search.contains(plain));
    }
    if let Some(city) = text(&filter.city) {
        found = found.filter(shows::Column::City.eq(city));
    }
    if let Some(name) = text(&filter.category) {
        let unknown = || Invalid::new("category", Flaw::NoChoice);
        let category: Category = name.parse().map_err(|_| unknown())?;
        found = found.filter(shows::Column::Category.eq(word(category)));
    }
    if let Some(from) = day("from", &filter.from)? {
        found = found.filter(shows::Column::LocalStart.gte(from));
    }
    if let Some(to) = day("to", &filter.to)? {
        found = found.filter(shows::Column::LocalStart.lte(format!("{to}T23:59")));
    }
    if let Some(count) = together(&filter.together)? {
        found = found.filter(Expr::exists(rows_with(count)));
    }
    let sorted = match sort(&filter.sort)? {
        ShowSort::Date => found.order_by_asc(shows::Column::StartsAt),
        ShowSort::Price => found.order_by_with_nulls(shows::Column::LowestPrice, Order::Asc, NullOrdering::Last),
        ShowSort::Newest => found.order_by_desc(shows::Column::CreatedAt),
    };
    let offset = Paginated::<ShowListing>::offset(filter.cursor.as_deref());
    let rows = sorted.order_by_asc(shows::Column::Id).offset(offset).limit(PAGE_SIZE + 1).all(db).await?;
    let listings = rows.into_iter().map(listing_of).collect::<Result<Vec<_>, _>>()?;
    Ok(Paginated::cut(listings, offset))
}

fn text(value: &Option<String>) -> Option<&str> {
    value.as_deref().map(str::trim).filter(|text| !text.is_empty())
}

/// Rows with at least that many tickets on sale, of the show that is looked at. Tickets without a seat are one row.
fn rows_with(count: u32) -> SelectStatement {
    Query::select()
        .expr(Expr::val(1))
        .from(tickets::Entity)
        .and_where(Expr::col((tickets::Entity, tickets::Column::ShowId)).equals((shows::Entity, shows::Column::Id)))
        .and_where(Expr::col((tickets::Entity, tickets::Column::State)).eq(word(TicketState::OnSale)))
        .group_by_columns([tickets::Column::SeatSection, tickets::Column::SeatRow])
        .and_having(Expr::col((tickets::Entity, tickets::Column::Id)).count().gte(count))
        .to_owned()
}

fn together(value: &Option<String>) -> Result<Option<u32>, Invalid> {
    let Some(value) = text(value) else { return Ok(None) };
    let count = value.parse().ok().filter(|count| (1..=MAX_TICKETS_PER_SHOW).contains(count));
    let odd = || Invalid::new("together", Flaw::TogetherBeyond { most: MAX_TICKETS_PER_SHOW });
    count.ok_or_else(odd).map(Some)
}

fn day(field: &str, value: &Option<String>) -> Result<Option<String>, Invalid> {
    let Some(value) = text(value) else { return Ok(None) };
    let day = NaiveDate::parse_from_str(value, "%Y-%m-%d");
    let day = day.map_err(|_| Invalid::new(field, Flaw::NoDay))?;
    Ok(Some(day.format("%Y-%m-%d").to_string()))
}

fn sort(value: &Option<String>) -> Result<ShowSort, Invalid> {
    match text(value) {
        None | Some("date") => Ok(ShowSort::Date),
        Some("price") => Ok(ShowSort::Price),
        Some("newest") => Ok(ShowSort::Newest),
        Some(_) => Err(Invalid::new("sort", Flaw::NoChoice)),
    }
}
