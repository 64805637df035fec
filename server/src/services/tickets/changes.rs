//! Stores and publishes changes of tickets.

use super::pass_schema::end_listings;
use super::schema::{TicketRow, show, show_of, shows, ticket_of, tickets};
use crate::store::{Text, Tx, insert_all};
use crate::{Cause, Error};
use sea_orm::sea_query::{Alias, Expr, Func, OnConflict, Query, SubQueryStatement};
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, Iterable, QueryFilter};
use shared::tickets::{Show, Ticket, TicketChanged, TicketState};
use shared::{OrderId, Rejection};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// A change of a ticket.
pub struct TicketChange {
    /// `None` if the ticket is new.
    pub before: Option<TicketRow>,
    pub after: TicketRow,
    pub cause: Cause,
}

/// Stores and publishes changes of tickets of these shows, each as the ticket's next version. Returns the tickets in the order
/// of the changes. What a write has read stays true until it commits, so a change rests on the stored version, or on an earlier
/// one of the changes.
///
/// # Errors
/// [`Rejection::ChangedMeanwhile`] if a ticket was changed since it was read all the same; [`Error::Conflict`] if a new one is for a
/// seat that has a ticket.
pub async fn apply_changes(
    tx: &Tx,
    shows: &HashMap<Uuid, Show>,
    changes: Vec<TicketChange>,
) -> Result<Vec<Ticket>, Error> {
    let (mut newest, mut counts) = (BTreeMap::new(), BTreeMap::<Uuid, OnSaleChange>::new());
    let mut events = Vec::with_capacity(changes.len());
    for TicketChange { before, mut after, cause } in changes {
        if let Some(before) = &before {
            after.version = before.version.next();
        }
        let show = shows.get(&after.show_id).ok_or(Rejection::NotFound)?;
        counts.entry(after.show_id).or_default().add(before.as_ref(), &after);
        let (ticket, order_id) = (ticket_of(&after, show)?, after.order_id.map(OrderId::new));
        let (refund_requested, price_version) = (after.refund_requested, after.price_version.0);
        events.push((cause, TicketChanged { ticket, order_id, refund_requested, price_version }));
        newest.insert(after.id, after);
    }
    let rows: Vec<TicketRow> = newest.into_values().collect();
    let ended = rows.iter().filter(|row| row.pass_id.is_some() && row.state.0 == TicketState::Withdrawn);
    end_listings(tx, ended.map(|row| row.id).collect()).await?;
    let (count, next) = (rows.len() as u64, Expr::col((Alias::new("excluded"), tickets::Column::Version)));
    let overwrite = OnConflict::column(tickets::Column::Id)
        .update_columns(tickets::Column::iter().filter(|column| !matches!(column, tickets::Column::Id)))
        .action_and_where(Expr::col((tickets::Entity, tickets::Column::Version)).lt(next))
        .to_owned();
    match insert_all::<tickets::Entity>(tx, rows, Some(overwrite)).await {
        Ok(stored) if stored == count => {}
        Ok(_) => return Err(Rejection::ChangedMeanwhile.into()),
        Err(error) if Error::is_duplicate(&error) => return Err(Error::Conflict),
        Err(error) => return Err(error.into()),
    }
    tx.publish_all(events.iter().map(|(cause, event)| (*cause, event))).await?;
    for (show, change) in counts {
        change.apply(tx, show).await?;
    }
    Ok(events.into_iter().map(|(_, event)| event.ticket).collect())
}

/// How the tickets of a show that are on sale change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct OnSaleChange {
    /// How many more they are.
    count: i64,
    /// Whether the lowest price may have changed.
    repriced: bool,
}

impl OnSaleChange {
    fn add(&mut self, before: Option<&TicketRow>, after: &TicketRow) {
        let price = |row: &TicketRow| (row.state.0 == TicketState::OnSale).then_some(row.price);
        let (before, after) = (before.and_then(price), price(after));
        self.count += i64::from(after.is_some()) - i64::from(before.is_some());
        self.repriced |= before != after;
    }

    /// Stores it with the show. The cost does not depend on how many tickets the show has: an index knows the lowest price.
    async fn apply(self, tx: &Tx, show: Uuid) -> Result<(), Error> {
        if !self.repriced {
            return Ok(());
        }
        let lowest_price = Query::select()
            .expr(Func::min(Expr::col(tickets::Column::Price)))
            .from(tickets::Entity)
            .and_where(Expr::col(tickets::Column::ShowId).eq(show))
            .and_where(Expr::col(tickets::Column::State).eq(Text(TicketState::OnSale)))
            .to_owned();
        let update = shows::Entity::update_many()
            .col_expr(shows::Column::TicketsLeft, Expr::col(shows::Column::TicketsLeft).add(self.count))
            .col_expr(shows::Column::LowestPrice, SubQueryStatement::from(lowest_price).into())
            .filter(shows::Column::Id.eq(show));
        Ok(update.exec(tx.db()).await.map(drop)?)
    }
}

/// Stores a ticket as its next version and publishes it.
///
/// # Errors
/// [`Rejection::ChangedMeanwhile`] if another transaction changed the ticket since it was read.
pub async fn update_ticket(tx: &Tx, before: TicketRow, after: TicketRow) -> Result<Ticket, Error> {
    let show = show_of(show(tx.db(), after.show_id.into()).await?)?;
    let change = TicketChange { before: Some(before), after, cause: tx.cause() };
    let mut tickets = apply_changes(tx, &HashMap::from([(show.id.uuid(), show)]), vec![change]).await?;
    tickets.pop().ok_or_else(|| Error::failed("the ticket was not stored"))
}
