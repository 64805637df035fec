//! What people see and change of their own account.

use super::credentials::prove_own;
use super::identities::Changed;
use super::recovery::set_password;
use super::schema::users::{self, UserRow};
use super::schema::{events, links, mails, sessions};
use super::{Auth, password};
use crate::services::hash_secret;
use crate::{Caller, Cause, Error};
use shared::auth::{
    AccountClosed, AccountExport, ChangePassword, CloseAccount, ExportAccount, ListSecurityEvents, ListSessions,
    RevokeOtherSessions, RevokeSession, SecurityEvent, SecurityEventKind, SessionInfo,
};
use shared::value::{Email, Password, Secret};
use shared::{Rejection, UserId};
use std::sync::Arc;

impl Auth {
    pub(super) async fn change_password(
        self: Arc<Self>,
        caller: Caller,
        request: ChangePassword,
    ) -> Result<Secret, Error> {
        let person = caller.person()?;
        let throttle = self.throttle_person(person).await?;
        let account = self.account(person).await?;
        let email = Email::try_from(account.email.clone())?;
        password::check_new("password", &request.password, &email)?;
        let present = self.candidates(request.current, &email, std::slice::from_ref(&account)).await?;
        let new = self.password_hasher.hash(request.password, &email).await?;
        let (token, site_url) = (self.new_token(), self.site_url.clone());
        let write = self.store.write(Cause::from(&caller), move |tx| {
            Box::pin(async move {
                let Some(user) = prove_own(tx, &caller, &throttle, person, &present).await? else { return Ok(None) };
                // The salt of the new hash is that of the address; it may have changed meanwhile.
                if user.email != email.as_str() {
                    return Err(Error::Conflict);
                }
                // A new session for this browser as well (OWASP ASVS 5.0, 7.2.4).
                sessions::delete_of_user(tx, person, None).await?;
                sessions::delete_devices_of_user(tx, person).await?;
                sessions::insert(tx, &hash_secret(&token), person, &caller).await?;
                set_password(tx, &caller, user, new, SecurityEventKind::PasswordChanged, &site_url).await?;
                Ok(Some(token))
            })
        });
        // A rejection inside the transaction would roll back the count.
        self.identities
            .during(Some(Changed::User(person)), write)
            .await?
            .ok_or_else(|| Rejection::WrongCredentials.into())
    }

    pub(super) async fn list_sessions(
        self: Arc<Self>,
        caller: Caller,
        request: ListSessions,
    ) -> Result<Vec<SessionInfo>, Error> {
        self.sessions_of(caller.person()?, Some(&hash_secret(&request.session))).await
    }

    async fn sessions_of(&self, person: UserId, current: Option<&str>) -> Result<Vec<SessionInfo>, Error> {
        let rows = sessions::of_user(self.store.read(), person, self.store.environment().now()).await?;
        Ok(rows.into_iter().map(|row| row.info(current)).collect())
    }

    pub(super) async fn revoke_session(self: Arc<Self>, caller: Caller, request: RevokeSession) -> Result<(), Error> {
        let person = caller.person()?;
        let write = self.store.write(Cause::from(&caller), move |tx| {
            Box::pin(async move {
                if sessions::revoke(tx, person, request.id).await? {
                    events::record(tx, &caller, person, SecurityEventKind::SessionRevoked).await?;
                }
                Ok(())
            })
        });
        self.identities.during(Some(Changed::User(person)), write).await
    }

    pub(super) async fn revoke_other_sessions(
        self: Arc<Self>,
        caller: Caller,
        request: RevokeOtherSessions,
    ) -> Result<(), Error> {
        let (person, session) = (caller.person()?, hash_secret(&request.session));
        let write = self.store.write(Cause::from(&caller), move |tx| {
            Box::pin(async move {
                // The users of other browsers must not pass for the owner at the next sign-in.
                sessions::delete_devices_of_user(tx, person).await?;
                if sessions::delete_of_user(tx, person, Some(&session)).await? > 0 {
                    events::record(tx, &caller, person, SecurityEventKind::SessionRevoked).await?;
                }
                Ok(())
            })
        });
        self.identities.during(Some(Changed::User(person)), write).await
    }

    /// The hashes by which the person's own password is recognised.
    async fn own_candidates(&self, person: UserId, password: Password) -> Result<Vec<String>, Error> {
        let account = self.account(person).await?;
        self.candidates(password, &Email::try_from(account.email.clone())?, &[account]).await
    }

    pub(super) async fn list_security_events(
        self: Arc<Self>,
        caller: Caller,
        _: ListSecurityEvents,
    ) -> Result<Vec<SecurityEvent>, Error> {
        events::of_user(self.store.read(), caller.person()?, self.store.environment().now()).await
    }

    pub(super) async fn export_account(
        self: Arc<Self>,
        caller: Caller,
        _: ExportAccount,
    ) -> Result<AccountExport, Error> {
        let person = caller.person()?;
        let account: UserRow = self.account(person).await?;
        Ok(AccountExport {
            user: account.user()?,
            language: account.language()?,
            created_at: account.created_at.0,
            sessions: self.sessions_of(person, None).await?,
            security_events: events::of_user(self.store.read(), person, self.store.environment().now()).await?,
        })
    }

    pub(super) async fn close_account(self: Arc<Self>, caller: Caller, request: CloseAccount) -> Result<(), Error> {
        let person = caller.person()?;
        let throttle = self.throttle_person(person).await?;
        let hashes = self.own_candidates(person, request.password).await?;
        let correlation_id = caller.request_id;
        let write = self.store.write(Cause::from(&caller), move |tx| {
            Box::pin(async move {
                if prove_own(tx, &caller, &throttle, person, &hashes).await?.is_none() {
                    return Ok(false);
                }
                sessions::delete_of_user(tx, person, None).await?;
                sessions::delete_devices_of_user(tx, person).await?;
                links::delete_of_user(tx, person).await?;
                events::delete_of_user(tx, person).await?;
                mails::delete_of_user(tx, person).await?;
                users::delete(tx, person).await?;
                tx.publish(&AccountClosed { user_id: person }).await?;
                Ok(true)
            })
        });
        // A rejection inside the transaction would roll back the count.
        if !self.identities.during(Some(Changed::User(person)), write).await? {
            return Err(Rejection::WrongCredentials.into());
        }
        tracing::info!(target: "security", user = %person, %correlation_id, "account closed");
        Ok(())
    }
}
