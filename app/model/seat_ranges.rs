//! Seats as people type them: "12-15, 18".

use crate::api::tickets::TypedSeat;
use shared::tickets::MAX_SEATS_AT_ONCE;
use shared::{Flaw, Invalid};

/// What stands before a part of a seat on tickets, in the languages of the site; it is no part of it.
#[rustfmt::skip]
const LABELS: [&str; 23] = [
    "section", "block", "row", "seat", "seats",
    "reihe", "platz", "plätze", "rang",
    "sector", "fila", "asiento", "asientos",
    "bloc", "place", "places", "siège", "sièges",
    "قسم", "صف", "مقعد", "مقعدان", "مقاعد",
];

/// The seats that were typed or pasted: numbers of the row that was named in the fields before, or each with its place, as in
/// `A 12-15` or `Block A Row 3 Seats 4, 5`. Without numbers it is one ticket without a seat.
///
/// # Errors
/// If a range runs backwards or there are too many.
pub fn parse(section: &str, row: &str, numbers: &str) -> Result<Vec<TypedSeat>, Invalid> {
    let (mut section, mut row) = (section.trim().to_owned(), row.trim().to_owned());
    let mut seats = Vec::new();
    for part in numbers.split([',', ';', '،', '؛', '\n']).map(str::trim).filter(|part| !part.is_empty()) {
        let words = words(part);
        // A place holds for the numbers that follow it, until the next one is named.
        let numbers = match words.as_slice() {
            [in_section, numbers] => {
                section = in_section.clone();
                numbers
            }
            [in_section, in_row, numbers] => {
                (section, row) = (in_section.clone(), in_row.clone());
                numbers
            }
            [numbers] => numbers,
            _ => part,
        };
        let seat = |number: String| TypedSeat { section: section.clone(), row: row.clone(), seat: number };
        match range(numbers) {
            Some((first, last)) if first > last => {
                return Err(Invalid::new("seats", Flaw::Backwards { first, last }));
            }
            Some((first, last)) if last - first >= MAX_SEATS_AT_ONCE as u32 => return Err(too_many()),
            Some((first, last)) => seats.extend((first..=last).map(|number| seat(number.to_string()))),
            None => seats.push(seat(numbers.to_owned())),
        }
    }
    if seats.is_empty() {
        seats.push(TypedSeat { section, row, seat: String::new() });
    }
    match seats.len() > MAX_SEATS_AT_ONCE {
        true => Err(too_many()),
        false => Ok(seats),
    }
}

/// The words of a part but for labels. A range is one word however it is spaced.
fn words(part: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in part.replace('–', "-").replace('-', " - ").split_whitespace() {
        let is_label = LABELS.contains(&word.trim_matches([':', '.']).to_lowercase().as_str());
        let goes_on = word == "-" || words.last().is_some_and(|last| last.ends_with('-'));
        match words.last_mut().filter(|_| goes_on) {
            Some(last) => last.push_str(word),
            None if is_label => {}
            None => words.push(word.to_owned()),
        }
    }
    words
}

fn range(part: &str) -> Option<(u32, u32)> {
    let (first, last) = part.split_once(['-', '–'])?;
    Some((first.trim().parse().ok()?, last.trim().parse().ok()?))
}

fn too_many() -> Invalid {
    Invalid::new("seats", Flaw::SeatCount { most: MAX_SEATS_AT_ONCE })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(text: &str) -> Vec<String> {
        parse("A", "1", text).expect("these can be read").into_iter().map(|seat| seat.seat).collect()
    }

    #[test]
    fn ranges_and_single_seats_can_be_mixed() {
        assert_eq!(numbers("12-15, 18"), ["12", "13", "14", "15", "18"]);
        assert_eq!(numbers("7"), ["7"]);
        assert_eq!(numbers("3 – 4; B7"), ["3", "4", "B7"]);
        assert_eq!(numbers(""), [""]);
    }

    #[test]
    fn a_place_that_is_pasted_with_its_seats_is_understood() {
        let read = |text: &str| -> Vec<String> {
            let seats = parse("", "", text).expect("these can be read");
            seats.into_iter().map(|seat| format!("{}/{}/{}", seat.section, seat.row, seat.seat)).collect()
        };

        assert_eq!(read("A 12–13"), ["A//12", "A//13"]);
        assert_eq!(read("Block C Row 3 Seats 4, 5"), ["C/3/4", "C/3/5"]);
        assert_eq!(read("Block: A, Reihe: 2"), ["//A", "//2"], "what is not sure is left as it is");
        assert_eq!(read("Bloc A Rang 3 Places 4; مقعد 5"), ["A/3/4", "A/3/5"]);
        assert_eq!(read("A 1 7 - 8; B 2 9"), ["A/1/7", "A/1/8", "B/2/9"]);
    }

    #[test]
    fn what_cannot_be_meant_is_said() {
        for text in ["9-7", "1-5000", "1-60, 101-160"] {
            assert!(parse("A", "1", text).is_err(), "{text}");
        }
    }
}
