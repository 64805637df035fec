//! The tables of passes, and of what they are taken up by.

use crate::Error;
use crate::store::{Millis, Text, Tx, insert_all};
use sea_orm::sea_query::{Alias, Expr, OnConflict};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, Iterable, QueryFilter, QueryOrder, QuerySelect};
use shared::page::PAGE_SIZE;
use shared::tickets::{Admission, PendingTransfer, Seat};
use shared::value::{Email, ShortText};
use shared::{PassId, Rejection, ShowId, UserId};
use uuid::Uuid;

pub use claims::{ClaimKind, Model as ClaimRow};
pub use passes::Model as PassRow;

pub mod passes {
    use crate::store::{Millis, Version};
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "passes")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub show_id: Uuid,
        pub seat_section: Option<String>,
        pub seat_row: Option<String>,
        pub seat_number: Option<String>,
        /// See [`keys::of_numbered_seat`](super::super::keys::of_numbered_seat).
        pub seat_key: Option<String>,
        pub face_value: i64,
        pub owner_id: Uuid,
        /// Raised with each owner: the codes of those before are out of date.
        pub generation: i64,
        /// The ticket by which the owner, or who gave it to the owner, bought it; none while it is the creator's of the show.
        pub title_id: Option<Uuid>,
        /// How often it was offered as a gift since it was sold.
        pub transfers: i64,
        /// When the list of the door last changed by it.
        pub changed_at: Millis,
        /// Zero before the first event.
        pub version: Version,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub mod claims {
    use crate::store::{Millis, Text};
    use sea_orm::entity::prelude::*;

    /// What a pass can be taken up by.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, strum::EnumString, strum::IntoStaticStr)]
    #[strum(serialize_all = "snake_case")]
    pub enum ClaimKind {
        /// Its owner sells it by a ticket.
        Listing,
        /// Its owner offers it as a gift.
        Transfer,
        /// The seller of its title gives the money back.
        Refund,
        /// Somebody has entered with it.
        Admission,
    }

    /// The unique index `claims_live` allows a pass one live claim: it decides every race between them.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "claims")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub pass_id: Uuid,
        pub kind: Text<ClaimKind>,
        pub live: bool,
        /// The ticket that is listed, or whose sale is refunded.
        pub ticket_id: Option<Uuid>,
        /// The address that a gift is offered to; deleted when the offer ends.
        pub recipient: Option<String>,
        /// Who accepted a gift.
        pub accepted_by: Option<Uuid>,
        /// The entrance of an admission.
        pub gate: Option<String>,
        pub made_at: Millis,
        pub ended_at: Option<Millis>,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

impl ClaimRow {
    /// A new live claim.
    pub fn new(tx: &Tx, kind: ClaimKind, pass: Uuid) -> ClaimRow {
        ClaimRow {
            id: tx.new_id(),
            pass_id: pass,
            kind: Text(kind),
            live: true,
            ticket_id: None,
            recipient: None,
            accepted_by: None,
            gate: None,
            made_at: Millis(tx.now()),
            ended_at: None,
        }
    }

    pub fn of_ticket(tx: &Tx, kind: ClaimKind, pass: Uuid, ticket: Uuid) -> ClaimRow {
        ClaimRow { ticket_id: Some(ticket), ..ClaimRow::new(tx, kind, pass) }
    }

    /// The offer of a gift, if it is one.
    pub fn transfer(&self) -> Result<Option<PendingTransfer>, Error> {
        let recipient = self.recipient.clone().map(Email::try_from).transpose()?;
        Ok(recipient.map(|recipient| PendingTransfer { id: self.id.into(), recipient }))
    }

    /// When and where somebody entered, if it is an admission.
    pub fn admission(&self) -> Result<Option<Admission>, Error> {
        let gate = self.gate.clone().map(ShortText::try_from).transpose()?;
        Ok(gate.map(|gate| Admission { at: self.made_at.0, gate }))
    }

    pub fn is_listing_of(&self, ticket: Uuid) -> bool {
        self.kind.0 == ClaimKind::Listing && self.ticket_id == Some(ticket)
    }
}

impl PassRow {
    pub fn seat(&self) -> Result<Seat, Error> {
        let part = |text: &Option<String>| text.clone().map(ShortText::try_from).transpose();
        Ok(Seat { section: part(&self.seat_section)?, row: part(&self.seat_row)?, seat: part(&self.seat_number)? })
    }
}

pub async fn pass(db: &impl ConnectionTrait, id: PassId) -> Result<PassRow, Error> {
    passes::Entity::find_by_id(id.uuid()).one(db).await?.ok_or(Rejection::NotFound.into())
}

pub async fn passes_by_id(
    db: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = Uuid>,
) -> Result<Vec<PassRow>, Error> {
    Ok(passes::Entity::find().filter(passes::Column::Id.is_in(ids)).all(db).await?)
}

/// The passes of a show that have one of these [`seat_key`](passes::Model::seat_key)s.
pub async fn passes_of_seats(
    db: &impl ConnectionTrait,
    show: ShowId,
    seat_keys: impl IntoIterator<Item = String>,
) -> Result<Vec<PassRow>, Error> {
    let passes = passes::Entity::find().filter(passes::Column::ShowId.eq(show.uuid()));
    Ok(passes.filter(passes::Column::SeatKey.is_in(seat_keys)).all(db).await?)
}

/// The passes that a person has acquired, the latest issued first, before an id; one more than a page, to see whether another page
/// follows.
pub async fn passes_of_owner(
    db: &impl ConnectionTrait,
    owner: UserId,
    before: Option<PassId>,
) -> Result<Vec<PassRow>, Error> {
    let mut newest_first = passes::Entity::find()
        .filter(passes::Column::OwnerId.eq(owner.uuid()))
        .filter(passes::Column::TitleId.is_not_null())
        .order_by_desc(passes::Column::Id);
    if let Some(id) = before {
        newest_first = newest_first.filter(passes::Column::Id.lt(id.uuid()));
    }
    Ok(newest_first.limit(PAGE_SIZE + 1).all(db).await?)
}

/// The live claims of these passes: at most one for each.
pub async fn live_claims(
    db: &impl ConnectionTrait,
    passes: impl IntoIterator<Item = Uuid>,
) -> Result<Vec<ClaimRow>, Error> {
    let claims = claims::Entity::find().filter(claims::Column::PassId.is_in(passes));
    Ok(claims.filter(Expr::col(claims::Column::Live)).all(db).await?)
}

/// # Errors
/// [`Error::Conflict`] if another transaction has taken up one of the passes since it was read.
pub async fn insert_claims(tx: &Tx, claims: Vec<ClaimRow>) -> Result<(), Error> {
    match insert_all::<claims::Entity>(tx, claims, None).await {
        Err(error) if Error::is_duplicate(&error) => Err(Error::Conflict),
        inserted => Ok(inserted.map(drop)?),
    }
}

/// The live claim with this id.
pub async fn live_claim(db: &impl ConnectionTrait, id: Uuid) -> Result<Option<ClaimRow>, Error> {
    Ok(claims::Entity::find_by_id(id).filter(Expr::col(claims::Column::Live)).one(db).await?)
}

/// Stores passes as they are now.
///
/// # Errors
/// [`Rejection::ChangedMeanwhile`] if another transaction changed one since it was read.
pub async fn store_passes(tx: &Tx, passes: Vec<PassRow>) -> Result<(), Error> {
    let (count, next) = (passes.len() as u64, Expr::col((Alias::new("excluded"), passes::Column::Version)));
    let overwrite = OnConflict::column(passes::Column::Id)
        .update_columns(passes::Column::iter().filter(|column| !matches!(column, passes::Column::Id)))
        .action_and_where(Expr::col((passes::Entity, passes::Column::Version)).lt(next))
        .to_owned();
    let stored = insert_all::<passes::Entity>(tx, passes, Some(overwrite)).await?;
    if stored == count { Ok(()) } else { Err(Rejection::ChangedMeanwhile.into()) }
}

/// Records who accepted a gift.
pub async fn mark_accepted(tx: &Tx, id: Uuid, person: UserId) -> Result<(), Error> {
    let mark = claims::Entity::update_many()
        .col_expr(claims::Column::AcceptedBy, Expr::value(person.uuid()))
        .filter(claims::Column::Id.eq(id));
    Ok(mark.exec(tx.db()).await.map(drop)?)
}

pub async fn end_claims(tx: &Tx, ids: Vec<Uuid>) -> Result<(), Error> {
    end(tx, claims::Column::Id, ids).await
}

/// Ends the claims of tickets that are not for sale any more.
pub async fn end_listings(tx: &Tx, tickets: Vec<Uuid>) -> Result<(), Error> {
    end(tx, claims::Column::TicketId, tickets).await
}

async fn end(tx: &Tx, column: claims::Column, ids: Vec<Uuid>) -> Result<(), Error> {
    if ids.is_empty() {
        return Ok(());
    }
    let end = claims::Entity::update_many()
        .col_expr(claims::Column::Live, Expr::value(false))
        .col_expr(claims::Column::Recipient, Expr::value(None::<String>))
        .col_expr(claims::Column::EndedAt, Expr::value(Millis(tx.now())))
        .filter(column.is_in(ids))
        .filter(Expr::col(claims::Column::Live));
    Ok(end.exec(tx.db()).await.map(drop)?)
}
