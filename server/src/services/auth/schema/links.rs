//! Links that were mailed: each proves, once, that its holder reads the mail of an address.

use crate::Error;
use crate::services::auth::rules::{self, LinkKind};
use crate::store::{Millis, Text, Tx};
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter};
use shared::{Instant, UserId};

mod row {
    use crate::services::auth::rules::LinkKind;
    use crate::store::{Millis, Text};
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "links")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub token_hash: String,
        pub user_id: Uuid,
        pub kind: Text<LinkKind>,
        /// The address that the link was mailed to.
        pub email: String,
        /// Of [`LinkKind::ChangeEmail`]: the hash of the password with the salt of the new address.
        pub password_hash: Option<String>,
        pub expires_at: Millis,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub use row::{Column, Entity, Model as LinkRow};

pub async fn insert(
    tx: &Tx,
    token_hash: &str,
    user: UserId,
    kind: LinkKind,
    email: &str,
    password_hash: Option<String>,
) -> Result<(), Error> {
    let row = LinkRow {
        token_hash: token_hash.to_owned(),
        user_id: user.uuid(),
        kind: Text(kind),
        email: email.to_owned(),
        password_hash,
        expires_at: Millis(tx.now() + rules::link_lifetime(kind)),
    };
    Ok(row.into_active_model().reset_all().insert(tx.db()).await.map(drop)?)
}

/// A link that was neither used nor replaced, and is not too old.
pub async fn find(db: &impl ConnectionTrait, token_hash: &str, now: Instant) -> Result<Option<LinkRow>, Error> {
    let live = Entity::find_by_id(token_hash.to_owned()).filter(Column::ExpiresAt.gt(Millis(now)));
    Ok(live.one(db).await?)
}

/// Whether a person has a link of that kind that works.
pub async fn has_live(tx: &Tx, user: UserId, kind: LinkKind) -> Result<bool, Error> {
    let live = Entity::find()
        .filter(Column::UserId.eq(user.uuid()))
        .filter(Column::Kind.eq(Text(kind)))
        .filter(Column::ExpiresAt.gt(Millis(tx.now())));
    Ok(live.one(tx.db()).await?.is_some())
}

/// Ends all links of a person.
pub async fn delete_of_user(tx: &Tx, user: UserId) -> Result<(), Error> {
    let links = Entity::delete_many().filter(Column::UserId.eq(user.uuid()));
    Ok(links.exec(tx.db()).await.map(drop)?)
}
