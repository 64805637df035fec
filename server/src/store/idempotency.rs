//! Idempotency keys: the same request under the same key has one effect, however often it is sent.

use super::{Millis, Store, Tx};
use crate::{Caller, Error};
use futures::future::BoxFuture;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};
use serde::{Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};
use shared::{Rejection, Request};

mod row {
    use crate::store::Millis;
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
        pub created_at: Millis,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

impl Store {
    /// Whether this person's request under this key has had its effect.
    ///
    /// # Errors
    /// If the database is away.
    pub async fn has_effect<R: Request>(&self, caller: &Caller, _: &R) -> Result<bool, Error> {
        let Some(key) = caller.idempotency_key.clone() else { return Ok(false) };
        let id = (caller.person()?.uuid(), R::NAME.to_owned(), key);
        Ok(row::Entity::find_by_id(id).one(self.read()).await?.is_some())
    }
}

impl Tx {
    /// Runs `work` once per person, request type and key, and returns its effect with all that it found. A repetition returns
    /// the stored effect alone, without running it. Without a key, `work` simply runs. Only successes are stored.
    ///
    /// # Errors
    /// [`Rejection::KeyReused`] if the key came with another body before; else what `work` returns.
    pub async fn idempotent<R, T, Found, F>(
        &self,
        caller: &Caller,
        request: &R,
        work: F,
    ) -> Result<(T, Option<Found>), Error>
    where
        R: Request,
        T: Serialize + DeserializeOwned,
        F: for<'a> FnOnce(&'a Tx) -> BoxFuture<'a, Result<(T, Found), Error>>,
    {
        let Some(key) = caller.idempotency_key.clone() else {
            return work(self).await.map(|(effect, found)| (effect, Some(found)));
        };
        let person = caller.person()?.uuid();
        let body_hash = hex::encode(Sha256::digest(serde_json::to_vec(request)?));
        let id = (person, R::NAME.to_owned(), key.clone());
        if let Some(stored) = row::Entity::find_by_id(id).one(self.db()).await? {
            if stored.body_hash != body_hash {
                return Err(Rejection::KeyReused.into());
            }
            return Ok((serde_json::from_str(&stored.effect)?, None));
        }
        let (effect, found) = work(self).await?;
        let row = row::Model {
            person,
            request: R::NAME.to_owned(),
            key,
            body_hash,
            effect: serde_json::to_string(&effect)?,
            created_at: Millis(self.now()),
        };
        row.into_active_model().reset_all().insert(self.db()).await?;
        Ok((effect, Some(found)))
    }
}
