//! What `tickets` remembers.

use super::rules::Hold;
use crate::Error;
use crate::store::{Migration, Tx, from_word, word};
use sea_orm::sea_query::{Expr, Func, OnConflict};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect, Set,
};
use shared::page::PAGE_SIZE;
use shared::tickets::{Seat, Show, ShowListing, Ticket, TicketChanged, TicketState};
use shared::value::ShortText;
use shared::{Currency, Instant, Money, OrderId, Rejection, ShowId, TicketId, UserId};

/// The tables, step by step.
pub const MIGRATIONS: &[Migration] = &[
    Migration {
        name: "0001_shows_and_tickets",
        sql: "
        create table shows (
            id uuid primary key, creator_id uuid not null, title text not null, venue text not null,
            city text not null, country text not null, category text not null, starts_at bigint not null,
            time_zone text not null, local_start text not null, currency text not null, search text not null,
            tickets_left bigint not null, lowest_price bigint, created_at bigint not null);
        create index shows_starting on shows (starts_at);
        create table tickets (
            id uuid primary key, show_id uuid not null, seller_id uuid not null, seat_section text, seat_row text,
            seat_number text, price bigint not null, face_value bigint, state text not null, order_id uuid,
            buyer_id uuid, held_until bigint, terms bigint not null, version bigint not null,
            created_at bigint not null);
        create index tickets_of_show on tickets (show_id, state, price);
        create index tickets_of_seller on tickets (seller_id, id);
        create table heard_orders (order_id uuid primary key, version bigint not null);",
    },
    Migration {
        name: "0002_cancelled_shows",
        sql: "
        alter table shows add column cancelled_at bigint;
        alter table shows add column cancelled_tickets bigint not null default 0;
        alter table shows add column cancelling boolean not null default false;
        create index shows_cancelling on shows (id) where cancelling;
        alter table tickets add column show_cancelled boolean not null default false;",
    },
];

/// A show.
pub mod shows {
    use sea_orm::entity::prelude::*;

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
        pub category: String,
        pub starts_at: i64,
        pub time_zone: String,
        pub local_start: String,
        pub currency: String,
        /// Title, venue and city in lower case, to be searched.
        pub search: String,
        /// How many tickets are on sale: counted anew with every change of a ticket.
        pub tickets_left: i64,
        /// Their lowest price.
        pub lowest_price: Option<i64>,
        pub created_at: i64,
        pub cancelled_at: Option<i64>,
        /// How many tickets were held or sold when it was cancelled.
        pub cancelled_tickets: i64,
        /// Whether some of its tickets still have to hear that it is cancelled.
        pub cancelling: bool,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// A ticket: one listing of one seat.
pub mod tickets {
    use sea_orm::entity::prelude::*;

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
        pub price: i64,
        pub face_value: Option<i64>,
        pub state: String,
        pub order_id: Option<Uuid>,
        pub buyer_id: Option<Uuid>,
        pub held_until: Option<i64>,
        pub terms: i64,
        pub version: i64,
        pub created_at: i64,
        /// Whether it has heard that its show is cancelled, and told it.
        pub show_cancelled: bool,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// The newest version of each order that was heard of, also of those that held nothing here.
mod heard_orders {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "heard_orders")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub order_id: Uuid,
        pub version: i64,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub fn show_of(row: shows::Model) -> Result<Show, Error> {
    Ok(Show {
        id: row.id.into(),
        title: ShortText::parse("title", &row.title)?,
        venue: ShortText::parse("venue", &row.venue)?,
        city: ShortText::parse("city", &row.city)?,
        country: ShortText::parse("country", &row.country)?,
        category: from_word(&row.category)?,
        starts_at: Instant::from_millis(row.starts_at),
        time_zone: row.time_zone,
        local_start: row.local_start,
        currency: from_word(&row.currency)?,
        creator_id: row.creator_id.into(),
        cancelled: row.cancelled_at.is_some(),
    })
}

pub fn listing_of(row: shows::Model) -> Result<ShowListing, Error> {
    let (tickets_left, lowest_price) = (row.tickets_left.cast_unsigned(), row.lowest_price);
    let show = show_of(row)?;
    let lowest_price = lowest_price.map(|minor| Money::new(minor, show.currency));
    Ok(ShowListing { show, lowest_price, tickets_left, cancellation: None })
}

pub fn seat_of(row: &tickets::Model) -> Result<Seat, Error> {
    let part = |text: &Option<String>| text.as_ref().map(|text| ShortText::parse("seat", text)).transpose();
    Ok(Seat { section: part(&row.seat_section)?, row: part(&row.seat_row)?, seat: part(&row.seat_number)? })
}

pub fn ticket_of(row: &tickets::Model, show: &Show) -> Result<Ticket, Error> {
    let money = |minor| Money::new(minor, show.currency);
    Ok(Ticket {
        id: row.id.into(),
        show: show.clone(),
        seller_id: row.seller_id.into(),
        seat: seat_of(row)?,
        price: money(row.price),
        face_value: row.face_value.map(money),
        state: from_word(&row.state)?,
        held_until: row.held_until.map(Instant::from_millis),
        version: row.version.cast_unsigned(),
    })
}

pub fn hold_of(row: &tickets::Model, show: &shows::Model) -> Result<Hold, Error> {
    Ok(Hold {
        state: from_word(&row.state)?,
        order_id: row.order_id.map(OrderId::new),
        held_until: row.held_until.map(Instant::from_millis),
        terms: row.terms.cast_unsigned(),
        show_cancelled: show.cancelled_at.is_some(),
    })
}

pub async fn insert_show(tx: &Tx, show: &Show) -> Result<(), Error> {
    let row = shows::Model {
        id: show.id.uuid(),
        creator_id: show.creator_id.uuid(),
        title: show.title.as_str().to_owned(),
        venue: show.venue.as_str().to_owned(),
        city: show.city.as_str().to_owned(),
        country: show.country.as_str().to_owned(),
        category: word(show.category),
        starts_at: show.starts_at.millis(),
        time_zone: show.time_zone.clone(),
        local_start: show.local_start.clone(),
        currency: word(show.currency),
        search: format!("{} {} {}", show.title, show.venue, show.city).to_lowercase(),
        tickets_left: 0,
        lowest_price: None,
        created_at: tx.now().millis(),
        cancelled_at: None,
        cancelled_tickets: 0,
        cancelling: false,
    };
    Ok(row.into_active_model().reset_all().insert(tx.db()).await.map(drop)?)
}

pub async fn show(db: &impl ConnectionTrait, id: ShowId) -> Result<shows::Model, Error> {
    shows::Entity::find_by_id(id.uuid()).one(db).await?.ok_or(Rejection::NotFound.into())
}

pub async fn ticket(db: &impl ConnectionTrait, id: TicketId) -> Result<tickets::Model, Error> {
    tickets::Entity::find_by_id(id.uuid()).one(db).await?.ok_or(Rejection::NotFound.into())
}

/// A new ticket, told to the others.
pub async fn insert_ticket(tx: &Tx, row: tickets::Model, show: &Show) -> Result<Ticket, Error> {
    let ticket = publish(tx, &row, show).await?;
    row.into_active_model().reset_all().insert(tx.db()).await?;
    Ok(ticket)
}

/// A ticket as it is from now on: its next version, told to the others. Whoever read an older one is refused.
pub async fn update_ticket(tx: &Tx, mut row: tickets::Model) -> Result<Ticket, Error> {
    let show = show_of(show(tx.db(), row.show_id.into()).await?)?;
    let read = tickets::Column::Version.eq(row.version);
    row.version += 1;
    let ticket = publish(tx, &row, &show).await?;
    let id = row.show_id.into();
    let update = tickets::Entity::update_many().set(row.clone().into_active_model().reset_all()).filter(read);
    let updated = update.filter(tickets::Column::Id.eq(row.id)).exec(tx.db()).await?;
    if updated.rows_affected != 1 {
        return Err(Rejection::ChangedMeanwhile.into());
    }
    count_tickets(tx, id).await?;
    Ok(ticket)
}

async fn publish(tx: &Tx, row: &tickets::Model, show: &Show) -> Result<Ticket, Error> {
    let ticket = ticket_of(row, show)?;
    let order_id = row.order_id.map(OrderId::new);
    tx.publish(&TicketChanged { ticket: ticket.clone(), order_id, price_version: row.terms.cast_unsigned() }).await?;
    Ok(ticket)
}

/// Counts a show's tickets on sale anew.
pub async fn count_tickets(tx: &Tx, show: ShowId) -> Result<(), Error> {
    let (left, lowest): (i64, Option<i64>) = tickets::Entity::find()
        .select_only()
        .expr(Func::count(Expr::col(tickets::Column::Id)))
        .expr(Func::min(Expr::col(tickets::Column::Price)))
        .filter(tickets::Column::ShowId.eq(show.uuid()))
        .filter(tickets::Column::State.eq(word(TicketState::OnSale)))
        .into_tuple()
        .one(tx.db())
        .await?
        .unwrap_or_default();
    let counted = shows::ActiveModel {
        id: Set(show.uuid()),
        tickets_left: Set(left),
        lowest_price: Set(lowest),
        ..Default::default()
    };
    Ok(counted.update(tx.db()).await.map(drop)?)
}

/// Tickets of a show that are on sale or held, from `offset`, one more than a page.
pub async fn tickets_of_show(
    db: &impl ConnectionTrait,
    show: ShowId,
    by_seat: bool,
    offset: u64,
) -> Result<Vec<tickets::Model>, Error> {
    let shown = [word(TicketState::OnSale), word(TicketState::Held)];
    let found = tickets::Entity::find()
        .filter(tickets::Column::ShowId.eq(show.uuid()))
        .filter(tickets::Column::State.is_in(shown));
    let sorted = match by_seat {
        true => found.order_by_asc(tickets::Column::SeatSection).order_by_asc(tickets::Column::SeatRow),
        false => found.order_by_asc(tickets::Column::Price),
    };
    Ok(sorted.order_by_asc(tickets::Column::Id).offset(offset).limit(PAGE_SIZE + 1).all(db).await?)
}

/// Tickets of a seller, newest first, from `offset`, one more than a page.
pub async fn tickets_of_seller(
    db: &impl ConnectionTrait,
    seller: UserId,
    offset: u64,
) -> Result<Vec<tickets::Model>, Error> {
    let found =
        tickets::Entity::find().filter(tickets::Column::SellerId.eq(seller.uuid())).order_by_desc(tickets::Column::Id);
    Ok(found.offset(offset).limit(PAGE_SIZE + 1).all(db).await?)
}

/// Remembers having heard this version of an order; says no if it or a newer one was heard before.
pub async fn record_order_version(tx: &Tx, order: OrderId, version: u64) -> Result<bool, Error> {
    let row = heard_orders::ActiveModel { order_id: Set(order.uuid()), version: Set(version.cast_signed()) };
    let newer = OnConflict::column(heard_orders::Column::OrderId)
        .update_column(heard_orders::Column::Version)
        .action_and_where(Expr::col((heard_orders::Entity, heard_orders::Column::Version)).lt(version.cast_signed()))
        .to_owned();
    let stored = heard_orders::Entity::insert(row).on_conflict(newer).exec_without_returning(tx.db()).await?;
    Ok(stored == 1)
}

/// The currency that a show's tickets are paid in.
pub fn currency_of(row: &shows::Model) -> Result<Currency, Error> {
    from_word(&row.currency)
}
