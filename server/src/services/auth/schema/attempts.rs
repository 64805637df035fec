//! Failed attempts to prove a password, by what they are counted for.

use crate::Error;
use crate::services::auth::rules::Attempts;
use crate::store::{Millis, Tx};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, IntoActiveModel};

mod row {
    use crate::store::Millis;
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "attempts")]
    pub struct Model {
        /// A hash: the address that somebody tried may belong to a person without an account.
        #[sea_orm(primary_key, auto_increment = false)]
        pub key: String,
        pub failures: i64,
        pub next_at: Millis,
        pub failed_at: Millis,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub use row::{Column, Entity};

pub async fn find(db: &impl ConnectionTrait, key: &str) -> Result<Attempts, Error> {
    let row = Entity::find_by_id(key.to_owned()).one(db).await?;
    Ok(row.map_or_else(Attempts::default, |row| Attempts {
        failures: row.failures,
        next_at: row.next_at.0,
        failed_at: row.failed_at.0,
    }))
}

pub async fn set(tx: &Tx, key: &str, attempts: Attempts) -> Result<(), Error> {
    let key = key.to_owned();
    if attempts == Attempts::default() {
        return Ok(Entity::delete_by_id(key).exec(tx.db()).await.map(drop)?);
    }
    let row = row::Model {
        key,
        failures: attempts.failures,
        next_at: Millis(attempts.next_at),
        failed_at: Millis(attempts.failed_at),
    };
    let replace =
        OnConflict::column(Column::Key).update_columns([Column::Failures, Column::NextAt, Column::FailedAt]).to_owned();
    let insert = Entity::insert(row.into_active_model().reset_all()).on_conflict(replace);
    Ok(insert.exec_without_returning(tx.db()).await.map(drop)?)
}
