//! The distributed form under load, with everything in it breaking. Real processes, a real broker, a real database.

mod away;
mod faults;
mod load;
mod rolling;
mod traces;

use crate::site::Person;
use reqwest::Client;
use std::time::Duration;
use xtask::cluster::{Cluster, Shape};

/// The settings of a cluster for a test, with holds of that many seconds.
fn settings(hold_seconds: u64) -> Vec<(String, String)> {
    let hold_seconds = hold_seconds.to_string();
    let settings = [("HOLD_SECONDS", hold_seconds.as_str()), ("RATE_LIMITS", "off"), ("RUST_LOG", "warn")];
    settings.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()
}

/// A cluster for a test, with holds of that many seconds.
fn cluster(replicas: usize, hold_seconds: u64, network: bool) -> Cluster {
    let settings = settings(hold_seconds);
    let shape = Shape { replicas, webs: 2, port: 0, follow: false, settings, network, program: None };
    Cluster::start(&shape).expect("a cluster can be started")
}

/// Somebody who is signed out.
fn stranger(cluster: &Cluster) -> Person {
    let http = Client::builder().timeout(Duration::from_secs(20)).build().expect("a client can be built");
    Person::of(http, cluster.url())
}

/// Runs the audit until everything is at rest, and answers with what it says then. Fails if it finds anything wrong.
async fn audited(cluster: &Cluster, within: Duration) -> String {
    let patience = tokio::time::Instant::now() + within;
    loop {
        let output = cluster.command(&["audit"]).output().expect("the audit can be run");
        let report = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        if report.contains("is at rest") {
            assert!(output.status.success(), "{report}");
            return report;
        }
        assert!(tokio::time::Instant::now() < patience, "it does not come to rest: {report}");
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}
