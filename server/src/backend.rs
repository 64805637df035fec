//! Asking a service. Whoever asks cannot tell whether the service runs in this process.

use crate::Error;
use futures::future::BoxFuture;
use shared::{Rejection, Request, UserId};
use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::future::Future;
use std::sync::Arc;
use uuid::Uuid;

/// Who asks, and on what occasion.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The person; nobody, if signed out.
    pub user: Option<UserId>,
    /// The request that this is part of.
    pub request_id: Uuid,
    /// Under this key the same request has the same effect, once.
    pub idempotency_key: Option<String>,
}

impl Caller {
    /// Nobody in particular.
    pub fn anonymous(request_id: Uuid) -> Self {
        Caller { user: None, request_id, idempotency_key: None }
    }

    /// The person who asks.
    ///
    /// # Errors
    /// [`Rejection::SignedOut`] if it is nobody.
    pub fn person(&self) -> Result<UserId, Rejection> {
        self.user.ok_or(Rejection::SignedOut)
    }
}

type Answer<R> = Arc<dyn Fn(Caller, R) -> BoxFuture<'static, Result<<R as Request>::Reply, Error>> + Send + Sync>;

/// What the services of this process answer.
#[derive(Default)]
pub struct Answers {
    by_request: HashMap<TypeId, Box<dyn Any + Send + Sync>>,
    names: Vec<&'static str>,
}

impl Answers {
    /// Declares how `service` answers `R`: with one of its methods.
    pub fn on<S, R, Fut>(&mut self, service: &Arc<S>, answer: fn(Arc<S>, Caller, R) -> Fut)
    where
        S: Send + Sync + 'static,
        R: Request,
        Fut: Future<Output = Result<R::Reply, Error>> + Send + 'static,
    {
        let service = service.clone();
        let answer: Answer<R> = Arc::new(move |caller, request| Box::pin(answer(service.clone(), caller, request)));
        let before = self.by_request.insert(TypeId::of::<R>(), Box::new(answer));
        assert!(before.is_none(), "{} is answered twice", R::NAME);
        self.names.push(R::NAME);
    }

    /// The names of all that is answered.
    pub fn names(&self) -> &[&'static str] {
        &self.names
    }
}

/// Asks services.
#[derive(Clone)]
pub struct Backend {
    answers: Arc<Answers>,
}

impl Backend {
    /// Asks the services that declared these answers.
    pub fn new(answers: Answers) -> Self {
        Backend { answers: Arc::new(answers) }
    }

    /// Asks a service and waits for its answer.
    ///
    /// # Errors
    /// What the service says; [`Error::Unavailable`] if it does not answer.
    pub async fn ask<R: Request>(&self, caller: &Caller, request: R) -> Result<R::Reply, Error> {
        let answer = self.answers.by_request.get(&TypeId::of::<R>()).ok_or(Error::Unavailable(R::SERVICE))?;
        let answer = answer.downcast_ref::<Answer<R>>().expect("it was declared under its own type");
        let result = answer(caller.clone(), request).await;
        if let Err(Error::Failed(failure)) = &result {
            tracing::error!(request = R::NAME, request_id = %caller.request_id, %failure, "a request failed");
        }
        result
    }
}
