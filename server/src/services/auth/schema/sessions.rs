//! Sessions, and the proofs that a browser has signed in to an account before.

use super::users::{self, UserRow};
use crate::services::auth::rules;
use crate::store::{Millis, Tx};
use crate::{Caller, Error};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};
use shared::auth::SessionInfo;
use shared::{Instant, SessionId, UserId};
use uuid::Uuid;

mod row {
    use crate::store::Millis;
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "sessions")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub token_hash: String,
        pub user_id: Uuid,
        pub agent: String,
        pub network: String,
        pub started_at: Millis,
        /// With an error of [`rules::TOUCH_INTERVAL`](crate::services::auth::rules::TOUCH_INTERVAL).
        pub used_at: Millis,
        pub expires_at: Millis,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub mod devices {
    use crate::store::Millis;
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "devices")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub token_hash: String,
        pub user_id: Uuid,
        pub expires_at: Millis,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub use row::{Column, Entity, Model as SessionRow};

/// What names a session to its owner: the first half of the hash of its token, which proves nothing.
fn id_of(token_hash: &str) -> SessionId {
    token_hash.get(..32).and_then(|half| Uuid::parse_str(half).ok()).unwrap_or_default().into()
}

impl SessionRow {
    /// The version before this one does not write when a session began, only its end.
    fn began_at(&self) -> Instant {
        if self.started_at.0 == Instant::default() {
            self.expires_at.0 - rules::SESSION_IDLE_LIFETIME
        } else {
            self.started_at.0
        }
    }

    pub fn info(self, current: Option<&str>) -> SessionInfo {
        let started_at = self.began_at();
        SessionInfo {
            id: id_of(&self.token_hash),
            current: Some(self.token_hash.as_str()) == current,
            agent: self.agent,
            network: self.network,
            started_at,
            used_at: self.used_at.0.max(started_at),
        }
    }
}

pub async fn insert(tx: &Tx, token_hash: &str, user: UserId, caller: &Caller) -> Result<(), Error> {
    let now = tx.now();
    let row = SessionRow {
        token_hash: token_hash.to_owned(),
        user_id: user.uuid(),
        agent: caller.agent.clone(),
        network: caller.network.clone(),
        started_at: Millis(now),
        used_at: Millis(now),
        expires_at: Millis(rules::session_end(now, now)),
    };
    Ok(row.into_active_model().reset_all().insert(tx.db()).await.map(drop)?)
}

/// A session that has not ended, with its owner.
pub async fn find(
    db: &impl ConnectionTrait,
    token_hash: &str,
    now: Instant,
) -> Result<Option<(SessionRow, UserRow)>, Error> {
    let live = Entity::find_by_id(token_hash.to_owned()).filter(Column::ExpiresAt.gt(Millis(now)));
    let Some(session) = live.one(db).await? else { return Ok(None) };
    let user = users::find(db, session.user_id.into()).await?;
    Ok(user.map(|user| (session, user)))
}

/// Records that a session is used, which postpones its end.
pub async fn touch(tx: &Tx, token_hash: &str) -> Result<(), Error> {
    // It may have ended since it was read; then it must not come back.
    let Some(mut session) = Entity::find_by_id(token_hash.to_owned()).one(tx.db()).await? else { return Ok(()) };
    session.started_at = Millis(session.began_at());
    session.used_at = Millis(tx.now());
    session.expires_at = Millis(rules::session_end(session.started_at.0, tx.now()));
    Ok(session.into_active_model().reset_all().update(tx.db()).await.map(drop)?)
}

/// The live sessions of a person, the most recently used first.
pub async fn of_user(db: &impl ConnectionTrait, user: UserId, now: Instant) -> Result<Vec<SessionRow>, Error> {
    let live = Entity::find().filter(Column::UserId.eq(user.uuid())).filter(Column::ExpiresAt.gt(Millis(now)));
    Ok(live.order_by_desc(Column::UsedAt).order_by_asc(Column::TokenHash).all(db).await?)
}

pub async fn delete(tx: &Tx, token_hash: &str) -> Result<(), Error> {
    Ok(Entity::delete_by_id(token_hash.to_owned()).exec(tx.db()).await.map(drop)?)
}

/// Ends a session of that person; returns whether there was one.
pub async fn revoke(tx: &Tx, user: UserId, id: SessionId) -> Result<bool, Error> {
    let sessions = of_user(tx.db(), user, tx.now()).await?;
    let Some(session) = sessions.into_iter().find(|session| id_of(&session.token_hash) == id) else { return Ok(false) };
    delete(tx, &session.token_hash).await.map(|()| true)
}

/// Ends all sessions of a person except one; returns how many.
pub async fn delete_of_user(tx: &Tx, user: UserId, except: Option<&str>) -> Result<u64, Error> {
    let mut sessions = Entity::delete_many().filter(Column::UserId.eq(user.uuid()));
    if let Some(token_hash) = except {
        sessions = sessions.filter(Column::TokenHash.ne(token_hash));
    }
    Ok(sessions.exec(tx.db()).await?.rows_affected)
}

/// Some of the people who have a session or a known browser.
pub async fn people(db: &impl ConnectionTrait, most: u64) -> Result<Vec<UserId>, Error> {
    let sessions = Entity::find().select_only().column(Column::UserId).distinct().limit(most);
    let mut people: Vec<Uuid> = sessions.into_tuple().all(db).await?;
    if people.is_empty() {
        let devices = devices::Entity::find().select_only().column(devices::Column::UserId).distinct().limit(most);
        people = devices.into_tuple().all(db).await?;
    }
    Ok(people.into_iter().map(UserId::from).collect())
}

pub async fn insert_device(tx: &Tx, token_hash: &str, user: UserId) -> Result<(), Error> {
    let expires_at = Millis(tx.now() + rules::DEVICE_LIFETIME);
    let row = devices::Model { token_hash: token_hash.to_owned(), user_id: user.uuid(), expires_at };
    Ok(row.into_active_model().reset_all().insert(tx.db()).await.map(drop)?)
}

/// The account that a browser has signed in to before.
pub async fn owner_of_device(db: &impl ConnectionTrait, token_hash: &str, now: Instant) -> Result<Option<Uuid>, Error> {
    let live = devices::Entity::find_by_id(token_hash.to_owned()).filter(devices::Column::ExpiresAt.gt(Millis(now)));
    Ok(live.one(db).await?.map(|device| device.user_id))
}

pub async fn delete_device(tx: &Tx, token_hash: &str) -> Result<(), Error> {
    Ok(devices::Entity::delete_by_id(token_hash.to_owned()).exec(tx.db()).await.map(drop)?)
}

pub async fn delete_devices_of_user(tx: &Tx, user: UserId) -> Result<(), Error> {
    let devices = devices::Entity::delete_many().filter(devices::Column::UserId.eq(user.uuid()));
    Ok(devices.exec(tx.db()).await.map(drop)?)
}
