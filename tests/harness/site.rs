//! The release bundle, running as people run it, and people who use it over HTTP.

use rand::Rng;
use reqwest::header::{COOKIE, HeaderMap, SET_COOKIE};
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use std::fs::File;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tempfile::TempDir;
use tokio::process::{Child, Command};

/// How long the site may take to come up.
const UP_TIMEOUT: Duration = Duration::from_secs(20);

/// The binary to be tested: the release bundle's.
pub fn binary() -> PathBuf {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../dist/ticketing");
    let binary = std::env::var_os("TICKETING_BIN").map_or(beside, PathBuf::from);
    assert!(binary.is_file(), "there is no {}: run `cargo xtask build` first", binary.display());
    binary
}

/// A running site on a folder and a port of its own.
pub struct Site {
    folder: TempDir,
    port: u16,
    variables: Vec<(&'static str, String)>,
    child: Option<Child>,
}

impl Site {
    /// An empty marketplace.
    pub async fn new() -> Self {
        Site::with(&[]).await
    }

    /// An empty marketplace with these settings.
    pub async fn with(variables: &[(&'static str, &str)]) -> Self {
        let port =
            TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port is free").port();
        let variables = variables.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let mut site = Site { folder, port, variables, child: None };
        site.start().await;
        site
    }

    /// The command for this site, with that word.
    pub fn command(&self, word: Option<&str>) -> Command {
        let mut command = Command::new(binary());
        command.args(word).env_clear().env("DATABASE_URL", format!("sqlite://{}", self.folder.path().display()));
        command.env("PORT", self.port.to_string()).env("RUST_LOG", "warn").env("RATE_LIMITS", "off");
        command.envs(self.variables.iter().map(|(name, value)| (*name, value)));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
        command
    }

    /// Starts the process and waits until it is ready.
    pub async fn start(&mut self) {
        let log = || File::options().create(true).append(true).open(self.log_file()).expect("it can be written");
        let mut command = self.command(None);
        command.stdout(log()).stderr(log());
        self.child = Some(command.spawn().expect("it can be started"));
        let url = format!("{}/health/ready", self.url());
        let up = async {
            while !reqwest::get(&url).await.is_ok_and(|response| response.status().is_success()) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(UP_TIMEOUT, up).await.expect("it comes up");
    }

    /// The process that runs.
    pub fn process(&self) -> u32 {
        self.child.as_ref().and_then(Child::id).expect("it runs")
    }

    /// `kill -9`.
    pub async fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().await.expect("it can be killed");
        }
    }

    fn log_file(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    /// All that the process has said.
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(self.log_file()).expect("there is a log")).into_owned()
    }

    /// What the audit says, and whether it found nothing wrong.
    pub async fn audit(&self) -> (bool, String) {
        let output = self.command(Some("audit")).stdout(Stdio::piped()).stderr(Stdio::piped()).output().await;
        let output = output.expect("it can be run");
        let text = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8_lossy(&text).into_owned())
    }

    /// Where the site is.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Somebody who is signed out.
    pub fn stranger(&self) -> Person {
        let http = Client::builder().timeout(Duration::from_secs(20)).build().expect("a client can be built");
        Person::of(http, self.url())
    }

    /// Somebody with an account.
    pub async fn person(&self, name: &str) -> Person {
        self.stranger().signs_up(name).await
    }
}

/// Somebody who uses the site.
#[derive(Clone)]
pub struct Person {
    http: Client,
    site: String,
    /// The session cookie, as the browser would send it.
    pub cookie: String,
}

/// What the site answered.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub text: String,
}

impl Answer {
    /// The body as JSON; null if it is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }

    /// The session cookie that it sets.
    pub fn cookie(&self) -> Option<String> {
        let cookie = self.headers.get(SET_COOKIE)?.to_str().ok()?;
        cookie.split(';').next().map(str::to_owned)
    }
}

impl Person {
    /// Somebody who is signed out, on that site.
    pub fn of(http: Client, site: String) -> Self {
        Person { http, site, cookie: String::new() }
    }

    /// Somebody new with an account on the same site.
    pub async fn signs_up(&self, name: &str) -> Person {
        let number: u64 = rand::rng().random();
        let body = json!({ "email": format!("{name}-{number}@example.org"), "password": "a password of hers" });
        let answer = self.send(Method::POST, "/api/auth/sign-up", Some(&body)).await.expect("the site is up");
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        Person { cookie: answer.cookie().expect("a session begins"), ..self.clone() }
    }

    /// Sends a request.
    ///
    /// # Errors
    /// If the site is not there or goes away meanwhile.
    pub async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Answer, reqwest::Error> {
        let text = body.map(Value::to_string);
        self.send_text(method, path, text.as_deref(), &[]).await
    }

    /// Sends a request with any text as its JSON body, and more headers.
    ///
    /// # Errors
    /// If the site is not there or goes away meanwhile.
    pub async fn send_text(
        &self,
        method: Method,
        path: &str,
        body: Option<&str>,
        headers: &[(&'static str, &str)],
    ) -> Result<Answer, reqwest::Error> {
        let mut request = self.http.request(method, format!("{}{path}", self.site)).header("x-request-client", "test");
        if !self.cookie.is_empty() {
            request = request.header(COOKIE, &self.cookie);
        }
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_owned());
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send().await?;
        let (status, headers) = (response.status(), response.headers().clone());
        Ok(Answer { status, headers, text: response.text().await? })
    }

    /// Gets something that must be there.
    pub async fn get(&self, path: &str) -> Value {
        let answer = self.send(Method::GET, path, None).await.expect("the site is up");
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text);
        answer.json()
    }

    /// Does something that must succeed.
    pub async fn post(&self, path: &str, body: Value) -> Value {
        let answer = self.send(Method::POST, path, Some(&body)).await.expect("the site is up");
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text);
        answer.json()
    }

    /// Announces a show, a month from now at the earliest.
    pub async fn announces(&self, title: &str) -> String {
        let show = self.post("/api/shows", show(title)).await;
        show["id"].as_str().expect("it has an id").to_owned()
    }

    /// Lists tickets without seats at €10.00 each.
    pub async fn lists(&self, show: &str, tickets: usize) -> Vec<String> {
        let listed = self.post("/api/tickets", offer(show, tickets)).await;
        let ids =
            listed.as_array().expect("a list").iter().map(|ticket| ticket["id"].as_str().expect("an id").to_owned());
        ids.collect()
    }

    /// Holds one ticket at €10.00.
    ///
    /// # Errors
    /// If the site is not there or goes away meanwhile.
    pub async fn holds(&self, ticket: &str) -> Result<Answer, reqwest::Error> {
        self.send(Method::POST, "/api/orders", Some(&hold(ticket))).await
    }

    /// Pays an order.
    ///
    /// # Errors
    /// If the site is not there or goes away meanwhile.
    pub async fn pays(&self, order: &str, card: &str) -> Result<Answer, reqwest::Error> {
        self.send(Method::POST, "/api/payments", Some(&json!({ "order_id": order, "method": card }))).await
    }
}

/// A show that can be announced.
pub fn show(title: &str) -> Value {
    json!({
        "title": title, "venue": "Tempodrom", "city": "Berlin", "country": "Germany", "category": "concert",
        "starts_at": "2027-06-01T20:00", "time_zone": "Europe/Berlin", "currency": "EUR",
    })
}

/// Tickets that can be listed.
pub fn offer(show: &str, tickets: usize) -> Value {
    let seats: Vec<Value> = (1..=tickets).map(|number| json!({ "row": "1", "seat": number.to_string() })).collect();
    json!({ "show_id": show, "price": { "minor": 1000, "currency": "EUR" }, "face_value": null, "seats": seats })
}

/// A hold on one ticket.
pub fn hold(ticket: &str) -> Value {
    json!({ "ticket_ids": [ticket], "expected_total": { "minor": 1000, "currency": "EUR" } })
}
