//! Users of the site: prepared requests, and the calls that prepare a measurement.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::client::runtime;
use crate::connection::Connection;

/// What browsers send.
const BROWSER: &str = "accept: text/html,application/xhtml+xml,*/*;q=0.8\r\naccept-language: en\r\n\
                       accept-encoding: gzip, deflate, br, zstd\r\n";

/// The server closes connections that are idle for longer, as they are while a row is measured.
const MAX_IDLE: Duration = Duration::from_secs(5);

/// A person with a session, or nobody in particular.
#[derive(Clone, Debug, Default)]
pub struct User {
    /// The cookies as a browser would send them; empty while signed out.
    pub cookie: String,
}

impl User {
    /// A request of a program that uses the API.
    pub fn request(&self, method: &str, path: &str, body: Option<&Value>) -> Vec<u8> {
        let body = body.map(Value::to_string);
        let content =
            body.as_ref().map(|body| format!("content-type: application/json\r\ncontent-length: {}\r\n", body.len()));
        self.write(method, path, &format!("x-request-client: bench\r\n{}", content.unwrap_or_default()), body)
    }

    pub fn get(&self, path: &str) -> Vec<u8> {
        self.request("GET", path, None)
    }

    pub fn post(&self, path: &str, body: &Value) -> Vec<u8> {
        self.request("POST", path, Some(body))
    }

    /// A page or file as a browser requests it.
    pub fn browse(&self, path: &str) -> Vec<u8> {
        self.write("GET", path, BROWSER, None)
    }

    /// The same behind a proxy that says that it comes from this address.
    pub fn browse_from(&self, path: &str, address: &str) -> Vec<u8> {
        self.write("GET", path, &format!("x-forwarded-for: {address}\r\n{BROWSER}"), None)
    }

    fn write(&self, method: &str, path: &str, headers: &str, body: Option<String>) -> Vec<u8> {
        let cookie = if self.cookie.is_empty() { String::new() } else { format!("cookie: {}\r\n", self.cookie) };
        let body = body.unwrap_or_default();
        format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\n{cookie}{headers}\r\n{body}").into_bytes()
    }

    /// Places an order for one ticket for €10.00.
    pub fn hold(&self, ticket: &str) -> Vec<u8> {
        let body = json!({ "ticket_ids": [ticket], "expected_total": { "minor": 1000, "currency": "EUR" } });
        self.post("/api/orders", &body)
    }
}

/// A connection for calls that are not measured.
pub struct Api {
    runtime: Runtime,
    address: SocketAddr,
    connection: Connection,
    used_at: Instant,
}

impl Api {
    pub fn open(address: SocketAddr) -> Result<Api> {
        let runtime = runtime()?;
        let connection = runtime.block_on(Connection::open(address))?;
        Ok(Api { runtime, address, connection, used_at: Instant::now() })
    }

    /// Sends a request that succeeds, and returns the body of the response.
    ///
    /// # Errors
    /// If it does not succeed.
    pub fn send(&mut self, request: &[u8]) -> Result<&[u8]> {
        if self.used_at.elapsed() > MAX_IDLE {
            self.connection = self.runtime.block_on(Connection::open(self.address))?;
        }
        let status = self.runtime.block_on(self.connection.exchange(request))?;
        self.used_at = Instant::now();
        let body = self.connection.body();
        if status != 200 {
            let line = String::from_utf8_lossy(request).lines().next().unwrap_or_default().to_owned();
            bail!("{line}: {status} {}", String::from_utf8_lossy(body));
        }
        Ok(body)
    }

    /// The same for a response in JSON.
    ///
    /// # Errors
    /// If it does not succeed.
    pub fn call(&mut self, request: &[u8]) -> Result<Value> {
        Ok(serde_json::from_slice(self.send(request)?)?)
    }

    /// A user with a new account.
    ///
    /// # Errors
    /// If the site refuses it.
    pub fn sign_up(&mut self, name: &str) -> Result<User> {
        let body = json!({ "email": format!("{name}@example.org"), "password": "a password of hers" });
        self.send(&User::default().post("/api/auth/sign-up", &body))?;
        Ok(User { cookie: self.connection.cookies() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_names_the_length_of_its_body() {
        let user = User { cookie: "session=abc".to_owned() };

        let request = String::from_utf8(user.post("/api/orders", &json!({ "a": "ä" }))).expect("it is text");

        assert!(request.starts_with("POST /api/orders HTTP/1.1\r\nhost: localhost\r\ncookie: session=abc\r\n"));
        assert!(request.ends_with("content-length: 10\r\n\r\n{\"a\":\"ä\"}"), "{request}");
    }
}
