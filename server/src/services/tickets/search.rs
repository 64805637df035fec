//! The search for shows.

use super::schema::{listing_of, shows, tickets};
use crate::Error;
use crate::store::{Millis, Text};
use chrono::NaiveDate;
use sea_orm::sea_query::{Expr, NullOrdering, Query, SelectStatement};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, Order, QueryFilter, QueryOrder, QuerySelect};
use shared::orders::MAX_TICKETS_PER_SHOW;
use shared::page::PAGE_SIZE;
use shared::tickets::{Category, ShowFilter, ShowListing, ShowSort, TicketState};
use shared::{Flaw, Instant, Invalid, Paginated};
use std::time::Duration;

/// How long a show stays listed after it has begun: about as long as a show lasts.
const LISTED_AFTER_START: Duration = Duration::from_secs(3 * 3600);
/// Further words of a search are ignored, since each adds a scan of the text to the query.
const MAX_SEARCH_WORDS: usize = 8;

/// A page of the shows that match the filter.
///
/// # Errors
/// [`Invalid`] if a value of the filter cannot be parsed.
pub async fn shows(
    db: &impl ConnectionTrait,
    filter: &ShowFilter,
    now: Instant,
) -> Result<Paginated<ShowListing>, Error> {
    let mut found = shows::Entity::find()
        .filter(shows::Column::StartsAt.gte(Millis(now - LISTED_AFTER_START)))
        .filter(shows::Column::CancelledAt.is_null());
    let search = filter.search.as_deref().unwrap_or_default().to_lowercase();
    for word in search.split_whitespace().take(MAX_SEARCH_WORDS) {
        // The wildcards of LIKE are removed rather than escaped: nobody searches for them.
        let plain: String = word.chars().filter(|c| !"%_\\".contains(*c)).collect();
        found = found.filter(shows::Column::Search.contains(plain));
    }
    if let Some(city) = non_empty(&filter.city) {
        found = found.filter(shows::Column::City.eq(city));
    }
    if let Some(name) = non_empty(&filter.category) {
        let category: Category = name.parse().map_err(|_| Invalid::new("category", Flaw::NoChoice))?;
        found = found.filter(shows::Column::Category.eq(Text(category)));
    }
    if let Some(from) = parse_day("from", &filter.from)? {
        found = found.filter(shows::Column::LocalStart.gte(from));
    }
    if let Some(to) = parse_day("to", &filter.to)? {
        found = found.filter(shows::Column::LocalStart.lte(format!("{to}T23:59")));
    }
    if let Some(count) = parse_adjacent_seats(&filter.together)? {
        found = found.filter(Expr::exists(rows_with_seats_on_sale(count)));
    }
    let sorted = match parse_sort(&filter.sort)? {
        ShowSort::Date => found.order_by_asc(shows::Column::StartsAt),
        ShowSort::Price => found.order_by_with_nulls(shows::Column::LowestPrice, Order::Asc, NullOrdering::Last),
        ShowSort::Newest => found.order_by_desc(shows::Column::CreatedAt),
    };
    let offset = Paginated::<ShowListing>::offset(filter.cursor.as_deref());
    let rows = sorted.order_by_asc(shows::Column::Id).offset(offset).limit(PAGE_SIZE + 1).all(db).await?;
    let listings = rows.into_iter().map(listing_of).collect::<Result<Vec<_>, _>>()?;
    Ok(Paginated::cut(listings, offset))
}

fn non_empty(value: &Option<String>) -> Option<&str> {
    value.as_deref().map(str::trim).filter(|text| !text.is_empty())
}

/// Correlated subquery: the seat rows of the outer query's show that have at least `count` tickets on sale. All tickets
/// without a seat are one row.
fn rows_with_seats_on_sale(count: u32) -> SelectStatement {
    Query::select()
        .expr(Expr::val(1))
        .from(tickets::Entity)
        .and_where(Expr::col((tickets::Entity, tickets::Column::ShowId)).equals((shows::Entity, shows::Column::Id)))
        .and_where(Expr::col((tickets::Entity, tickets::Column::State)).eq(Text(TicketState::OnSale)))
        .group_by_columns([tickets::Column::SeatSection, tickets::Column::SeatRow])
        .and_having(Expr::col((tickets::Entity, tickets::Column::Id)).count().gte(count))
        .to_owned()
}

fn parse_adjacent_seats(value: &Option<String>) -> Result<Option<u32>, Invalid> {
    let Some(value) = non_empty(value) else { return Ok(None) };
    let count = value.parse().ok().filter(|count| (1..=MAX_TICKETS_PER_SHOW).contains(count));
    let out_of_range = || Invalid::new("together", Flaw::TogetherBeyond { most: MAX_TICKETS_PER_SHOW });
    count.ok_or_else(out_of_range).map(Some)
}

fn parse_day(field: &str, value: &Option<String>) -> Result<Option<String>, Invalid> {
    let Some(value) = non_empty(value) else { return Ok(None) };
    let day = NaiveDate::parse_from_str(value, "%Y-%m-%d").map_err(|_| Invalid::new(field, Flaw::NoDay))?;
    Ok(Some(day.format("%Y-%m-%d").to_string()))
}

fn parse_sort(value: &Option<String>) -> Result<ShowSort, Invalid> {
    match non_empty(value) {
        None | Some("date") => Ok(ShowSort::Date),
        Some("price") => Ok(ShowSort::Price),
        Some("newest") => Ok(ShowSort::Newest),
        Some(_) => Err(Invalid::new("sort", Flaw::NoChoice)),
    }
}
