//! Rows as templates for other rows: the same values with other ids and numbers.

use anyhow::{Context, Result, ensure};
use rusqlite::types::Value;

/// The number of the show that is copied; each copy has its own number in every text.
pub const NUMBER: &str = "000000000";
/// Each copy starts a minute after the last one, so that lists have an order.
const MINUTE: i64 = 60_000;

/// The bytes of a UUID.
pub type Id = [u8; 16];

/// A value of a row to copy.
#[derive(Debug, PartialEq)]
pub enum Cell {
    Fixed(Value),
    Id(Id),
    Text(Vec<Piece>),
    /// Milliseconds.
    Start(i64),
}

#[derive(Debug, PartialEq)]
pub enum Piece {
    Literal(String),
    Id(Id),
    Number,
}

impl Cell {
    /// A value of that column, which may name one of the ids.
    pub fn parse(column: &str, value: Value, ids: &[Id]) -> Cell {
        match value {
            Value::Blob(bytes) => match Id::try_from(bytes.as_slice()) {
                Ok(id) if ids.contains(&id) => Cell::Id(id),
                _ => Cell::Fixed(Value::Blob(bytes)),
            },
            Value::Text(text) => Cell::Text(pieces(&text, ids)),
            Value::Integer(start) if column == "starts_at" => Cell::Start(start),
            value => Cell::Fixed(value),
        }
    }

    /// Whether the row belongs to what is copied.
    pub fn names_an_id(&self) -> bool {
        match self {
            Cell::Id(_) => true,
            Cell::Text(pieces) => pieces.iter().any(|piece| matches!(piece, Piece::Id(_))),
            Cell::Fixed(_) | Cell::Start(_) => false,
        }
    }

    /// The value in the copy of that number.
    pub fn copy(&self, number: usize) -> Value {
        match self {
            Cell::Fixed(value) => value.clone(),
            Cell::Id(id) => Value::Blob(other(*id, number).to_vec()),
            Cell::Start(start) => Value::Integer(start + MINUTE * i64::try_from(number).expect("few shows are copied")),
            Cell::Text(pieces) => {
                let mut text = String::new();
                for piece in pieces {
                    match piece {
                        Piece::Literal(literal) => text.push_str(literal),
                        Piece::Id(id) => text.push_str(&format(other(*id, number))),
                        Piece::Number => text.push_str(&format!("{number:09}")),
                    }
                }
                Value::Text(text)
            }
        }
    }
}

/// Splits a text at the ids and the number that differ between copies.
fn pieces(text: &str, ids: &[Id]) -> Vec<Piece> {
    let (mut pieces, mut rest) = (Vec::new(), text);
    loop {
        let names = ids.iter().filter_map(|id| rest.find(&format(*id)).map(|at| (at, 36, Piece::Id(*id))));
        let number = rest.find(NUMBER).map(|at| (at, NUMBER.len(), Piece::Number));
        let Some((at, length, piece)) = names.chain(number).min_by_key(|(at, ..)| *at) else { break };
        pieces.extend([Piece::Literal(rest[..at].to_owned()), piece]);
        rest = &rest[at + length..];
    }
    pieces.push(Piece::Literal(rest.to_owned()));
    pieces
}

/// The id of a copy: the last bytes are random, so that no two ids become the same.
fn other(id: Id, number: usize) -> Id {
    (u128::from_be_bytes(id) ^ ((number as u128) << 8)).to_be_bytes()
}

/// The id that a text spells.
///
/// # Errors
/// If it spells none.
pub fn parse(text: &str) -> Result<Id> {
    ensure!(text.len() == 36, "{text} is no id");
    Ok(u128::from_str_radix(&text.replace('-', ""), 16).context("an id has hexadecimal digits")?.to_be_bytes())
}

fn format(id: Id) -> String {
    let digits = format!("{:032x}", u128::from_be_bytes(id));
    [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]].join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "01999999-0000-7000-8000-0000000000ff";

    #[test]
    fn a_copy_has_its_own_ids_and_number() {
        let id = parse(ID).expect("it is an id");

        let cell = Cell::parse("body", Value::Text(format!("{{\"id\":\"{ID}\",\"title\":\"Show {NUMBER}\"}}")), &[id]);

        let copied = "{\"id\":\"01999999-0000-7000-8000-0000000001ff\",\"title\":\"Show 000000001\"}";
        assert!(cell.names_an_id());
        assert_eq!(cell.copy(1), Value::Text(copied.to_owned()));
        assert_eq!(Cell::Id(id).copy(1), Value::Blob(other(id, 1).to_vec()));
    }

    #[test]
    fn what_names_no_copied_id_stays_as_it_is() {
        let cell = Cell::parse("seller_id", Value::Blob(vec![7; 16]), &[parse(ID).expect("it is an id")]);

        assert!(!cell.names_an_id());
        assert_eq!(cell.copy(5), Value::Blob(vec![7; 16]));
    }
}
