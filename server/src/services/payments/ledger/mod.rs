//! The ledger: every movement of money as rows that add up to nothing, in whole minor units.
//!
//! An account is debited above zero and credited below. The gateway holds what was captured and not given back or paid
//! out; a buyer is owed what was captured until it has become tickets; a seller is owed the proceeds; the fee is the
//! marketplace's; a payout is owed while it is on its way. Rows are only ever added.

pub mod payouts;
pub mod statement;

use super::{FeeTerms, schema};
use crate::Error;
use crate::store::{Tx, from_word, word};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};
use shared::orders::OrderChanged;
use shared::payments::SoldTicket;
use shared::{Money, UserId};
use uuid::Uuid;

/// Whose money a row is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Account {
    Buyer,
    Seller,
    Fee,
    Gateway,
    Payout,
}

/// What moved it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The gateway took the buyer's money.
    Charge,
    /// It became the sellers' and the marketplace's, and the tickets the buyer's.
    Sale,
    /// All of that was undone, and the gateway gave the money back.
    Refund,
    /// A seller is to be paid.
    Payout,
    /// A seller was paid.
    PayoutPaid,
    /// A seller could not be paid, and is still owed it.
    PayoutFailed,
}

/// A row.
pub mod rows {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "ledger")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        /// Says of what it is which row, so that nothing is booked twice.
        pub key: String,
        /// The rows of one movement add up to nothing.
        pub movement: Uuid,
        /// Who moved it: what one gateway took, no other one pays out.
        pub gateway: String,
        pub account: String,
        pub kind: String,
        /// The buyer or the seller.
        pub person_id: Option<Uuid>,
        pub payment_id: Option<Uuid>,
        pub ticket_id: Option<Uuid>,
        pub payout_id: Option<Uuid>,
        /// Debited above zero, credited below.
        pub amount: i64,
        pub currency: String,
        /// What the buyer paid for the ticket, on a seller's row.
        pub price: Option<i64>,
        /// What the marketplace kept of that.
        pub fee: Option<i64>,
        /// The show and the seat, on a seller's row.
        pub about: Option<String>,
        /// From when on it may be paid out, on a seller's row.
        pub releases_at: Option<i64>,
        /// Whether it waits to be paid out.
        pub open: bool,
        pub booked_at: i64,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// Rows of one movement in the making.
pub struct Movement<'a> {
    tx: &'a Tx,
    id: Uuid,
    kind: Kind,
    /// What the movement is of: a payment, or a payout.
    of: Uuid,
    gateway: String,
    rows: Vec<rows::Model>,
}

impl<'a> Movement<'a> {
    /// A movement of that kind, of a payment or a payout.
    pub fn new(tx: &'a Tx, kind: Kind, of: Uuid, gateway: &str) -> Self {
        Movement { tx, id: tx.new_id(), kind, of, gateway: gateway.to_owned(), rows: Vec::new() }
    }

    /// Adds a row; what else is to be said of it is said by the caller.
    pub fn row(&mut self, account: Account, amount: Money, person: Option<UserId>) -> &mut rows::Model {
        let (of, number) = (self.of, self.rows.len());
        self.rows.push(rows::Model {
            id: self.tx.new_id(),
            key: format!("{of}/{}/{number}", word(self.kind)),
            movement: self.id,
            gateway: self.gateway.clone(),
            account: word(account),
            kind: word(self.kind),
            person_id: person.map(UserId::uuid),
            payment_id: None,
            ticket_id: None,
            payout_id: None,
            amount: amount.minor,
            currency: word(amount.currency),
            price: None,
            fee: None,
            about: None,
            releases_at: None,
            open: false,
            booked_at: self.tx.now().millis(),
        });
        self.rows.last_mut().expect("it was just added")
    }

    /// Books it.
    ///
    /// # Errors
    /// If it was booked before, or does not add up: both would be faults of ours, and undo what led here.
    pub async fn book(self) -> Result<(), Error> {
        if self.rows.iter().map(|row| row.amount).sum::<i64>() != 0 {
            return Err(Error::failed(format!("a {:?} of {} does not add up", self.kind, self.of)));
        }
        for row in self.rows {
            row.into_active_model().reset_all().insert(self.tx.db()).await?;
        }
        Ok(())
    }
}

/// Books that the gateway took a buyer's money.
pub async fn charge(tx: &Tx, payment: &schema::payments::Model) -> Result<(), Error> {
    let (amount, payer) = (schema::amount_of(payment)?, UserId::new(payment.payer_id));
    let mut movement = Movement::new(tx, Kind::Charge, payment.id, &payment.gateway);
    movement.row(Account::Gateway, amount, None).payment_id = Some(payment.id);
    movement.row(Account::Buyer, less(amount), Some(payer)).payment_id = Some(payment.id);
    movement.book().await
}

/// Books that a captured payment has become tickets: the sellers are owed the prices less the fee.
pub async fn sale(
    tx: &Tx,
    payment: &schema::payments::Model,
    order: &OrderChanged,
    terms: FeeTerms,
) -> Result<(), Error> {
    let (amount, payer) = (schema::amount_of(payment)?, UserId::new(payment.payer_id));
    let mut movement = Movement::new(tx, Kind::Sale, payment.id, &payment.gateway);
    movement.row(Account::Buyer, amount, Some(payer)).payment_id = Some(payment.id);
    let mut kept = Money::new(0, amount.currency);
    for line in &order.lines {
        let fee = terms.fee.of(line.price);
        kept.minor += fee.minor;
        let proceeds = Money::new(fee.minor - line.price.minor, amount.currency);
        let row = movement.row(Account::Seller, proceeds, Some(line.seller_id));
        row.payment_id = Some(payment.id);
        row.ticket_id = Some(line.ticket_id.uuid());
        (row.price, row.fee) = (Some(line.price.minor), Some(fee.minor));
        let about = SoldTicket { show: order.show.title.to_string(), seat: line.seat.clone() };
        row.about = Some(serde_json::to_string(&about)?);
        row.releases_at = Some((order.show.starts_at + terms.payout_after).millis());
        row.open = true;
    }
    if kept.minor != 0 {
        movement.row(Account::Fee, less(kept), None).payment_id = Some(payment.id);
    }
    movement.book().await
}

/// Books that a buyer's money was given back: every row of the payment once more, the other way round.
pub async fn refund(tx: &Tx, payment: &schema::payments::Model) -> Result<(), Error> {
    let booked = rows::Entity::find()
        .filter(rows::Column::PaymentId.eq(payment.id))
        .order_by_asc(rows::Column::Id)
        .all(tx.db())
        .await?;
    let mut movement = Movement::new(tx, Kind::Refund, payment.id, &payment.gateway);
    for row in &booked {
        let amount = less(Money::new(row.amount, from_word(&row.currency)?));
        let undone = movement.row(from_word(&row.account)?, amount, row.person_id.map(UserId::new));
        undone.payment_id = row.payment_id;
        undone.ticket_id = row.ticket_id;
        (undone.price, undone.fee) = (row.price.map(|price| -price), row.fee.map(|fee| -fee));
        undone.about.clone_from(&row.about);
        undone.releases_at = row.releases_at;
        // What was paid out already is taken from the seller's next payout; the rest was never owed.
        undone.open = from_word::<Account>(&row.account)? == Account::Seller && row.payout_id.is_some();
    }
    movement.book().await?;
    let settled = rows::Entity::update_many().col_expr(rows::Column::Open, Expr::value(false));
    let of_sale =
        settled.filter(rows::Column::PaymentId.eq(payment.id)).filter(rows::Column::Kind.eq(word(Kind::Sale)));
    Ok(of_sale.exec(tx.db()).await.map(drop)?)
}

/// The same amount, the other way round.
pub fn less(amount: Money) -> Money {
    Money { minor: -amount.minor, ..amount }
}
