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
        ("DATABASE_URL", "postgres://nowhere"),
        ("SERVICES", "orders,magic"),
        ("STRIPE_SECRET_KEY", "sk_test_half"),
        ("NATS_URL", "nats://localhost:4222"),
        ("RATE_LIMITS", "perhaps"),
        ("LOG_FORMAT", "xml"),
    ] {
        let line = refusal(&site, &[(name, value)]).await;
        assert!(line.contains(name), "{name}={value}: {line}");
    }
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
