//! The forms of accounts for browsers without script: recovery, and what the account page offers.

use super::forms::redirect_or_error;
use crate::api::ApiError;
use crate::routes::{self, AccountChange, AccountQuery, ForgotQuery, LinkQuery};
use crate::web::{Session, present_password};
use axum::response::Response;
use axum_extra::extract::Form;
use serde::Deserialize;
use shared::Rejection;
use shared::auth::{
    ChangeEmail, ChangePassword, CloseAccount, ForgotPassword, ResetPassword, RevokeOtherSessions, RevokeSession,
    SendVerification, VerifyEmail,
};
use shared::value::{Email, Password, Secret};

/// A mailed link that is used: its secret, and what it is used for.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct LinkForm {
    token: String,
    password: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ForgotForm {
    email: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct PasswordForm {
    current: String,
    password: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct EmailForm {
    password: String,
    email: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct RevokeForm {
    id: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct CloseForm {
    password: String,
}

/// The token of a mailed link, which may be typed.
fn link_token(text: &str) -> Secret {
    text.trim().to_owned().into()
}

/// Proves an address with a mailed link.
pub async fn verify(session: Session, Form(form): Form<LinkForm>) -> Response {
    let outcome = session.call(VerifyEmail { token: link_token(&form.token) }).await;
    let back = match &outcome {
        // The account page sends a new link.
        Err(ApiError::Rejected(Rejection::LinkInvalid)) => routes::account(&AccountQuery::default()),
        _ => routes::verify(&LinkQuery::default()),
    };
    redirect_or_error(outcome.map(|()| routes::verify(&LinkQuery { done: true })), &back)
}

/// Mails a link for a new password.
pub async fn forgot(session: Session, Form(form): Form<ForgotForm>) -> Response {
    let outcome = async { session.call(ForgotPassword { email: Email::try_from(form.email)? }).await };
    let done = routes::forgot(&ForgotQuery { done: true });
    redirect_or_error(outcome.await.map(|()| done), &routes::forgot(&ForgotQuery::default()))
}

/// Sets a new password with a mailed link.
pub async fn reset(session: Session, Form(form): Form<LinkForm>) -> Response {
    let outcome = async {
        let password = Password::try_from(form.password)?;
        session.call(ResetPassword { token: link_token(&form.token), password }).await
    };
    let outcome = outcome.await;
    let back = match &outcome {
        Err(ApiError::Rejected(Rejection::LinkInvalid)) => routes::forgot(&ForgotQuery::default()),
        _ => routes::reset(&LinkQuery::default()),
    };
    redirect_or_error(outcome.map(|()| routes::reset(&LinkQuery { done: true })), &back)
}

/// Mails a link that proves the caller's address.
pub async fn send_verification(session: Session) -> Response {
    back_to_account(session.call(SendVerification {}).await, AccountChange::VerificationSent)
}

pub async fn change_password(session: Session, Form(form): Form<PasswordForm>) -> Response {
    let outcome = async {
        let (current, password) = (present_password(form.current)?, Password::try_from(form.password)?);
        session.renew(&session.call(ChangePassword { current, password }).await?);
        Ok(())
    };
    back_to_account(outcome.await, AccountChange::PasswordChanged)
}

pub async fn change_email(session: Session, Form(form): Form<EmailForm>) -> Response {
    let outcome = async {
        let (password, email) = (present_password(form.password)?, Email::try_from(form.email)?);
        session.call(ChangeEmail { password, email }).await
    };
    back_to_account(outcome.await, AccountChange::EmailChangeSent)
}

pub async fn revoke_session(session: Session, Form(form): Form<RevokeForm>) -> Response {
    let outcome = async {
        let id = form.id.parse().map_err(|_| Rejection::NotFound)?;
        session.call(RevokeSession { id }).await
    };
    back_to_account(outcome.await, AccountChange::SessionRevoked)
}

pub async fn revoke_other_sessions(session: Session) -> Response {
    let outcome = async { session.call(RevokeOtherSessions { session: session.required_token()? }).await };
    back_to_account(outcome.await, AccountChange::OtherSessionsRevoked)
}

/// Closes the account, which takes the session from the browser.
pub async fn close(session: Session, Form(form): Form<CloseForm>) -> Response {
    let outcome = async { session.call(CloseAccount { password: present_password(form.password)? }).await };
    let outcome = outcome.await.map(|()| session.end());
    back_to_account(outcome, AccountChange::Closed)
}

/// Redirects to the account page, which says what was done; an error links back to it.
fn back_to_account(outcome: Result<(), ApiError>, change: AccountChange) -> Response {
    let done = routes::account(&AccountQuery { done: Some(change) });
    redirect_or_error(outcome.map(|()| done), &routes::account(&AccountQuery::default()))
}
