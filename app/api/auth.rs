//! Accounts and sessions.

#[cfg(feature = "server")]
use super::path_id;
use crate::error::ApiError;
#[cfg(feature = "server")]
use crate::web::{Session, present_password};
use dioxus::prelude::*;
use shared::auth::{SecurityEvent, SessionInfo, User};
#[cfg(feature = "server")]
use shared::{
    auth::{
        ChangeEmail, ChangePassword, CloseAccount, ForgotPassword, ListSecurityEvents, ListSessions, ResetPassword,
        RevokeOtherSessions, RevokeSession, SendVerification, SignOut, VerifyEmail,
    },
    value::{Email, Password},
};

/// Creates an account and starts a session.
#[post("/api/auth/sign-up", session: Session)]
pub async fn sign_up(email: String, password: String) -> Result<User, ApiError> {
    session.sign_up(email, password).await
}

#[post("/api/auth/sign-in", session: Session)]
pub async fn sign_in(email: String, password: String) -> Result<User, ApiError> {
    session.sign_in(email, password).await
}

/// Ends the session on the server and in the browser.
#[post("/api/auth/sign-out", session: Session)]
pub async fn sign_out() -> Result<(), ApiError> {
    if let Some(token) = session.token() {
        session.call(SignOut { token: token.clone() }).await?;
    }
    session.end();
    Ok(())
}

/// The signed-in user, if any.
#[get("/api/auth/me", session: Session)]
pub async fn me() -> Result<Option<User>, ApiError> {
    Ok(session.user()?.cloned())
}

/// Mails the caller a link that proves their address.
#[post("/api/auth/send-verification", session: Session)]
pub async fn send_verification() -> Result<(), ApiError> {
    session.call(SendVerification {}).await
}

/// Proves an address with the token of a mailed link.
#[post("/api/auth/verify", session: Session)]
pub async fn verify_email(token: String) -> Result<(), ApiError> {
    session.call(VerifyEmail { token: token.trim().to_owned().into() }).await
}

/// Mails a link for a new password, if the address has an account and is verified.
#[post("/api/auth/forgot", session: Session)]
pub async fn forgot_password(email: String) -> Result<(), ApiError> {
    session.call(ForgotPassword { email: Email::try_from(email)? }).await
}

/// Sets a new password with the token of a mailed link.
#[post("/api/auth/reset", session: Session)]
pub async fn reset_password(token: String, password: String) -> Result<(), ApiError> {
    session.call(ResetPassword { token: token.trim().to_owned().into(), password: Password::try_from(password)? }).await
}

/// Changes the caller's password, and ends all their sessions; this browser gets a new one.
#[post("/api/auth/password", session: Session)]
pub async fn change_password(current: String, password: String) -> Result<(), ApiError> {
    let (current, password) = (present_password(current)?, Password::try_from(password)?);
    session.renew(&session.call(ChangePassword { current, password }).await?);
    Ok(())
}

/// Mails a link to a new address, which becomes the caller's once it is proved.
#[post("/api/auth/email", session: Session)]
pub async fn change_email(password: String, email: String) -> Result<(), ApiError> {
    session.call(ChangeEmail { password: present_password(password)?, email: Email::try_from(email)? }).await
}

/// The caller's sessions, the most recently used first.
#[get("/api/auth/sessions", session: Session)]
pub async fn list_sessions() -> Result<Vec<SessionInfo>, ApiError> {
    session.call(ListSessions { session: session.required_token()? }).await
}

/// Ends one of the caller's sessions.
#[delete("/api/auth/sessions/{id}", session: Session)]
pub async fn revoke_session(id: String) -> Result<(), ApiError> {
    session.call(RevokeSession { id: path_id(&id)? }).await
}

/// Ends all of the caller's sessions but this one.
#[delete("/api/auth/sessions", session: Session)]
pub async fn revoke_other_sessions() -> Result<(), ApiError> {
    session.call(RevokeOtherSessions { session: session.required_token()? }).await
}

/// What concerned the security of the caller's account in the last 90 days, the newest first.
#[get("/api/auth/security-events", session: Session)]
pub async fn list_security_events() -> Result<Vec<SecurityEvent>, ApiError> {
    session.call(ListSecurityEvents {}).await
}

/// Closes the caller's account, which ends all sessions.
#[post("/api/auth/close", session: Session)]
pub async fn close_account(password: String) -> Result<(), ApiError> {
    session.call(CloseAccount { password: present_password(password)? }).await?;
    session.end();
    Ok(())
}
