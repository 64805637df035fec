//! Starts localstripe, whose packages `cargo xtask test` installs.

use crate::tasks::sleep;
use std::net::TcpListener;
use std::process::Stdio;
use std::time::Duration;
use tokio::process::{Child, Command};

const SCRIPT: &str = include_str!("localstripe.py");
const START_TIMEOUT: Duration = Duration::from_secs(30);
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// Its address, and its process, which ends when it is dropped.
pub async fn start() -> (String, Child) {
    #[expect(
        clippy::disallowed_methods,
        reason = "no setting of the program: the test command says where the packages are"
    )]
    let packages = std::env::var_os("LOCALSTRIPE").expect("cargo xtask test sets it to a folder");
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let port = listener.local_addr().expect("it has an address").port();
    drop(listener);
    let mut server = Command::new("python3");
    server.args(["-c", SCRIPT, "--port", &port.to_string(), "--from-scratch"]).env("PYTHONPATH", packages);
    server.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
    let server = server.spawn().expect("Python is installed");
    let url = format!("http://127.0.0.1:{port}");
    let started = async {
        while reqwest::get(&url).await.is_err() {
            sleep(POLL_INTERVAL).await;
        }
    };
    tokio::time::timeout(START_TIMEOUT, started).await.expect("localstripe starts");
    (url, server)
}
