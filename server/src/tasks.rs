//! The tasks that the host runs, and how they all end.

use std::future::Future;
use std::time::Duration;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// Waits in real time, as retries of I/O do. What is decided by time waits on `Environment::sleep_until`.
#[expect(clippy::disallowed_methods, reason = "the one place that sleeps")]
pub async fn sleep(duration: Duration) {
    tokio::time::sleep(duration).await;
}

/// Every task of this process belongs to one of these, so that none is forgotten when the process stops.
#[derive(Clone, Default)]
pub struct Tasks {
    tracker: TaskTracker,
    stop: CancellationToken,
    taking: TaskTracker,
    leave: CancellationToken,
}

impl Tasks {
    /// Runs a task until it ends by itself or the process stops; it is dropped at its next pause then.
    pub fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let stop = self.stop.clone();
        self.tracker.spawn(async move {
            // The end comes first, so that no task sees another one gone and complains.
            tokio::select! {
                biased;
                () = stop.cancelled() => {}
                () = task => {}
            }
        });
    }

    /// Runs a task that takes work from elsewhere. It has to end soon after it is told to leave: what it took, it finishes or
    /// gives back, while everything else still runs.
    pub fn spawn_taking<Task>(&self, task: impl FnOnce(CancellationToken) -> Task)
    where
        Task: Future<Output = ()> + Send + 'static,
    {
        self.taking.spawn(task(self.leave.clone()));
    }

    /// Tells the tasks that take work to leave, and waits for them, at most that long.
    pub async fn leave(&self, at_most: Duration) {
        self.leave.cancel();
        self.taking.close();
        if tokio::time::timeout(at_most, self.taking.wait()).await.is_err() {
            tracing::warn!("some work that was taken was not finished in time");
        }
    }

    /// Stops all tasks and waits for them, at most that long.
    pub async fn stop(&self, at_most: Duration) {
        self.stop.cancel();
        self.tracker.close();
        if tokio::time::timeout(at_most, self.tracker.wait()).await.is_err() {
            tracing::warn!("some tasks did not stop in time");
        }
    }
}
