//! How a request and its answer are written between two processes: JSON, with who asks in headers.

use super::Answer;
use crate::Caller;
use crate::Error;
use crate::telemetry::traces;
use async_nats::HeaderMap;
use serde::{Deserialize, Serialize};
use shared::{Rejection, Request, Service};

/// Who asks.
const USER: &str = "User-Id";
/// The request that this is part of: what correlates all that follows from it.
const REQUEST: &str = "Correlation-Id";
/// The idempotency key.
const KEY: &str = "Idempotency-Key";

/// What came of it, as another process is told. Why something failed stays in the log of the service.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Outcome<T> {
    Answered(T),
    Rejected(Rejection),
    Unavailable,
    Failed,
}

/// Where `request` is asked.
pub fn subject<R: Request>() -> String {
    subject_of(R::NAME)
}

/// Where the request of that name is asked.
pub fn subject_of(name: &str) -> String {
    format!("ask.{name}")
}

/// Who asks, as headers.
pub fn headers(caller: &Caller) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(REQUEST, caller.request_id.to_string());
    headers.insert(traces::HEADER, traces::parent(caller.into()));
    if let Some(user) = caller.user {
        headers.insert(USER, user.to_string());
    }
    if let Some(key) = &caller.idempotency_key {
        headers.insert(KEY, key.as_str());
    }
    headers
}

/// Who asks, by the headers; nothing if they are not of ours.
pub fn caller(headers: Option<&HeaderMap>) -> Option<Caller> {
    let header = |name| headers.and_then(|headers| headers.get(name)).map(|value| value.as_str());
    let user = header(USER).map(str::parse).transpose().ok()?;
    let request_id = header(REQUEST)?.parse().ok()?;
    Some(Caller { user, request_id, idempotency_key: header(KEY).map(str::to_owned) })
}

/// Answers a request that came as bytes.
pub async fn answer<R: Request>(answer: Answer<R>, caller: Caller, body: Vec<u8>) -> Vec<u8> {
    let outcome = match serde_json::from_slice::<R>(&body) {
        Ok(request) => match answer(caller, request).await {
            Ok(reply) => Outcome::Answered(reply),
            Err(Error::Rejected(rejection)) => Outcome::Rejected(rejection),
            Err(Error::NotReady(_) | Error::Conflict | Error::InFlight | Error::Unavailable(_)) => Outcome::Unavailable,
            Err(Error::Failed(_)) => Outcome::Failed,
        },
        Err(error) => {
            tracing::error!(request = R::NAME, %error, "a request of another version cannot be read");
            Outcome::Failed
        }
    };
    serde_json::to_vec(&outcome).unwrap_or_default()
}

/// The answer of a process that cannot take more at the moment.
pub fn busy() -> Vec<u8> {
    serde_json::to_vec(&Outcome::<()>::Unavailable).unwrap_or_default()
}

/// Reads an answer that came as bytes.
pub fn read<T: for<'de> Deserialize<'de>>(service: Service, body: &[u8]) -> Result<T, Error> {
    match serde_json::from_slice(body)? {
        Outcome::Answered(reply) => Ok(reply),
        Outcome::Rejected(rejection) => Err(rejection.into()),
        Outcome::Unavailable => Err(Error::Unavailable(service.name())),
        Outcome::Failed => Err(Error::failed(format!("{service} failed, its log says why"))),
    }
}
