//! `auth` with a simulated clock, for tests.

use super::schema::MIGRATIONS;
use super::schema::mails::{self, MailKind};
use super::{Auth, MailTransport};
use crate::config::MailBackend;
use crate::store::{Databases, open};
use crate::tasks::Tasks;
use crate::{Caller, Environment, Error};
use sea_orm::{ConnectionTrait, EntityTrait, QueryOrder, Statement};
use shared::auth::{ForgotPassword, Identify, ResetPassword, SignIn, SignUp, SignedIn, User, VerifyEmail};
use shared::value::{Email, LanguageTag, Password, Secret};
use shared::{Instant, Rejection, Service};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

pub const START: Instant = Instant::from_millis(1_795_521_600_000);
pub const RIGHT: &str = "a password of hers";
pub const OTHER: &str = "another password";
pub const HOME: &str = "192.0.2.1";
pub const ELSEWHERE: &str = "198.51.100.7";
pub const DAY: Duration = Duration::from_secs(24 * 3600);

pub struct TestAuth {
    pub folder: TempDir,
    pub environment: Environment,
    pub auth: Arc<Auth>,
}

pub fn email(name: &str) -> Email {
    Email::try_from(format!("{name}@example.org")).expect("an address")
}

pub fn password(text: &str) -> Password {
    Password::try_from(text.to_owned()).expect("it is long enough")
}

pub fn refused<T>(result: Result<T, Error>) -> Rejection {
    match result {
        Err(Error::Rejected(rejection)) => rejection,
        Err(error) => panic!("{error}"),
        Ok(_) => panic!("it is accepted"),
    }
}

impl TestAuth {
    pub async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let environment = Environment::simulated(1, START);
        let databases = Databases::Folder(folder.path().to_owned());
        let store = open(Service::Auth, &databases, MIGRATIONS, environment.clone(), &Tasks::default()).await;
        let from = "Ticketing <tickets@example.org>".parse().expect("an address");
        let transport = MailTransport::new(&MailBackend::Console { with_text: true }, from).expect("it can be used");
        let auth = Auth::open(store.expect("it opens"), true, "https://tickets.example.org", transport, true).await;
        TestAuth { folder, environment, auth: auth.expect("it opens") }
    }

    pub fn caller(&self, network: &str, user: Option<&User>) -> Caller {
        let anonymous = Caller::anonymous(self.environment.new_id());
        Caller { user: user.map(|user| user.id), network: network.to_owned(), agent: "Firefox".to_owned(), ..anonymous }
    }

    pub async fn sign_up(&self, name: &str, text: &str) -> Result<SignedIn, Error> {
        let language = LanguageTag::try_from("de".to_owned()).expect("a tag");
        let request = SignUp { email: email(name), password: password(text), language, replaced: None };
        self.auth.clone().sign_up(self.caller(HOME, None), request).await
    }

    pub async fn sign_in(
        &self,
        network: &str,
        name: &str,
        text: &str,
        device: Option<Secret>,
    ) -> Result<SignedIn, Error> {
        let language = LanguageTag::try_from("de".to_owned()).expect("a tag");
        let request = SignIn { email: email(name), password: password(text), language, device, replaced: None };
        self.auth.clone().sign_in(self.caller(network, None), request).await
    }

    /// An account with a verified address.
    pub async fn owner(&self, name: &str) -> SignedIn {
        let signed_in = self.sign_up(name, RIGHT).await.expect("the address is new");
        self.verify(self.newest_token().await).await.expect("the link is valid");
        signed_in
    }

    pub async fn verify(&self, token: Secret) -> Result<(), Error> {
        self.auth.clone().verify_email(self.caller(HOME, None), VerifyEmail { token }).await
    }

    pub async fn identify(&self, token: &Secret) -> Option<User> {
        let request = Identify { token: token.clone() };
        self.auth.clone().identify(self.caller(HOME, None), request).await.expect("the database is there")
    }

    pub async fn forgot(&self, name: &str) {
        let request = ForgotPassword { email: email(name) };
        self.auth.clone().forgot_password(self.caller(HOME, None), request).await.expect("it tells nothing");
    }

    pub async fn reset(&self, token: Secret, text: &str) -> Result<(), Error> {
        let request = ResetPassword { token, password: password(text) };
        self.auth.clone().reset_password(self.caller(HOME, None), request).await
    }

    pub async fn mails(&self) -> Vec<mails::Model> {
        let mails = mails::Entity::find().order_by_asc(mails::Column::CreatedAt).order_by_asc(mails::Column::Key);
        mails.all(self.auth.store.read()).await.expect("the database is there")
    }

    pub async fn kinds(&self) -> Vec<(MailKind, Option<String>)> {
        self.mails().await.into_iter().map(|mail| (mail.kind.0, mail.address)).collect()
    }

    /// The token of the link in the newest mail that has one.
    pub async fn newest_token(&self) -> Secret {
        let mails = self.mails().await;
        let token = mails.iter().rev().find_map(|mail| mail.body.split_once('#')).expect("a mail has a link").1;
        token.chars().take_while(char::is_ascii_hexdigit).collect::<String>().into()
    }

    /// Time passes, so that mails have an order.
    pub fn wait(&self, duration: Duration) {
        self.environment.advance(duration);
    }

    pub async fn count(&self, table: &str) -> i64 {
        let db = self.auth.store.read();
        let count = Statement::from_string(db.get_database_backend(), format!("select count(*) as rows from {table}"));
        let row = db.query_one_raw(count).await.expect("the table exists").expect("a count has a row");
        row.try_get("", "rows").expect("a number")
    }
}
