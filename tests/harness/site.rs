//! The release bundle, running as one process.

use super::http_user::HttpUser;
use super::mail;
use reqwest::{Method, StatusCode};
use serde_json::json;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tempfile::TempDir;
use tokio::process::{Child, Command};

/// How long the site may take to start.
const START_TIMEOUT: Duration = Duration::from_secs(20);
/// How long a mail may take to arrive, and the interval between two looks.
const MAIL_TIMEOUT: Duration = Duration::from_secs(20);
const MAIL_INTERVAL: Duration = Duration::from_millis(50);
/// Interval between two audits while events are in flight.
const AUDIT_INTERVAL: Duration = Duration::from_millis(300);

/// The binary of the release bundle.
pub fn binary() -> PathBuf {
    let bundle = Path::new(env!("CARGO_MANIFEST_DIR")).join("../dist/ticketing");
    let binary = std::env::var_os("TICKETING_BIN").map_or(bundle, PathBuf::from);
    assert!(binary.is_file(), "{} does not exist: run `cargo xtask build` first", binary.display());
    binary
}

/// A running site in a folder and on a port of its own.
pub struct Site {
    folder: TempDir,
    port: u16,
    metrics_port: u16,
    variables: Vec<(&'static str, String)>,
    child: Option<Child>,
}

impl Site {
    /// An empty marketplace.
    pub async fn new() -> Self {
        Site::with(&[]).await
    }

    /// An empty marketplace with these environment variables.
    pub async fn with(variables: &[(&'static str, &str)]) -> Self {
        let port = servers::server_process::free_port().expect("a port is free");
        let metrics_port = servers::server_process::free_port().expect("a port is free");
        let variables = variables.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        let folder = tempfile::tempdir().expect("a temporary folder can be created");
        let mut site = Site { folder, port, metrics_port, variables, child: None };
        site.start().await;
        site
    }

    /// The program with this site's settings, and with that subcommand.
    pub fn command(&self, subcommand: Option<&str>) -> Command {
        let mut command = Command::new(binary());
        command.args(subcommand).env_clear().env("DATABASE_URL", format!("sqlite://{}", self.folder.path().display()));
        command
            .env("PORT", self.port.to_string())
            .env("RUST_LOG", "warn")
            .env("RATE_LIMITS", "off")
            .env("METRICS", "off");
        command.envs(self.variables.iter().map(|(name, value)| (*name, value)));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
        command
    }

    /// Starts the process and waits until it is ready.
    pub async fn start(&mut self) {
        let log = || File::options().create(true).append(true).open(self.log_file()).expect("the log can be written");
        let mut command = self.command(None);
        if !self.variables.iter().any(|(name, _)| *name == "METRICS") {
            command.env("METRICS", self.metrics_address());
        }
        command.stdout(log()).stderr(log());
        self.child = Some(command.spawn().expect("the program can be started"));
        let url = format!("{}/health/ready", self.url());
        let ready = async {
            while !reqwest::get(&url).await.is_ok_and(|response| response.status().is_success()) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(START_TIMEOUT, ready).await.expect("the site becomes ready in time");
    }

    /// The folder of the databases.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The process id.
    pub fn process(&self) -> u32 {
        self.child.as_ref().and_then(Child::id).expect("the site runs")
    }

    /// `kill -9`.
    pub async fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().await.expect("the process can be killed");
        }
    }

    fn log_file(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    /// The log of all processes of this site.
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(self.log_file()).expect("the site has a log")).into_owned()
    }

    /// Waits for the mail to that address which contains a link to that page, and returns the link's token. Of several mails, the
    /// newest counts.
    pub async fn mailed_token(&self, to: &str, page: &str) -> String {
        let deadline = tokio::time::Instant::now() + MAIL_TIMEOUT;
        loop {
            let mails = mail::read_all(&self.folder.path().join("mails"));
            let mut tokens = mails.iter().filter(|mail| mail.contains(&format!("To: {to}"))).filter_map(|mail| {
                let (_, token) = mail.split_once(&format!("/{page}#"))?;
                Some(token.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default().to_owned())
            });
            if let Some(token) = tokens.next_back() {
                return token;
            }
            assert!(tokio::time::Instant::now() < deadline, "no mail to {to} has a link to /{page}: {mails:?}");
            tokio::time::sleep(MAIL_INTERVAL).await;
        }
    }

    /// Runs the audit. Returns whether it found no violation, and its output.
    pub async fn audit(&self) -> (bool, String) {
        let output = self.command(Some("audit")).stdout(Stdio::piped()).stderr(Stdio::piped()).output().await;
        let output = output.expect("the program can be started");
        let text = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8_lossy(&text).into_owned())
    }

    /// Fails if the audit finds a violation. Events may be in flight.
    pub async fn assert_consistent(&self) {
        let (clean, report) = self.audit().await;
        assert!(clean, "{report}");
    }

    /// Waits until no event is in flight, and fails if the audit finds a violation then. Returns the report.
    pub async fn wait_until_consistent(&self, timeout: Duration) -> String {
        let deadline = tokio::time::Instant::now() + timeout;
        loop {
            let (clean, report) = self.audit().await;
            if report.contains(IDLE) {
                assert!(clean, "{report}");
                return report;
            }
            assert!(tokio::time::Instant::now() < deadline, "the site does not become idle: {report}");
            tokio::time::sleep(AUDIT_INTERVAL).await;
        }
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// The address of the metrics.
    pub fn metrics_address(&self) -> String {
        format!("127.0.0.1:{}", self.metrics_port)
    }

    /// What the process tells its operators under that path.
    pub async fn operators_page(&self, path: &str) -> String {
        let url = format!("http://{}{path}", self.metrics_address());
        reqwest::get(url).await.expect("the metrics are served").text().await.expect("they are text")
    }

    /// A user who is signed out.
    pub fn anonymous(&self) -> HttpUser {
        HttpUser::anonymous(self.url())
    }

    /// A user with a new account.
    pub async fn sign_up(&self, name: &str) -> HttpUser {
        self.anonymous().sign_up(name).await
    }

    /// A user with a new account whose address is verified: with real payments, only such users can sell.
    pub async fn sign_up_verified(&self, name: &str) -> HttpUser {
        let user = self.sign_up(name).await;
        let me = user.get("/api/auth/me").await;
        let token = self.mailed_token(me["email"].as_str().expect("it has an address"), "verify").await;
        let verified = user.send(Method::POST, "/api/auth/verify", Some(&json!({ "token": token }))).await;
        assert_eq!(verified.expect("the site responds").status, StatusCode::OK);
        user
    }
}

/// What the audit prints when no event is in flight.
pub const IDLE: &str = "is at rest";
