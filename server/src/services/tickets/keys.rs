//! The keys by which shows and tickets are found and sorted. They are hexadecimal: every database and collation sorts those digits alike,
//! and the digits of a beginning are the beginning of the digits.

use super::schema::{self, shows, tickets};
use crate::Error;
use crate::store::{Store, Tx};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use shared::Instant;
use shared::text::{fold, natural_key, search_words};
use shared::tickets::{Seat, Show};
use shared::value::ShortText;
use std::collections::BTreeMap;

/// How many rows of an earlier version get their keys in one commit.
const BATCH: u64 = 200;
/// Between the parts of a seat; before everything that a part has.
const END_OF_PART: &str = "\0";

/// The key by which cities are equal. Not empty.
pub fn of_city(city: &str) -> String {
    hex::encode(format!("{}.", fold(city)))
}

/// The key that sorts seats as people do: row 2 before row 10. Not empty. Equal seats have equal keys.
pub fn of_seat(seat: &Seat) -> String {
    let key = |part: &Option<ShortText>| natural_key(part.as_ref().map(ShortText::as_str).unwrap_or_default());
    hex::encode([&seat.section, &seat.row, &seat.seat].map(key).join(END_OF_PART))
}

/// The words under which a show is found, each with the first field that has it: 0 for the title, 1 for the venue, 2 for the city.
pub fn of_show(show: &Show) -> BTreeMap<String, i64> {
    let mut words = BTreeMap::new();
    for (field, text) in (0..).zip([&show.title, &show.venue, &show.city]) {
        for word in search_words(text.as_str()) {
            words.entry(hex::encode(word)).or_insert(field);
        }
    }
    words
}

/// The words that begin with this text: from the first key on, up to the second.
pub fn beginning_with(text: &str) -> (String, String) {
    let first = hex::encode(text);
    let end = format!("{first}g");
    (first, end)
}

/// Gives rows that the version before this one has written their keys. Returns the present if there may be more.
pub async fn step(store: &Store) -> Result<Option<Instant>, Error> {
    let db = store.read();
    let shows = shows::Entity::find().filter(shows::Column::CityKey.eq("")).limit(BATCH).all(db).await?;
    let seats = tickets::Entity::find().filter(tickets::Column::SeatOrder.eq(""));
    let seats = seats.order_by_asc(tickets::Column::Id).limit(BATCH).all(db).await?;
    if shows.is_empty() && seats.is_empty() {
        return Ok(None);
    }
    let write = store.write(store.root_cause(), move |tx| {
        Box::pin(async move {
            for row in shows {
                add_keys_of_show(tx, row).await?;
            }
            for row in seats {
                let key = of_seat(&schema::seat_of(&row)?);
                let update = tickets::Entity::update_many().col_expr(tickets::Column::SeatOrder, Expr::value(key));
                update.filter(tickets::Column::Id.eq(row.id)).exec(tx.db()).await?;
            }
            Ok(())
        })
    });
    write.await?;
    Ok(Some(store.environment().now()))
}

async fn add_keys_of_show(tx: &Tx, row: shows::Model) -> Result<(), Error> {
    let (id, key) = (row.id, of_city(&row.city));
    schema::insert_words(tx, id, of_show(&schema::show_of(row)?)).await?;
    let update = shows::Entity::update_many().col_expr(shows::Column::CityKey, Expr::value(key));
    Ok(update.filter(shows::Column::Id.eq(id)).exec(tx.db()).await.map(drop)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seats_sort_as_people_sort_them() {
        let key = |section: Option<&str>, row: Option<&str>, seat: Option<&str>| {
            let [section, row, seat] = [section, row, seat].map(Option::unwrap_or_default);
            of_seat(&Seat::parse(section, row, seat).expect("a seat"))
        };
        let sorted = [
            key(None, None, None),
            key(Some("A"), Some("2"), Some("9")),
            key(Some("a"), Some("2"), Some("10")),
            key(Some("A"), Some("10"), Some("1")),
            key(Some("A1"), Some("1"), Some("1")),
            key(Some("B"), Some("1"), Some("1")),
        ];
        assert!(sorted.windows(2).all(|pair| pair[0] < pair[1]), "{sorted:?}");
        assert_eq!(key(Some(" a "), None, Some("01")), key(Some("A"), None, Some("1")));
        assert_ne!(key(Some("A"), Some("B"), None), key(Some("AB"), None, None));
    }

    #[test]
    fn the_key_of_a_word_is_between_the_ends_of_its_beginning() {
        for (word, beginning, found) in
            [("beyonce", "bey", true), ("beyonce", "beyonce", true), ("bez", "bey", false), ("be", "bey", false)]
        {
            let (first, end) = beginning_with(beginning);
            let key = hex::encode(word);
            assert_eq!(first <= key && key < end, found, "{word} {beginning}");
        }
    }
}
