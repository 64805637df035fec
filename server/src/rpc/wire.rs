//! The encoding of a request and its reply between two processes: JSON, with the caller in headers.

use super::Handler;
use crate::telemetry::traces;
use crate::{Caller, Error};
use async_nats::HeaderMap;
use serde::{Deserialize, Serialize};
use shared::value::Email;
use shared::{Rejection, Request, Service};

const USER: &str = "User-Id";
const CORRELATION: &str = "Correlation-Id";
const IDEMPOTENCY_KEY: &str = "Idempotency-Key";
const ADDRESS: &str = "User-Address";
const NETWORK: &str = "Client-Network";
const AGENT: &str = "Client-Agent";

/// The result of a request. The reason for a failure stays in the service's log.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Outcome<T> {
    Answered(T),
    Rejected(Rejection),
    Unavailable,
    Failed,
}

/// The NATS subject of a request, by its name.
pub fn subject(name: &str) -> String {
    format!("ask.{name}")
}

pub fn encode_caller(caller: &Caller) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(CORRELATION, caller.request_id.to_string());
    headers.insert(traces::HEADER, traces::parent(caller.into()));
    if let Some(user) = caller.user {
        headers.insert(USER, user.to_string());
    }
    if let Some(key) = &caller.idempotency_key {
        headers.insert(IDEMPOTENCY_KEY, key.as_str());
    }
    if let Some(address) = &caller.address {
        headers.insert(ADDRESS, address.as_str());
    }
    headers.insert(NETWORK, header_text(&caller.network));
    headers.insert(AGENT, header_text(&caller.agent));
    headers
}

/// A text that the client has sent, without what would end its header.
fn header_text(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control()).take(Caller::MAX_AGENT_CHARS).collect()
}

/// The caller; `None` if the headers do not name one.
pub fn decode_caller(headers: Option<&HeaderMap>) -> Option<Caller> {
    let header = |name| headers.and_then(|headers| headers.get(name)).map(|value| value.as_str());
    let user = header(USER).map(str::parse).transpose().ok()?;
    let request_id = header(CORRELATION)?.parse().ok()?;
    let text = |name| header(name).unwrap_or_default().to_owned();
    Some(Caller {
        user,
        address: header(ADDRESS).and_then(|address| Email::try_from(address.to_owned()).ok()),
        request_id,
        idempotency_key: header(IDEMPOTENCY_KEY).map(str::to_owned),
        network: text(NETWORK),
        agent: text(AGENT),
    })
}

/// Handles an encoded request.
pub async fn handle<R: Request>(handler: Handler<R>, caller: Caller, body: Vec<u8>) -> Vec<u8> {
    let outcome = match serde_json::from_slice::<R>(&body) {
        Ok(request) => match handler(caller, request).await {
            Ok(reply) => Outcome::Answered(reply),
            Err(Error::Rejected(rejection)) => Outcome::Rejected(rejection),
            Err(Error::NotReady(_) | Error::Conflict | Error::InFlight | Error::Unavailable(_)) => Outcome::Unavailable,
            Err(Error::Failed(_)) => Outcome::Failed,
        },
        Err(error) => {
            tracing::error!(request = R::NAME, %error, "request cannot be decoded: its sender has another version");
            Outcome::Failed
        }
    };
    serde_json::to_vec(&outcome).unwrap_or_default()
}

/// The reply of a process that is at its limit of concurrent requests.
pub fn encode_overloaded() -> Vec<u8> {
    serde_json::to_vec(&Outcome::<()>::Unavailable).unwrap_or_default()
}

pub fn decode_reply<T: for<'de> Deserialize<'de>>(service: Service, body: &[u8]) -> Result<T, Error> {
    match serde_json::from_slice(body)? {
        Outcome::Answered(reply) => Ok(reply),
        Outcome::Rejected(rejection) => Err(rejection.into()),
        Outcome::Unavailable => Err(Error::Unavailable(service.name())),
        Outcome::Failed => Err(Error::failed(format!("{service} failed, see its log"))),
    }
}
