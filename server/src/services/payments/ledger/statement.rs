//! What a seller is shown: where their money is, and what moved it.

use super::payouts::{PayoutState, instructions};
use super::{Account as Book, Kind, rows};
use crate::Error;
use crate::services::payments::GatewayName;
use crate::store::{from_word, word};
use sea_orm::sea_query::Func;
use sea_orm::sea_query::{Expr, SimpleExpr};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use shared::page::PAGE_SIZE;
use shared::payments::{Balance, Movement, MovementKind, SellerAccount, SoldTicket};
use shared::tickets::Seat;
use shared::{Currency, Instant, Money, Paginated, UserId};
use std::collections::BTreeMap;

/// A seller's account, with a page of movements from `cursor` on.
pub async fn of(
    db: &impl ConnectionTrait,
    (seller, gateway): (UserId, GatewayName),
    cursor: Option<&str>,
    now: Instant,
) -> Result<SellerAccount, Error> {
    // The sums come first, so that whatever made them is among the movements.
    let balances = balances(db, seller, &word(gateway), now).await?;
    let offset = Paginated::<Movement>::offset(cursor);
    let found = rows::Entity::find()
        .filter(rows::Column::PersonId.eq(seller.uuid()))
        .filter(rows::Column::Account.eq(word(Book::Seller)))
        .filter(rows::Column::Gateway.eq(word(gateway)))
        .order_by_desc(rows::Column::Id)
        .offset(offset)
        .limit(PAGE_SIZE + 1);
    let movements = found.all(db).await?.iter().map(movement).collect::<Result<Vec<_>, Error>>()?;
    let movements = Paginated::cut(movements, offset);
    Ok(SellerAccount { balances, movements, can_be_paid: true })
}

fn movement(row: &rows::Model) -> Result<Movement, Error> {
    let currency: Currency = from_word(&row.currency)?;
    let money = |minor| Money::new(minor, currency);
    Ok(Movement {
        id: row.id,
        at: Instant::from_millis(row.booked_at),
        kind: match from_word(&row.kind)? {
            Kind::Sale => MovementKind::Sale,
            Kind::Refund => MovementKind::Refund,
            Kind::PayoutFailed => MovementKind::PayoutFailed,
            Kind::Payout | Kind::PayoutPaid | Kind::Charge => MovementKind::Payout,
        },
        about: row.about.as_deref().map(about),
        ticket_id: row.ticket_id.map(Into::into),
        price: row.price.map(money),
        fee: row.fee.map(money),
        // A seller's account is credited when it grows.
        amount: money(-row.amount),
    })
}

/// What a row is about. Of those that are older than this form, the words are all that is known.
fn about(text: &str) -> SoldTicket {
    serde_json::from_str(text).unwrap_or_else(|_| SoldTicket { show: text.to_owned(), seat: Seat::default() })
}

/// Sums by currency.
async fn sums<T: EntityTrait>(
    db: &impl ConnectionTrait,
    found: sea_orm::Select<T>,
    currency: T::Column,
    amount: T::Column,
) -> Result<Vec<(String, i64)>, Error> {
    // A sum of whole numbers is a decimal in PostgreSQL.
    let sum: SimpleExpr = Func::cast_as(Func::sum(Expr::col(amount)), "bigint").into();
    let sums = found.select_only().column(currency).expr(sum).group_by(currency);
    Ok(sums.into_tuple().all(db).await?)
}

async fn balances(
    db: &impl ConnectionTrait,
    seller: UserId,
    gateway: &str,
    now: Instant,
) -> Result<Vec<Balance>, Error> {
    let open = || {
        rows::Entity::find()
            .filter(rows::Column::PersonId.eq(seller.uuid()))
            .filter(rows::Column::Open.eq(true))
            .filter(rows::Column::Gateway.eq(gateway))
    };
    let later = open().filter(rows::Column::ReleasesAt.gt(now.millis()));
    let by_now = open().filter(rows::Column::ReleasesAt.lte(now.millis()));
    let paid = |state| {
        instructions::Entity::find()
            .filter(instructions::Column::Gateway.eq(gateway))
            .filter(instructions::Column::SellerId.eq(seller.uuid()))
            .filter(instructions::Column::State.eq(word(state)))
    };
    let of_rows = (rows::Column::Currency, rows::Column::Amount);
    let of_payouts = (instructions::Column::Currency, instructions::Column::Amount);
    let found = [
        sums(db, later, of_rows.0, of_rows.1).await?,
        sums(db, by_now, of_rows.0, of_rows.1).await?,
        sums(db, paid(PayoutState::Instructed), of_payouts.0, of_payouts.1).await?,
        sums(db, paid(PayoutState::Paid), of_payouts.0, of_payouts.1).await?,
    ];
    let mut by_currency: BTreeMap<String, [i64; 4]> = BTreeMap::new();
    for (place, sums) in found.into_iter().enumerate() {
        for (currency, sum) in sums {
            by_currency.entry(currency).or_default()[place] = sum;
        }
    }
    let balance = |(currency, [later, by_now, on_its_way, paid_out]): (String, [i64; 4])| {
        let currency: Currency = from_word(&currency)?;
        let money = |minor| Money::new(minor, currency);
        // What is owed is a credit, below zero.
        let (held, owed) = (money(-later), money(-by_now));
        Ok(Balance { held, owed, on_its_way: money(on_its_way), paid_out: money(paid_out) })
    };
    by_currency.into_iter().map(balance).collect()
}
