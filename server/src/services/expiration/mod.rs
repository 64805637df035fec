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

/// Publishes the deadlines that have passed. If that fails, it is tried with each of them, so that one cannot keep the others
/// from being published.
async fn publish_due(tx: &Tx) -> Result<(), Error> {
    let passed = schema::passed(tx.db(), tx.now()).await?;
    if try_publish(tx, passed.clone()).await.is_ok() {
        return Ok(());
    }
    for deadline in passed {
        match try_publish(tx, vec![deadline.clone()]).await {
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

async fn try_publish(tx: &Tx, deadlines: Vec<schema::deadlines::Model>) -> Result<(), Error> {
    let publish = tx.savepoint(move |inner| {
        Box::pin(async move {
            let due = |deadline: &schema::deadlines::Model| ExpirationDue {
                order_id: deadline.order_id.into(),
                deadline: deadline.deadline_at.0,
                version: deadline.published.next().0,
            };
            let due: Vec<_> = deadlines.iter().map(due).collect();
            inner.publish_all(due.iter().map(|event| (inner.cause(), event))).await?;
            schema::mark_published(inner, deadlines).await
        })
    });
    publish.await
}

/// The events that this service handles.
pub fn subscriptions() -> Subscriptions {
    Subscriptions::default().on(|tx, orders| Box::pin(schema::apply_orders(tx, orders)))
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
