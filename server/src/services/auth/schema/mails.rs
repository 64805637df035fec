//! The queue of mails.

use super::{attempts, users};
use crate::Error;
use crate::services::auth::rules::{self, Attempts, Counter};
use crate::store::{Millis, Text, Tx};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect, Set,
};
use shared::{Instant, UserId};

/// How many mails are delivered at once: mail servers limit the connections of a client.
const MAX_CONCURRENT_MAILS: usize = 8;

/// A mail's row outlives every repetition of the event that it reports, so that no repetition creates the mail again. Its text
/// is deleted once it is sent.
mod row {
    use crate::store::{Millis, Text};
    use sea_orm::entity::prelude::*;

    /// What a mail is about. Stored with it, as part of its key.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, strum::Display, strum::EnumString, strum::IntoStaticStr)]
    #[strum(serialize_all = "snake_case")]
    pub enum MailKind {
        /// To the buyer: the tickets are paid.
        OrderComplete,
        /// To the seller: tickets are sold.
        TicketsSold,
        /// To the buyer: a card was declined; once for each order.
        PaymentDeclined,
        /// To the buyer: a payment was refunded.
        PaymentRefunded,
        /// To the buyer: the authorized money could not be captured, so the order ended.
        CaptureFailed,
        /// To the buyer: the order ended and is refunded.
        OrderRefunded,
        /// To the seller: a sale does not count any more.
        SaleReversed,
        /// To the buyer and the seller.
        ShowCancelled,
        /// To the address that a ticket is offered to as a gift: the link that accepts it.
        PassOffered,
        /// To the address of a new account: the link that verifies it.
        VerifyEmail,
        /// To the new address of an account: the link that makes it the account's.
        ChangeEmail,
        /// To the owner of an address: the link for a new password.
        ResetPassword,
        /// To the owner of an address that somebody signs up with, or changes to.
        AddressTried,
        /// To the owner: the password was changed.
        PasswordChanged,
        /// To the address that an account had until now.
        EmailChanged,
    }

    #[derive(Clone, Copy, Debug, PartialEq, Eq, strum::EnumString, strum::IntoStaticStr)]
    #[strum(serialize_all = "snake_case")]
    pub enum MailState {
        Waiting,
        Sent,
        GivenUp,
    }

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "mails")]
    pub struct Model {
        /// There is one mail for each key.
        #[sea_orm(primary_key, auto_increment = false)]
        pub key: String,
        pub user_id: Uuid,
        /// Of mails about an account: where they go to. Other mails go to the verified address of the recipient.
        pub address: Option<String>,
        pub kind: Text<MailKind>,
        pub subject: String,
        pub body: String,
        pub state: Text<MailState>,
        pub attempts: i64,
        /// Why the last attempt failed.
        pub reason: Option<String>,
        /// Of mails about events; `None` once the mail is sent or given up.
        pub next_try_at: Option<Millis>,
        /// The same of mails about an account, which the first version must not find: it does not know their kinds.
        pub account_next_try_at: Option<Millis>,
        pub created_at: Millis,
        pub sent_at: Option<Millis>,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub use row::{Column, Entity, MailKind, MailState, Model};

impl Model {
    /// Schedules the next attempt.
    pub fn try_at(&mut self, at: Instant) {
        let next = if self.address.is_some() { &mut self.account_next_try_at } else { &mut self.next_try_at };
        *next = Some(Millis(at));
    }

    /// When the mail is due, unless it is sent or given up.
    pub fn due_at(&self) -> Option<Instant> {
        self.next_try_at.or(self.account_next_try_at).map(|millis| millis.0)
    }
}

/// Inserts a mail unless there is one with the same key.
pub async fn insert(tx: &Tx, row: Model) -> Result<(), Error> {
    let keep_first = OnConflict::column(Column::Key).do_nothing().to_owned();
    let insert = Entity::insert(row.into_active_model().reset_all()).on_conflict(keep_first);
    Ok(insert.exec_without_returning(tx.db()).await.map(drop)?)
}

/// How many mails about accounts went to an address since an instant.
pub async fn count_to(db: &impl ConnectionTrait, address: &str, since: Instant) -> Result<u64, Error> {
    let mails = Entity::find().filter(Column::Address.eq(address)).filter(Column::CreatedAt.gt(Millis(since)));
    Ok(mails.count(db).await?)
}

/// How many mails of that kind went to an address since an instant.
pub async fn count_of_kind_to(
    db: &impl ConnectionTrait,
    address: &str,
    kind: MailKind,
    since: Instant,
) -> Result<u64, Error> {
    let mails = Entity::find()
        .filter(Column::Address.eq(address))
        .filter(Column::CreatedAt.gt(Millis(since)))
        .filter(Column::Kind.eq(Text(kind)));
    Ok(mails.count(db).await?)
}

/// How many mails of that kind an account had since an instant.
pub async fn count_of_kind_for(
    db: &impl ConnectionTrait,
    user: UserId,
    kind: MailKind,
    since: Instant,
) -> Result<u64, Error> {
    let mails = Entity::find()
        .filter(Column::UserId.eq(user.uuid()))
        .filter(Column::CreatedAt.gt(Millis(since)))
        .filter(Column::Kind.eq(Text(kind)));
    Ok(mails.count(db).await?)
}

/// When the next mail is due.
pub async fn next_due(db: &impl ConnectionTrait) -> Result<Option<Instant>, Error> {
    let mut due = Vec::new();
    for column in [Column::NextTryAt, Column::AccountNextTryAt] {
        let soonest = Entity::find().filter(column.is_not_null()).order_by_asc(column).one(db).await?;
        due.extend(soonest.and_then(|row| row.due_at()));
    }
    Ok(due.into_iter().min())
}

/// Takes mails that are due, each with its recipient's address, and postpones them, so that nobody else takes them.
pub async fn claim(tx: &Tx) -> Result<Vec<(Model, Option<String>)>, Error> {
    let mut due = Vec::new();
    for column in [Column::NextTryAt, Column::AccountNextTryAt] {
        let soonest =
            Entity::find().filter(column.lte(Millis(tx.now()))).order_by_asc(column).order_by_asc(Column::Key);
        due.extend(soonest.limit(MAX_CONCURRENT_MAILS as u64).all(tx.db()).await?);
    }
    due.sort_by_key(Model::due_at);
    due.truncate(MAX_CONCURRENT_MAILS);
    let mut claimed = Vec::new();
    for mut row in due {
        row.attempts += 1;
        row.try_at(tx.now() + rules::mail_retry_delay(row.attempts));
        row.clone().into_active_model().reset_all().update(tx.db()).await?;
        let address = match row.address.clone() {
            Some(address) => Some(address),
            None => verified_address(tx.db(), row.user_id.into()).await?,
        };
        claimed.push((row, address));
    }
    Ok(claimed)
}

async fn verified_address(db: &impl ConnectionTrait, user: UserId) -> Result<Option<String>, Error> {
    let user = users::find(db, user).await?;
    Ok(user.filter(|user| user.verified_at.is_some()).map(|user| user.email))
}

/// Marks a mail as sent and deletes its text. The account may have been closed meanwhile, and the mail with it.
pub async fn mark_sent(tx: &Tx, key: String) -> Result<(), Error> {
    let sent = row::ActiveModel {
        subject: Set(String::new()),
        body: Set(String::new()),
        state: Set(Text(MailState::Sent)),
        reason: Set(None),
        next_try_at: Set(None),
        account_next_try_at: Set(None),
        sent_at: Set(Some(Millis(tx.now()))),
        ..Default::default()
    };
    Ok(Entity::update_many().set(sent).filter(Column::Key.eq(key)).exec(tx.db()).await.map(drop)?)
}

/// Records why a mail was not delivered. [`claim`] has scheduled its next attempt, which `give_up` cancels.
pub async fn mark_undelivered(tx: &Tx, key: String, reason: String, give_up: bool) -> Result<(), Error> {
    let mut row = row::ActiveModel { reason: Set(Some(reason)), ..Default::default() };
    if give_up {
        // Its text may contain a link.
        (row.subject, row.body) = (Set(String::new()), Set(String::new()));
        (row.next_try_at, row.account_next_try_at) = (Set(None), Set(None));
        row.state = Set(Text(MailState::GivenUp));
    }
    Ok(Entity::update_many().set(row).filter(Column::Key.eq(key)).exec(tx.db()).await.map(drop)?)
}

/// Deletes the mails of a person. How many went to an address in the last day stays known, or nobody could be kept from mailing
/// an address again and again with accounts that are closed at once.
pub async fn delete_of_user(tx: &Tx, user: UserId) -> Result<(), Error> {
    let recent = Entity::find()
        .filter(Column::UserId.eq(user.uuid()))
        .filter(Column::Address.is_not_null())
        .filter(Column::CreatedAt.gt(Millis(tx.now() - rules::ATTEMPT_LIFETIME)));
    for address in recent.all(tx.db()).await?.into_iter().filter_map(|mail| mail.address) {
        let key = Counter::MailsTo(address).key();
        let counted = attempts::find(tx.db(), &key).await?;
        attempts::set(tx, &key, Attempts { failures: counted.failures + 1, failed_at: tx.now(), ..counted }).await?;
    }
    Ok(Entity::delete_many().filter(Column::UserId.eq(user.uuid())).exec(tx.db()).await.map(drop)?)
}
