//! What `auth` remembers.

use super::rules::Tries;
use crate::Error;
use crate::store::{Migration, Tx};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, Set,
    sea_query::OnConflict,
};
use shared::auth::User;
use shared::value::Email;
use shared::{Instant, Rejection, UserId};

/// The tables, step by step.
pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "0001_people",
    sql: "
        create table people (
            id uuid primary key, email text not null unique, password_hash text not null, created_at bigint not null);
        create table sessions (
            token_hash text primary key, person_id uuid not null, ends_at bigint not null);
        create index sessions_ending on sessions (ends_at);
        create table tries (email text primary key, wrong bigint not null, next_at bigint not null);",
}];

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
