//! Clusters for tests.

use super::http_user::HttpUser;
use super::site::IDLE;
use servers::cluster::{Cluster, Layout};
use std::time::Duration;
use tokio::time::Instant;

/// Interval between two audits while events are in flight.
const AUDIT_INTERVAL: Duration = Duration::from_millis(500);

/// Two web processes and one process per service.
pub fn layout(hold_seconds: u64) -> Layout {
    let hold_seconds = hold_seconds.to_string();
    let settings = [("HOLD_SECONDS", hold_seconds.as_str()), ("RATE_LIMITS", "off"), ("RUST_LOG", "warn")];
    Layout {
        replicas: 1,
        web_processes: 2,
        port: 0,
        print_logs: false,
        settings: settings.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
        isolate_orders: false,
        program: None,
    }
}

pub fn start(layout: &Layout) -> Cluster {
    Cluster::start(layout).expect("the cluster starts")
}

/// A user who is signed out.
pub fn anonymous(cluster: &Cluster) -> HttpUser {
    HttpUser::anonymous(cluster.url())
}

/// Waits until no event is in flight, and fails if the audit finds a violation then. Returns the report.
pub async fn wait_until_consistent(cluster: &Cluster, timeout: Duration) -> String {
    let deadline = Instant::now() + timeout;
    loop {
        let output = cluster.command(&["audit"]).output().expect("the audit can be started");
        let report = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        if report.contains(IDLE) {
            assert!(output.status.success(), "{report}");
            return report;
        }
        assert!(Instant::now() < deadline, "the cluster does not become idle: {report}");
        tokio::time::sleep(AUDIT_INTERVAL).await;
    }
}
