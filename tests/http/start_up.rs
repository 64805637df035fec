//! A configuration that cannot work ends in one clear line.

use crate::site::Site;
use std::process::Stdio;

/// The one line that a start with these variables ends in.
async fn refusal(site: &Site, variables: &[(&str, &str)]) -> String {
    let mut command = site.command(None);
    command.envs(variables.iter().copied()).stderr(Stdio::piped());
    let output = tokio::time::timeout(std::time::Duration::from_secs(20), command.output());
    let output = output.await.expect("it ends by itself").expect("it can be started");
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success(), "{variables:?} was taken");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 1, "{variables:?}: {text}");
    text
}

#[tokio::test]
async fn a_wrong_setting_is_named_in_one_line() {
    let site = Site::new().await;
    for (name, value) in [
        ("HOLD_SECONDS", "abc"),
        ("HOLD_SECONDS", "-1"),
        ("PORT", "http"),
        ("HOST", "everywhere"),
        ("PUBLIC_URL", "localhost"),
        ("DATABASE_URL", "mysql://nowhere"),
        ("SERVICES", "orders,magic"),
        ("STRIPE_SECRET_KEY", "sk_test_half"),
        ("NATS_URL", "localhost:4222"),
        ("NATS_REPLICAS", "many"),
        ("DRAIN_SECONDS", "soon"),
        ("RATE_LIMITS", "perhaps"),
        ("LOG_FORMAT", "xml"),
    ] {
        let line = refusal(&site, &[(name, value)]).await;
        assert!(line.contains(name), "{name}={value}: {line}");
    }
}

#[tokio::test]
async fn a_database_or_a_broker_that_is_not_there_is_named_in_one_line() {
    let site = Site::new().await;
    // Nothing listens on the port of `discard`.
    for (name, value) in [
        ("DATABASE_URL", "postgres://somebody:secret@127.0.0.1:9/ticketing_*"),
        ("NATS_URL", "nats://somebody:secret@127.0.0.1:9"),
    ] {
        let line = refusal(&site, &[("PORT", "0"), (name, value)]).await;
        assert!(line.contains(name) && !line.contains("secret"), "{name}={value}: {line}");
    }
}

#[tokio::test]
async fn a_file_that_is_no_database_of_ours_is_named_in_one_line() {
    let site = Site::new().await;
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    std::fs::write(folder.path().join("orders.db"), "a letter to my aunt, and nothing like a database")
        .expect("written");
    let url = format!("sqlite://{}", folder.path().display());

    let line = refusal(&site, &[("PORT", "0"), ("DATABASE_URL", &url)]).await;

    assert!(line.contains("DATABASE_URL") && line.contains("orders.db"), "{line}");
}

#[tokio::test]
async fn a_broker_that_is_too_old_or_refuses_this_user_is_said_in_one_line() {
    let site = Site::new().await;
    let broker = crate::broker::Broker::start();
    let wrong = broker.url("orders").replace("orders:", "orders:not");
    let line = refusal(&site, &[("PORT", "0"), ("NATS_URL", &wrong)]).await;
    assert!(line.contains("NATS_URL") && line.contains("refuses"), "{line}");

    let old = std::env::var_os("NATS_SERVER_OLD").expect("it names an old server, as cargo xtask test sets it");
    let old = crate::broker::Broker::of(old);
    let line = refusal(&site, &[("PORT", "0"), ("NATS_URL", &old.url("admin"))]).await;
    assert!(line.contains("NATS_URL") && line.contains("2.12 or newer"), "{line}");
}

#[tokio::test]
async fn a_port_in_use_is_said_in_one_line() {
    let site = Site::new().await;

    let line = refusal(&site, &[]).await;

    assert!(line.contains("PORT") && line.contains("in use"), "{line}");
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_said_in_one_line() {
    let site = Site::new().await;
    let file = tempfile::NamedTempFile::new().expect("a temporary file can be made");
    // A folder below a file cannot be made, not even by the administrator.
    let url = format!("sqlite://{}/data", file.path().display());

    let line = refusal(&site, &[("PORT", "0"), ("DATABASE_URL", &url)]).await;

    assert!(line.contains("DATABASE_URL") && line.contains("cannot be written"), "{line}");
}

#[tokio::test]
async fn an_unknown_command_is_said_in_one_line() {
    let site = Site::new().await;
    let output = site.command(Some("dance")).stderr(Stdio::piped()).output().await.expect("it can be started");

    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("ticketing help"));
}
