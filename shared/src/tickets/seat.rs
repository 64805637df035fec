//! Where a ticket admits to.

use crate::invalid::Invalid;
use crate::value::ShortText;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The place that a ticket admits to. Without any part it is general admission.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Seat {
    /// The block, stand or balcony.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub section: Option<ShortText>,
    /// A number or letters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<ShortText>,
    /// The seat in its row. Usually a number; adjacent numbers are adjacent seats.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seat: Option<ShortText>,
}

impl Seat {
    /// Parses what a person typed. A blank part becomes `None`.
    ///
    /// # Errors
    /// As [`ShortText::parse`], with the name of the part as the field.
    pub fn parse(section: &str, row: &str, seat: &str) -> Result<Seat, Invalid> {
        let part = |field: &str, text: &str| match text.trim() {
            "" => Ok(None),
            text => ShortText::parse(field, text).map(Some),
        };
        Ok(Seat { section: part("section", section)?, row: part("row", row)?, seat: part("seat", seat)? })
    }
}

impl fmt::Display for Seat {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [("", &self.section), ("Row ", &self.row), ("Seat ", &self.seat)];
        let parts: Vec<String> =
            parts.iter().filter_map(|(label, part)| part.as_ref().map(|part| format!("{label}{part}"))).collect();
        if parts.is_empty() { formatter.write_str("General admission") } else { formatter.write_str(&parts.join(", ")) }
    }
}
