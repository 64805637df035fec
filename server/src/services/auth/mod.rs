//! Users, passwords and sessions; and mail, since no other service knows the users' addresses.

mod events;
mod mail;
mod password;
mod rules;
mod schema;
#[cfg(test)]
mod tests;

pub use mail::transport::MailTransport;
pub use schema::MIGRATIONS;

use crate::Caller;
use crate::Error;
use crate::messaging::Subscriptions;
use crate::rpc::Registry;
use crate::services::ServiceHandler;
use crate::store::{Store, Tx};
use async_trait::async_trait;
use password::PasswordHasher;
use sha2::{Digest, Sha256};
use shared::auth::{Identify, Registered, SignIn, SignOut, SignUp, SignedIn, User};
use shared::value::Secret;
use shared::{Instant, Rejection};
use std::sync::Arc;
use std::time::Duration;

const SESSION_LIFETIME: Duration = Duration::from_secs(30 * 24 * 3600);
/// The interval between deletions of expired sessions.
const PRUNE_INTERVAL: Duration = Duration::from_secs(3600);

pub struct Auth {
    store: Store,
    password_hasher: PasswordHasher,
    rate_limits: bool,
    /// For links in mails.
    site_url: Arc<str>,
    mail_transport: MailTransport,
}

impl Auth {
    pub fn new(store: Store, rate_limits: bool, site_url: &str, mail_transport: MailTransport) -> Arc<Self> {
        let password_hasher = PasswordHasher::default();
        Arc::new(Auth { store, password_hasher, rate_limits, site_url: site_url.into(), mail_transport })
    }

    async fn sign_up(self: Arc<Self>, caller: Caller, request: SignUp) -> Result<SignedIn, Error> {
        let hash = self.password_hasher.hash(request.password, self.store.environment().random_bytes()).await?;
        let token = self.new_token();
        let email = request.email;
        let write = self.store.write(&caller, move |tx| {
            Box::pin(async move {
                let user = User { id: tx.new_id(), email };
                schema::insert_user(tx, &user, hash).await?;
                tx.publish(&Registered { user: user.clone() }).await?;
                start_session(tx, user, token).await
            })
        });
        write.await
    }

    async fn sign_in(self: Arc<Self>, caller: Caller, request: SignIn) -> Result<SignedIn, Error> {
        let email = request.email;
        if self.rate_limits {
            let attempts = schema::sign_in_attempts(self.store.read(), &email).await?;
            rules::throttle(attempts, self.store.environment().now())?;
        }
        let user = schema::find_user(self.store.read(), &email).await?;
        // Verify a hash for an unknown address too, so that the response time does not reveal which addresses have accounts.
        let hash = user.as_ref().map(|user| user.password_hash.clone());
        let matches = self.password_hasher.verify(request.password, hash).await?;
        let user = user.filter(|_| matches);
        let (token, rate_limits) = (self.new_token(), self.rate_limits);
        let write = self.store.write(&caller, move |tx| {
            Box::pin(async move {
                // Concurrent attempts all pass the check above; here, one transaction at a time, each one is counted.
                let attempts = schema::sign_in_attempts(tx.db(), &email).await?;
                if rate_limits {
                    rules::throttle(attempts, tx.now())?;
                }
                let attempts = rules::record_attempt(attempts, user.is_some(), tx.now());
                schema::set_sign_in_attempts(tx, &email, attempts).await?;
                let Some(user) = user else { return Ok(None) };
                start_session(tx, User { id: user.id.into(), email }, token).await.map(Some)
            })
        });
        // A rejection inside the transaction would roll back the count.
        write.await?.ok_or_else(|| Rejection::WrongCredentials.into())
    }

    async fn sign_out(self: Arc<Self>, caller: Caller, request: SignOut) -> Result<(), Error> {
        let token_hash = hash_token(&request.token);
        let write =
            self.store.write(&caller, move |tx| Box::pin(async move { schema::delete_session(tx, &token_hash).await }));
        write.await
    }

    async fn identify(self: Arc<Self>, _: Caller, request: Identify) -> Result<Option<User>, Error> {
        schema::session_user(self.store.read(), &hash_token(&request.token), self.store.environment().now()).await
    }

    fn new_token(&self) -> Secret {
        hex::encode(self.store.environment().random_bytes::<32>()).into()
    }
}

async fn start_session(tx: &Tx, user: User, token: Secret) -> Result<SignedIn, Error> {
    schema::insert_session(tx, &hash_token(&token), user.id, tx.now() + SESSION_LIFETIME).await?;
    Ok(SignedIn { user, token })
}

/// Only hashes of tokens are stored: a copy of the database does not let its reader take over a session.
fn hash_token(token: &Secret) -> String {
    hex::encode(Sha256::digest(token.reveal()))
}

/// The events that this service handles.
pub fn subscriptions(site_url: &str) -> Subscriptions {
    let for_orders: Arc<str> = site_url.into();
    let for_payments = for_orders.clone();
    Subscriptions::default()
        .on(move |tx, envelope, order| Box::pin(events::order_changed(tx, envelope, order, for_orders.clone())))
        .on(move |tx, envelope, payment| Box::pin(events::payment_changed(tx, envelope, payment, for_payments.clone())))
}

#[async_trait]
impl ServiceHandler for Auth {
    fn store(&self) -> &Store {
        &self.store
    }

    fn subscriptions(&self) -> Subscriptions {
        subscriptions(&self.site_url)
    }

    fn counted_table(&self) -> Option<&'static str> {
        Some("mails")
    }

    fn register(self: Arc<Self>, registry: &mut Registry) {
        registry.register(&self, Auth::sign_up);
        registry.register(&self, Auth::sign_in);
        registry.register(&self, Auth::sign_out);
        registry.register(&self, Auth::identify);
    }

    async fn tick(self: Arc<Self>) -> Result<Option<Instant>, Error> {
        let now = self.store.environment().now();
        if schema::has_expired_sessions(self.store.read(), now).await? {
            self.store.write(self.store.root_cause(), |tx| Box::pin(schema::delete_expired_sessions(tx))).await?;
        }
        let next_prune = now + PRUNE_INTERVAL;
        let next_mail = mail::queue::deliver_due(&self.store, &self.mail_transport).await?;
        Ok(Some(next_mail.map_or(next_prune, |next_mail| next_mail.min(next_prune))))
    }
}
