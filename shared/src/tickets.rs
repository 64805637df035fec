//! What `tickets` is asked and says: shows, and the tickets on sale for them.

use crate::value::ShortText;
use crate::{Currency, Event, Instant, Money, OrderId, Paginated, Price, Rejection, ShowId, Subject, TicketId, UserId};
use serde::{Deserialize, Serialize};
use std::fmt;
use strum::VariantArray;
use uuid::Uuid;

/// How many seats can be listed at once.
pub const MAX_SEATS_AT_ONCE: usize = 100;

/// What kind of show it is.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    strum::Display,
    strum::EnumString,
    strum::IntoStaticStr,
    strum::VariantArray,
)]
#[strum(serialize_all = "lowercase")]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the words say it")]
pub enum Category {
    Concert,
    Festival,
    Theatre,
    Comedy,
    Sport,
    Exhibition,
    Other,
}

impl Category {
    /// Every category, in the order in which forms offer them.
    pub const ALL: [Category; Category::VARIANTS.len()] =
        *Category::VARIANTS.first_chunk().expect("the length is the slice's own");

    /// The category's word on the wire.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// A show: a concert, a match, a play, at a place and a time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Show {
    /// Names the show.
    pub id: ShowId,
    /// What it is called.
    pub title: ShortText,
    /// The house or the ground.
    pub venue: ShortText,
    /// The town.
    pub city: ShortText,
    /// The country.
    pub country: ShortText,
    /// What kind of show it is.
    pub category: Category,
    /// When it begins.
    pub starts_at: Instant,
    /// The venue's time zone (IANA), in which times are shown.
    pub time_zone: String,
    /// When it begins by the clock on the venue's wall, as in `2026-12-05T20:00`.
    pub local_start: String,
    /// What its tickets are paid in.
    pub currency: Currency,
    /// Who announced it, and may cancel it.
    pub creator_id: UserId,
    /// Whether it was cancelled.
    pub cancelled: bool,
}

/// How far the cancellation of a show has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cancellation {
    /// How many of its tickets were held or sold when it was cancelled.
    pub tickets: u64,
    /// How many of those have not been taken back yet.
    pub left: u64,
}

/// A show as it stands in a list: with what its tickets cost and how many are left.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShowListing {
    /// The show.
    #[serde(flatten)]
    pub show: Show,
    /// The lowest price of the tickets on sale.
    pub lowest_price: Option<Money>,
    /// How many tickets are on sale.
    pub tickets_left: u64,
    /// How far its cancellation has come, if it was cancelled.
    pub cancellation: Option<Cancellation>,
}

/// Where a ticket admits to; all empty is general admission.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Seat {
    /// The block or the stand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub section: Option<ShortText>,
    /// The row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<ShortText>,
    /// The seat's number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seat: Option<ShortText>,
}

impl fmt::Display for Seat {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [("", &self.section), ("Row ", &self.row), ("Seat ", &self.seat)];
        let words: Vec<String> =
            parts.iter().filter_map(|(word, part)| part.as_ref().map(|part| format!("{word}{part}"))).collect();
        if words.is_empty() { formatter.write_str("General admission") } else { formatter.write_str(&words.join(", ")) }
    }
}

/// Where a ticket is in its life.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    strum::Display,
    strum::EnumString,
    strum::IntoStaticStr,
    strum::VariantArray,
)]
#[strum(serialize_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum TicketState {
    /// Anybody may buy it.
    OnSale,
    /// Somebody is paying for it.
    Held,
    /// It was bought.
    Sold,
    /// Its seller took it back.
    Withdrawn,
}

/// A ticket: one listing of one seat.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ticket {
    /// Names the ticket.
    pub id: TicketId,
    /// What it admits to.
    pub show: Show,
    /// Who sells it.
    pub seller_id: UserId,
    /// Where it admits to.
    pub seat: Seat,
    /// What the buyer pays, all in.
    pub price: Money,
    /// What was printed on it.
    pub face_value: Option<Money>,
    /// Where it is in its life.
    pub state: TicketState,
    /// When the hold ends, while it is held.
    pub held_until: Option<Instant>,
    /// Rises with each change; an edit names the version it was made on.
    pub version: u64,
}

/// Announces a show, so that tickets for it can be offered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CreateShow {
    /// What it is called.
    pub title: ShortText,
    /// The house or the ground.
    pub venue: ShortText,
    /// The town.
    pub city: ShortText,
    /// The country.
    pub country: ShortText,
    /// What kind of show it is.
    pub category: Category,
    /// RFC 3339 (`2026-12-05T19:00:00Z`), or without an offset the time at the venue (`2026-12-05T20:00`).
    pub starts_at: String,
    /// The venue's time zone (IANA).
    pub time_zone: String,
    /// What its tickets are paid in.
    pub currency: Currency,
}

/// Cancels an own show before it begins: every order for it is refunded, and its tickets are withdrawn. Repeated, it says
/// how far that has come.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CancelShow {
    /// Which show.
    pub id: ShowId,
}

/// How a list of shows is sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ShowSort {
    /// The soonest first.
    #[default]
    Date,
    /// The cheapest first; those without tickets last.
    Price,
    /// The latest listed first.
    Newest,
}

/// Which shows to list. What is not named does not narrow the list.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ShowFilter {
    /// Words that the title, venue or city have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub search: Option<String>,
    /// The town, whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    /// The kind, by its word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// The first day, as `2026-12-05`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The last day, as `2026-12-05`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// How many seats of one row are to be had at least, as `2`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub together: Option<String>,
    /// `date`, `price` or `newest`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sort: Option<String>,
    /// Where the page begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// Asks for the shows to come.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ListShows {
    /// Which of them.
    pub filter: ShowFilter,
}

/// Asks for a show.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct GetShow {
    /// Which show.
    pub id: ShowId,
}

/// Asks for a show's tickets that are on sale or held, cheapest first or by seat (`seat`).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ListTickets {
    /// Which show.
    pub show_id: ShowId,
    /// `price` (the default) or `seat`.
    pub sort: Option<String>,
    /// Where the page begins.
    pub cursor: Option<String>,
}

/// Offers tickets for sale, one a seat.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OfferTickets {
    /// For which show.
    pub show_id: ShowId,
    /// What each costs.
    pub price: Price,
    /// What was printed on each.
    pub face_value: Option<Price>,
    /// Where each admits to.
    pub seats: Vec<Seat>,
}

/// Asks for a ticket.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct GetTicket {
    /// Which ticket.
    pub id: TicketId,
}

/// Gives an own ticket another price.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RepriceTicket {
    /// Which ticket.
    pub id: TicketId,
    /// What it costs from now on.
    pub price: Price,
    /// The version that the seller was looking at.
    pub version: u64,
}

/// Takes an own ticket off sale for good.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct WithdrawTicket {
    /// Which ticket.
    pub id: TicketId,
}

/// Asks for the caller's own tickets, newest first.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ListSelling {
    /// Where the page begins.
    pub cursor: Option<String>,
}

/// A ticket is new, or not as it was.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TicketChanged {
    /// The ticket with its version.
    pub ticket: Ticket,
    /// The order that holds it or bought it.
    pub order_id: Option<OrderId>,
    /// Raised only by a change of price and by a withdrawal: `orders` cancels a held order whose line names an older one.
    #[serde(rename = "terms")]
    pub price_version: u64,
}
impl Event for TicketChanged {
    const SUBJECT: Subject = Subject::TicketsChanged;
    fn aggregate(&self) -> Uuid {
        self.ticket.id.uuid()
    }
    fn version(&self) -> u64 {
        self.ticket.version
    }
}

/// One piece of news on a show's live feed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TicketUpdate {
    /// The ticket as it is now.
    pub ticket: Ticket,
}

impl Seat {
    /// Parses what a person typed; empty parts are left out.
    ///
    /// # Errors
    /// If a part is too long or has characters that do not show.
    pub fn parse(section: &str, row: &str, seat: &str) -> Result<Seat, Rejection> {
        let part = |field: &str, text: &str| match text.trim() {
            "" => Ok(None),
            text => ShortText::parse(field, text).map(Some),
        };
        Ok(Seat { section: part("section", section)?, row: part("row", row)?, seat: part("seat", seat)? })
    }
}

crate::request::requests! { crate::Service::Tickets;
    CreateShow = "tickets.create_show" -> ShowListing;
    CancelShow = "tickets.cancel_show" -> ShowListing;
    ListShows = "tickets.list_shows" -> Paginated<ShowListing>;
    GetShow = "tickets.get_show" -> ShowListing;
    ListTickets = "tickets.list" -> Paginated<Ticket>;
    OfferTickets = "tickets.offer" -> Vec<Ticket>;
    GetTicket = "tickets.get" -> Ticket;
    RepriceTicket = "tickets.reprice" -> Ticket;
    WithdrawTicket = "tickets.withdraw" -> Ticket;
    ListSelling = "tickets.selling" -> Paginated<Ticket>;
}
