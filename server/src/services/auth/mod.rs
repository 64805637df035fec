//! Accounts, passwords and sessions; and mail, since no other service knows the users' addresses.

mod account;
#[cfg(test)]
mod account_tests;
mod credentials;
mod events;
mod identities;
mod mail;
mod operators;
mod password;
mod recovery;
mod rules;
mod schema;
mod sign_in;
#[cfg(test)]
mod test_site;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod throttle_tests;

pub use mail::transport::MailTransport;
pub use operators::end_sessions;
pub use schema::{MIGRATIONS, RETENTIONS};

use crate::Error;
use crate::messaging::Subscriptions;
use crate::rpc::Registry;
use crate::services::ServiceHandler;
use crate::store::{Retention, Store, Tx};
use crate::telemetry::metrics::StateGauge;
use async_trait::async_trait;
use identities::Identities;
use password::PasswordHasher;
use schema::users;
use shared::Instant;
use shared::value::Secret;
use std::sync::Arc;

pub struct Auth {
    store: Store,
    password_hasher: PasswordHasher,
    identities: Identities,
    rate_limits: bool,
    /// For links in mails.
    site_url: Arc<str>,
    mail_transport: MailTransport,
}

impl Auth {
    /// `only_process` says that no other process runs `auth`.
    ///
    /// # Errors
    /// If the database is away.
    pub async fn open(
        store: Store,
        rate_limits: bool,
        site_url: &str,
        mail_transport: MailTransport,
        only_process: bool,
    ) -> Result<Arc<Self>, Error> {
        let salt_key = salt_key(&store).await?;
        let password_hasher = PasswordHasher::start(salt_key)?;
        let identities = Identities::new(only_process, store.environment().clone());
        let site_url = site_url.into();
        Ok(Arc::new(Auth { store, password_hasher, identities, rate_limits, site_url, mail_transport }))
    }

    fn new_token(&self) -> Secret {
        hex::encode(self.store.environment().random_bytes::<32>()).into()
    }
}

/// The key of this installation's salts, made at the first start.
async fn salt_key(store: &Store) -> Result<Vec<u8>, Error> {
    let key = match users::salt_key(store.read()).await? {
        Some(key) => key,
        None => {
            let new = hex::encode(store.environment().random_bytes::<32>());
            let write = store.write(store.root_cause(), move |tx: &Tx| {
                Box::pin(async move {
                    users::keep_salt_key(tx, new).await?;
                    users::salt_key(tx.db()).await
                })
            });
            write.await?.ok_or_else(|| Error::failed("the key of the salts was not stored"))?
        }
    };
    hex::decode(key).map_err(Error::caused_by)
}

/// The events that this service handles.
pub fn subscriptions(site_url: &str) -> Subscriptions {
    let for_orders: Arc<str> = site_url.into();
    let (for_payments, for_passes) = (for_orders.clone(), for_orders.clone());
    Subscriptions::default()
        .on_each(move |tx, order| Box::pin(events::order_changed(tx, order, for_orders.clone())))
        .on_each(move |tx, payment| Box::pin(events::payment_changed(tx, payment, for_payments.clone())))
        .on_each(move |tx, pass| Box::pin(events::pass_changed(tx, pass, for_passes.clone())))
}

#[async_trait]
impl ServiceHandler for Auth {
    fn store(&self) -> &Store {
        &self.store
    }

    fn subscriptions(&self) -> Subscriptions {
        subscriptions(&self.site_url)
    }

    fn retentions(&self) -> &'static [Retention] {
        schema::RETENTIONS
    }

    fn state_gauge(&self) -> Option<StateGauge> {
        Some(schema::STATE_GAUGE)
    }

    fn register(self: Arc<Self>, registry: &mut Registry) {
        registry.register(&self, Auth::sign_up);
        registry.register(&self, Auth::sign_in);
        registry.register(&self, Auth::sign_out);
        registry.register(&self, Auth::identify);
        registry.register(&self, Auth::send_verification);
        registry.register(&self, Auth::verify_email);
        registry.register(&self, Auth::forgot_password);
        registry.register(&self, Auth::reset_password);
        registry.register(&self, Auth::change_password);
        registry.register(&self, Auth::change_email);
        registry.register(&self, Auth::list_sessions);
        registry.register(&self, Auth::revoke_session);
        registry.register(&self, Auth::revoke_other_sessions);
        registry.register(&self, Auth::list_security_events);
        registry.register(&self, Auth::export_account);
        registry.register(&self, Auth::close_account);
    }

    async fn tick(self: Arc<Self>) -> Result<Option<Instant>, Error> {
        mail::queue::deliver_due(&self.store, &self.mail_transport).await
    }
}
