//! Requests, replies and the event of `auth`: accounts and sessions.

use crate::Service;
use crate::event::{Event, Subject};
use crate::id::UserId;
use crate::value::{Email, Password, Secret};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A person with an account. Everybody can both buy and sell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// Also what orders, tickets and payments refer to a person by.
    pub id: UserId,
    /// Shown to nobody but its owner.
    pub email: Email,
}

/// A new session.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SignedIn {
    /// The owner of the session.
    pub user: User,
    /// Proves the session: 256 random bits in hexadecimal.
    pub token: Secret,
}

/// Creates an account and a session; refused with `EmailTaken` if the address has an account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SignUp {
    /// Becomes the name to sign in with.
    pub email: Email,
    /// Stored as a hash only.
    pub password: Password,
}

/// Creates a session; refused with `WrongCredentials`, which does not tell whether the account exists.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SignIn {
    /// The address of the account.
    pub email: Email,
    /// The password of the account.
    pub password: Password,
}

/// Ends a session. An unknown or ended one is no error.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SignOut {
    /// See [`SignedIn::token`].
    pub token: Secret,
}

/// Looks up the owner of a session; `None` if the token is unknown or the session has ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Identify {
    /// See [`SignedIn::token`].
    pub token: Secret,
}

/// An account was created.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Registered {
    /// The whole state. It never changes, so the version is always 1.
    pub user: User,
}
impl Event for Registered {
    const SUBJECT: Subject = Subject::AuthRegistered;
    fn aggregate(&self) -> Uuid {
        self.user.id.uuid()
    }
    fn version(&self) -> u64 {
        1
    }
}

crate::request::requests! { Service::Auth;
    SignUp = "auth.sign_up" -> SignedIn;
    SignIn = "auth.sign_in" -> SignedIn;
    SignOut = "auth.sign_out" -> ();
    Identify = "auth.identify" -> Option<User>;
}
