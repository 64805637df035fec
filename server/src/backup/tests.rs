//! A backup that is taken while the marketplace is used holds all that was acknowledged before, and is consistent.

use super::*;
use crate::tasks::sleep;
use crate::{Backend, Caller, Host, audit};
use sea_orm::Statement;
use shared::auth::{SignIn, SignUp};
use shared::value::{LanguageTag, Password};
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;
use tempfile::TempDir;
use tokio::sync::oneshot;

const PASSWORD: &str = "correct horse";

fn config(folder: &Path) -> Config {
    let data = format!("sqlite://{}", folder.display());
    let find = |name: &str| match name {
        "DATABASE_URL" => Some(data.clone()),
        "RATE_LIMITS" => Some("off".to_owned()),
        _ => None,
    };
    Config::from_variables(find).expect("the configuration is valid")
}

fn folder() -> TempDir {
    TempDir::new().expect("makes a folder")
}

fn english() -> LanguageTag {
    LanguageTag::try_from("en".to_owned()).expect("the tag is well-formed")
}

async fn sign_up(backend: &Backend, environment: &Environment, name: &str) -> bool {
    let email = format!("{name}@example.org").try_into().expect("it is an address");
    let password = Password::try_from(PASSWORD.to_owned()).expect("it is long enough");
    let sign_up = SignUp { email, password, language: english(), replaced: None };
    backend.call(&Caller::anonymous(environment.new_id()), sign_up).await.is_ok()
}

async fn sign_in(backend: &Backend, environment: &Environment, name: &str) -> bool {
    let email = format!("{name}@example.org").try_into().expect("it is an address");
    let password = Password::try_from(PASSWORD.to_owned()).expect("it is long enough");
    let sign_in = SignIn { email, password, language: english(), device: None, replaced: None };
    backend.call(&Caller::anonymous(environment.new_id()), sign_in).await.is_ok()
}

async fn query(folder: &Path, service: Service, sql: &str) -> i64 {
    let db = Databases::Folder(folder.to_owned()).connect_for_command(service).await.expect("opens");
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), sql)).await.expect("answers");
    let number = row.expect("has a row").try_get_by_index(0).expect("is a number");
    db.close().await.expect("closes");
    number
}

/// The reason that a damaged backup is refused with, and the damage.
type Damage<'a> = (&'a str, &'a dyn Fn(&Path));

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_under_load_restores_all_that_was_acknowledged_before_it() {
    let (data, to, restored, environment) = (folder(), folder(), folder(), Environment::real());
    let host = Host::start(&config(data.path()), environment.clone()).await.expect("starts");
    let (acknowledged, stop) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
    let (stopped, writer_stopped) = oneshot::channel();
    {
        let (backend, environment, acknowledged, stop) =
            (host.backend(), environment.clone(), acknowledged.clone(), stop.clone());
        host.tasks().spawn(async move {
            while !stop.load(Ordering::SeqCst) {
                let number = acknowledged.load(Ordering::SeqCst);
                assert!(sign_up(&backend, &environment, &format!("user{number}")).await);
                acknowledged.fetch_add(1, Ordering::SeqCst);
            }
            let _ = stopped.send(());
        });
    }
    while acknowledged.load(Ordering::SeqCst) < 5 {
        sleep(Duration::from_millis(10)).await;
    }

    let before = acknowledged.load(Ordering::SeqCst);
    create(&config(data.path()), to.path(), &environment).await.expect("backs up");
    stop.store(true, Ordering::SeqCst);
    writer_stopped.await.expect("every write succeeds");
    host.stop().await;
    restore(&config(&restored.path().join("new")), to.path(), &environment).await.expect("restores");

    let restored = config(&restored.path().join("new"));
    let host = Host::start(&restored, environment.clone()).await.expect("starts on what was restored");
    for number in 0..before {
        assert!(sign_in(&host.backend(), &environment, &format!("user{number}")).await, "user{number} of {before}");
    }
    host.stop().await;
    let report = audit::run(&restored, environment.now()).await.expect("audits");
    assert_eq!(report.violations(), 0, "{report}");
}

#[tokio::test]
async fn a_backup_has_the_schema_and_the_numbers_of_its_source_and_is_readable_by_the_owner_only() {
    let (data, parent, environment) = (folder(), folder(), Environment::real());
    let host = Host::start(&config(data.path()), environment.clone()).await.expect("starts");
    assert!(sign_up(&host.backend(), &environment, "ann").await);
    let to = parent.path().join("backup");

    create(&config(data.path()), &to, &environment).await.expect("backs up");

    let schema = "select count(*) from sqlite_schema";
    let numbers = "select coalesce(sum(seq), 0) from sqlite_sequence";
    for service in Service::ALL {
        for sql in [schema, numbers] {
            let (of_copy, of_source) = (query(&to, service, sql).await, query(data.path(), service, sql).await);
            assert_eq!(of_copy, of_source, "{service}: {sql}");
        }
    }
    let mode = fs::metadata(&to).expect("it is there").permissions().mode();
    assert_eq!(mode & 0o077, 0, "{mode:o}");
    host.stop().await;
}

#[tokio::test]
async fn a_backup_that_is_incomplete_damaged_or_newer_is_refused_and_nothing_is_restored() {
    let (data, parent, environment) = (folder(), folder(), Environment::real());
    Host::start(&config(data.path()), environment.clone()).await.expect("starts").stop().await;
    let manifest = |folder: &Path| folder.join("manifest.json");
    let breaks: [Damage; 6] = [
        ("no whole backup", &|folder| fs::remove_file(manifest(folder)).expect("is there")),
        ("damaged", &|folder| fs::write(folder.join("orders.db"), "text").expect("writes")),
        ("orders.db", &|folder| fs::remove_file(folder.join("orders.db")).expect("is there")),
        ("damaged", &|folder| fs::write(folder.join(CODE_SECRET_FILE), "text").expect("writes")),
        ("codes.key", &|folder| fs::remove_file(folder.join(CODE_SECRET_FILE)).expect("is there")),
        ("its format is 2", &|folder| {
            let text = fs::read_to_string(manifest(folder)).expect("is there");
            fs::write(manifest(folder), text.replace("\"format\": 1", "\"format\": 2")).expect("writes");
        }),
    ];
    for (number, (reason, damage)) in breaks.into_iter().enumerate() {
        let (to, target) = (parent.path().join(format!("{number}")), parent.path().join(format!("target{number}")));
        create(&config(data.path()), &to, &environment).await.expect("backs up");
        damage(&to);

        let refusal = restore(&config(&target), &to, &environment).await.expect_err(reason).to_string();

        assert!(refusal.contains(reason) && !refusal.contains('\n'), "{refusal}");
        assert!(!target.exists(), "{reason}");
    }
}

#[tokio::test]
async fn neither_a_used_folder_nor_a_used_database_is_overwritten() {
    let (data, to, environment) = (folder(), folder(), Environment::real());
    Host::start(&config(data.path()), environment.clone()).await.expect("starts").stop().await;
    create(&config(data.path()), to.path(), &environment).await.expect("backs up");

    let again = create(&config(data.path()), to.path(), &environment).await.expect_err("is used");
    let over = restore(&config(data.path()), to.path(), &environment).await.expect_err("is used");

    assert!(again.to_string().contains("not empty") && over.to_string().contains("not empty"), "{again}, {over}");
    assert!(over.to_string().starts_with("DATABASE_URL: "), "{over}");
}

#[tokio::test]
async fn the_secret_of_the_codes_comes_back_with_the_databases() {
    let (data, to, restored, environment) = (folder(), folder(), folder(), Environment::real());
    Host::start(&config(data.path()), environment.clone()).await.expect("starts").stop().await;
    let file = |folder: &Path| folder.join(CODE_SECRET_FILE);
    let secret = fs::read_to_string(file(data.path())).expect("it was created");
    create(&config(data.path()), to.path(), &environment).await.expect("backs up");

    restore(&config(restored.path()), to.path(), &environment).await.expect("restores");

    assert_eq!(fs::read_to_string(file(restored.path())).ok().as_ref(), Some(&secret));
    for copy in [file(to.path()), file(restored.path())] {
        assert_eq!(fs::metadata(&copy).expect("it is there").permissions().mode() & 0o777, 0o600);
    }

    // A site that has the secret in a variable takes the backup only with the same one.
    let other = "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff101112131415161718191a1b1c1d1e1f";
    let with = |target: &Path, variables: &[(&str, &str)]| {
        let data = format!("sqlite://{}", target.display());
        Config::from_variables(|name| match name {
            "DATABASE_URL" => Some(data.clone()),
            _ => variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()),
        })
        .expect("the configuration is valid")
    };
    let target = restored.path().join("elsewhere");
    let refused = restore(&with(&target, &[("CODE_SECRET", other)]), to.path(), &environment).await;
    let refused = refused.expect_err("codes would no longer be valid").to_string();
    assert!(refused.starts_with("CODE_SECRET: ") && !refused.contains(secret.trim()) && !target.exists(), "{refused}");
    let rotated = with(&target, &[("CODE_SECRET", other), ("CODE_SECRET_PREVIOUS", secret.trim())]);
    restore(&rotated, to.path(), &environment).await.expect("restores");
    assert!(!file(&target).exists());
}
