//! The probes of orchestrators.

use axum::extract::State;
use axum::http::StatusCode;
use server::{Host, tasks};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::watch;

/// Between two checks. The checks query databases, so probes, which anybody may send, only read the last result.
const CHECK_INTERVAL: Duration = Duration::from_secs(1);
/// A database that takes longer is as good as away.
const CHECK_TIMEOUT: Duration = Duration::from_secs(5);

/// What the probes report on.
#[derive(Clone)]
pub struct Health {
    /// The services of this process.
    pub host: Arc<Host>,
    /// Set by the stop signal: the process still serves, but should get no new work.
    pub shutting_down: Arc<AtomicBool>,
    /// Why new requests should not be sent here; only for operators.
    unready: watch::Receiver<Option<String>>,
}

impl Health {
    /// Starts the task that checks the services.
    pub fn new(host: Arc<Host>) -> Self {
        let (sender, unready) = watch::channel(Some("starting".to_owned()));
        host.tasks().spawn(check_again_and_again(host.clone(), sender));
        Health { host, shutting_down: Arc::default(), unready }
    }

    /// Why new requests should not be sent here.
    ///
    /// # Errors
    /// If they should not.
    pub fn ready(&self) -> Result<(), String> {
        if self.shutting_down.load(Ordering::Relaxed) {
            return Err("shutting down".to_owned());
        }
        self.unready.borrow().clone().map_or(Ok(()), Err)
    }
}

async fn check_again_and_again(host: Arc<Host>, unready: watch::Sender<Option<String>>) {
    loop {
        let checked = tokio::time::timeout(CHECK_TIMEOUT, host.ready()).await;
        let problem =
            checked.unwrap_or_else(|_| Err(format!("a database does not answer within {CHECK_TIMEOUT:?}"))).err();
        let changed = unready.send_if_modified(|last| {
            let changed = *last != problem;
            last.clone_from(&problem);
            changed
        });
        match problem {
            Some(reason) if changed => tracing::warn!(reason, "not ready"),
            None if changed => tracing::info!("ready"),
            _ => {}
        }
        tasks::sleep(CHECK_INTERVAL).await;
    }
}

/// The process answers: it is not restarted, whatever the databases do.
pub async fn live() -> &'static str {
    "alive\n"
}

/// Whether new requests should be sent here: every service reaches its database and the broker. Why not is for operators, in the
/// log and beside the metrics.
pub async fn ready(State(health): State<Health>) -> (StatusCode, &'static str) {
    match health.ready() {
        Ok(()) => (StatusCode::OK, "ready\n"),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "not ready\n"),
    }
}

/// The same with the reason.
pub async fn ready_with_reason(State(health): State<Health>) -> (StatusCode, String) {
    match health.ready() {
        Ok(()) => (StatusCode::OK, "ready\n".to_owned()),
        Err(reason) => (StatusCode::SERVICE_UNAVAILABLE, format!("{reason}\n")),
    }
}
