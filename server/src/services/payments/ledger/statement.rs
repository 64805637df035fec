//! What a seller sees: where their money is, and every movement of it.

use crate::Error;
use crate::services::payments::schema::{EntryKind, GatewayName, LedgerAccount, PayoutState, payouts, postings};
use crate::store::{Millis, Text};
use sea_orm::sea_query::{Expr, Func, SimpleExpr};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use shared::page::{PAGE_SIZE, position};
use shared::payments::{Balance, Movement, MovementKind, SellerAccount, SoldTicket};
use shared::{Currency, Instant, Money, Paginated, UserId};
use std::collections::BTreeMap;

/// A seller's account, with a page of movements from `cursor` on.
pub async fn of(
    db: &impl ConnectionTrait,
    (seller, gateway): (UserId, GatewayName),
    cursor: Option<&str>,
    now: Instant,
) -> Result<SellerAccount, Error> {
    // Read first, so that the movements include everything that the balances count.
    let balances = balances(db, seller, gateway, now).await?;
    let mut found = postings::Entity::find()
        .filter(postings::Column::PersonId.eq(seller.uuid()))
        .filter(postings::Column::Account.eq(Text(LedgerAccount::Seller)))
        .filter(postings::Column::Gateway.eq(Text(gateway)))
        .order_by_desc(postings::Column::Id)
        .limit(PAGE_SIZE + 1);
    if let Some(before) = position::<i64>(cursor)? {
        found = found.filter(postings::Column::Id.lt(before));
    }
    let movements = found.all(db).await?.iter().map(movement).collect::<Result<Vec<_>, Error>>()?;
    let movements = Paginated::cut(movements, |movement| movement.id);
    Ok(SellerAccount { balances, movements, can_be_paid: true })
}

fn movement(posting: &postings::Model) -> Result<Movement, Error> {
    let money = |minor| Money::new(minor, posting.currency.0);
    Ok(Movement {
        id: posting.id,
        at: posting.booked_at.0,
        kind: match posting.kind.0 {
            EntryKind::Sale => MovementKind::Sale,
            EntryKind::Refund => MovementKind::Refund,
            EntryKind::PayoutFailed => MovementKind::PayoutFailed,
            EntryKind::Payout | EntryKind::PayoutPaid | EntryKind::Charge => MovementKind::Payout,
        },
        about: posting.about.as_deref().map(serde_json::from_str::<SoldTicket>).transpose()?,
        ticket_id: posting.ticket_id.map(Into::into),
        price: posting.price.map(money),
        fee: posting.fee.map(money),
        // A credit of the ledger is money that the seller gains.
        amount: money(-posting.amount),
    })
}

async fn sums<T: EntityTrait>(
    db: &impl ConnectionTrait,
    found: sea_orm::Select<T>,
    currency: T::Column,
    amount: T::Column,
) -> Result<Vec<(Text<Currency>, i64)>, Error> {
    // PostgreSQL's sum of bigints is numeric.
    let sum: SimpleExpr = Func::cast_as(Func::sum(Expr::col(amount)), "bigint").into();
    let sums = found.select_only().column(currency).expr(sum).group_by(currency);
    Ok(sums.into_tuple().all(db).await?)
}

async fn balances(
    db: &impl ConnectionTrait,
    seller: UserId,
    gateway: GatewayName,
    now: Instant,
) -> Result<Vec<Balance>, Error> {
    let open = || {
        postings::Entity::find()
            .filter(postings::Column::PersonId.eq(seller.uuid()))
            .filter(postings::Column::Open.eq(true))
            .filter(postings::Column::Gateway.eq(Text(gateway)))
    };
    let held = open().filter(postings::Column::ReleasesAt.gt(Millis(now)));
    let owed = open().filter(postings::Column::ReleasesAt.lte(Millis(now)));
    let paid = |state| {
        payouts::Entity::find()
            .filter(payouts::Column::Gateway.eq(Text(gateway)))
            .filter(payouts::Column::SellerId.eq(seller.uuid()))
            .filter(payouts::Column::State.eq(Text(state)))
    };
    let of_postings = (postings::Column::Currency, postings::Column::Amount);
    let of_payouts = (payouts::Column::Currency, payouts::Column::Amount);
    let found = [
        sums(db, held, of_postings.0, of_postings.1).await?,
        sums(db, owed, of_postings.0, of_postings.1).await?,
        sums(db, paid(PayoutState::Instructed), of_payouts.0, of_payouts.1).await?,
        sums(db, paid(PayoutState::Paid), of_payouts.0, of_payouts.1).await?,
    ];
    let mut by_currency: BTreeMap<&str, (Currency, [i64; 4])> = BTreeMap::new();
    for (column, sums) in found.into_iter().enumerate() {
        for (Text(currency), sum) in sums {
            by_currency.entry(currency.code()).or_insert((currency, [0; 4])).1[column] = sum;
        }
    }
    let balance = |(currency, [held, owed, on_its_way, paid_out]): (Currency, [i64; 4])| {
        let money = |minor| Money::new(minor, currency);
        // What a seller is owed is a credit, below zero.
        let (held, owed) = (money(-held), money(-owed));
        Balance { held, owed, on_its_way: money(on_its_way), paid_out: money(paid_out) }
    };
    Ok(by_currency.into_values().map(balance).collect())
}
