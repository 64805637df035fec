//! The tables of `tickets`.

use super::keys;
use super::rules::TicketLifecycle;
use crate::Error;
use crate::store::{Migration, Millis, Text, Tx, Version, insert_all};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter};
use shared::tickets::{Seat, Show, ShowListing, Ticket, TicketState};
use shared::value::ShortText;
use shared::{Money, OrderId, PassId, Rejection, ShowId, TicketId, UserId};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

pub use shows::Model as ShowRow;
pub use tickets::Model as TicketRow;

pub const MIGRATIONS: &[Migration] = &[
    Migration {
        name: "0001_shows_and_tickets",
        sql: "
        create table shows (
            id uuid primary key, creator_id uuid not null, title text not null, venue text not null,
            city text not null, country text not null, category text not null, starts_at bigint not null,
            time_zone text not null, local_start text not null, currency text not null, search text not null,
            tickets_left bigint not null, lowest_price bigint, created_at bigint not null, cancelled_at bigint,
            tickets_taken_at_cancellation bigint not null, cancellation_pending boolean not null);
        create index shows_starting on shows (starts_at);
        create index shows_cancellation_pending on shows (id) where cancellation_pending;
        create table tickets (
            id uuid primary key, show_id uuid not null, seller_id uuid not null, seat_section text, seat_row text,
            seat_number text, price bigint not null, face_value bigint, state text not null, order_id uuid,
            buyer_id uuid, held_until bigint, price_version bigint not null, version bigint not null,
            created_at bigint not null, cancellation_published boolean not null);
        create index tickets_of_show on tickets (show_id, state, price);
        create index tickets_of_seller on tickets (seller_id, id);",
    },
    Migration {
        name: "0002_closed_sellers",
        sql: "
        create table closed_sellers (user_id uuid primary key, withdrawal_pending boolean not null);
        create index closed_sellers_pending on closed_sellers (user_id) where withdrawal_pending;",
    },
    Migration {
        name: "0003_search_and_order",
        sql: "
        alter table shows add column city_key text not null default '';
        create index shows_without_keys on shows (id) where city_key = '';
        create index shows_of_city on shows (city_key, starts_at, id);
        create index shows_by_price on shows (currency, coalesce(lowest_price, 9223372036854775807), id);
        create index shows_newest on shows (created_at, id);
        create table show_words (show_id uuid not null, word text not null, field bigint not null, primary key (word, show_id));
        create index words_of_show on show_words (show_id, word);
        alter table tickets add column seat_order text not null default '';
        create index tickets_by_seat on tickets (show_id, seat_order, id);",
    },
    // A row that an earlier version has written has the key '' until `backfill` adds it.
    Migration {
        name: "0004_one_ticket_per_seat",
        sql: "
        alter table tickets add column seat_key text default '';
        create index tickets_without_keys on tickets (id) where seat_key = '';
        create unique index tickets_live_seat on tickets (show_id, seat_key) where state <> 'withdrawn' and seat_key <> '';",
    },
    Migration {
        name: "0005_passes",
        sql: "
        create table passes (
            id uuid primary key, show_id uuid not null, seat_section text, seat_row text, seat_number text, seat_key text,
            face_value bigint not null, owner_id uuid not null, generation bigint not null, title_id uuid,
            transfers bigint not null, changed_at bigint not null, version bigint not null);
        create unique index passes_seat on passes (show_id, seat_key);
        create index passes_of_owner on passes (owner_id, id) where title_id is not null;
        create index passes_of_show on passes (show_id, id);
        create index passes_changed on passes (show_id, changed_at, id);
        create table claims (
            id uuid primary key, pass_id uuid not null, kind text not null, live boolean not null, ticket_id uuid,
            recipient text, accepted_by uuid, gate text, made_at bigint not null, ended_at bigint);
        create unique index claims_live on claims (pass_id) where live;
        create index claims_of_ticket on claims (ticket_id) where live;
        alter table tickets add column pass_id uuid;
        alter table tickets add column origin_id uuid;
        alter table tickets add column refund_requested boolean not null default false;
        alter table tickets add column sale_refunded boolean not null default false;
        create index tickets_of_order on tickets (order_id) where order_id is not null;
        create table scans (
            device uuid not null, nonce uuid not null, show_id uuid not null, pass_id uuid, generation bigint, gate text not null,
            answer text not null, scanned_at bigint not null, decided_at bigint not null, primary key (device, nonce));
        create index scans_decided on scans (decided_at);
        create table door_links (show_id uuid primary key, key_hash text not null, expires_at bigint not null);
        create index door_links_expiring on door_links (expires_at);",
    },
];

pub mod shows {
    use crate::store::{Millis, Text};
    use sea_orm::entity::prelude::*;
    use shared::Currency;
    use shared::tickets::Category;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "shows")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub creator_id: Uuid,
        pub title: String,
        pub venue: String,
        pub city: String,
        pub country: String,
        pub category: Text<Category>,
        pub starts_at: Millis,
        pub time_zone: String,
        /// The local time at the venue, as in `2026-12-05T20:00`, which sorts by day.
        pub local_start: String,
        pub currency: Text<Currency>,
        /// Title, venue and city in lower case, for the version before this one.
        pub search: String,
        /// See [`keys::of_city`](super::super::keys::of_city).
        pub city_key: String,
        /// How many tickets are on sale; recounted whenever a ticket changes.
        pub tickets_left: i64,
        /// The lowest price of the tickets on sale.
        pub lowest_price: Option<i64>,
        pub created_at: Millis,
        pub cancelled_at: Option<Millis>,
        /// How many tickets were held or sold when the show was cancelled.
        pub tickets_taken_at_cancellation: i64,
        /// Whether tickets remain that have not published the show's cancellation.
        pub cancellation_pending: bool,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub mod tickets {
    use crate::store::{Millis, Text, Version};
    use sea_orm::entity::prelude::*;
    use shared::tickets::TicketState;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "tickets")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub show_id: Uuid,
        pub seller_id: Uuid,
        pub seat_section: Option<String>,
        pub seat_row: Option<String>,
        pub seat_number: Option<String>,
        /// See [`keys::of_seat`](super::super::keys::of_seat).
        pub seat_order: String,
        /// See [`keys::of_numbered_seat`](super::super::keys::of_numbered_seat). The unique index `tickets_live_seat` allows one
        /// ticket that is not withdrawn for each.
        pub seat_key: Option<String>,
        pub price: i64,
        pub face_value: Option<i64>,
        pub state: Text<TicketState>,
        /// The order that holds or bought the ticket.
        pub order_id: Option<Uuid>,
        pub buyer_id: Option<Uuid>,
        pub held_until: Option<Millis>,
        /// Raised by a price change or a withdrawal only; orders name the price version that they were placed on.
        pub price_version: Version,
        pub version: Version,
        pub created_at: Millis,
        /// Whether the ticket has published the cancellation of its show.
        pub cancellation_published: bool,
        /// The pass that it sells; none if it is from elsewhere.
        pub pass_id: Option<Uuid>,
        /// The ticket by which its seller bought the pass.
        pub origin_id: Option<Uuid>,
        /// See [`TicketChanged::refund_requested`](shared::tickets::TicketChanged::refund_requested).
        pub refund_requested: bool,
        /// Whether its sale was refunded after the pass had moved to the buyer, who stays in `buyer_id`.
        pub sale_refunded: bool,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// The words under which shows are found.
pub mod show_words {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "show_words")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub word: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub show_id: Uuid,
        /// 0 for the title, 1 for the venue, 2 for the city: the first that has the word.
        pub field: i64,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

impl TicketRow {
    /// See [`keys::of_numbered_seat`]; also for a ticket of a pass.
    pub fn numbered_seat_key(&self) -> Option<String> {
        seat_of(self).ok().as_ref().and_then(keys::of_numbered_seat)
    }

    /// `ends_with_release`: see [`TicketLifecycle`].
    pub fn lifecycle(&self, ends_with_release: bool) -> TicketLifecycle {
        TicketLifecycle {
            state: self.state.0,
            order_id: self.order_id.map(OrderId::new),
            held_until: self.held_until.map(|until| until.0),
            price_version: self.price_version.0,
            ends_with_release,
        }
    }
}

pub fn show_of(row: ShowRow) -> Result<Show, Error> {
    Ok(Show {
        id: row.id.into(),
        title: ShortText::try_from(row.title)?,
        venue: ShortText::try_from(row.venue)?,
        city: ShortText::try_from(row.city)?,
        country: ShortText::try_from(row.country)?,
        category: row.category.0,
        starts_at: row.starts_at.0,
        time_zone: row.time_zone,
        local_start: row.local_start,
        currency: row.currency.0,
        creator_id: row.creator_id.into(),
        cancelled: row.cancelled_at.is_some(),
    })
}

/// The listing of a show, without the progress of its cancellation.
pub fn listing_of(row: ShowRow) -> Result<ShowListing, Error> {
    let lowest_price = row.lowest_price.map(|minor| Money::new(minor, row.currency.0));
    let tickets_left = u64::try_from(row.tickets_left).map_err(Error::failed)?;
    Ok(ShowListing { show: show_of(row)?, lowest_price, tickets_left, cancellation: None })
}

pub fn seat_of(row: &TicketRow) -> Result<Seat, Error> {
    let part = |text: &Option<String>| text.clone().map(ShortText::try_from).transpose();
    Ok(Seat { section: part(&row.seat_section)?, row: part(&row.seat_row)?, seat: part(&row.seat_number)? })
}

pub fn ticket_of(row: &TicketRow, show: &Show) -> Result<Ticket, Error> {
    let money = |minor| Money::new(minor, show.currency);
    Ok(Ticket {
        id: row.id.into(),
        show: show.clone(),
        seller_id: row.seller_id.into(),
        seat: seat_of(row)?,
        price: money(row.price),
        face_value: row.face_value.map(money),
        state: row.state.0,
        issued: row.pass_id.is_some(),
        held_until: row.held_until.map(|until| until.0),
        version: row.version.0,
    })
}

pub async fn insert_show(tx: &Tx, show: &Show) -> Result<(), Error> {
    let row = ShowRow {
        id: show.id.uuid(),
        creator_id: show.creator_id.uuid(),
        title: show.title.as_str().to_owned(),
        venue: show.venue.as_str().to_owned(),
        city: show.city.as_str().to_owned(),
        country: show.country.as_str().to_owned(),
        category: Text(show.category),
        starts_at: Millis(show.starts_at),
        time_zone: show.time_zone.clone(),
        local_start: show.local_start.clone(),
        currency: Text(show.currency),
        search: format!("{} {} {}", show.title, show.venue, show.city).to_lowercase(),
        city_key: keys::of_city(show.city.as_str()),
        tickets_left: 0,
        lowest_price: None,
        created_at: Millis(tx.now()),
        cancelled_at: None,
        tickets_taken_at_cancellation: 0,
        cancellation_pending: false,
    };
    let words = keys::of_show(show);
    row.into_active_model().reset_all().insert(tx.db()).await?;
    insert_words(tx, show.id.uuid(), words).await
}

pub async fn insert_words(tx: &Tx, show_id: Uuid, words: BTreeMap<String, i64>) -> Result<(), Error> {
    let rows = words.into_iter().map(|(word, field)| show_words::Model { word, show_id, field }).collect();
    let known = OnConflict::columns([show_words::Column::Word, show_words::Column::ShowId]).do_nothing().to_owned();
    Ok(insert_all::<show_words::Entity>(tx, rows, Some(known)).await.map(drop)?)
}

pub async fn show(db: &impl ConnectionTrait, id: ShowId) -> Result<ShowRow, Error> {
    shows::Entity::find_by_id(id.uuid()).one(db).await?.ok_or(Rejection::NotFound.into())
}

pub async fn shows_by_id(db: &impl ConnectionTrait, ids: BTreeSet<Uuid>) -> Result<Vec<ShowRow>, Error> {
    Ok(shows::Entity::find().filter(shows::Column::Id.is_in(ids)).all(db).await?)
}

pub async fn tickets_by_id(db: &impl ConnectionTrait, ids: BTreeSet<Uuid>) -> Result<Vec<TicketRow>, Error> {
    Ok(tickets::Entity::find().filter(tickets::Column::Id.is_in(ids)).all(db).await?)
}

/// The tickets that an order holds or has bought.
pub async fn tickets_of_order(db: &impl ConnectionTrait, order: Uuid) -> Result<Vec<TicketRow>, Error> {
    Ok(tickets::Entity::find().filter(tickets::Column::OrderId.eq(order)).all(db).await?)
}

pub async fn ticket(db: &impl ConnectionTrait, id: TicketId) -> Result<TicketRow, Error> {
    tickets::Entity::find_by_id(id.uuid()).one(db).await?.ok_or(Rejection::NotFound.into())
}

/// A ticket that somebody lists.
pub struct NewTicket {
    pub show_id: ShowId,
    pub seller: UserId,
    pub seat: Seat,
    pub price: i64,
    pub face_value: Option<i64>,
    /// The pass that it sells, with the ticket by which the seller bought that.
    pub pass: Option<(PassId, Option<TicketId>)>,
}

impl NewTicket {
    pub fn row(self, tx: &Tx) -> TicketRow {
        let (pass_id, origin_id) = self.pass.unzip();
        let text = |part: Option<ShortText>| part.map(String::from);
        TicketRow {
            id: tx.new_id(),
            show_id: self.show_id.uuid(),
            seller_id: self.seller.uuid(),
            seat_order: keys::of_seat(&self.seat),
            // The seat of a pass is the pass's, whichever ticket sells it.
            seat_key: if pass_id.is_some() { None } else { keys::of_numbered_seat(&self.seat) },
            seat_section: text(self.seat.section),
            seat_row: text(self.seat.row),
            seat_number: text(self.seat.seat),
            price: self.price,
            face_value: self.face_value,
            state: Text(TicketState::OnSale),
            order_id: None,
            buyer_id: None,
            held_until: None,
            price_version: Version::FIRST,
            version: Version::FIRST,
            created_at: Millis(tx.now()),
            cancellation_published: false,
            pass_id: pass_id.map(PassId::uuid),
            origin_id: origin_id.flatten().map(TicketId::uuid),
            refund_requested: false,
            sale_refunded: false,
        }
    }
}
