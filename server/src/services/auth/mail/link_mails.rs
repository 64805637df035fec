//! Mails about an address: links that prove that a person reads its mail, and notices to its owner.

use super::{account_mails, queue};
use crate::services::auth::rules;
use crate::services::auth::rules::LinkKind;
use crate::services::auth::schema::mails::{self, MailKind};
use crate::services::auth::schema::users::{self, UserRow};
use crate::services::auth::schema::{events, links};
use crate::services::hash_secret;
use crate::store::Tx;
use crate::{Caller, Error};
use shared::auth::SecurityEventKind;
use shared::value::Secret;
use std::time::Duration;

/// A second link within this time is most likely a second press.
const REPEAT_INTERVAL: Duration = Duration::from_secs(60);

/// Mails a link that verifies the address of an account, unless one is on its way. If another account has proved the address,
/// its owner is told instead.
pub async fn mail_verification(tx: &Tx, user: &UserRow, token: &Secret, site_url: &str) -> Result<(), Error> {
    if let Some(owner) = users::verified(tx.db(), &user.email).await? {
        return if owner.id == user.id { Ok(()) } else { tell_owner(tx, &owner, site_url).await };
    }
    let content = account_mails::verify_email(user, token, site_url)?;
    if !is_on_its_way(tx, user, MailKind::VerifyEmail).await? && queue::enqueue_to(tx, &user.email, content).await? {
        links::insert(tx, &hash_secret(token), user.user_id(), LinkKind::VerifyEmail, &user.email, None).await?;
    }
    Ok(())
}

/// Mails a link for a new password, unless one is on its way.
///
/// Anybody can have such a link mailed to an address and so use up its mails. So the limits apply only while the owner has a link
/// that works: however often strangers ask, the newest mail is one that lets the owner in, and at most one an hour is sent
/// beyond the limits.
pub async fn mail_reset(tx: &Tx, caller: &Caller, user: &UserRow, token: &Secret, site_url: &str) -> Result<(), Error> {
    if is_on_its_way(tx, user, MailKind::ResetPassword).await? {
        return Ok(());
    }
    let content = account_mails::reset_password(user, token, site_url)?;
    if links::has_live(tx, user.user_id(), LinkKind::ResetPassword).await? {
        if !queue::enqueue_to(tx, &user.email, content).await? {
            return Ok(());
        }
    } else {
        queue::enqueue_beyond_limits(tx, &user.email, content).await?;
    }
    links::insert(tx, &hash_secret(token), user.user_id(), LinkKind::ResetPassword, &user.email, None).await?;
    events::record(tx, caller, user.user_id(), SecurityEventKind::PasswordResetRequested).await
}

async fn is_on_its_way(tx: &Tx, user: &UserRow, kind: MailKind) -> Result<bool, Error> {
    let since = tx.now() - REPEAT_INTERVAL;
    Ok(mails::count_of_kind_for(tx.db(), user.user_id(), kind, since).await? > 0)
}

/// Tells the owner of an address, at most once a day, that somebody tries to use it for another account.
pub async fn tell_owner(tx: &Tx, owner: &UserRow, site_url: &str) -> Result<(), Error> {
    let since = tx.now() - rules::NOTICE_INTERVAL;
    if mails::count_of_kind_to(tx.db(), &owner.email, MailKind::AddressTried, since).await? == 0 {
        queue::enqueue_beyond_limits(tx, &owner.email, account_mails::address_tried(owner, site_url)?).await?;
    }
    Ok(())
}
