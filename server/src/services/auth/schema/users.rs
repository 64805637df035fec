//! Accounts. Several may have the same address as long as at most one of them is verified, which an index decides.

use crate::Error;
use crate::services::auth::rules::MAX_ACCOUNTS_PER_ADDRESS;
use crate::store::{Millis, Tx};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};
use shared::UserId;
use shared::auth::User;
use shared::value::{Email, LanguageTag};

mod row {
    use crate::store::Millis;
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "users")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub email: String,
        /// When the person proved that they read the mail of the address.
        pub verified_at: Option<Millis>,
        /// A PHC string.
        pub password_hash: String,
        /// The language of mails.
        pub language: String,
        pub created_at: Millis,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

mod salt_keys {
    use sea_orm::entity::prelude::*;

    /// The one key that the salts of this installation derive from.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "salt_keys")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: i64,
        pub key: String,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub use row::Model as UserRow;

const SALT_KEY: i64 = 1;

impl UserRow {
    pub fn user(&self) -> Result<User, Error> {
        Ok(User {
            id: self.id.into(),
            email: Email::try_from(self.email.clone())?,
            verified: self.verified_at.is_some(),
        })
    }

    pub fn user_id(&self) -> UserId {
        self.id.into()
    }

    /// The language of mails; `None` if a later version stored one that this version cannot read.
    pub fn language(&self) -> Result<LanguageTag, Error> {
        Ok(LanguageTag::try_from(self.language.clone())?)
    }
}

/// The key that salts derive from, in hexadecimal, if it was made already.
pub async fn salt_key(db: &impl ConnectionTrait) -> Result<Option<String>, Error> {
    Ok(salt_keys::Entity::find_by_id(SALT_KEY).one(db).await?.map(|row| row.key))
}

/// Stores the key that salts derive from, unless another process of the service has stored one.
pub async fn keep_salt_key(tx: &Tx, key: String) -> Result<(), Error> {
    let keep_first = OnConflict::column(salt_keys::Column::Id).do_nothing().to_owned();
    let row = salt_keys::Model { id: SALT_KEY, key }.into_active_model().reset_all();
    Ok(salt_keys::Entity::insert(row).on_conflict(keep_first).exec_without_returning(tx.db()).await.map(drop)?)
}

pub async fn insert(tx: &Tx, user: &User, password_hash: String, language: &LanguageTag) -> Result<UserRow, Error> {
    let now = Millis(tx.now());
    let row = UserRow {
        id: user.id.uuid(),
        email: user.email.as_str().to_owned(),
        verified_at: user.verified.then_some(now),
        password_hash,
        language: language.as_str().to_owned(),
        created_at: now,
    };
    row.clone().into_active_model().reset_all().insert(tx.db()).await?;
    Ok(row)
}

/// The accounts of an address: the verified one first, then the oldest ones.
pub async fn of_address(db: &impl ConnectionTrait, email: &Email) -> Result<Vec<UserRow>, Error> {
    let rows = row::Entity::find()
        .filter(row::Column::Email.eq(email.as_str()))
        .order_by_asc(row::Column::VerifiedAt.is_null())
        .order_by_asc(row::Column::CreatedAt)
        .order_by_asc(row::Column::Id)
        .limit(MAX_ACCOUNTS_PER_ADDRESS + 1);
    Ok(rows.all(db).await?)
}

/// The verified account of an address.
pub async fn verified(db: &impl ConnectionTrait, email: &str) -> Result<Option<UserRow>, Error> {
    let verified =
        row::Entity::find().filter(row::Column::Email.eq(email)).filter(row::Column::VerifiedAt.is_not_null());
    Ok(verified.one(db).await?)
}

pub async fn find(db: &impl ConnectionTrait, user: UserId) -> Result<Option<UserRow>, Error> {
    Ok(row::Entity::find_by_id(user.uuid()).one(db).await?)
}

/// Stores what has changed of an account.
pub async fn update(tx: &Tx, user: UserRow) -> Result<(), Error> {
    Ok(user.into_active_model().reset_all().update(tx.db()).await.map(drop)?)
}

pub async fn delete(tx: &Tx, user: UserId) -> Result<(), Error> {
    Ok(row::Entity::delete_by_id(user.uuid()).exec(tx.db()).await.map(drop)?)
}
