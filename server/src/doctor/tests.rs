//! The doctor finds nothing on a site that works, and names what does not.

use super::*;
use crate::Host;
use shared::Service;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use tempfile::TempDir;

fn config(folder: &TempDir, variables: &[(&str, &str)]) -> Config {
    let data = format!("sqlite://{}/data", folder.path().display());
    let find = |name: &str| match name {
        "DATABASE_URL" => Some(data.clone()),
        _ => variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()),
    };
    Config::from_variables(find).expect("the configuration is valid")
}

async fn started_once(variables: &[(&str, &str)]) -> (TempDir, Config) {
    let folder = TempDir::new().expect("makes a folder");
    Host::start(&config(&folder, &[]), Environment::real()).await.expect("starts").stop().await;
    let config = config(&folder, variables);
    (folder, config)
}

/// The check that fails, what it says, and the variables that make it fail.
type Fault<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)]);

#[tokio::test]
async fn a_site_that_works_is_healthy_and_a_test_mail_arrives() {
    let (folder, config) = started_once(&[]).await;

    let report = run(&config, &Environment::real(), Some("ann@example.org")).await;

    assert!(report.healthy(), "{report}");
    let mails = fs::read_dir(folder.path().join("data/mails")).expect("there is a mail");
    let mail = fs::read_to_string(mails.last().expect("one").expect("readable").path()).expect("it is text");
    assert!(mail.contains("To: ann@example.org"), "{mail}");
}

#[tokio::test]
async fn each_fault_is_named_in_one_line_that_says_what_to_do() {
    let faults: &[Fault] = &[
        ("PUBLIC_URL", "https://", &[("PUBLIC_URL", "http://tickets.example.org")]),
        ("PROXIES", "set it to 1", &[("PUBLIC_URL", "https://tickets.example.org")]),
        (
            "RATE_LIMITS",
            "unset it",
            &[("PUBLIC_URL", "https://tickets.example.org"), ("PROXIES", "1"), ("RATE_LIMITS", "off")],
        ),
        // Nothing listens on port 9 (discard).
        ("NATS_URL", "cannot be reached", &[("NATS_URL", "nats://ann:secret@127.0.0.1:9")]),
        ("MAIL", "check the server", &[("MAIL", "smtp://ann:secret@127.0.0.1:9")]),
        (
            "STRIPE_SECRET_KEY",
            "dashboard",
            &[
                ("STRIPE_SECRET_KEY", "sk_test_secret"),
                ("STRIPE_WEBHOOK_SECRET", "whsec_secret"),
                ("STRIPE_PUBLISHABLE_KEY", "pk_test_secret"),
                ("STRIPE_API_BASE", "http://127.0.0.1:9"),
            ],
        ),
    ];
    for (variable, advice, variables) in faults {
        let (_folder, config) = started_once(variables).await;

        let report = run(&config, &Environment::real(), None).await;

        let text = report.to_string();
        let failed: Vec<&str> = text.lines().filter(|line| line.starts_with("FAIL")).collect();
        assert!(!report.healthy() && failed.len() == 1, "{text}");
        assert!(failed[0].contains(variable) && failed[0].contains(advice) && !text.contains("secret"), "{text}");
    }
}

/// The beginning of the warning for these variables, if there is one.
fn warning(variables: &[(&str, &str)]) -> Option<String> {
    let find = |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
    let config = Config::from_variables(find).expect("the configuration is valid");
    let warnings = checks::unprotected_connections(&config);
    assert!(warnings.len() <= 1, "{warnings:?}");
    warnings.first().map(|warning| warning.split(',').next().unwrap_or_default().to_owned())
}

#[test]
fn a_connection_to_another_machine_that_is_not_encrypted_is_warned_of() {
    let databases = [
        ("sqlite://data", None),
        ("postgres://ann@localhost/*", None),
        ("postgres://ann@[::1]/*", None),
        ("postgres://ann@db/*?host=/run/postgresql", None),
        ("postgres://ann@db/*?sslmode=verify-full", None),
        ("postgres://ann@db/*", Some("DATABASE_URL: the connection is not encrypted")),
        ("postgres://ann@db/*?sslmode=prefer", Some("DATABASE_URL: the connection is not encrypted")),
        ("postgres://ann@db/*?sslmode=require", Some("DATABASE_URL: the connection is encrypted")),
        ("postgres://ann@db/*?sslmode=verify-ca", Some("DATABASE_URL: the connection is encrypted")),
    ];
    for (url, expected) in databases {
        assert_eq!(warning(&[("DATABASE_URL", url)]).as_deref(), expected, "{url}");
    }
    let brokers = [
        ("nats://localhost, nats://127.0.0.1:4223", None),
        ("tls://nats", None),
        ("nats://localhost,nats://nats", Some("NATS_URL: the connection to localhost:4222")),
        (
            "nats://ann:secret@nats:4222",
            Some("NATS_URL: the connection to nats:4222 is not encrypted: begin it with tls://"),
        ),
    ];
    for (url, expected) in brokers {
        assert_eq!(warning(&[("NATS_URL", url)]).as_deref(), expected, "{url}");
    }
    // The web tier opens no database.
    assert_eq!(warning(&[("SERVICES", "web"), ("NATS_URL", "tls://nats"), ("DATABASE_URL", "postgres://db/*")]), None);
}

#[tokio::test]
async fn a_warning_is_shown_and_does_not_count_as_a_failure() {
    let warning = Finding { subject: "encryption".to_owned(), verdict: Verdict::Warning, text: "none".to_owned() };

    let report = Report(vec![warning]);

    assert!(report.healthy());
    assert_eq!(report.to_string(), "warn  encryption  none\n0 of 1 checks failed");
}

#[tokio::test]
async fn a_database_that_is_missing_or_damaged_is_named() {
    let folder = TempDir::new().expect("makes a folder");
    fs::create_dir(folder.path().join("data")).expect("makes a folder");
    fs::write(folder.path().join("data/orders.db"), "plain text, and more of it".repeat(1_000)).expect("writes");

    let text = run(&config(&folder, &[]), &Environment::real(), None).await.to_string();

    for service in Service::ALL {
        let named = |line: &str| line.starts_with("FAIL") && line.contains(&format!("{service}.db"));
        assert!(text.lines().any(named), "{service}: {text}");
    }
    assert!(text.contains("not a database"), "{text}");
}

#[test]
fn a_secret_of_the_codes_that_is_missing_open_to_others_or_damaged_is_named() {
    let folder = TempDir::new().expect("makes a folder");
    let (sqlite, file) = (config(&folder, &[]), folder.path().join("data/codes.key"));
    assert!(checks::code_secret(&sqlite).is_ok_and(|found| found.contains("when it starts")));
    fs::create_dir(folder.path().join("data")).expect("makes a folder");
    sqlite.code_secrets(&Environment::real()).expect("creates the file");
    assert!(checks::code_secret(&sqlite).is_ok_and(|found| found.contains("signed with")));

    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).expect("it is ours");
    assert!(checks::code_secret(&sqlite).is_err_and(|problem| problem.contains("chmod 600")));
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).expect("it is ours");
    fs::write(&file, "nonsense").expect("writes");
    assert!(checks::code_secret(&sqlite).is_err_and(|problem| problem.contains("restore it from a backup")));

    let read = |services: &'static str, secret: Option<&'static str>| {
        let find = |name: &str| match name {
            "DATABASE_URL" => Some("postgres://localhost/*".to_owned()),
            "NATS_URL" => Some("nats://localhost".to_owned()),
            "SERVICES" => Some(services.to_owned()),
            "CODE_SECRET" => secret.map(str::to_owned),
            _ => None,
        };
        checks::code_secret(&Config::from_variables(find).expect("the configuration is valid"))
    };
    let secret = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
    assert!(read("tickets", None).is_err_and(|problem| problem.starts_with("CODE_SECRET: it must be set")));
    assert!(read("tickets", Some(secret)).is_ok_and(|found| !found.contains("0001")));
    assert!(read("orders", None).is_ok());
}
