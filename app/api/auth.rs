//! Accounts and sessions.

use crate::error::ApiError;
#[cfg(feature = "server")]
use crate::web::Session;
use dioxus::prelude::*;
use shared::auth::User;
#[cfg(feature = "server")]
use shared::{
    auth::{SignIn, SignOut, SignUp},
    value::{Email, Password},
};

/// Creates an account and starts a session.
#[post("/api/auth/sign-up", session: Session)]
pub async fn sign_up(email: String, password: String) -> Result<User, ApiError> {
    let (email, password) = (Email::try_from(email)?, Password::try_from(password)?);
    Ok(session.begin(session.call(SignUp { email, password }).await?))
}

#[post("/api/auth/sign-in", session: Session)]
pub async fn sign_in(email: String, password: String) -> Result<User, ApiError> {
    let (email, password) = (Email::try_from(email)?, Password::try_from(password)?);
    Ok(session.begin(session.call(SignIn { email, password }).await?))
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
