//! A configuration that cannot work stops the start with one clear line.

use crate::harness::nats::TestNats;
use crate::harness::site::Site;
use std::process::Stdio;

/// The line with which a start with these variables fails.
async fn start_error(site: &Site, variables: &[(&str, &str)]) -> String {
    let mut command = site.command(None);
    command.envs(variables.iter().copied()).stderr(Stdio::piped());
    let output = tokio::time::timeout(std::time::Duration::from_secs(20), command.output());
    let output = output.await.expect("the process ends by itself").expect("the program can be started");
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success(), "{variables:?} was accepted");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 1, "{variables:?}: {text}");
    text
}

#[tokio::test]
async fn an_invalid_setting_is_named_in_one_line() {
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
        ("METRICS", "everywhere"),
        ("CONNECTIONS", "0"),
        ("CONNECTION_TIMEOUT_SECONDS", "never"),
        ("LOG_FORMAT", "xml"),
    ] {
        let line = start_error(&site, &[(name, value)]).await;
        assert!(line.contains(name), "{name}={value}: {line}");
    }
}

#[tokio::test]
async fn an_unreachable_database_or_broker_is_named_in_one_line() {
    let site = Site::new().await;
    // Nothing listens on port 9 (discard).
    for (name, value) in [
        ("DATABASE_URL", "postgres://somebody:secret@127.0.0.1:9/ticketing_*"),
        ("NATS_URL", "nats://somebody:secret@127.0.0.1:9"),
    ] {
        let line = start_error(&site, &[("PORT", "0"), (name, value)]).await;
        assert!(line.contains(name) && !line.contains("secret"), "{name}={value}: {line}");
    }
}

#[tokio::test]
async fn a_file_that_is_not_a_database_is_named_in_one_line() {
    let site = Site::new().await;
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    std::fs::write(folder.path().join("orders.db"), "plain text").expect("the file can be written");
    let url = format!("sqlite://{}", folder.path().display());

    let line = start_error(&site, &[("PORT", "0"), ("DATABASE_URL", &url)]).await;

    assert!(line.contains("DATABASE_URL") && line.contains("orders.db"), "{line}");
}

#[tokio::test]
async fn a_broker_that_is_too_old_or_refuses_the_user_is_reported_in_one_line() {
    let site = Site::new().await;
    let nats = TestNats::start();
    let wrong = nats.url("orders").replace("orders:", "orders:not");
    let line = start_error(&site, &[("PORT", "0"), ("NATS_URL", &wrong)]).await;
    assert!(line.contains("NATS_URL") && line.contains("refuses"), "{line}");

    let old = TestNats::start_old();
    let line = start_error(&site, &[("PORT", "0"), ("NATS_URL", &old.url("admin"))]).await;
    assert!(line.contains("NATS_URL") && line.contains("2.12 or newer"), "{line}");
}

#[tokio::test]
async fn a_port_in_use_is_reported_in_one_line() {
    let site = Site::new().await;

    let line = start_error(&site, &[]).await;

    assert!(line.contains("PORT") && line.contains("in use"), "{line}");
}

#[tokio::test]
async fn an_address_of_metrics_that_was_chosen_and_is_in_use_is_reported_in_one_line() {
    let site = Site::new().await;

    let line = start_error(&site, &[("PORT", "0"), ("METRICS", &site.metrics_address())]).await;

    assert!(line.contains("METRICS") && line.contains("in use"), "{line}");
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_reported_in_one_line() {
    let site = Site::new().await;
    let file = tempfile::NamedTempFile::new().expect("a temporary file can be made");
    // Not even root can create a folder below a file.
    let url = format!("sqlite://{}/data", file.path().display());

    let line = start_error(&site, &[("PORT", "0"), ("DATABASE_URL", &url)]).await;

    assert!(line.contains("DATABASE_URL") && line.contains("cannot be written"), "{line}");
}

#[tokio::test]
async fn an_unknown_command_is_refused_with_a_hint() {
    let site = Site::new().await;
    let output = site.command(Some("dance")).stderr(Stdio::piped()).output().await.expect("the program can be started");

    assert!(!output.status.success());
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(text.contains("dance") && text.contains("ticketing help") && text.lines().count() == 1, "{text}");
}
