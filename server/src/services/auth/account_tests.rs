//! Accounts cannot be taken over or found out, and their owners get back in.

use super::end_sessions;
use super::schema::RETENTIONS;
use super::schema::mails::MailKind;
use super::schema::sessions;
use super::test_site::{DAY, ELSEWHERE, HOME, OTHER, RIGHT, TestAuth, email, password, refused};
use crate::services::hash_secret;
use crate::store::Databases;
use crate::{Caller, Config, Environment, Host};
use sea_orm::{ConnectionTrait, EntityTrait};
use shared::Rejection;
use shared::auth::{
    ChangeEmail, ChangePassword, CloseAccount, ExportAccount, ListSecurityEvents, ListSessions, RevokeOtherSessions,
    RevokeSession, SecurityEventKind, SendVerification, SignIn, SignOut, SignUp, User,
};
use shared::value::{LanguageTag, Secret};
use std::path::Path;
use std::time::Duration;

#[tokio::test]
async fn signing_up_does_not_tell_whether_an_address_is_known() {
    let site = TestAuth::new().await;
    let owner = site.owner("ann").await;
    site.wait(DAY);

    let stranger = site.sign_up("ann", OTHER).await.expect("it looks like any other sign-up");
    let again = site.sign_up("ann", RIGHT).await.expect("the password is that of the owner");

    assert_ne!(stranger.user.id, owner.user.id);
    assert!(!stranger.user.verified);
    assert_eq!((again.user.id, again.user.verified), (owner.user.id, true));
    assert_eq!(site.kinds().await.last(), Some(&(MailKind::AddressTried, Some("ann@example.org".to_owned()))));
    site.wait(DAY / 2);
    site.sign_up("ann", "a third password").await.expect("it looks like any other sign-up");
    let notices = site.kinds().await.into_iter().filter(|(kind, _)| *kind == MailKind::AddressTried);
    assert_eq!(notices.count(), 1, "at most one a day");
    // Each of them gets into the own account, and neither can prove the address any more.
    let of_stranger = site.sign_in(HOME, "ann", OTHER, None).await.expect("the password is right");
    assert_eq!(of_stranger.user.id, stranger.user.id);
    let send = site.auth.clone().send_verification(site.caller(HOME, Some(&stranger.user)), SendVerification {});
    send.await.expect("it tells nothing");
    assert_eq!(site.count("links").await, 0);
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_once_by_who_reads_the_mail() {
    let site = TestAuth::new().await;
    let owner = site.owner("ann").await;
    site.wait(DAY);

    site.forgot("nobody").await;
    site.forgot("ann").await;
    let token = site.newest_token().await;
    assert_eq!(site.mails().await.len(), 2, "the verification and this one");
    site.reset(token.clone(), OTHER).await.expect("the link is valid");

    assert_eq!(site.identify(&owner.token).await, None, "all sessions end");
    assert_eq!(refused(site.reset(token, RIGHT).await), Rejection::LinkInvalid);
    assert_eq!(refused(site.sign_in(HOME, "ann", RIGHT, None).await), Rejection::WrongCredentials);
    site.sign_in(HOME, "ann", OTHER, None).await.expect("the password is the new one");
    assert!(site.kinds().await.iter().any(|mail| mail.0 == MailKind::PasswordChanged));
    site.wait(DAY);
    site.forgot("ann").await;
    let token = site.newest_token().await;
    site.wait(Duration::from_secs(3601));
    assert_eq!(refused(site.reset(token, RIGHT).await), Rejection::LinkInvalid, "it is too old");
}

#[tokio::test]
async fn an_unverified_address_receives_nothing_but_a_few_verifications() {
    let site = TestAuth::new().await;
    site.sign_up("ann", RIGHT).await.expect("the address is new");
    for _ in 0..60 {
        site.wait(Duration::from_secs(61));
        site.forgot("ann").await;
    }

    let kinds = site.kinds().await;
    assert!(kinds.iter().all(|(kind, _)| *kind == MailKind::VerifyEmail), "{kinds:?}");
    assert!(kinds.len() <= 10, "five an hour at most: {}", kinds.len());
    let token = site.newest_token().await;
    assert_eq!(refused(site.reset(token.clone(), OTHER).await), Rejection::LinkInvalid, "it only verifies");
    site.verify(token.clone()).await.expect("it verifies");
    assert_eq!(refused(site.verify(token).await), Rejection::LinkInvalid, "once");
}

#[tokio::test]
async fn a_new_address_is_proved_before_it_counts_and_the_old_one_is_told() {
    let site = TestAuth::new().await;
    let owner = site.owner("ann").await;
    site.wait(DAY);
    let change = async |text: &str, name: &str| {
        let request = ChangeEmail { password: password(text), email: email(name) };
        site.auth.clone().change_email(site.caller(HOME, Some(&owner.user)), request).await
    };

    assert_eq!(refused(change(OTHER, "anna").await), Rejection::WrongCredentials);
    change(RIGHT, "anna").await.expect("the password is right");
    assert_eq!(site.identify(&owner.token).await.expect("it goes on").email, email("ann"));
    site.wait(Duration::from_secs(1));
    site.verify(site.newest_token().await).await.expect("the link is valid");

    let user = site.identify(&owner.token).await.expect("it goes on");
    assert_eq!((user.email, user.verified), (email("anna"), true));
    let told = (MailKind::EmailChanged, Some("ann@example.org".to_owned()));
    assert_eq!(site.kinds().await.last(), Some(&told));
    site.sign_in(HOME, "anna", RIGHT, None).await.expect("the password goes with the account");
    assert_eq!(refused(site.sign_in(HOME, "ann", RIGHT, None).await), Rejection::WrongCredentials);
    site.wait(DAY);
    site.owner("ben").await;
    site.wait(DAY);
    change(RIGHT, "ben").await.expect("it does not tell that the address has an account");
    assert_eq!(site.kinds().await.last().map(|mail| mail.0), Some(MailKind::AddressTried));
    assert_eq!(site.count("links").await, 0);
}

#[tokio::test]
async fn a_changed_password_ends_all_sessions() {
    let site = TestAuth::new().await;
    let owner = site.owner("ann").await;
    let other = site.sign_in(ELSEWHERE, "ann", RIGHT, None).await.expect("the password is right");
    let change = async |current: &str, new: &str| {
        let request = ChangePassword { current: password(current), password: password(new) };
        site.auth.clone().change_password(site.caller(HOME, Some(&owner.user)), request).await
    };

    assert_eq!(refused(change(OTHER, OTHER).await), Rejection::WrongCredentials);
    assert!(matches!(refused(change(RIGHT, "1q2w3e4r5t").await), Rejection::Invalid(_)), "it is a common one");
    let renewed = change(RIGHT, OTHER).await.expect("the password is right");

    assert!(site.identify(&renewed).await.is_some(), "the browser that asks has a new session");
    assert!(site.identify(&owner.token).await.is_none() && site.identify(&other.token).await.is_none());
    while !matches!(refused(change(RIGHT, OTHER).await), Rejection::TooManyRequests { .. }) {}
    site.sign_in(HOME, "ann", OTHER, None).await.expect("signing in has counters of its own");
}

#[tokio::test]
async fn sessions_are_listed_revoked_replaced_and_end_when_they_are_idle() {
    let site = TestAuth::new().await;
    let owner = site.owner("ann").await;
    let other = site.sign_in(ELSEWHERE, "ann", RIGHT, None).await.expect("the password is right");
    let caller = site.caller(HOME, Some(&owner.user));
    let list = ListSessions { session: owner.token.clone() };
    let sessions = site.auth.clone().list_sessions(caller.clone(), list).await.expect("she may see them");
    assert_eq!(sessions.len(), 2);
    let current: Vec<_> = sessions.iter().filter(|session| session.current).collect();
    assert_eq!((current.len(), &*current[0].network, &*current[0].agent), (1, HOME, "Firefox"));

    let id = sessions.iter().find(|session| !session.current).expect("there is another one").id;
    let stranger = site.sign_up("eve", RIGHT).await.expect("the address is new");
    let foreign = site.auth.clone().revoke_session(site.caller(HOME, Some(&stranger.user)), RevokeSession { id });
    foreign.await.expect("an unknown one is no error");
    assert!(site.identify(&other.token).await.is_some(), "it is not hers");
    site.auth.clone().revoke_session(caller.clone(), RevokeSession { id }).await.expect("it is hers");
    assert!(site.identify(&other.token).await.is_none());

    for _ in 0..5 {
        site.wait(20 * DAY);
        assert!(site.identify(&owner.token).await.is_some(), "it is in use");
    }
    site.wait(30 * DAY);
    assert!(site.identify(&owner.token).await.is_none(), "it was idle");
    let language = LanguageTag::try_from("de".to_owned()).expect("a tag");
    let mut request = SignIn { email: email("ann"), password: password(RIGHT), language, device: None, replaced: None };
    let first = site.auth.clone().sign_in(site.caller(HOME, None), request.clone()).await.expect("signs in");
    request.replaced = Some(first.token.clone());
    site.auth.clone().sign_in(site.caller(HOME, None), request).await.expect("signs in");
    assert!(site.identify(&first.token).await.is_none(), "the browser has a new one");
    let events = site.auth.clone().list_security_events(caller, ListSecurityEvents {}).await.expect("she may");
    assert!(events.iter().any(|event| event.kind == SecurityEventKind::SignedIn), "{events:?}");
}

#[tokio::test]
async fn operators_end_the_sessions_of_one_address_or_of_everybody() {
    let site = TestAuth::new().await;
    let (ann, ben) = (site.owner("ann").await, site.sign_up("ben", RIGHT).await.expect("the address is new"));
    let databases = Databases::Folder(site.folder.path().to_owned());
    let end = |of| end_sessions(&databases, of, &site.environment);

    assert_eq!(end(Some(email("eve"))).await.expect("the database is there"), 0);
    assert_eq!(end(Some(email("ann"))).await.expect("the database is there"), 1);
    assert_eq!(site.identify(&ann.token).await, None);
    assert!(site.identify(&ben.token).await.is_some());
    let list = site.auth.clone().list_security_events(site.caller(HOME, Some(&ann.user)), ListSecurityEvents {}).await;
    assert!(list.expect("she may").iter().any(|event| event.kind == SecurityEventKind::SessionRevoked));

    site.sign_in(HOME, "ann", RIGHT, None).await.expect("the password is right");
    assert_eq!(end(None).await.expect("the database is there"), 2);
    site.wait(Duration::from_secs(2));
    assert_eq!(site.identify(&ben.token).await, None, "within the time that a process remembers it");
    assert_eq!((site.count("sessions").await, site.count("devices").await), (0, 0));
    let nowhere = Databases::Folder(site.folder.path().join("nowhere"));
    assert!(end_sessions(&nowhere, None, &site.environment).await.is_err(), "it creates no database");
}

#[tokio::test]
async fn files_of_data_are_readable_by_their_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let outside = tempfile::tempdir().expect("a temporary folder can be made");
    let data = outside.path().join("site/data");
    let url = format!("sqlite://{}", data.display());
    let config = Config::from_variables(|name| (name == "DATABASE_URL").then(|| url.clone())).expect("it is valid");
    let host = Host::start(&config, Environment::real()).await.expect("the host starts");
    let caller = Caller::anonymous(host.environment().new_id());
    let language = LanguageTag::try_from("en".to_owned()).expect("a tag");
    let sign_up = SignUp { email: email("ann"), password: password(RIGHT), language, replaced: None };
    host.backend().call(&caller, sign_up).await.expect("the address is new");
    let mails = data.join("mails");
    let deadline = tokio::time::Instant::now() + Duration::from_secs(30);
    while std::fs::read_dir(&mails).map_or(0, Iterator::count) == 0 {
        assert!(tokio::time::Instant::now() < deadline, "no mail is written");
        crate::tasks::sleep(Duration::from_millis(10)).await;
    }
    host.stop().await;

    let mode = |path: &Path| std::fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
    for folder in [outside.path().join("site"), data.clone(), mails.clone()] {
        assert_eq!(mode(&folder), 0o700, "{}", folder.display());
    }
    for folder in [data, mails] {
        for file in std::fs::read_dir(&folder).expect("it is there").map(|entry| entry.expect("it is there").path()) {
            assert!(file.is_dir() || mode(&file) == 0o600, "{}: {:o}", file.display(), mode(&file));
        }
    }
}

/// A session as the first version writes it, which knows three of its columns.
async fn begin_by_first_version(site: &TestAuth, user: &User, token: &Secret) {
    let expires_at = (site.environment.now() + 30 * DAY).millis();
    let (hash, id) = (hash_secret(token), user.id.uuid().simple().to_string());
    let insert =
        format!("insert into sessions (token_hash, user_id, expires_at) values ('{hash}', x'{id}', {expires_at})");
    site.auth.store.read().execute_unprepared(&insert).await.expect("the other columns have defaults");
}

#[tokio::test]
async fn a_session_that_the_first_version_began_goes_on_and_ends_like_any_other() {
    let site = TestAuth::new().await;
    let user = site.owner("ann").await.user;
    let (used, idle) = (Secret::from("used".to_owned()), Secret::from("idle".to_owned()));
    let began_at = site.environment.now();
    for token in [&used, &idle] {
        begin_by_first_version(&site, &user, token).await;
    }

    site.wait(10 * DAY);
    let list = ListSessions { session: used.clone() };
    let sessions = site.auth.clone().list_sessions(site.caller(HOME, Some(&user)), list).await.expect("she may");
    let listed = sessions.iter().find(|session| session.current).expect("it is listed");
    assert_eq!((listed.started_at, listed.used_at), (began_at, began_at));
    assert_eq!(site.identify(&used).await.as_ref().map(|user| user.id), Some(user.id));
    for day in [30, 59, 88, 117, 146, 175] {
        site.wait((began_at + day * DAY).since(site.environment.now()));
        assert!(site.identify(&used).await.is_some(), "it is in use: {day}");
        assert_eq!(site.identify(&idle).await, None, "it has been idle: {day}");
    }

    site.wait((began_at + 180 * DAY).since(site.environment.now()));
    assert_eq!(site.identify(&used).await, None, "half a year is over");
}

#[tokio::test]
async fn a_new_password_and_the_end_of_other_sessions_make_other_browsers_unknown_again() {
    for way in ["changed", "reset", "ended"] {
        let site = TestAuth::new().await;
        let owner = site.owner("ann").await;
        site.wait(DAY);
        site.forgot("ann").await;
        let link = site.newest_token().await;
        let known = site.sign_in(ELSEWHERE, "ann", RIGHT, None).await.expect("the password is right").device;
        while !matches!(
            refused(site.sign_in(ELSEWHERE, "ann", "a guess of his", None).await),
            Rejection::TooManyRequests { .. }
        ) {}
        let known = site.sign_in(ELSEWHERE, "ann", RIGHT, Some(known)).await.expect("the browser is known").device;
        let (auth, caller) = (site.auth.clone(), site.caller(HOME, Some(&owner.user)));

        let password_now = match way {
            "changed" => {
                let request = ChangePassword { current: password(RIGHT), password: password(OTHER) };
                auth.change_password(caller, request).await.expect("the password is right");
                OTHER
            }
            "reset" => {
                site.reset(link, OTHER).await.expect("the link is valid");
                OTHER
            }
            _ => {
                let request = RevokeOtherSessions { session: owner.token.clone() };
                auth.revoke_other_sessions(caller, request).await.expect("they end");
                RIGHT
            }
        };

        let refusal = refused(site.sign_in(ELSEWHERE, "ann", password_now, Some(known)).await);
        assert!(matches!(refusal, Rejection::TooManyRequests { .. }), "{way}: {refusal:?}");
        site.sign_in(HOME, "ann", password_now, None).await.expect("this network has failed nothing");
    }
}

#[tokio::test]
async fn a_session_that_is_remembered_ends_at_once_all_the_same() {
    let site = TestAuth::new().await;
    let owner = site.owner("ann").await;
    let caller = site.caller(HOME, Some(&owner.user));
    for way in ["forgotten", "signed out", "revoked", "password changed", "closed"] {
        let session = site.sign_in(HOME, "ann", RIGHT, None).await.expect("the password is right").token;
        site.wait(Duration::from_secs(60));
        assert!(site.identify(&session).await.is_some(), "{way}");

        let auth = site.auth.clone();
        match way {
            // Behind the back of the service, to see that it does remember.
            "forgotten" => {
                sessions::Entity::delete_many().exec(auth.store.read()).await.expect("the database is there");
                assert!(site.identify(&session).await.is_some(), "{way}");
                site.wait(Duration::from_secs(2));
            }
            "signed out" => {
                let request = SignOut { token: session.clone() };
                auth.sign_out(site.caller(HOME, None), request).await.expect("it ends");
            }
            "revoked" => {
                let request = RevokeOtherSessions { session: owner.token.clone() };
                auth.revoke_other_sessions(caller.clone(), request).await.expect("it ends");
            }
            "password changed" => {
                let request = ChangePassword { current: password(RIGHT), password: password(OTHER) };
                auth.clone().change_password(caller.clone(), request).await.expect("the password is right");
                let back = ChangePassword { current: password(OTHER), password: password(RIGHT) };
                auth.change_password(caller.clone(), back).await.expect("the password is right");
            }
            _ => {
                let request = CloseAccount { password: password(RIGHT) };
                auth.close_account(caller.clone(), request).await.expect("the password is right");
            }
        }

        assert!(site.identify(&session).await.is_none(), "{way}");
    }
}

#[tokio::test]
async fn a_closed_account_leaves_nothing_behind() {
    let site = TestAuth::new().await;
    let owner = site.owner("ann").await;
    let caller = site.caller(HOME, Some(&owner.user));
    let export = site.auth.clone().export_account(caller.clone(), ExportAccount {}).await.expect("it is hers");
    assert_eq!((export.user.email, export.sessions.len(), export.language.as_str()), (email("ann"), 1, "de"));
    let wrong = CloseAccount { password: password(OTHER) };
    assert_eq!(refused(site.auth.clone().close_account(caller.clone(), wrong).await), Rejection::WrongCredentials);

    let right = CloseAccount { password: password(RIGHT) };
    site.auth.clone().close_account(caller, right).await.expect("the password is right");

    for table in ["users", "sessions", "devices", "links", "security_events", "mails"] {
        assert_eq!(site.count(table).await, 0, "{table}");
    }
    assert_eq!(site.count("outbox where subject = 'auth.closed'").await, 1);
    assert_eq!(site.count("outbox where body like '%example.org%'").await, 0, "addresses stay here");
    site.sign_up("ann", OTHER).await.expect("the address is free");
}

#[tokio::test]
async fn everything_but_accounts_is_deleted_when_it_is_over() {
    let site = TestAuth::new().await;
    site.owner("ann").await;
    for name in 0..30 {
        refused(site.sign_in(HOME, &format!("name{name}"), OTHER, None).await);
    }
    site.forgot("ann").await;
    assert!(site.count("attempts").await > 30);

    site.wait(DAY + Duration::from_secs(1));
    site.auth.store.prune(RETENTIONS).await.expect("the database is there");
    assert_eq!(site.count("attempts").await, 0, "after a day");
    assert_eq!(site.count("links").await, 0, "after an hour");
    site.wait(400 * DAY);
    site.auth.store.prune(RETENTIONS).await.expect("the database is there");
    for table in ["sessions", "devices", "security_events", "mails"] {
        assert_eq!(site.count(table).await, 0, "{table}");
    }
    assert_eq!(site.count("users").await, 1);
}
