//! Signing up, in and out.
//!
//! No reply tells whether an address has an account. An address may have several accounts, of which at most one is verified: so
//! signing up never has to say that it is taken.

use super::identities::Changed;
use super::mail::link_mails;
use super::rules;
use super::schema::users::UserRow;
use super::schema::{events, sessions, users};
use super::{Auth, password};
use crate::services::hash_secret;
use crate::store::Tx;
use crate::{Caller, Cause, Error};
use shared::Rejection;
use shared::auth::{Identify, Registered, SecurityEventKind, SignIn, SignOut, SignUp, SignedIn, User};
use shared::value::{LanguageTag, Secret};
use std::sync::Arc;

/// What a browser gets when it signs in, and what it had before.
struct SessionTokens {
    session: Secret,
    device: Secret,
    replaced: Option<Secret>,
    known_device: Option<Secret>,
}

impl Auth {
    fn session_tokens(&self, replaced: Option<Secret>, known_device: Option<Secret>) -> SessionTokens {
        SessionTokens { session: self.new_token(), device: self.new_token(), replaced, known_device }
    }

    pub(super) async fn sign_up(self: Arc<Self>, caller: Caller, request: SignUp) -> Result<SignedIn, Error> {
        password::check_new("password", &request.password, &request.email)?;
        let email = request.email;
        let (throttle, visits) =
            (self.throttle_address(&caller, &email, None).await?, self.throttle_network(&caller).await?);
        let known = users::of_address(self.store.read(), &email).await?;
        let hashes = self.candidates(request.password, &email, &known).await?;
        let replaced = request.replaced.as_ref().map(hash_secret);
        let tokens = self.session_tokens(request.replaced, None);
        let (link, site_url, language) = (self.new_token(), self.site_url.clone(), request.language);
        let write = self.store.write(Cause::from(&caller), move |tx| {
            Box::pin(async move {
                let accounts = users::of_address(tx.db(), &email).await?;
                let existing = throttle.matching(&accounts, &hashes);
                // A sign-up tells whether the password is that of an account, so it is counted as an attempt to sign in.
                throttle.count_at_address(tx, &accounts, existing.as_ref()).await?;
                visits.count(tx, false).await?;
                if let Some(user) = existing {
                    users::update(tx, UserRow { language: language.as_str().to_owned(), ..user.clone() }).await?;
                    events::record(tx, &caller, user.user_id(), SecurityEventKind::SignedIn).await?;
                    return start_session(tx, &caller, &user, tokens).await.map(Ok);
                }
                if accounts.len() as u64 >= rules::MAX_ACCOUNTS_PER_ADDRESS {
                    let wait_seconds = rules::whole_seconds(rules::TOO_MANY_ACCOUNTS_WAIT);
                    return Ok(Err(Rejection::TooManyRequests { wait_seconds }));
                }
                let user = User { id: tx.new_id(), email, verified: false };
                let hash = hashes.into_iter().next().ok_or_else(|| Error::failed("a password has no hash"))?;
                let user = users::insert(tx, &user, hash, &language).await?;
                tx.publish(&Registered { user_id: user.user_id() }).await?;
                events::record(tx, &caller, user.user_id(), SecurityEventKind::SignedUp).await?;
                match accounts.iter().find(|account| account.verified_at.is_some()) {
                    Some(owner) => link_mails::tell_owner(tx, owner, &site_url).await?,
                    None => link_mails::mail_verification(tx, &user, &link, &site_url).await?,
                }
                start_session(tx, &caller, &user, tokens).await.map(Ok)
            })
        });
        // A rejection inside the transaction would roll back the count.
        self.identities.during(replaced.as_deref().map(Changed::Session), write).await?.map_err(Error::from)
    }

    pub(super) async fn sign_in(self: Arc<Self>, caller: Caller, request: SignIn) -> Result<SignedIn, Error> {
        let email = request.email;
        let throttle = self.throttle_address(&caller, &email, request.device.as_ref()).await?;
        // Hashed for an unknown address too, so that the response time does not reveal which addresses have accounts.
        let known = users::of_address(self.store.read(), &email).await?;
        let hashes = self.candidates(request.password, &email, &known).await?;
        let replaced = request.replaced.as_ref().map(hash_secret);
        let tokens = self.session_tokens(request.replaced, request.device);
        let language: LanguageTag = request.language;
        let write = self.store.write(Cause::from(&caller), move |tx| {
            Box::pin(async move {
                let accounts = users::of_address(tx.db(), &email).await?;
                let user = throttle.matching(&accounts, &hashes);
                throttle.count(tx, &accounts, user.as_ref()).await?;
                let Some(user) = user else {
                    // Nobody but the owner of the address learns of it: the events of another account would tell whether it has one.
                    if let Some(tried) = accounts.first().filter(|account| account.verified_at.is_some()) {
                        events::record(tx, &caller, tried.user_id(), SecurityEventKind::SignInFailed).await?;
                    }
                    return Ok(None);
                };
                users::update(tx, UserRow { language: language.as_str().to_owned(), ..user.clone() }).await?;
                events::record(tx, &caller, user.user_id(), SecurityEventKind::SignedIn).await?;
                start_session(tx, &caller, &user, tokens).await.map(Some)
            })
        });
        // A rejection inside the transaction would roll back the count.
        self.identities
            .during(replaced.as_deref().map(Changed::Session), write)
            .await?
            .ok_or_else(|| Rejection::WrongCredentials.into())
    }

    pub(super) async fn sign_out(self: Arc<Self>, caller: Caller, request: SignOut) -> Result<(), Error> {
        let token_hash = hash_secret(&request.token);
        let ended = token_hash.clone();
        let write = self.store.write(&caller, move |tx| Box::pin(async move { sessions::delete(tx, &ended).await }));
        self.identities.during(Some(Changed::Session(&token_hash)), write).await
    }

    pub(super) async fn identify(self: Arc<Self>, caller: Caller, request: Identify) -> Result<Option<User>, Error> {
        let (token_hash, now) = (hash_secret(&request.token), self.store.environment().now());
        if let Some(user) = self.identities.find(&token_hash) {
            return Ok(Some(user));
        }
        let Some((session, user)) = sessions::find(self.store.read(), &token_hash, now).await? else {
            return Ok(None);
        };
        let user = user.user()?;
        self.identities.remember(token_hash.clone(), user.clone(), now, session.expires_at.0);
        if now.since(session.used_at.0) >= rules::TOUCH_INTERVAL {
            let touch =
                self.store.write(&caller, move |tx| Box::pin(async move { sessions::touch(tx, &token_hash).await }));
            // The person is known all the same.
            if let Err(error) = touch.await {
                tracing::warn!(%error, "use of a session not recorded, trying again at its next use");
            }
        }
        Ok(Some(user))
    }
}

async fn start_session(tx: &Tx, caller: &Caller, user: &UserRow, tokens: SessionTokens) -> Result<SignedIn, Error> {
    if let Some(replaced) = &tokens.replaced {
        sessions::delete(tx, &hash_secret(replaced)).await?;
    }
    if let Some(known) = &tokens.known_device {
        sessions::delete_device(tx, &hash_secret(known)).await?;
    }
    sessions::insert(tx, &hash_secret(&tokens.session), user.user_id(), caller).await?;
    sessions::insert_device(tx, &hash_secret(&tokens.device), user.user_id()).await?;
    Ok(SignedIn { user: user.user()?, token: tokens.session, device: tokens.device })
}
