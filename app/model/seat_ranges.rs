//! Parses seats as sellers type or paste them, as in "12-15, 18".

use serde::{Deserialize, Serialize};
use shared::text::plain_digits;
use shared::tickets::MAX_SEATS_AT_ONCE;
use shared::{Flaw, Invalid};

/// What people write between the ends of a range, besides the hyphen: dashes, the minus sign, and the wave dashes of Japanese.
const DASHES: [char; 11] = ['‐', '‑', '‒', '–', '—', '―', '−', '－', '~', '〜', '～'];

/// Words that precede a part of a seat on tickets, in the languages of the site. They are skipped.
#[rustfmt::skip]
const LABELS: [&str; 23] = [
    "section", "block", "row", "seat", "seats",
    "reihe", "platz", "plätze", "rang",
    "sector", "fila", "asiento", "asientos",
    "bloc", "place", "places", "siège", "sièges",
    "قسم", "صف", "مقعد", "مقعدان", "مقاعد",
];

/// A seat before validation; empty parts are left out of the ticket.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SeatInput {
    /// The block or the stand.
    pub section: String,
    /// The row.
    pub row: String,
    /// The seat's number.
    pub seat: String,
}

/// Parses seat numbers of the given section and row, or seats that name their own, as in `A 12-15` or
/// `Block A Row 3 Seats 4, 5`. Without numbers the result is one ticket without a seat.
///
/// # Errors
/// If a range runs backwards or there are too many seats.
pub fn parse(section: &str, row: &str, numbers: &str) -> Result<Vec<SeatInput>, Invalid> {
    let (mut section, mut row) = (section.trim().to_owned(), row.trim().to_owned());
    let mut seats = Vec::new();
    let numbers = plain_digits(numbers);
    for part in
        numbers.split([',', ';', '،', '؛', '、', '，', '；', '\n']).map(str::trim).filter(|part| !part.is_empty())
    {
        let words = split_words(part);
        // A section or row applies to the numbers that follow it, until the next one.
        let numbers = match words.as_slice() {
            [new_section, numbers] => {
                section = new_section.clone();
                numbers
            }
            [new_section, new_row, numbers] => {
                (section, row) = (new_section.clone(), new_row.clone());
                numbers
            }
            [numbers] => numbers,
            _ => part,
        };
        let seat = |number: String| SeatInput { section: section.clone(), row: row.clone(), seat: number };
        match Range::parse(numbers) {
            Some(Range { first, last, .. }) if first > last => {
                return Err(Invalid::new("seats", Flaw::Backwards { first, last }));
            }
            Some(Range { first, last, .. }) if last - first >= MAX_SEATS_AT_ONCE as u32 => return Err(too_many()),
            Some(range) => seats.extend((range.first..=range.last).map(|number| seat(range.name(number)))),
            None => seats.push(seat(numbers.to_owned())),
        }
    }
    if seats.is_empty() {
        seats.push(SeatInput { section, row, seat: String::new() });
    }
    if seats.len() > MAX_SEATS_AT_ONCE { Err(too_many()) } else { Ok(seats) }
}

/// Splits at whitespace and drops labels. A range is one word, also with spaces around its hyphen.
fn split_words(part: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in part.replace(DASHES, "-").replace('-', " - ").split_whitespace() {
        let is_label = LABELS.contains(&word.trim_matches([':', '.']).to_lowercase().as_str());
        let continues_range = word == "-" || words.last().is_some_and(|last| last.ends_with('-'));
        match words.last_mut().filter(|_| continues_range) {
            Some(last) => last.push_str(word),
            None if is_label => {}
            None => words.push(word.to_owned()),
        }
    }
    words
}

/// Seats whose numbers follow each other, as in `12-15`, `A1-A5` or `01-05`.
struct Range<'a> {
    first: u32,
    last: u32,
    /// What stands before and after each number.
    around: (&'a str, &'a str),
    /// With how many digits the numbers are written at least.
    width: usize,
}

impl<'a> Range<'a> {
    fn parse(part: &'a str) -> Option<Self> {
        let (first, last) = part.split_once('-')?;
        let (first, last) = (Numbered::parse(first)?, Numbered::parse(last)?);
        // The letters may be left out at the end of a range: A1-5.
        let same = (last.before.is_empty() || last.before == first.before) && last.after == first.after;
        let is_padded = first.digits.len() > 1 && first.digits.starts_with('0');
        let width = if is_padded { first.digits.len() } else { 1 };
        let (first_number, last_number) = (first.digits.parse().ok()?, last.digits.parse().ok()?);
        same.then_some(Range { first: first_number, last: last_number, around: (first.before, first.after), width })
    }

    fn name(&self, number: u32) -> String {
        let (before, after) = self.around;
        format!("{before}{number:0width$}{after}", width = self.width)
    }
}

/// A name with one number in it.
struct Numbered<'a> {
    before: &'a str,
    digits: &'a str,
    after: &'a str,
}

impl<'a> Numbered<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let (before, rest) = text.split_at(text.find(|letter: char| letter.is_ascii_digit())?);
        let length = rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len());
        let (digits, after) = rest.split_at(length);
        let is_one = !after.contains(|letter: char| letter.is_ascii_digit());
        is_one.then_some(Numbered { before, digits, after })
    }
}

fn too_many() -> Invalid {
    Invalid::new("seats", Flaw::SeatCount { most: MAX_SEATS_AT_ONCE })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(text: &str) -> Vec<String> {
        parse("A", "1", text).expect("these seats are valid").into_iter().map(|seat| seat.seat).collect()
    }

    #[test]
    fn ranges_and_single_seats_can_be_mixed() {
        assert_eq!(numbers("12-15, 18"), ["12", "13", "14", "15", "18"]);
        assert_eq!(numbers("7"), ["7"]);
        assert_eq!(numbers("3 – 4; B7"), ["3", "4", "B7"]);
        assert_eq!(numbers(""), [""]);
    }

    #[test]
    fn a_range_is_read_however_it_is_written() {
        for range in ["12—15", "12−15", "12 ‑ 15", "12〜15", "١٢-١٥", "۱۲–۱۵", "１２－１５", "१२-१५"]
        {
            assert_eq!(numbers(range), ["12", "13", "14", "15"], "{range}");
        }
        assert_eq!(numbers("A1-A3"), ["A1", "A2", "A3"]);
        assert_eq!(numbers("A9-11"), ["A9", "A10", "A11"]);
        assert_eq!(numbers("01-03"), ["01", "02", "03"]);
        assert_eq!(numbers("08-11"), ["08", "09", "10", "11"]);
        assert_eq!(numbers("A01 – A03"), ["A01", "A02", "A03"]);
        assert_eq!(numbers("1a-3a"), ["1a", "2a", "3a"]);
        assert_eq!(numbers("1、2，3؛4"), ["1", "2", "3", "4"]);
    }

    #[test]
    fn what_is_no_range_is_one_seat() {
        for seat in ["A1-B3", "Box-7", "A-B", "2-C", "1a-3b", "1-2-3"] {
            assert_eq!(numbers(seat), [seat], "{seat}");
        }
    }

    #[test]
    fn pasted_seats_may_name_their_section_and_row() {
        let parsed = |text: &str| -> Vec<String> {
            let seats = parse("", "", text).expect("these seats are valid");
            seats.into_iter().map(|seat| format!("{}/{}/{}", seat.section, seat.row, seat.seat)).collect()
        };

        assert_eq!(parsed("A 12–13"), ["A//12", "A//13"]);
        assert_eq!(parsed("Block C Row 3 Seats 4, 5"), ["C/3/4", "C/3/5"]);
        assert_eq!(parsed("Block: A, Reihe: 2"), ["//A", "//2"], "ambiguous text is kept");
        assert_eq!(parsed("Bloc A Rang 3 Places 4; مقعد 5"), ["A/3/4", "A/3/5"]);
        assert_eq!(parsed("A 1 7 - 8; B 2 9"), ["A/1/7", "A/1/8", "B/2/9"]);
    }

    #[test]
    fn backward_and_too_long_ranges_are_refused() {
        for text in ["9-7", "A9-A7", "1-5000", "1-60, 101-160"] {
            assert!(parse("A", "1", text).is_err(), "{text}");
        }
    }
}
