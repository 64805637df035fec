//! Deadlines: says when one has passed. A hint: `orders` decides by its own clock.

mod schema;

pub use schema::MIGRATIONS;

use crate::Error;
use crate::rpc::Registry;
use crate::services::ServiceHandler;
use crate::store::{Store, Tx};
use async_trait::async_trait;
use shared::expiration::ExpirationDue;
use shared::orders::OrderChanged;
use shared::{Envelope, Instant, Subject};
use std::sync::Arc;

/// The service.
pub struct Expiration {
    store: Store,
}

impl Expiration {
    /// The service on its database.
    pub fn new(store: Store) -> Arc<Self> {
        Arc::new(Expiration { store })
    }
}

/// Says that the deadlines which have passed are due.
async fn publish_due(tx: &Tx) -> Result<(), Error> {
    for deadline in schema::passed(tx.db(), tx.now()).await? {
        let version = deadline.published + 1;
        let due = ExpirationDue {
            order_id: deadline.order_id.into(),
            deadline: Instant::from_millis(deadline.deadline_at),
            version: version.cast_unsigned(),
        };
        tx.publish(&due).await?;
        schema::mark_published(tx, deadline, version).await?;
    }
    Ok(())
}

#[async_trait]
impl ServiceHandler for Expiration {
    fn store(&self) -> &Store {
        &self.store
    }

    fn subscriptions(&self) -> &'static [Subject] {
        &[Subject::OrdersChanged]
    }

    fn register(self: Arc<Self>, _: &mut Registry) {}

    async fn handle_event(&self, tx: &Tx, envelope: &Envelope) -> Result<(), Error> {
        schema::apply_order(tx, &envelope.decode::<OrderChanged>().map_err(Error::failed)?).await
    }

    async fn tick(self: Arc<Self>) -> Result<Option<Instant>, Error> {
        let now = self.store.environment().now();
        match schema::next(self.store.read()).await? {
            Some(next) if next <= now => {
                self.store.write(self.store.root_cause(), |tx| Box::pin(publish_due(tx))).await?;
                Ok(Some(now))
            }
            next => Ok(next),
        }
    }
}
