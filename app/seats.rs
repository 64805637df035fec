//! Seats as people type them: "12-15, 18".

use crate::api::tickets::TypedSeat;
use shared::Invalid;
use shared::tickets::MOST_SEATS_AT_ONCE;

/// The seats of one row. Without numbers it is one ticket without a seat.
///
/// # Errors
/// If a range runs backwards or there are too many.
pub fn parse(section: &str, row: &str, numbers: &str) -> Result<Vec<TypedSeat>, Invalid> {
    let seat = |number: String| TypedSeat { section: section.to_owned(), row: row.to_owned(), seat: number };
    let mut seats = Vec::new();
    for part in numbers.split([',', ';']).map(str::trim).filter(|part| !part.is_empty()) {
        match range(part) {
            Some((first, last)) if first > last => {
                return Err(Invalid::new("seats", format!("{part} runs backwards, write {last}-{first}")));
            }
            Some((first, last)) if last - first >= MOST_SEATS_AT_ONCE as u32 => return Err(too_many()),
            Some((first, last)) => seats.extend((first..=last).map(|number| seat(number.to_string()))),
            None => seats.push(seat(part.to_owned())),
        }
    }
    if seats.is_empty() {
        seats.push(seat(String::new()));
    }
    match seats.len() > MOST_SEATS_AT_ONCE {
        true => Err(too_many()),
        false => Ok(seats),
    }
}

fn range(part: &str) -> Option<(u32, u32)> {
    let (first, last) = part.split_once(['-', '–'])?;
    Some((first.trim().parse().ok()?, last.trim().parse().ok()?))
}

fn too_many() -> Invalid {
    Invalid::new("seats", format!("list at most {MOST_SEATS_AT_ONCE} seats at once"))
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
    fn what_cannot_be_meant_is_said() {
        for text in ["9-7", "1-5000", "1-60, 101-160"] {
            assert!(parse("A", "1", text).is_err(), "{text}");
        }
    }
}
