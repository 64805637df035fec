//! Statements for many rows at once: a statement costs more than a row of it.

use super::Tx;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveModelTrait, EntityTrait, ExprTrait, IntoActiveModel, Iterable, Value};

/// How many values a statement binds at most. SQLite's limit is 32,766, PostgreSQL's 65,535.
const MAX_VALUES: usize = 30_000;

/// Whether a row stands after this position in a list that is sorted by these columns, all ascending.
pub fn is_after<const N: usize>(columns: [Expr; N], position: [Value; N]) -> Expr {
    Expr::tuple(columns).gt(Expr::tuple(position.map(Expr::value)))
}

/// Inserts rows. Those that exist are handled by `on_conflict`. Returns how many rows were inserted or updated.
///
/// # Errors
/// If a row cannot be stored; [`is_duplicate`](crate::Error::is_duplicate) tells whether that is because it exists.
pub async fn insert_all<E>(tx: &Tx, rows: Vec<E::Model>, on_conflict: Option<OnConflict>) -> Result<u64, sea_orm::DbErr>
where
    E: EntityTrait,
    E::Model: IntoActiveModel<E::ActiveModel>,
    E::ActiveModel: ActiveModelTrait<Entity = E> + Send,
{
    let columns = E::Column::iter().count();
    let (mut rows, mut stored) = (rows.into_iter().peekable(), 0);
    while rows.peek().is_some() {
        let chunk = rows.by_ref().take(MAX_VALUES / columns);
        let mut insert = E::insert_many(chunk.map(|row| row.into_active_model().reset_all()));
        if let Some(on_conflict) = &on_conflict {
            insert = insert.on_conflict(on_conflict.clone());
        }
        stored += insert.exec_without_returning(tx.db()).await?;
    }
    Ok(stored)
}
