//! What `auth` remembers.

use super::mail::templates::Letter;
use super::rules::{self, Tries};
use crate::Error;
use crate::store::{Migration, Tx, word};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, IntoActiveModel, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect, Set,
};
use shared::auth::User;
use shared::value::Email;
use shared::{Instant, Rejection, Subject, UserId};
use uuid::Uuid;

/// How many mails are delivered at once: mail servers allow only so many connections.
const MAILS_AT_ONCE: u64 = 8;

/// The tables, step by step.
pub const MIGRATIONS: &[Migration] = &[
    Migration {
        name: "0001_people",
        sql: "
        create table people (
            id uuid primary key, email text not null unique, password_hash text not null, created_at bigint not null);
        create table sessions (
            token_hash text primary key, person_id uuid not null, ends_at bigint not null);
        create index sessions_ending on sessions (ends_at);
        create table tries (email text primary key, wrong bigint not null, next_at bigint not null);",
    },
    Migration {
        name: "0002_mails",
        sql: "
        create table mails (
            key text primary key, person_id uuid not null, kind text not null, subject text not null,
            body text not null, state text not null, attempts bigint not null, reason text, next_try_at bigint,
            written_at bigint not null, sent_at bigint);
        create index mails_waiting on mails (next_try_at) where next_try_at is not null;
        create table heard (
            subject text not null, aggregate_id uuid not null, version bigint not null,
            primary key (subject, aggregate_id));",
    },
];

/// A person with an account.
pub mod people {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "people")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub email: String,
        pub password_hash: String,
        pub created_at: i64,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

mod sessions {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "sessions")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub token_hash: String,
        pub person_id: Uuid,
        pub ends_at: i64,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

mod tries_row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "tries")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub email: String,
        pub wrong: i64,
        pub next_at: i64,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// A mail. Its row stays for ever, so that no news makes it again; its text stays until it is sent.
pub mod mails {
    use sea_orm::entity::prelude::*;

    /// What has become of a mail.
    pub const WAITING: &str = "waiting";
    pub const SENT: &str = "sent";
    pub const GIVEN_UP: &str = "given_up";

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "mails")]
    pub struct Model {
        /// What it tells, about which thing, and to whom.
        #[sea_orm(primary_key, auto_increment = false)]
        pub key: String,
        pub person_id: Uuid,
        pub kind: String,
        pub subject: String,
        pub body: String,
        pub state: String,
        /// How often it was tried.
        pub attempts: i64,
        /// Why it did not leave when it was tried last.
        pub reason: Option<String>,
        pub next_try_at: Option<i64>,
        pub written_at: i64,
        pub sent_at: Option<i64>,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// The newest version of each order and payment that was heard of.
mod heard {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "heard")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub subject: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub aggregate_id: Uuid,
        pub version: i64,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub async fn insert_person(tx: &Tx, user: &User, password_hash: String) -> Result<(), Error> {
    let row = people::ActiveModel {
        id: Set(user.id.uuid()),
        email: Set(user.email.as_str().to_owned()),
        password_hash: Set(password_hash),
        created_at: Set(tx.now().millis()),
    };
    // Two who sign up with one address at once: the unique index decides.
    row.insert(tx.db()).await.map(drop).map_err(|error| match Error::is_duplicate(&error) {
        true => Rejection::EmailTaken.into(),
        false => error.into(),
    })
}

pub async fn person(db: &impl ConnectionTrait, email: &Email) -> Result<Option<people::Model>, Error> {
    Ok(people::Entity::find().filter(people::Column::Email.eq(email.as_str())).one(db).await?)
}

pub async fn insert_session(tx: &Tx, token_hash: &str, person: UserId, ends_at: Instant) -> Result<(), Error> {
    let row = sessions::ActiveModel {
        token_hash: Set(token_hash.to_owned()),
        person_id: Set(person.uuid()),
        ends_at: Set(ends_at.millis()),
    };
    Ok(row.insert(tx.db()).await.map(drop)?)
}

pub async fn end_session(tx: &Tx, token_hash: &str) -> Result<(), Error> {
    Ok(sessions::Entity::delete_by_id(token_hash.to_owned()).exec(tx.db()).await.map(drop)?)
}

pub async fn session_user(db: &impl ConnectionTrait, token_hash: &str, now: Instant) -> Result<Option<User>, Error> {
    let session = sessions::Entity::find_by_id(token_hash.to_owned())
        .filter(sessions::Column::EndsAt.gt(now.millis()))
        .one(db)
        .await?;
    let Some(session) = session else { return Ok(None) };
    let person = people::Entity::find_by_id(session.person_id).one(db).await?;
    person.map(|row| Ok(User { id: row.id.into(), email: Email::try_from(row.email)? })).transpose()
}

pub async fn has_ended_sessions(db: &impl ConnectionTrait, now: Instant) -> Result<bool, Error> {
    let ended = sessions::Entity::find().filter(sessions::Column::EndsAt.lte(now.millis()));
    Ok(ended.count(db).await? > 0)
}

pub async fn forget_sessions(tx: &Tx) -> Result<(), Error> {
    let ended = sessions::Entity::delete_many().filter(sessions::Column::EndsAt.lte(tx.now().millis()));
    Ok(ended.exec(tx.db()).await.map(drop)?)
}

pub async fn tries(db: &impl ConnectionTrait, email: &Email) -> Result<Tries, Error> {
    let row = tries_row::Entity::find_by_id(email.as_str().to_owned()).one(db).await?;
    let tries = |row: tries_row::Model| Tries { wrong: row.wrong, next_at: Instant::from_millis(row.next_at) };
    Ok(row.map(tries).unwrap_or_default())
}

pub async fn set_tries(tx: &Tx, email: &Email, tries: Tries) -> Result<(), Error> {
    if tries == Tries::default() {
        return Ok(tries_row::Entity::delete_by_id(email.as_str().to_owned()).exec(tx.db()).await.map(drop)?);
    }
    let row = tries_row::ActiveModel {
        email: Set(email.as_str().to_owned()),
        wrong: Set(tries.wrong),
        next_at: Set(tries.next_at.millis()),
    };
    let newest = OnConflict::column(tries_row::Column::Email)
        .update_columns([tries_row::Column::Wrong, tries_row::Column::NextAt])
        .to_owned();
    Ok(tries_row::Entity::insert(row).on_conflict(newest).exec_without_returning(tx.db()).await.map(drop)?)
}

/// Where a person can be reached.
pub async fn address(db: &impl ConnectionTrait, person: UserId) -> Result<Option<String>, Error> {
    Ok(people::Entity::find_by_id(person.uuid()).one(db).await?.map(|row| row.email))
}

/// Remembers having heard this version of an aggregate; says no if it or a newer one was heard before.
pub async fn record_version(tx: &Tx, subject: Subject, aggregate_id: Uuid, version: u64) -> Result<bool, Error> {
    let version = version.cast_signed();
    let row = heard::Model { subject: subject.name().to_owned(), aggregate_id, version };
    let newer = OnConflict::columns([heard::Column::Subject, heard::Column::AggregateId])
        .update_column(heard::Column::Version)
        .action_and_where(Expr::col((heard::Entity, heard::Column::Version)).lt(version))
        .to_owned();
    let row = row.into_active_model().reset_all();
    Ok(heard::Entity::insert(row).on_conflict(newer).exec_without_returning(tx.db()).await? == 1)
}

/// Writes a letter down as a mail that is due, unless it was written before.
pub async fn insert_mail(tx: &Tx, letter: Letter) -> Result<(), Error> {
    let kind = word(letter.kind);
    let row = mails::Model {
        key: format!("{kind}/{}/{}", letter.about, letter.to),
        person_id: letter.to.uuid(),
        kind,
        subject: letter.subject,
        body: letter.body,
        state: mails::WAITING.to_owned(),
        attempts: 0,
        reason: None,
        next_try_at: Some(tx.now().millis()),
        written_at: tx.now().millis(),
        sent_at: None,
    };
    let once = OnConflict::column(mails::Column::Key).do_nothing().to_owned();
    let inserted = mails::Entity::insert(row.into_active_model().reset_all()).on_conflict(once);
    Ok(inserted.exec_without_returning(tx.db()).await.map(drop)?)
}

/// When the next mail is to be tried.
pub async fn next_mail(db: &impl ConnectionTrait) -> Result<Option<Instant>, Error> {
    let soonest = mails::Entity::find()
        .filter(mails::Column::NextTryAt.is_not_null())
        .order_by_asc(mails::Column::NextTryAt)
        .one(db)
        .await?;
    Ok(soonest.and_then(|row| row.next_try_at).map(Instant::from_millis))
}

/// Takes mails that are due, each with its address, by putting them off.
pub async fn claim_mails(tx: &Tx) -> Result<Vec<(mails::Model, Option<String>)>, Error> {
    let due = mails::Entity::find()
        .filter(mails::Column::NextTryAt.lte(tx.now().millis()))
        .order_by_asc(mails::Column::NextTryAt)
        .order_by_asc(mails::Column::Key)
        .limit(MAILS_AT_ONCE);
    let mut claimed = Vec::new();
    for mut row in due.all(tx.db()).await? {
        row.attempts += 1;
        row.next_try_at = Some((tx.now() + rules::pause_after(row.attempts)).millis());
        row.clone().into_active_model().reset_all().update(tx.db()).await?;
        let address = address(tx.db(), row.person_id.into()).await?;
        claimed.push((row, address));
    }
    Ok(claimed)
}

/// A mail was accepted: what it said need not be kept.
pub async fn set_sent(tx: &Tx, key: String) -> Result<(), Error> {
    let row = mails::ActiveModel {
        key: Set(key),
        subject: Set(String::new()),
        body: Set(String::new()),
        state: Set(mails::SENT.to_owned()),
        reason: Set(None),
        next_try_at: Set(None),
        sent_at: Set(Some(tx.now().millis())),
        ..Default::default()
    };
    Ok(row.update(tx.db()).await.map(drop)?)
}

/// A mail was not accepted, and was put off already; unless it is given up.
pub async fn set_undelivered(tx: &Tx, key: String, reason: String, given_up: bool) -> Result<(), Error> {
    let mut row = mails::ActiveModel { key: Set(key), reason: Set(Some(reason)), ..Default::default() };
    if given_up {
        (row.state, row.next_try_at) = (Set(mails::GIVEN_UP.to_owned()), Set(None));
    }
    Ok(row.update(tx.db()).await.map(drop)?)
}
