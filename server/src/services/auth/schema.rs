//! Entities and queries of the `auth` database.

use super::rules::{self, SignInAttempts};
use crate::Error;
use crate::store::{Migration, Millis, Text, Tx};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect, Set,
};
use shared::auth::User;
use shared::value::Email;
use shared::{Instant, Rejection, UserId};

/// How many mails are delivered at once: mail servers limit the connections of a client.
const MAX_CONCURRENT_MAILS: u64 = 8;

pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "0001_users",
    sql: "
        create table users (
            id uuid primary key, email text not null unique, password_hash text not null, created_at bigint not null);
        create table sessions (
            token_hash text primary key, user_id uuid not null, expires_at bigint not null);
        create index sessions_expiring on sessions (expires_at);
        create table sign_in_attempts (email text primary key, failures bigint not null, next_at bigint not null);
        create table mails (
            key text primary key, user_id uuid not null, kind text not null, subject text not null,
            body text not null, state text not null, attempts bigint not null, reason text, next_try_at bigint,
            created_at bigint not null, sent_at bigint);
        create index mails_waiting on mails (next_try_at) where next_try_at is not null;",
}];

pub mod users {
    use crate::store::Millis;
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "users")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub email: String,
        pub password_hash: String,
        pub created_at: Millis,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

mod sessions {
    use crate::store::Millis;
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "sessions")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub token_hash: String,
        pub user_id: Uuid,
        pub expires_at: Millis,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

mod attempts {
    use crate::store::Millis;
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "sign_in_attempts")]
    pub struct Model {
        /// Any address that somebody tried, whether or not it has an account.
        #[sea_orm(primary_key, auto_increment = false)]
        pub email: String,
        pub failures: i64,
        pub next_at: Millis,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// A mail's row is never deleted, so that no later event creates the mail again. Its text is deleted once it is sent.
pub mod mails {
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
        /// To the buyer: the card was declined.
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
        /// Kind, order or payment, and recipient: there is one mail for each combination.
        #[sea_orm(primary_key, auto_increment = false)]
        pub key: String,
        pub user_id: Uuid,
        pub kind: Text<MailKind>,
        pub subject: String,
        pub body: String,
        pub state: Text<MailState>,
        pub attempts: i64,
        /// Why the last attempt failed.
        pub reason: Option<String>,
        /// `None` once the mail is sent or given up.
        pub next_try_at: Option<Millis>,
        pub created_at: Millis,
        pub sent_at: Option<Millis>,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub async fn insert_user(tx: &Tx, user: &User, password_hash: String) -> Result<(), Error> {
    let row = users::ActiveModel {
        id: Set(user.id.uuid()),
        email: Set(user.email.as_str().to_owned()),
        password_hash: Set(password_hash),
        created_at: Set(Millis(tx.now())),
    };
    // The unique index decides between concurrent sign-ups with the same address.
    row.insert(tx.db())
        .await
        .map(drop)
        .map_err(|error| if Error::is_duplicate(&error) { Rejection::EmailTaken.into() } else { error.into() })
}

pub async fn find_user(db: &impl ConnectionTrait, email: &Email) -> Result<Option<users::Model>, Error> {
    Ok(users::Entity::find().filter(users::Column::Email.eq(email.as_str())).one(db).await?)
}

/// The address of a user; `None` if there is no such account.
pub async fn email_of(db: &impl ConnectionTrait, user: UserId) -> Result<Option<String>, Error> {
    Ok(users::Entity::find_by_id(user.uuid()).one(db).await?.map(|row| row.email))
}

pub async fn insert_session(tx: &Tx, token_hash: &str, user: UserId, expires_at: Instant) -> Result<(), Error> {
    let row = sessions::ActiveModel {
        token_hash: Set(token_hash.to_owned()),
        user_id: Set(user.uuid()),
        expires_at: Set(Millis(expires_at)),
    };
    Ok(row.insert(tx.db()).await.map(drop)?)
}

pub async fn delete_session(tx: &Tx, token_hash: &str) -> Result<(), Error> {
    Ok(sessions::Entity::delete_by_id(token_hash.to_owned()).exec(tx.db()).await.map(drop)?)
}

pub async fn session_user(db: &impl ConnectionTrait, token_hash: &str, now: Instant) -> Result<Option<User>, Error> {
    let session = sessions::Entity::find_by_id(token_hash.to_owned())
        .filter(sessions::Column::ExpiresAt.gt(Millis(now)))
        .one(db)
        .await?;
    let Some(session) = session else { return Ok(None) };
    let user = users::Entity::find_by_id(session.user_id).one(db).await?;
    user.map(|row| Ok(User { id: row.id.into(), email: Email::try_from(row.email)? })).transpose()
}

pub async fn has_expired_sessions(db: &impl ConnectionTrait, now: Instant) -> Result<bool, Error> {
    let expired = sessions::Entity::find().filter(sessions::Column::ExpiresAt.lte(Millis(now)));
    Ok(expired.count(db).await? > 0)
}

pub async fn delete_expired_sessions(tx: &Tx) -> Result<(), Error> {
    let expired = sessions::Entity::delete_many().filter(sessions::Column::ExpiresAt.lte(Millis(tx.now())));
    Ok(expired.exec(tx.db()).await.map(drop)?)
}

pub async fn sign_in_attempts(db: &impl ConnectionTrait, email: &Email) -> Result<SignInAttempts, Error> {
    let row = attempts::Entity::find_by_id(email.as_str().to_owned()).one(db).await?;
    Ok(row.map(|row| SignInAttempts { failures: row.failures, next_at: row.next_at.0 }).unwrap_or_default())
}

pub async fn set_sign_in_attempts(tx: &Tx, email: &Email, attempts: SignInAttempts) -> Result<(), Error> {
    let email = email.as_str().to_owned();
    if attempts == SignInAttempts::default() {
        return Ok(attempts::Entity::delete_by_id(email).exec(tx.db()).await.map(drop)?);
    }
    let row = attempts::Model { email, failures: attempts.failures, next_at: Millis(attempts.next_at) };
    let replace = OnConflict::column(attempts::Column::Email)
        .update_columns([attempts::Column::Failures, attempts::Column::NextAt])
        .to_owned();
    let insert = attempts::Entity::insert(row.into_active_model().reset_all()).on_conflict(replace);
    Ok(insert.exec_without_returning(tx.db()).await.map(drop)?)
}

/// Inserts a mail unless there is one with the same key.
pub async fn insert_mail(tx: &Tx, row: mails::Model) -> Result<(), Error> {
    let keep_first = OnConflict::column(mails::Column::Key).do_nothing().to_owned();
    let insert = mails::Entity::insert(row.into_active_model().reset_all()).on_conflict(keep_first);
    Ok(insert.exec_without_returning(tx.db()).await.map(drop)?)
}

/// When the next mail is due.
pub async fn next_mail(db: &impl ConnectionTrait) -> Result<Option<Instant>, Error> {
    let soonest = mails::Entity::find()
        .filter(mails::Column::NextTryAt.is_not_null())
        .order_by_asc(mails::Column::NextTryAt)
        .one(db)
        .await?;
    Ok(soonest.and_then(|row| row.next_try_at).map(|millis| millis.0))
}

/// Takes mails that are due, each with its recipient's address, and postpones them, so that nobody else takes them.
pub async fn claim_mails(tx: &Tx) -> Result<Vec<(mails::Model, Option<String>)>, Error> {
    let due = mails::Entity::find()
        .filter(mails::Column::NextTryAt.lte(Millis(tx.now())))
        .order_by_asc(mails::Column::NextTryAt)
        .order_by_asc(mails::Column::Key)
        .limit(MAX_CONCURRENT_MAILS);
    let mut claimed = Vec::new();
    for mut row in due.all(tx.db()).await? {
        row.attempts += 1;
        row.next_try_at = Some(Millis(tx.now() + rules::mail_retry_delay(row.attempts)));
        row.clone().into_active_model().reset_all().update(tx.db()).await?;
        let address = email_of(tx.db(), row.user_id.into()).await?;
        claimed.push((row, address));
    }
    Ok(claimed)
}

/// Marks a mail as sent and deletes its text.
pub async fn mark_sent(tx: &Tx, key: String) -> Result<(), Error> {
    let row = mails::ActiveModel {
        key: Set(key),
        subject: Set(String::new()),
        body: Set(String::new()),
        state: Set(Text(mails::MailState::Sent)),
        reason: Set(None),
        next_try_at: Set(None),
        sent_at: Set(Some(Millis(tx.now()))),
        ..Default::default()
    };
    Ok(row.update(tx.db()).await.map(drop)?)
}

/// Records why a mail was not delivered. [`claim_mails`] has scheduled its next attempt, which `give_up` cancels.
pub async fn mark_undelivered(tx: &Tx, key: String, reason: String, give_up: bool) -> Result<(), Error> {
    let mut row = mails::ActiveModel { key: Set(key), reason: Set(Some(reason)), ..Default::default() };
    if give_up {
        (row.state, row.next_try_at) = (Set(Text(mails::MailState::GivenUp)), Set(None));
    }
    Ok(row.update(tx.db()).await.map(drop)?)
}
