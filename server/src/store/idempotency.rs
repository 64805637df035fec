//! The same request under the same key has one effect, however often it is sent.

use super::Tx;
use crate::{Caller, Error};
use futures::future::BoxFuture;
use sea_orm::{ActiveModelTrait, EntityTrait, Set};
use serde::{Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};
use shared::{Rejection, Request};

mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "idempotency")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub person: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub request: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub key: String,
        pub body_hash: String,
        pub effect: String,
        pub created_at: i64,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

impl Tx {
    /// Does `work` once for the caller's key and answers with its effect; a repetition answers with the same effect
    /// without doing anything. Without a key it is simply done. Only successes are remembered.
    ///
    /// # Errors
    /// [`Rejection::KeyReused`] if the key came with another body before; else what `work` says.
    pub async fn idempotent<R, T, F>(&self, caller: &Caller, request: &R, work: F) -> Result<T, Error>
    where
        R: Request,
        T: Serialize + DeserializeOwned,
        F: for<'a> FnOnce(&'a Tx) -> BoxFuture<'a, Result<T, Error>>,
    {
        let Some(key) = caller.idempotency_key.clone() else {
            return work(self).await;
        };
        let person = caller.person()?.uuid();
        let body_hash = hex(&Sha256::digest(serde_json::to_vec(request)?));
        let place = (person, R::NAME.to_owned(), key.clone());
        if let Some(before) = row::Entity::find_by_id(place).one(self.db()).await? {
            return match before.body_hash == body_hash {
                true => Ok(serde_json::from_str(&before.effect)?),
                false => Err(Rejection::KeyReused.into()),
            };
        }
        let value = work(self).await?;
        let effect = serde_json::to_string(&value)?;
        let created_at = Set(self.now().millis());
        let (request, body_hash, effect) = (Set(R::NAME.to_owned()), Set(body_hash), Set(effect));
        let row = row::ActiveModel { person: Set(person), request, key: Set(key), body_hash, effect, created_at };
        row.insert(self.db()).await?;
        Ok(value)
    }
}

/// Bytes in hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
