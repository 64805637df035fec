//! What `auth` is asked and says: people, passwords and sessions.

use crate::value::{Email, Password, Secret};
use crate::{Event, Subject, UserId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A person with an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// Names the person.
    pub id: UserId,
    /// Where the person can be reached, seen by nobody else.
    pub email: Email,
}

/// A session that has just begun.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SignedIn {
    /// Whose session it is.
    pub user: User,
    /// The secret that proves it: 256 random bits in hexadecimal.
    pub token: Secret,
}

/// Makes an account and begins a session.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SignUp {
    /// The new person's address.
    pub email: Email,
    /// The password to be.
    pub password: Password,
}

/// Begins a session.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SignIn {
    /// The person's address.
    pub email: Email,
    /// The person's password.
    pub password: Password,
}

/// Ends a session; one that is over already stays so.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SignOut {
    /// The session's secret.
    pub token: Secret,
}

/// Asks whose session a token proves: nobody's, if it is unknown or over.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Identify {
    /// The session's secret.
    pub token: Secret,
}

/// Somebody signed up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Registered {
    /// The new person.
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

crate::request::requests! { crate::Service::Auth;
    SignUp = "auth.sign_up" -> SignedIn;
    SignIn = "auth.sign_in" -> SignedIn;
    SignOut = "auth.sign_out" -> ();
    Identify = "auth.identify" -> Option<User>;
}
