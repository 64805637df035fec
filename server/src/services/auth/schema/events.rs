//! What concerned the security of accounts.

use crate::services::auth::rules;
use crate::store::{Millis, Text, Tx};
use crate::{Caller, Error};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect,
};
use shared::auth::{SecurityEvent, SecurityEventKind};
use shared::{Instant, UserId};
use uuid::Uuid;

mod row {
    use crate::store::{Millis, Text};
    use sea_orm::entity::prelude::*;
    use shared::auth::SecurityEventKind;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "security_events")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub user_id: Uuid,
        pub kind: Text<SecurityEventKind>,
        pub at: Millis,
        pub agent: String,
        pub network: String,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub use row::{Column, Entity};

/// How many events their owner is shown.
const MAX_LISTED: u64 = 100;
/// How many failed sign-ins are recorded per account and hour: an attacker must neither fill the database nor push everything
/// else out of the list.
const MAX_FAILURES_PER_HOUR: u64 = 10;

/// Records an event for the account's owner, and logs it for the operators.
pub async fn record(tx: &Tx, caller: &Caller, user: UserId, kind: SecurityEventKind) -> Result<(), Error> {
    let network = caller.network.clone();
    let correlation_id = caller.request_id;
    tracing::info!(target: "security", event = %kind, %user, network, %correlation_id, "security event");
    if kind == SecurityEventKind::SignInFailed {
        let hour_ago = Millis(tx.now() - rules::HOUR);
        let recent = Entity::find()
            .filter(Column::UserId.eq(user.uuid()))
            .filter(Column::At.gt(hour_ago))
            .filter(Column::Kind.eq(Text(kind)));
        if recent.count(tx.db()).await? >= MAX_FAILURES_PER_HOUR {
            return Ok(());
        }
    }
    let row = row::Model {
        id: tx.new_id::<Uuid>(),
        user_id: user.uuid(),
        kind: Text(kind),
        at: Millis(tx.now()),
        agent: caller.agent.clone(),
        network,
    };
    Ok(row.into_active_model().reset_all().insert(tx.db()).await.map(drop)?)
}

/// The events of an account in the last 90 days, the newest first.
pub async fn of_user(db: &impl ConnectionTrait, user: UserId, now: Instant) -> Result<Vec<SecurityEvent>, Error> {
    let rows = Entity::find()
        .filter(Column::UserId.eq(user.uuid()))
        .filter(Column::At.gt(Millis(now - rules::SECURITY_EVENT_LIFETIME)))
        .order_by_desc(Column::At)
        .order_by_desc(Column::Id)
        .limit(MAX_LISTED);
    let event =
        |row: row::Model| SecurityEvent { kind: row.kind.0, at: row.at.0, agent: row.agent, network: row.network };
    Ok(rows.all(db).await?.into_iter().map(event).collect())
}

pub async fn delete_of_user(tx: &Tx, user: UserId) -> Result<(), Error> {
    let events = Entity::delete_many().filter(Column::UserId.eq(user.uuid()));
    Ok(events.exec(tx.db()).await.map(drop)?)
}
