//! The tables of the door.

use crate::Error;
use crate::services::tickets::pass_schema::{ClaimKind, ClaimRow, PassRow, claims, passes};
use crate::store::{Millis, Retention, Text, Tx, insert_all};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};
use shared::page::cursor;
use shared::{Instant, PassId, ShowId};
use std::collections::HashMap;
use std::time::Duration;
use uuid::Uuid;

/// How many passes one part of a door's list has: some 200 kB.
const PART: u64 = 5000;

pub const RETENTIONS: &[Retention] = &[
    Retention {
        table: "scans",
        key: "device, nonce",
        is_over: "true",
        since: "decided_at",
        // No device sends a scan again after that.
        life: Duration::from_secs(30 * 24 * 3600),
    },
    Retention { table: "door_links", key: "show_id", is_over: "true", since: "expires_at", life: Duration::ZERO },
];

pub mod scans {
    use crate::store::{Millis, Text};
    use sea_orm::entity::prelude::*;
    use shared::tickets::ScanResult;

    /// A final answer to a scan. The code is not stored.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "scans")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub device: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub nonce: Uuid,
        pub show_id: Uuid,
        /// None if nothing genuine was read.
        pub pass_id: Option<Uuid>,
        pub generation: Option<i64>,
        pub gate: String,
        pub answer: Text<ScanResult>,
        /// By the clock of the device.
        pub scanned_at: Millis,
        pub decided_at: Millis,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

mod links {
    use crate::store::Millis;
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "door_links")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub show_id: Uuid,
        pub key_hash: String,
        pub expires_at: Millis,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// Makes a link the only one of its show.
pub async fn put_link(tx: &Tx, show: ShowId, key_hash: String, expires_at: Instant) -> Result<(), Error> {
    let row = links::Model { show_id: show.uuid(), key_hash, expires_at: Millis(expires_at) };
    let replace = OnConflict::column(links::Column::ShowId)
        .update_columns([links::Column::KeyHash, links::Column::ExpiresAt])
        .to_owned();
    let insert = links::Entity::insert(row.into_active_model().reset_all()).on_conflict(replace);
    Ok(insert.exec_without_returning(tx.db()).await.map(drop)?)
}

/// Whether a key opens the door of a show.
pub async fn opens(db: &impl ConnectionTrait, show: ShowId, key_hash: &str, now: Instant) -> Result<bool, Error> {
    let link = links::Entity::find_by_id(show.uuid()).one(db).await?;
    Ok(link.is_some_and(|link| link.key_hash == key_hash && link.expires_at.0 > now))
}

/// A part of the passes of a show, and the cursor of the next one.
pub async fn passes_of_show(
    db: &impl ConnectionTrait,
    show: ShowId,
    after: Option<PassId>,
    since: Option<Instant>,
) -> Result<(Vec<PassRow>, Option<String>), Error> {
    let mut passes = passes::Entity::find().filter(passes::Column::ShowId.eq(show.uuid()));
    if let Some(after) = after {
        passes = passes.filter(passes::Column::Id.gt(after.uuid()));
    }
    if let Some(since) = since {
        passes = passes.filter(passes::Column::ChangedAt.gte(Millis(since)));
    }
    let mut rows = passes.order_by_asc(passes::Column::Id).limit(PART + 1).all(db).await?;
    let next = if rows.len() as u64 > PART {
        rows.pop();
        rows.last().map(|pass| cursor(&PassId::new(pass.id)))
    } else {
        None
    };
    Ok((rows, next))
}

/// The admissions of these passes, by pass.
pub async fn admissions(
    db: &impl ConnectionTrait,
    passes: impl IntoIterator<Item = Uuid>,
) -> Result<HashMap<Uuid, ClaimRow>, Error> {
    let live = claims::Entity::find()
        .filter(claims::Column::PassId.is_in(passes))
        .filter(claims::Column::Kind.eq(Text(ClaimKind::Admission)))
        .filter(Expr::col(claims::Column::Live));
    Ok(live.all(db).await?.into_iter().map(|claim| (claim.pass_id, claim)).collect())
}

/// The final answers to these scans of a device.
pub async fn scans(
    db: &impl ConnectionTrait,
    device: Uuid,
    nonces: impl IntoIterator<Item = Uuid>,
) -> Result<Vec<scans::Model>, Error> {
    let known = scans::Entity::find().filter(scans::Column::Device.eq(device));
    Ok(known.filter(scans::Column::Nonce.is_in(nonces)).all(db).await?)
}

/// # Errors
/// [`Error::Conflict`] if the device is sending one of them by another request.
pub async fn insert_scans(tx: &Tx, scans: Vec<scans::Model>) -> Result<(), Error> {
    match insert_all::<scans::Entity>(tx, scans, None).await {
        Err(error) if Error::is_duplicate(&error) => Err(Error::Conflict),
        inserted => Ok(inserted.map(drop)?),
    }
}
