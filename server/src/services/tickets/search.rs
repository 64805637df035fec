//! The search for shows.

use super::keys;
use super::schema::{ShowRow, listing_of, show_words, shows, tickets};
use crate::Error;
use crate::store::{Millis, Text, is_after};
use chrono::NaiveDate;
use sea_orm::sea_query::{Expr, Func, Query, SelectStatement};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, Select,
    Value,
};
use serde::{Deserialize, Serialize};
use shared::orders::MAX_TICKETS_PER_SHOW;
use shared::page::{PAGE_SIZE, position};
use shared::text::{query_words, search_words};
use shared::tickets::{Category, ShowFilter, ShowListing, ShowSort, TicketState};
use shared::{Flaw, Instant, Invalid, Paginated};
use std::collections::BTreeSet;
use std::time::Duration;
use uuid::Uuid;

/// How long a show stays listed after it has begun: about as long as a show lasts.
const LISTED_AFTER_START: Duration = Duration::from_secs(3 * 3600);
/// What a word counts that no field begins with in the spelling of the query: more than each field.
const NO_FIELD: i64 = 3;

/// What a page of shows is sorted by, and the id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
enum Position {
    /// The fields that have the words, and the beginning.
    Relevance(i64, i64, Uuid),
    Date(i64, Uuid),
    Newest(i64, Uuid),
    /// Amounts of different currencies cannot be compared, so shows of a currency stand together.
    Price(String, i64, Uuid),
}

/// The words of a search.
struct Words(Vec<Vec<Vec<String>>>);

/// A page of the shows that match the filter.
///
/// # Errors
/// [`Invalid`] if a value of the filter cannot be parsed.
pub async fn shows(
    db: &impl ConnectionTrait,
    filter: &ShowFilter,
    now: Instant,
) -> Result<Paginated<ShowListing>, Error> {
    let words = Words(query_words(filter.search.as_deref().unwrap_or_default()));
    let found = words.filter(matching(filter, now)?);
    let sort = parse_sort(&filter.sort)?;
    let after = position::<Position>(filter.cursor.as_deref())?;
    let sorted = sorted(found, sort, &words, after)?;
    let rows = sorted.limit(PAGE_SIZE + 1).all(db).await?;
    Paginated::cut(rows, |row| position_of(row, sort, &words)).try_map(listing_of)
}

fn matching(filter: &ShowFilter, now: Instant) -> Result<Select<shows::Entity>, Invalid> {
    let mut found = shows::Entity::find()
        .filter(shows::Column::StartsAt.gte(Millis(now - LISTED_AFTER_START)))
        .filter(shows::Column::CancelledAt.is_null());
    if let Some(city) = non_empty(&filter.city) {
        found = found.filter(shows::Column::CityKey.eq(keys::of_city(city)));
    }
    if let Some(name) = non_empty(&filter.category) {
        let category: Category = name.parse().map_err(|_| Invalid::new("category", Flaw::UnknownChoice))?;
        found = found.filter(shows::Column::Category.eq(Text(category)));
    }
    let (from, to) = (parse_day("from", &filter.from)?, parse_day("to", &filter.to)?);
    if let (Some(from), Some(to)) = (&from, &to)
        && from > to
    {
        return Err(Invalid::new("to", Flaw::EndsBeforeItBegins));
    }
    if let Some(from) = from {
        found = found.filter(shows::Column::LocalStart.gte(from));
    }
    if let Some(to) = to {
        found = found.filter(shows::Column::LocalStart.lte(format!("{to}T23:59")));
    }
    if let Some(count) = parse_adjacent_seats(&filter.together)? {
        found = found.filter(Expr::exists(rows_with_seats_on_sale(count)));
    }
    Ok(found)
}

fn sorted(
    found: Select<shows::Entity>,
    sort: ShowSort,
    words: &Words,
    after: Option<Position>,
) -> Result<Select<shows::Entity>, Invalid> {
    use shows::Column::{Currency, Id, StartsAt};
    let (rank, price) = (words.rank(), price_or_none());
    let relevant = sort == ShowSort::Date && !words.0.is_empty();
    let sorted = match sort {
        _ if relevant => found.order_by_asc(rank.clone()).order_by_asc(StartsAt),
        ShowSort::Date => found.order_by_asc(StartsAt),
        ShowSort::Newest => return newest(found, after),
        ShowSort::Price => found.order_by_asc(Currency).order_by_asc(price.clone()),
    };
    let sorted = sorted.order_by_asc(Id);
    let position = match (after, sort) {
        (None, _) => return Ok(sorted),
        (Some(Position::Relevance(field, at, id)), ShowSort::Date) if relevant => {
            is_after([rank, StartsAt.into_expr(), Id.into_expr()], [field.into(), at.into(), id.into()])
        }
        (Some(Position::Date(at, id)), ShowSort::Date) if !relevant => {
            is_after([StartsAt.into_expr(), Id.into_expr()], [at.into(), id.into()])
        }
        (Some(Position::Price(currency, minor, id)), ShowSort::Price) => {
            is_after([Currency.into_expr(), price, Id.into_expr()], [Value::from(currency), minor.into(), id.into()])
        }
        _ => return Err(Invalid::new("cursor", Flaw::InvalidCursor)),
    };
    Ok(sorted.filter(position))
}

fn newest(found: Select<shows::Entity>, after: Option<Position>) -> Result<Select<shows::Entity>, Invalid> {
    use shows::Column::{CreatedAt, Id};
    let sorted = found.order_by_desc(CreatedAt).order_by_desc(Id);
    match after {
        None => Ok(sorted),
        Some(Position::Newest(at, id)) => {
            let position = Expr::tuple([Expr::value(at), Expr::value(id)]);
            Ok(sorted.filter(position.gt(Expr::tuple([CreatedAt.into_expr(), Id.into_expr()]))))
        }
        Some(_) => Err(Invalid::new("cursor", Flaw::InvalidCursor)),
    }
}

fn position_of(row: &ShowRow, sort: ShowSort, words: &Words) -> Position {
    match sort {
        ShowSort::Date if words.0.is_empty() => Position::Date(row.starts_at.0.millis(), row.id),
        ShowSort::Date => Position::Relevance(words.rank_of(row), row.starts_at.0.millis(), row.id),
        ShowSort::Newest => Position::Newest(row.created_at.0.millis(), row.id),
        ShowSort::Price => {
            Position::Price(row.currency.0.code().to_owned(), row.lowest_price.unwrap_or(i64::MAX), row.id)
        }
    }
}

/// The lowest price of a show, or more than every price if nothing is on sale; the expression of the index `shows_by_price`.
fn price_or_none() -> Expr {
    Func::coalesce([shows::Column::LowestPrice.into_expr(), Expr::value(i64::MAX)]).into()
}

impl Words {
    /// Those of the shows that have a word that begins with each of these.
    fn filter(&self, mut found: Select<shows::Entity>) -> Select<shows::Entity> {
        for alternatives in &self.0 {
            let mut any = Condition::any();
            for beginnings in alternatives {
                let mut all = Condition::all();
                for beginning in beginnings {
                    all = all.add(shows::Column::Id.in_subquery(shows_with(beginning)));
                }
                any = any.add(all);
            }
            found = found.filter(any);
        }
        found
    }

    /// The sum of the fields that have the words: a show whose title has them all stands before one whose venue has one.
    fn rank(&self) -> Expr {
        let field = |alternatives: &Vec<Vec<String>>| -> Expr {
            let words = alternatives.first().and_then(|beginnings| beginnings.first());
            let field = Query::select()
                .expr(Func::min(Expr::col((show_words::Entity, show_words::Column::Field))))
                .from(show_words::Entity)
                .and_where(
                    Expr::col((show_words::Entity, show_words::Column::ShowId))
                        .equals((shows::Entity, shows::Column::Id)),
                )
                .and_where(begins_with(words.map_or("", String::as_str)))
                .to_owned();
            Func::coalesce([Expr::SubQuery(None, Box::new(field.into())), Expr::value(NO_FIELD)]).into()
        };
        self.0.iter().map(field).reduce(ExprTrait::add).unwrap_or_else(|| Expr::value(0_i64))
    }

    /// The same for a row.
    fn rank_of(&self, row: &ShowRow) -> i64 {
        let fields = [&row.title, &row.venue, &row.city].map(|text| search_words(text));
        let field = |alternatives: &Vec<Vec<String>>| {
            let beginning = alternatives.first().and_then(|beginnings| beginnings.first()).map_or("", String::as_str);
            let has_word = |words: &BTreeSet<String>| words.iter().any(|word| word.starts_with(beginning));
            (0..).zip(&fields).find(|(_, words)| has_word(words)).map_or(NO_FIELD, |(field, _)| field)
        };
        self.0.iter().map(field).sum()
    }
}

/// Subquery: the shows that have a word with this beginning.
fn shows_with(beginning: &str) -> SelectStatement {
    Query::select()
        .column(show_words::Column::ShowId)
        .from(show_words::Entity)
        .and_where(begins_with(beginning))
        .to_owned()
}

fn begins_with(beginning: &str) -> Expr {
    let (first, end) = keys::beginning_with(beginning);
    let word = || Expr::col((show_words::Entity, show_words::Column::Word));
    word().gte(first).and(word().lt(end))
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
    let day = NaiveDate::parse_from_str(value, "%Y-%m-%d").ok();
    let day = day.map(|day| day.format("%Y-%m-%d").to_string());
    // A year of more digits, or a day of fewer, would not sort as text.
    let day = day.filter(|written| written == value && written.len() == "2026-12-05".len());
    day.map(Some).ok_or_else(|| Invalid::new(field, Flaw::InvalidDay))
}

fn parse_sort(value: &Option<String>) -> Result<ShowSort, Invalid> {
    match non_empty(value) {
        None | Some("date") => Ok(ShowSort::Date),
        Some("price") => Ok(ShowSort::Price),
        Some("newest") => Ok(ShowSort::Newest),
        Some(_) => Err(Invalid::new("sort", Flaw::UnknownChoice)),
    }
}
