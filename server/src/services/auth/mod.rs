//! People, passwords and sessions; and mails, since nobody else knows where people can be reached.

mod events;
mod mail;
mod password;
mod rules;
mod schema;
#[cfg(test)]
mod tests;

pub use mail::transport::Delivery;
pub use schema::MIGRATIONS;

use crate::Caller;
use crate::Error;
use crate::messaging::Subscriptions;
use crate::rpc::Registry;
use crate::services::ServiceHandler;
use crate::store::{Store, Tx, hex};
use async_trait::async_trait;
use password::Passwords;
use sha2::{Digest, Sha256};
use shared::auth::{Identify, Registered, SignIn, SignOut, SignUp, SignedIn, User};
use shared::value::Secret;
use shared::{Instant, Rejection};
use std::sync::Arc;
use std::time::Duration;

/// How long a session lasts.
const SESSION: Duration = Duration::from_secs(30 * 24 * 3600);
/// How often sessions that are over are forgotten.
const FORGET_EVERY: Duration = Duration::from_secs(3600);

/// The service.
pub struct Auth {
    store: Store,
    passwords: Passwords,
    rate_limits: bool,
    /// The site's address, for links in mails.
    site: String,
    delivery: Delivery,
}

impl Auth {
    /// The service on its database; `site` is where people reach the site.
    pub fn new(store: Store, rate_limits: bool, site: String, delivery: Delivery) -> Arc<Self> {
        Arc::new(Auth { store, passwords: Passwords::default(), rate_limits, site, delivery })
    }

    async fn sign_up(self: Arc<Self>, caller: Caller, request: SignUp) -> Result<SignedIn, Error> {
        let hash = self.passwords.hash(request.password, self.store.environment().random_bytes()).await?;
        let token = self.new_token();
        let email = request.email;
        let write = self.store.write(&caller, move |tx| {
            Box::pin(async move {
                let user = User { id: tx.new_id(), email };
                schema::insert_person(tx, &user, hash).await?;
                tx.publish(&Registered { user: user.clone() }).await?;
                begin_session(tx, user, token).await
            })
        });
        write.await
    }

    async fn sign_in(self: Arc<Self>, caller: Caller, request: SignIn) -> Result<SignedIn, Error> {
        let email = request.email;
        if self.rate_limits {
            let tries = schema::tries(self.store.read(), &email).await?;
            rules::throttle(tries, self.store.environment().now())?;
        }
        let person = schema::person(self.store.read(), &email).await?;
        // An unknown address costs as much time as a wrong password, so the answer's time tells nothing.
        let hash = person.as_ref().map(|person| person.password_hash.clone());
        let matches = self.passwords.verify(request.password, hash).await?;
        let (token, rate_limits) = (self.new_token(), self.rate_limits);
        let write = self.store.write(&caller, move |tx| {
            Box::pin(async move {
                // Many guesses at once all passed the look above, but are counted one by one here.
                let tries = schema::tries(tx.db(), &email).await?;
                if rate_limits {
                    rules::throttle(tries, tx.now())?;
                }
                let person = person.filter(|_| matches);
                schema::set_tries(tx, &email, rules::tries_after(tries, person.is_some(), tx.now())).await?;
                match person {
                    Some(person) => {
                        let user = User { id: person.id.into(), email };
                        begin_session(tx, user, token).await.map(Some)
                    }
                    None => Ok(None),
                }
            })
        });
        write.await?.ok_or_else(|| Rejection::WrongCredentials.into())
    }

    async fn sign_out(self: Arc<Self>, caller: Caller, request: SignOut) -> Result<(), Error> {
        let write = self
            .store
            .write(&caller, move |tx| Box::pin(async move { schema::end_session(tx, &hash_of(&request.token)).await }));
        write.await
    }

    async fn identify(self: Arc<Self>, _: Caller, request: Identify) -> Result<Option<User>, Error> {
        schema::session_user(self.store.read(), &hash_of(&request.token), self.store.environment().now()).await
    }

    fn new_token(&self) -> Secret {
        hex(&self.store.environment().random_bytes::<32>()).into()
    }
}

async fn begin_session(tx: &Tx, user: User, token: Secret) -> Result<SignedIn, Error> {
    schema::insert_session(tx, &hash_of(&token), user.id, tx.now() + SESSION).await?;
    Ok(SignedIn { user, token })
}

/// Sessions are stored hashed: who reads the database cannot take one over.
fn hash_of(token: &Secret) -> String {
    hex(&Sha256::digest(token.reveal()))
}

/// The events that this service handles.
pub fn subscriptions(site: &str) -> Subscriptions {
    let (of_order, of_payment) = (site.to_owned(), site.to_owned());
    Subscriptions::default()
        .on(move |tx, envelope, order| Box::pin(events::order_changed(tx, envelope, order, of_order.clone())))
        .on(move |tx, envelope, payment| Box::pin(events::payment_changed(tx, envelope, payment, of_payment.clone())))
}

#[async_trait]
impl ServiceHandler for Auth {
    fn store(&self) -> &Store {
        &self.store
    }

    fn subscriptions(&self) -> Subscriptions {
        subscriptions(&self.site)
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
        if schema::has_ended_sessions(self.store.read(), now).await? {
            self.store.write(self.store.root_cause(), |tx| Box::pin(schema::forget_sessions(tx))).await?;
        }
        let next_mail = mail::queue::deliver_due(&self.store, &self.delivery).await?;
        Ok(Some(next_mail.unwrap_or(now + FORGET_EVERY).min(now + FORGET_EVERY)))
    }
}
