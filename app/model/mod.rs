//! Client logic without markup and without I/O.

pub mod adjacent_seats;
pub mod card;
pub mod pass_code;
pub mod price_summary;
pub mod seat_ranges;
pub mod unique;
pub mod user_agent;
