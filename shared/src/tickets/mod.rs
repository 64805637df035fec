//! Requests, replies and the event of `tickets`: shows and the tickets listed for them.

mod door;
mod pass;
mod seat;

pub use door::{
    Admission, AdmitScans, CreateDoorLink, DoorEntry, DoorKey, DoorLink, DoorList, GetDoorList, MAX_SCANS_AT_ONCE,
    Scan, ScanAnswer, ScanResult, UndoAdmission,
};
pub use pass::{
    AcceptTransfer, GetPass, GetPassCode, GetTransfer, ListPasses, Listing, MAX_TRANSFERS, Pass, PassChanged,
    PassTransfer, PassUpdate, PendingTransfer, RefundSale, ResellPass, TakeBackTransfer, TransferPass,
};
pub use seat::Seat;

use crate::Service;
use crate::event::{Event, Subject};
use crate::id::{OrderId, ShowId, TicketId, UserId};
use crate::instant::Instant;
use crate::money::{Currency, Money};
use crate::page::Paginated;
use crate::price::Price;
use crate::ticket_code::IssuedCode;
use crate::value::ShortText;
use serde::{Deserialize, Serialize};
use strum::VariantArray;
use uuid::Uuid;

/// The maximum of seats in one [`OfferTickets`], which bounds the rows that one transaction inserts.
pub const MAX_SEATS_AT_ONCE: usize = 100;

/// The kind of a show, which lists can be filtered by.
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
#[expect(missing_docs, reason = "the names are common words")]
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

    /// The lower-case name, such as `concert`. `str::parse` is the inverse.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// A concert, match or play at a place and a time. (*Event* is kept for messages.)
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Show {
    /// Stays the same for the life of the show; so does everything but `cancelled`.
    pub id: ShowId,
    /// The name of the show or of who performs.
    pub title: ShortText,
    /// The theatre, hall or stadium.
    pub venue: ShortText,
    /// The city of the venue.
    pub city: ShortText,
    /// The country of the venue, as the creator typed it.
    pub country: ShortText,
    /// One of a closed list.
    pub category: Category,
    /// The start. Tickets are on sale until then.
    pub starts_at: Instant,
    /// The venue's IANA time zone, such as `Europe/Berlin`. Pages show times in it.
    pub time_zone: String,
    /// `starts_at` in `time_zone`, such as `2026-12-05T20:00`, so that a client needs no time zone database.
    pub local_start: String,
    /// Every price and payment for the show is in it.
    pub currency: Currency,
    /// The person who created it, and the only one who may cancel it.
    pub creator_id: UserId,
    /// Never reset to `false`.
    pub cancelled: bool,
}

/// The progress of a show's cancellation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cancellation {
    /// The number of tickets that were held or sold at the time of the cancellation.
    pub tickets: u64,
    /// How many of those are not withdrawn yet; zero when every order is cancelled or refunded.
    pub left: u64,
}

/// A show together with a summary of its tickets on sale, as lists and the show's page need it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShowListing {
    /// In JSON, its fields stand beside the others.
    #[serde(flatten)]
    pub show: Show,
    /// Of the tickets on sale; `None` if there are none.
    pub lowest_price: Option<Money>,
    /// The number of tickets on sale.
    pub tickets_left: u64,
    /// `None` for a show that is not cancelled, and in lists.
    pub cancellation: Option<Cancellation>,
}

/// `on_sale → held → sold`, `held → on_sale`, and from every state `→ withdrawn`.
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
    /// Anybody but its seller may order it.
    OnSale,
    /// An unpaid order has it.
    Held,
    /// A complete order has it.
    Sold,
    /// Off sale for good: by its seller, by a refund, or because the show is cancelled.
    Withdrawn,
}

/// One listing of one seat. Once sold or withdrawn it is not listed again; a resale is a new ticket.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ticket {
    /// Sorts by the time of the listing.
    pub id: TicketId,
    /// A copy of the show, so that a ticket can be displayed by itself.
    pub show: Show,
    /// The only person who may reprice or withdraw it.
    pub seller_id: UserId,
    /// The place that it admits to.
    pub seat: Seat,
    /// The total that the buyer pays; the marketplace's fee is part of it.
    pub price: Money,
    /// The original price, if the seller gave one.
    pub face_value: Option<Money>,
    /// Changed by the seller, and by `tickets` when an order changes.
    pub state: TicketState,
    /// Whether it is of a [`Pass`]: the code that its buyer gets makes all former ones invalid.
    #[serde(default)]
    pub issued: bool,
    /// The end of the hold; `None` unless the ticket is held.
    pub held_until: Option<Instant>,
    /// 1, 2, 3, …: raised by each change. An edit names the version that it is based on.
    pub version: u64,
}

/// Creates a show, so that tickets for it can be listed. Refused unless it starts within the next five years.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CreateShow {
    /// See [`Show::title`].
    pub title: ShortText,
    /// See [`Show::venue`].
    pub venue: ShortText,
    /// See [`Show::city`].
    pub city: ShortText,
    /// See [`Show::country`].
    pub country: ShortText,
    /// See [`Show::category`].
    pub category: Category,
    /// The local time at the venue without an offset (`2026-12-05T20:00`), or RFC 3339 (`2026-12-05T19:00:00Z`), which also tells
    /// which of two equal local times is meant when clocks go back (`2026-10-25T02:30:00+01:00`).
    pub starts_at: String,
    /// An IANA name, such as `Europe/Berlin`.
    pub time_zone: String,
    /// See [`Show::currency`].
    pub currency: Currency,
}

/// Cancels a show of the caller before it starts: every order for it is cancelled or refunded, and its tickets are
/// withdrawn. A repeated request returns the progress.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CancelShow {
    /// A show whose creator is the caller.
    pub id: ShowId,
}

/// The order of a list of shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ShowSort {
    /// The earliest start first.
    #[default]
    Date,
    /// The lowest price first; shows without tickets last.
    Price,
    /// The latest created first.
    Newest,
}

/// Which shows to list. Every field is optional text, since it is the query of the page's address; an empty one does not
/// narrow the list, and `tickets` refuses a malformed one by its name.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ShowFilter {
    /// Words that all occur in title, venue or city, in any case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub search: Option<String>,
    /// The whole name of the city.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    /// A [`Category::name`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// The first day at the venue, such as `2026-12-05`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The last day at the venue, such as `2026-12-05`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// The number of seats that must be on sale in one row, such as `2`; up to `orders::MAX_TICKETS_PER_SHOW`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub together: Option<String>,
    /// `date` (the default), `price` or `newest`: a [`ShowSort`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sort: Option<String>,
    /// [`Paginated::next`] of the previous page; `None` for the first page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// Lists shows that are not cancelled, until three hours after their start.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ListShows {
    /// Everything by default.
    pub filter: ShowFilter,
}

/// Returns a show, also a past or cancelled one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GetShow {
    /// `NotFound` if there is none.
    pub id: ShowId,
}

/// Lists the tickets of a show that are on sale or held.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ListTickets {
    /// `NotFound` if there is none.
    pub show_id: ShowId,
    /// `price` (the default, cheapest first) or `seat`.
    pub sort: Option<String>,
    /// [`Paginated::next`] of the previous page; `None` for the first page.
    pub cursor: Option<String>,
}

/// Lists tickets of the caller for sale, one per seat: 1 to [`MAX_SEATS_AT_ONCE`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OfferTickets {
    /// A show that has not started and is not cancelled.
    pub show_id: ShowId,
    /// The price of each ticket, in the show's currency.
    pub price: Price,
    /// The original price of each ticket, in the show's currency.
    pub face_value: Option<Price>,
    /// A seat with a number has one ticket that is on sale, held or sold. Without a number, several tickets may have the same place:
    /// `Seat::default()` is general admission.
    pub seats: Vec<Seat>,
    /// Whether the tickets exist only here, with codes of their own: only the creator of the show may issue them.
    #[serde(default)]
    pub issued: bool,
}

/// Returns a ticket in any state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GetTicket {
    /// `NotFound` if there is none.
    pub id: TicketId,
}

/// Changes the price of a ticket of the caller that is on sale.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RepriceTicket {
    /// A ticket whose seller is the caller.
    pub id: TicketId,
    /// In the currency of the show.
    pub price: Price,
    /// The [`Ticket::version`] that the seller saw; refused with `ChangedMeanwhile` if it is no longer the current one.
    pub version: u64,
}

/// Takes a ticket of the caller off sale for good. A held or sold one is refused.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WithdrawTicket {
    /// A ticket whose seller is the caller.
    pub id: TicketId,
}

/// Lists the tickets that the caller sells, in any state, newest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ListSelling {
    /// [`Paginated::next`] of the previous page; `None` for the first page.
    pub cursor: Option<String>,
}

/// A ticket was created or changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TicketChanged {
    /// The new state and its version.
    pub ticket: Ticket,
    /// The order that holds or bought it.
    pub order_id: Option<OrderId>,
    /// The seller gives the money of that order back.
    #[serde(default)]
    pub refund_requested: bool,
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

/// A message of the live feed of a show's page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TicketUpdate {
    /// The new state; the reader ignores it if it knows a higher version.
    pub ticket: Ticket,
}

crate::request::requests! { Service::Tickets;
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
    RefundSale = "tickets.refund_sale" -> ();
    ListPasses = "tickets.passes" -> Paginated<Pass>;
    GetPass = "tickets.pass" -> Pass;
    GetPassCode = "tickets.code" -> IssuedCode;
    ResellPass = "tickets.resell" -> Ticket;
    TransferPass = "tickets.transfer" -> Pass;
    TakeBackTransfer = "tickets.take_back" -> Pass;
    GetTransfer = "tickets.pass_transfer" -> PassTransfer;
    AcceptTransfer = "tickets.accept" -> Pass;
    CreateDoorLink = "tickets.door_link" -> DoorLink;
    GetDoorList = "tickets.door_list" -> DoorList;
    AdmitScans = "tickets.admit" -> Vec<ScanAnswer>;
    UndoAdmission = "tickets.undo_admission" -> DoorEntry;
}
