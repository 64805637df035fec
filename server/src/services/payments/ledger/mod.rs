//! The ledger: double-entry bookkeeping in whole minor units. The postings of each journal entry add up to zero.
//!
//! Debits are above zero, credits below. `gateway` is the money that was captured and neither refunded nor paid out. `buyer`
//! is what a buyer paid and has no tickets for yet, `seller` what a seller is owed, `fee` the marketplace's share, `payout`
//! what is on its way to a seller. Postings are only added.

pub mod payouts;
pub mod statement;

use super::schema::{self, EntryKind, GatewayName, LedgerAccount, postings};
use crate::Error;
use crate::store::{Millis, Text, Tx, insert_all};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use shared::orders::OrderChanged;
use shared::payments::SoldTicket;
use shared::{FeeShare, Money, UserId};
use std::time::Duration;
use uuid::Uuid;

/// The terms of a sale.
#[derive(Clone, Copy, Debug)]
pub struct FeeTerms {
    /// The marketplace's share of each price.
    pub fee: FeeShare,
    /// The time from the start of a show to the payout.
    pub payout_after: Duration,
}

/// What a journal entry is about.
#[derive(Clone, Copy, Debug)]
pub enum Source {
    Payment { id: Uuid, order_id: Uuid },
    Payout { id: Uuid },
}

/// A journal entry that is being prepared.
pub struct JournalEntry<'a> {
    tx: &'a Tx,
    id: Uuid,
    kind: EntryKind,
    source: Source,
    gateway: GatewayName,
    postings: Vec<postings::Model>,
}

impl<'a> JournalEntry<'a> {
    pub fn new(tx: &'a Tx, kind: EntryKind, source: Source, gateway: GatewayName) -> Self {
        JournalEntry { tx, id: tx.new_id(), kind, source, gateway, postings: Vec::new() }
    }

    fn of_payment(tx: &'a Tx, kind: EntryKind, payment: &schema::payments::Model) -> Self {
        let source = Source::Payment { id: payment.id, order_id: payment.order_id };
        JournalEntry::new(tx, kind, source, payment.gateway.0)
    }

    fn of_payout(tx: &'a Tx, kind: EntryKind, payout: &schema::payouts::Model) -> Self {
        JournalEntry::new(tx, kind, Source::Payout { id: payout.id }, payout.gateway.0)
    }

    /// Adds a posting; the caller may fill in the rest of it.
    pub fn post(&mut self, account: LedgerAccount, amount: Money, person: Option<UserId>) -> &mut postings::Model {
        let (source, payment_id, order_id, payout_id) = match self.source {
            Source::Payment { id, order_id } => (id, Some(id), Some(order_id), None),
            Source::Payout { id } => (id, None, None, Some(id)),
        };
        let number = self.postings.len();
        self.postings.push(postings::Model {
            id: self.tx.new_id(),
            key: format!("{source}/{}/{number}", self.kind),
            entry_id: self.id,
            gateway: Text(self.gateway),
            account: Text(account),
            kind: Text(self.kind),
            person_id: person.map(UserId::uuid),
            order_id,
            payment_id,
            ticket_id: None,
            payout_id,
            amount: amount.minor,
            currency: Text(amount.currency),
            price: None,
            fee: None,
            about: None,
            releases_at: None,
            open: false,
            booked_at: Millis(self.tx.now()),
        });
        self.postings.last_mut().expect("it was just added")
    }

    /// # Errors
    /// If it was booked before, or does not add up to zero: both are bugs, and roll back the change that led here.
    pub async fn book(self) -> Result<(), Error> {
        if self.postings.iter().map(|posting| posting.amount).sum::<i64>() != 0 {
            return Err(Error::failed(format!("{} entry of {:?} does not add up to zero", self.kind, self.source)));
        }
        Ok(insert_all::<postings::Entity>(self.tx, self.postings, None).await.map(drop)?)
    }
}

/// Books a capture.
pub async fn charge(tx: &Tx, payment: &schema::payments::Model) -> Result<(), Error> {
    let (amount, payer) = (schema::amount_of(payment), UserId::new(payment.payer_id));
    let mut entry = JournalEntry::of_payment(tx, EntryKind::Charge, payment);
    entry.post(LedgerAccount::Gateway, amount, None);
    entry.post(LedgerAccount::Buyer, negated(amount), Some(payer));
    entry.book().await
}

/// Books that a captured payment has bought tickets: the sellers are owed the prices less the fee.
pub async fn sale(
    tx: &Tx,
    payment: &schema::payments::Model,
    order: &OrderChanged,
    terms: FeeTerms,
) -> Result<(), Error> {
    let (amount, payer) = (schema::amount_of(payment), UserId::new(payment.payer_id));
    let mut entry = JournalEntry::of_payment(tx, EntryKind::Sale, payment);
    entry.post(LedgerAccount::Buyer, amount, Some(payer));
    let mut fees = Money::new(0, amount.currency);
    for line in &order.lines {
        let fee = terms.fee.of(line.price);
        fees.minor += fee.minor;
        let proceeds = Money::new(line.price.minor - fee.minor, amount.currency);
        let about = SoldTicket { show: order.show.title.to_string(), seat: line.seat.clone() };
        let posting = entry.post(LedgerAccount::Seller, negated(proceeds), Some(line.seller_id));
        posting.ticket_id = Some(line.ticket_id.uuid());
        (posting.price, posting.fee) = (Some(line.price.minor), Some(fee.minor));
        posting.about = Some(serde_json::to_string(&about)?);
        posting.releases_at = Some(Millis(order.show.starts_at + terms.payout_after));
        posting.open = true;
    }
    if fees.minor != 0 {
        entry.post(LedgerAccount::Fee, negated(fees), None);
    }
    entry.book().await
}

/// Books a refund: reverses every posting of the payment.
pub async fn refund(tx: &Tx, payment: &schema::payments::Model) -> Result<(), Error> {
    let booked = postings::Entity::find()
        .filter(postings::Column::PaymentId.eq(payment.id))
        .order_by_asc(postings::Column::Id)
        .all(tx.db())
        .await?;
    let mut entry = JournalEntry::of_payment(tx, EntryKind::Refund, payment);
    for posting in &booked {
        let amount = negated(Money::new(posting.amount, posting.currency.0));
        let reversal = entry.post(posting.account.0, amount, posting.person_id.map(UserId::new));
        reversal.ticket_id = posting.ticket_id;
        (reversal.price, reversal.fee) = (posting.price.map(|price| -price), posting.fee.map(|fee| -fee));
        reversal.about.clone_from(&posting.about);
        reversal.releases_at = posting.releases_at;
        // What was paid out already is deducted from the seller's next payout; the rest is not owed any more.
        reversal.open = posting.account.0 == LedgerAccount::Seller && posting.payout_id.is_some();
    }
    entry.book().await?;
    close_sale(tx, payment.id).await
}

/// Withholds the proceeds of a sale from the sellers' payouts, until a refund reverses them.
pub async fn close_sale(tx: &Tx, payment: Uuid) -> Result<(), Error> {
    let close = postings::Entity::update_many()
        .col_expr(postings::Column::Open, Expr::value(false))
        .filter(postings::Column::PaymentId.eq(payment))
        .filter(postings::Column::Kind.eq(Text(EntryKind::Sale)));
    Ok(close.exec(tx.db()).await.map(drop)?)
}

fn negated(amount: Money) -> Money {
    Money { minor: -amount.minor, ..amount }
}
