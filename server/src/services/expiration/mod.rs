//! The deadlines of held orders. Publishes `expiration.due` when one has passed; a hint, since `orders` decides by its own
//! clock.

mod schema;

pub use schema::{MIGRATIONS, RETENTIONS};

use crate::Error;
use crate::messaging::Subscriptions;
use crate::rpc::Registry;
use crate::services::ServiceHandler;
use crate::store::{Retention, Store, Tx};
use async_trait::async_trait;
use shared::Instant;
use shared::expiration::ExpirationDue;
use std::sync::Arc;

pub struct Expiration {
    store: Store,
}

impl Expiration {
    pub fn new(store: Store) -> Arc<Self> {
        Arc::new(Expiration { store })
    }
}

async fn publish_due(tx: &Tx) -> Result<(), Error> {
    for deadline in schema::passed(tx.db(), tx.now()).await? {
        let passed = deadline.clone();
        let published = tx.savepoint(|inner| Box::pin(publish_one(inner, passed))).await;
        match published {
            Err(Error::Unavailable(server)) => return Err(Error::Unavailable(server)),
            Err(error) => {
                tracing::error!(order = %deadline.order_id, %error, "deadline not published, it will be retried");
                schema::postpone(tx, deadline).await?;
            }
            Ok(()) => {}
        }
    }
    Ok(())
}

async fn publish_one(tx: &Tx, deadline: schema::deadlines::Model) -> Result<(), Error> {
    let version = deadline.published.next();
    let due =
        ExpirationDue { order_id: deadline.order_id.into(), deadline: deadline.deadline_at.0, version: version.0 };
    tx.publish(&due).await?;
    schema::mark_published(tx, deadline, version).await
}

/// The events that this service handles.
pub fn subscriptions() -> Subscriptions {
    Subscriptions::default().on(|tx, _, order| Box::pin(schema::apply_order(tx, order)))
}

#[async_trait]
impl ServiceHandler for Expiration {
    fn store(&self) -> &Store {
        &self.store
    }

    fn subscriptions(&self) -> Subscriptions {
        subscriptions()
    }

    fn retentions(&self) -> &'static [Retention] {
        schema::RETENTIONS
    }

    fn register(self: Arc<Self>, _: &mut Registry) {}

    async fn tick(self: Arc<Self>) -> Result<Option<Instant>, Error> {
        let now = self.store.environment().now();
        match schema::next_deadline(self.store.read()).await? {
            Some(next) if next <= now => {
                self.store.write(self.store.root_cause(), |tx| Box::pin(publish_due(tx))).await?;
                Ok(Some(now))
            }
            next => Ok(next),
        }
    }
}
