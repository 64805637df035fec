//! Requests, replies and the event of `auth`: accounts and sessions.

use crate::Service;
use crate::event::{Event, Subject};
use crate::id::{SessionId, UserId};
use crate::instant::Instant;
use crate::value::{Email, LanguageTag, Password, Secret};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A person with an account. Everybody can both buy and sell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// Also what orders, tickets and payments refer to a person by.
    pub id: UserId,
    /// Shown to nobody but its owner.
    pub email: Email,
    /// Whether the person has proved that they read the mail of [`User::email`].
    #[serde(default)]
    pub verified: bool,
}

/// A new session.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SignedIn {
    /// The owner of the session.
    pub user: User,
    /// Proves the session: 256 random bits in hexadecimal.
    pub token: Secret,
    /// Proves to later sign-ins that this browser has signed in to this account before: 256 random bits in hexadecimal.
    pub device: Secret,
}

/// Creates an account and a session. The reply does not tell whether the address has an account already: if it has, and the
/// password is another one, the new account is a separate one that can never be verified, and the owner of the address is told by
/// mail.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SignUp {
    /// Becomes the name to sign in with.
    pub email: Email,
    /// Stored as a hash only.
    pub password: Password,
    /// The language of mails to this person.
    pub language: LanguageTag,
    /// The session that this browser has, which ends; `None` if it has none.
    pub replaced: Option<Secret>,
}

/// Creates a session; refused with `WrongCredentials`, which does not tell whether the account exists.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SignIn {
    /// The address of the account.
    pub email: Email,
    /// The password of the account.
    pub password: Password,
    /// The language of mails to this person from now on.
    pub language: LanguageTag,
    /// See [`SignedIn::device`]; `None` if this browser has never signed in.
    pub device: Option<Secret>,
    /// The session that this browser has, which ends; `None` if it has none.
    pub replaced: Option<Secret>,
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

/// Mails a link that proves the caller's address; nothing happens if it is verified already, or if a link was mailed a moment ago.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SendVerification {}

/// Proves an address with the token of a mailed link: that of a new account, or the one that an account changes to. Refused with
/// `LinkInvalid` if the token is unknown, used or expired.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VerifyEmail {
    /// The token of the link.
    pub token: Secret,
}

/// Mails a link for a new password to the owner of a verified address. The reply does not tell whether there is one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ForgotPassword {
    /// The address of the account.
    pub email: Email,
}

/// Sets a new password with the token of a mailed link, which works once and for an hour, and ends all sessions of the account.
/// Refused with `LinkInvalid` if the token is unknown, used or expired.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ResetPassword {
    /// The token of the link.
    pub token: Secret,
    /// The new password.
    pub password: Password,
}

/// Changes the caller's password and ends all their sessions; refused with `WrongCredentials`. The reply is the token of a new
/// session for the browser that asks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChangePassword {
    /// The present password.
    pub current: Password,
    /// The new password.
    pub password: Password,
}

/// Mails a link to a new address, which becomes the caller's once [`VerifyEmail`] proves it; refused with `WrongCredentials`. The
/// reply does not tell whether the address has an account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChangeEmail {
    /// The caller's password.
    pub password: Password,
    /// The new address.
    pub email: Email,
}

/// Lists the caller's sessions, the most recently used first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ListSessions {
    /// The caller's own session, to mark it in the list.
    pub session: Secret,
}

/// A session, as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionInfo {
    /// Names the session, but does not prove it.
    pub id: SessionId,
    /// The `User-Agent` of the browser at sign-in, cut to 200 characters.
    pub agent: String,
    /// The network of the browser at sign-in: an IPv4 address, or the first 64 bits of an IPv6 address.
    pub network: String,
    /// When it was started.
    pub started_at: Instant,
    /// When it was last used, with an error of an hour.
    pub used_at: Instant,
    /// Whether it is the session that asks.
    pub current: bool,
}

/// Ends one of the caller's sessions. An unknown or ended one is no error.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RevokeSession {
    /// See [`SessionInfo::id`].
    pub id: SessionId,
}

/// Ends all of the caller's sessions but one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RevokeOtherSessions {
    /// The session that goes on.
    pub session: Secret,
}

/// Lists what concerned the security of the caller's account in the last 90 days, the newest first, at most 100.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ListSecurityEvents {}

/// Something that concerned the security of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecurityEvent {
    /// What happened.
    pub kind: SecurityEventKind,
    /// When.
    pub at: Instant,
    /// See [`SessionInfo::agent`].
    pub agent: String,
    /// See [`SessionInfo::network`].
    pub network: String,
}

/// The kinds of [`SecurityEvent`]s.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    strum::Display,
    strum::EnumString,
    strum::IntoStaticStr,
    strum::VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum SecurityEventKind {
    /// The account was created.
    SignedUp,
    /// A session was started with the password.
    SignedIn,
    /// A wrong password was tried.
    SignInFailed,
    /// The address was proved.
    EmailVerified,
    /// The address was changed to another one.
    EmailChanged,
    /// The password was changed with the present one.
    PasswordChanged,
    /// A link for a new password was asked for.
    PasswordResetRequested,
    /// The password was changed with a mailed link.
    PasswordReset,
    /// A session was ended from another one.
    SessionRevoked,
}

/// Everything that `auth` keeps about the caller, for the export of an account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExportAccount {}

/// The reply to [`ExportAccount`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AccountExport {
    /// The account.
    pub user: User,
    /// The language of mails.
    pub language: LanguageTag,
    /// When the account was created.
    pub created_at: Instant,
    /// The sessions; `current` is false in all of them.
    pub sessions: Vec<SessionInfo>,
    /// The security events of the last 90 days.
    pub security_events: Vec<SecurityEvent>,
}

/// Closes the caller's account: all sessions end, the address, the mails and the security events are erased, and
/// [`AccountClosed`] is published. What was bought, sold and paid stays under the bare user id. Refused with `WrongCredentials`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CloseAccount {
    /// The caller's password.
    pub password: Password,
}

/// An account was created.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Registered {
    /// The account. Its address is nobody's business but `auth`'s.
    pub user_id: UserId,
}
impl Event for Registered {
    const SUBJECT: Subject = Subject::AuthRegistered;
    const SCHEMA: u16 = 2;
    fn aggregate(&self) -> Uuid {
        self.user_id.uuid()
    }
    fn version(&self) -> u64 {
        1
    }
}

/// An account was closed: `tickets` withdraws what its owner has on sale.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AccountClosed {
    /// The account.
    pub user_id: UserId,
}
impl Event for AccountClosed {
    const SUBJECT: Subject = Subject::AuthClosed;
    fn aggregate(&self) -> Uuid {
        self.user_id.uuid()
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
    SendVerification = "auth.send_verification" -> ();
    VerifyEmail = "auth.verify_email" -> ();
    ForgotPassword = "auth.forgot_password" -> ();
    ResetPassword = "auth.reset_password" -> ();
    ChangePassword = "auth.change_password" -> Secret;
    ChangeEmail = "auth.change_email" -> ();
    ListSessions = "auth.list_sessions" -> Vec<SessionInfo>;
    RevokeSession = "auth.revoke_session" -> ();
    RevokeOtherSessions = "auth.revoke_other_sessions" -> ();
    ListSecurityEvents = "auth.list_security_events" -> Vec<SecurityEvent>;
    ExportAccount = "auth.export_account" -> AccountExport;
    CloseAccount = "auth.close_account" -> ();
}
