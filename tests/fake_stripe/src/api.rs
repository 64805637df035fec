//! Handles a request: authentication, faults, idempotency key, effect, response.

use crate::books::Books;
use crate::faults::{Fault, Moment, Script, pause};
use crate::form::{Form, Refusal};
use crate::keys::{Keys, StoredResponse};
use crate::webhooks::Sender;
use crate::{Call, Clock};
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The state that requests and the test share.
pub struct Shared {
    pub books: Mutex<Books>,
    pub keys: Mutex<Keys>,
    pub script: Mutex<Script>,
    pub sender: Mutex<Sender>,
    pub calls: Mutex<Vec<Call>>,
    pub clock: Clock,
}

/// Marks a response that is not sent: the connection is closed instead.
#[derive(Clone, Copy, Debug)]
pub struct Cut;

enum Outcome {
    Respond(StoredResponse),
    Cut,
}

struct Request {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
}

/// Locks a mutex even if it is poisoned: the test that panicked has failed already, and others go on.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Every path below `/v1/`.
pub async fn answer(
    State(shared): State<Arc<Shared>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let request = Request { method, uri, headers, body };
    // A task of its own: the work goes on if the caller closes the connection.
    let work = tokio::spawn(async move { shared.handle(request).await });
    match work.await {
        Ok(Outcome::Respond(answer)) => {
            let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            let mut response = (status, [("content-type", "application/json")], answer.body).into_response();
            if answer.replayed {
                response.headers_mut().insert("idempotent-replayed", axum::http::HeaderValue::from_static("true"));
            }
            response
        }
        Ok(Outcome::Cut) | Err(_) => {
            let mut response = Response::default();
            response.extensions_mut().insert(Cut);
            response
        }
    }
}

impl Shared {
    /// Changes the books, and sends the events of the change.
    pub fn change<T>(&self, change: impl FnOnce(&mut Books) -> T) -> T {
        let mut books = lock(&self.books);
        books.now = (self.clock)();
        let known = books.events.len();
        let result = change(&mut books);
        let mut sender = lock(&self.sender);
        books.events[known..].iter().for_each(|event| sender.send(event, &self.clock));
        result
    }

    async fn handle(&self, request: Request) -> Outcome {
        let path = request.uri.path();
        let header = |name: &str| request.headers.get(name).and_then(|value| value.to_str().ok());
        let key = header("idempotency-key").filter(|_| request.method == Method::POST);
        lock(&self.calls).push(Call {
            method: request.method.to_string(),
            path: path.to_owned(),
            key: key.map(str::to_owned),
        });
        let form = match form_of(&request, header("authorization"), header("content-type")) {
            Ok(form) => form,
            Err(refusal) => return Outcome::Respond(refused(&refusal)),
        };
        if request.method != Method::POST {
            return Outcome::Respond(self.execute(&request.method, path, &form).0);
        }
        let fault = lock(&self.script).decide(path);
        match fault {
            Fault::CutBefore => return Outcome::Cut,
            Fault::TooManyRequests => return Outcome::Respond(refused(&too_many_requests())),
            Fault::ErrorBefore { status, kept: false } => return Outcome::Respond(error(status)),
            _ => {}
        }
        if let Some(key) = key {
            let begun = lock(&self.keys).begin(key, path, &form, (self.clock)());
            match begun {
                Ok(None) => {}
                Ok(Some(answer)) => return lose(fault, answer).await,
                Err(refusal) => return Outcome::Respond(refused(&refusal)),
            }
        }
        let keep = |answer: Option<StoredResponse>| {
            if let Some(key) = key {
                lock(&self.keys).end(key, answer);
            }
        };
        if let Fault::ErrorBefore { status, .. } = fault {
            keep(Some(error(status)));
            return Outcome::Respond(error(status));
        }
        let observer = lock(&self.script).observer(path);
        pause(observer.as_ref(), path, Moment::Before).await;
        if let Fault::SlowBefore(late) = fault {
            tokio::time::sleep(late).await;
        }
        let (answer, kept) = self.execute(&request.method, path, &form);
        keep(match fault {
            Fault::ErrorAfter { status, kept: true } => Some(error(status)),
            _ => Some(answer.clone()).filter(|_| kept),
        });
        pause(observer.as_ref(), path, Moment::After).await;
        lose(fault, answer).await
    }

    /// Executes a request. Returns the response, and whether it is stored under the key.
    fn execute(&self, method: &Method, path: &str, form: &Form) -> (StoredResponse, bool) {
        match self.change(|books| books.execute(method.as_str(), path, form)) {
            Ok(value) => (StoredResponse { status: 200, body: value.to_string(), replayed: false }, true),
            Err(refusal) => (refused(&refusal), refusal.stored),
        }
    }
}

/// The parameters of a request that is authenticated and well-formed.
fn form_of(request: &Request, authorization: Option<&str>, content_type: Option<&str>) -> Result<Form, Refusal> {
    let key = authorization.and_then(|header| header.strip_prefix("Bearer ")).unwrap_or_default();
    if !["sk_test_", "rk_test_"].iter().any(|kind| key.len() > kind.len() && key.starts_with(kind)) {
        let refusal = Refusal::new(401, "invalid_request_error", None, "You did not provide a test API key.");
        return Err(Refusal { stored: false, ..refusal });
    }
    if request.method == Method::GET {
        return Ok(Form::parse(request.uri.query().unwrap_or_default().as_bytes()));
    }
    let encoded = content_type.is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
    if !request.body.is_empty() && !encoded {
        let message = "The body must have the content type application/x-www-form-urlencoded.";
        return Err(Refusal::parameter("", None, message));
    }
    Ok(Form::parse(&request.body))
}

/// What the fault leaves of a response.
async fn lose(fault: Fault, response: StoredResponse) -> Outcome {
    match fault {
        Fault::ErrorAfter { status, .. } => Outcome::Respond(error(status)),
        Fault::SilentAfter(silence) => {
            tokio::time::sleep(silence).await;
            Outcome::Cut
        }
        Fault::CutAfter => Outcome::Cut,
        _ => Outcome::Respond(response),
    }
}

fn refused(refusal: &Refusal) -> StoredResponse {
    StoredResponse { status: refusal.status, body: json!({ "error": refusal.error }).to_string(), replayed: false }
}

fn error(status: u16) -> StoredResponse {
    refused(&Refusal::new(status, "api_error", None, "An unknown error occurred."))
}

fn too_many_requests() -> Refusal {
    let message = "This object cannot be accessed right now because another API request is accessing it.";
    Refusal::new(429, "invalid_request_error", Some("lock_timeout"), message)
}
