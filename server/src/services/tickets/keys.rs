//! The keys by which shows and tickets are found and sorted. They are hexadecimal: every database and collation sorts those digits alike,
//! and the digits of a beginning are the beginning of the digits.

use shared::text::{fold, natural_key, search_words};
use shared::tickets::{Seat, Show};
use shared::value::ShortText;
use std::collections::BTreeMap;

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

/// The key by which numbered seats are equal to people. `None` for a place without a number, which many may have.
pub fn of_numbered_seat(seat: &Seat) -> Option<String> {
    seat.seat.as_ref()?;
    let key = |part: &Option<ShortText>| fold(part.as_ref().map(ShortText::as_str).unwrap_or_default());
    Some(hex::encode([&seat.section, &seat.row, &seat.seat].map(key).join(END_OF_PART)))
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
    fn a_numbered_seat_has_one_key_however_it_is_typed() {
        let key =
            |section: &str, row: &str, seat: &str| of_numbered_seat(&Seat::parse(section, row, seat).expect("a seat"));
        let seat = key("Étage A", "b", "12");
        for (section, row, seat_number) in [
            ("étage a", "B", "12"),
            ("  Étage\u{a0} A ", "b ", " 12 "),
            ("E\u{301}tage A", "ｂ", "１２"),
            ("ÉTAGE A", "b", "١٢"),
            ("Etage A", "b", "12"),
        ] {
            assert_eq!(key(section, row, seat_number), seat, "{section} {row} {seat_number}");
        }
        for (section, row, seat_number) in [
            ("Étage A", "b", "012"),
            ("Étage A", "b", "1 2"),
            ("Étage", "A b", "12"),
            ("Étage A", "", "b12"),
            ("", "b", "12"),
        ] {
            assert_ne!(key(section, row, seat_number), seat, "{section} {row} {seat_number}");
        }
        assert_eq!((key("A", "1", " "), key("", "", "")), (None, None), "a place without a number");
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
