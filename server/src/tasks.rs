//! The background tasks of a process, and how they all stop. The only place that spawns and sleeps.

use crate::Error;
use futures::FutureExt;
use std::any::Any;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::time::Duration;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// Waits in real time, as retries of I/O do. What the domain decides by time waits on `Environment::sleep_until`.
#[expect(clippy::disallowed_methods, reason = "the one place that sleeps")]
pub async fn sleep(duration: Duration) {
    tokio::time::sleep(duration).await;
}

/// Runs `work` so that a panic in it is a failure of `work` alone, and not of the loop that runs it.
///
/// # Errors
/// What `work` returns; a failure with the panic's message.
pub async fn catch_panic<T>(work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    // Whatever `work` has changed in memory is behind locks that survive a panic, or is dropped with it.
    AssertUnwindSafe(work).catch_unwind().await.unwrap_or_else(|panic| Err(Error::failed(message(panic.as_ref()))))
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("panicked: {}", text.unwrap_or("without a message"))
}

/// Every background task belongs to one of these, so that all of them stop with the process.
#[derive(Clone, Default)]
pub struct Tasks {
    tracker: TaskTracker,
    stop: CancellationToken,
    consumers: TaskTracker,
    drain: CancellationToken,
}

impl Tasks {
    /// Runs a task until it ends by itself or the process stops: then it is dropped at its next await.
    pub fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let stop = self.stop.clone();
        self.tracker.spawn(async move {
            // Check for the stop first, so that no task notices that another one is gone and logs it.
            tokio::select! {
                biased;
                () = stop.cancelled() => {}
                () = task => {}
            }
        });
    }

    /// Runs a task that consumes work from outside. When its token is cancelled, it must soon end: it finishes or returns
    /// what it has taken while everything else still runs.
    pub fn spawn_consumer<Task>(&self, task: impl FnOnce(CancellationToken) -> Task)
    where
        Task: Future<Output = ()> + Send + 'static,
    {
        self.consumers.spawn(task(self.drain.clone()));
    }

    /// Cancels the consumers and waits for them, at most `timeout`.
    pub async fn drain(&self, timeout: Duration) {
        self.drain.cancel();
        self.consumers.close();
        if tokio::time::timeout(timeout, self.consumers.wait()).await.is_err() {
            tracing::warn!(?timeout, "consumers did not finish in time");
        }
    }

    /// Stops all tasks and waits for them, at most `timeout`.
    pub async fn stop(&self, timeout: Duration) {
        self.stop.cancel();
        self.tracker.close();
        if tokio::time::timeout(timeout, self.tracker.wait()).await.is_err() {
            tracing::warn!(?timeout, "tasks did not stop in time");
        }
    }
}
