//! What a mailed link proves: an address, a new address, or the right to set a new password. The token of a link works once.

use super::credentials::prove_own;
use super::identities::Changed;
use super::mail::{account_mails, link_mails, queue};
use super::rules::LinkKind;
use super::schema::links::{self, LinkRow};
use super::schema::users::{self, UserRow};
use super::schema::{events, sessions};
use super::{Auth, password};
use crate::services::hash_secret;
use crate::store::{Millis, Tx};
use crate::{Caller, Cause, Error};
use shared::Rejection;
use shared::auth::{ChangeEmail, ForgotPassword, ResetPassword, SecurityEventKind, SendVerification, VerifyEmail};
use shared::value::Email;
use std::sync::Arc;

impl Auth {
    pub(super) async fn send_verification(self: Arc<Self>, caller: Caller, _: SendVerification) -> Result<(), Error> {
        let person = caller.person()?;
        let (link, site_url) = (self.new_token(), self.site_url.clone());
        let write = self.store.write(&caller, move |tx| {
            Box::pin(async move {
                let user = users::find(tx.db(), person).await?.ok_or(Rejection::SignedOut)?;
                link_mails::mail_verification(tx, &user, &link, &site_url).await
            })
        });
        write.await
    }

    pub(super) async fn verify_email(self: Arc<Self>, caller: Caller, request: VerifyEmail) -> Result<(), Error> {
        let (token_hash, site_url) = (hash_secret(&request.token), self.site_url.clone());
        let write = self.store.write(Cause::from(&caller), move |tx| {
            Box::pin(async move {
                let (link, user) = linked(tx, &token_hash).await?;
                let changed = user.user_id();
                // Only one account of an address can be verified; the first one is.
                let owner = users::verified(tx.db(), &link.email).await?;
                if owner.is_some_and(|owner| owner.id != user.id) {
                    return Err(Rejection::LinkInvalid.into());
                }
                match link.kind.0 {
                    LinkKind::VerifyEmail if link.email == user.email => verify(tx, &caller, user).await?,
                    LinkKind::ChangeEmail => change(tx, &caller, user, link, &site_url).await?,
                    LinkKind::VerifyEmail | LinkKind::ResetPassword => return Err(Rejection::LinkInvalid.into()),
                }
                Ok(changed)
            })
        });
        // Only the link tells whose address it is.
        self.identities.suspend(Changed::User(write.await?));
        Ok(())
    }

    pub(super) async fn forgot_password(self: Arc<Self>, caller: Caller, request: ForgotPassword) -> Result<(), Error> {
        let throttle = self.throttle_network(&caller).await?;
        let (link, site_url, email) = (self.new_token(), self.site_url.clone(), request.email);
        let write = self.store.write(Cause::from(&caller), move |tx| {
            Box::pin(async move {
                throttle.count(tx, false).await?;
                let accounts = users::of_address(tx.db(), &email).await?;
                match accounts.first() {
                    Some(owner) if owner.verified_at.is_some() => {
                        link_mails::mail_reset(tx, &caller, owner, &link, &site_url).await
                    }
                    // The person who reads the mail of the address can verify its oldest account, and then ask again. Those that
                    // others create later do not come before it.
                    Some(oldest) => link_mails::mail_verification(tx, oldest, &link, &site_url).await,
                    None => Ok(()),
                }
            })
        });
        write.await
    }

    pub(super) async fn reset_password(self: Arc<Self>, caller: Caller, request: ResetPassword) -> Result<(), Error> {
        let (token_hash, now) = (hash_secret(&request.token), self.store.environment().now());
        // Nobody makes the program hash passwords without a link.
        let link = links::find(self.store.read(), &token_hash, now).await?;
        let link = link.filter(|link| link.kind.0 == LinkKind::ResetPassword).ok_or(Rejection::LinkInvalid)?;
        let email = Email::try_from(link.email)?;
        password::check_new("password", &request.password, &email)?;
        let hash = self.password_hasher.hash(request.password, &email).await?;
        let (site_url, changed) = (self.site_url.clone(), Changed::User(link.user_id.into()));
        let write = self.store.write(Cause::from(&caller), move |tx| {
            Box::pin(async move {
                let (link, user) = linked(tx, &token_hash).await?;
                if link.kind.0 != LinkKind::ResetPassword || link.email != user.email || user.verified_at.is_none() {
                    return Err(Rejection::LinkInvalid.into());
                }
                sessions::delete_of_user(tx, user.user_id(), None).await?;
                sessions::delete_devices_of_user(tx, user.user_id()).await?;
                set_password(tx, &caller, user, hash, SecurityEventKind::PasswordReset, &site_url).await
            })
        });
        self.identities.during(Some(changed), write).await
    }

    pub(super) async fn change_email(self: Arc<Self>, caller: Caller, request: ChangeEmail) -> Result<(), Error> {
        let person = caller.person()?;
        let throttle = self.throttle_person(person).await?;
        let account = self.account(person).await?;
        let present = Email::try_from(account.email.clone())?;
        let hashes = self.candidates(request.password.clone(), &present, &[account]).await?;
        // The salt belongs to the address, and the password is known only now.
        let new_hash = self.password_hasher.hash(request.password, &request.email).await?;
        let (link, site_url, email) = (self.new_token(), self.site_url.clone(), request.email);
        let write = self.store.write(Cause::from(&caller), move |tx| {
            Box::pin(async move {
                let Some(user) = prove_own(tx, &caller, &throttle, person, &hashes).await? else { return Ok(false) };
                match users::verified(tx.db(), email.as_str()).await? {
                    Some(owner) if owner.id == user.id => {}
                    Some(owner) => link_mails::tell_owner(tx, &owner, &site_url).await?,
                    None => {
                        let mail = account_mails::change_email(&user, &link, &site_url)?;
                        if queue::enqueue_to(tx, email.as_str(), mail).await? {
                            let (hash, kind) = (hash_secret(&link), LinkKind::ChangeEmail);
                            links::insert(tx, &hash, person, kind, email.as_str(), Some(new_hash)).await?;
                        }
                    }
                }
                Ok(true)
            })
        });
        // A rejection inside the transaction would roll back the count.
        if write.await? { Ok(()) } else { Err(Rejection::WrongCredentials.into()) }
    }
}

/// A live link and its account.
async fn linked(tx: &Tx, token_hash: &str) -> Result<(LinkRow, UserRow), Error> {
    let link = links::find(tx.db(), token_hash, tx.now()).await?.ok_or(Rejection::LinkInvalid)?;
    let user = users::find(tx.db(), link.user_id.into()).await?.ok_or(Rejection::LinkInvalid)?;
    Ok((link, user))
}

async fn verify(tx: &Tx, caller: &Caller, mut user: UserRow) -> Result<(), Error> {
    links::delete_of_user(tx, user.user_id()).await?;
    if user.verified_at.is_none() {
        user.verified_at = Some(Millis(tx.now()));
        events::record(tx, caller, user.user_id(), SecurityEventKind::EmailVerified).await?;
        users::update(tx, user).await?;
    }
    Ok(())
}

/// Gives an account the address of a link, and tells the address that it had.
async fn change(tx: &Tx, caller: &Caller, mut user: UserRow, link: LinkRow, site_url: &str) -> Result<(), Error> {
    let Some(hash) = link.password_hash else { return Err(Rejection::LinkInvalid.into()) };
    links::delete_of_user(tx, user.user_id()).await?;
    if user.verified_at.is_some() {
        queue::enqueue_beyond_limits(tx, &user.email, account_mails::email_changed(&user, site_url)?).await?;
    }
    (user.email, user.password_hash, user.verified_at) = (link.email, hash, Some(Millis(tx.now())));
    events::record(tx, caller, user.user_id(), SecurityEventKind::EmailChanged).await?;
    users::update(tx, user).await
}

/// Stores a new password, which ends all pending links, and tells the owner.
pub async fn set_password(
    tx: &Tx,
    caller: &Caller,
    mut user: UserRow,
    hash: String,
    kind: SecurityEventKind,
    site_url: &str,
) -> Result<(), Error> {
    links::delete_of_user(tx, user.user_id()).await?;
    if user.verified_at.is_some() {
        queue::enqueue_beyond_limits(tx, &user.email, account_mails::password_changed(&user, site_url)?).await?;
    }
    user.password_hash = hash;
    events::record(tx, caller, user.user_id(), kind).await?;
    users::update(tx, user).await
}
