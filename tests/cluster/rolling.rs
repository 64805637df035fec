//! Two processes of everything: they share the work, and each can be replaced while the other serves.

use super::load::{Load, assert_paid_orders_completed};
use crate::harness::cluster::{anonymous, layout, start, wait_until_consistent};
use servers::cluster::{Cluster, Layout};
use shared::Service;
use std::time::Duration;

/// How long the cluster may take to become idle.
const IDLE_TIMEOUT: Duration = Duration::from_secs(200);

/// How many requests a process has answered, according to its metrics.
async fn requests_answered_by(cluster: &mut Cluster, name: &str) -> f64 {
    let url = format!("http://127.0.0.1:{}/metrics", cluster.member(name).metrics_port());
    let text = reqwest::get(url).await.expect("the site responds").text().await.expect("the metrics are text");
    let counts = text.lines().filter(|line| line.starts_with("requests_total{"));
    counts.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok()).sum()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rolling_restart_of_all_processes_fails_no_request_and_two_share_the_work() {
    let mut cluster = start(&Layout { replicas: 2, ..layout(4) });
    let load = Load::start(&anonymous(&cluster), 30, Duration::from_millis(100)).await;
    tokio::time::sleep(Duration::from_secs(5)).await;

    // Expiration answers no requests.
    for service in Service::ALL.into_iter().filter(|service| *service != Service::Expiration) {
        let (one, other) = (
            requests_answered_by(&mut cluster, &format!("{service}-1")).await,
            requests_answered_by(&mut cluster, &format!("{service}-2")).await,
        );
        println!("figure: {service}: its two processes answered {one} and {other} requests");
        assert!(one > 0.0 && other > 0.0, "the processes of {service} do not share the work: {one} and {other}");
    }
    let names: Vec<String> = cluster.members().iter().map(|member| member.name().to_owned()).collect();
    for name in &names {
        let member = cluster.member(name);
        assert!(member.stop(), "{name} does not stop gracefully");
        member.start().expect("the process starts again");
        member.wait_until_ready().expect("the process becomes ready");
        tokio::time::sleep(Duration::from_millis(300)).await;
    }

    let (observed, users) = load.stop().await;
    let requests: usize = observed.statuses.values().sum();
    let failed: usize = observed.statuses.iter().filter(|(status, _)| **status >= 500).map(|(_, count)| count).sum();
    println!(
        "figure: rolling restart of {} processes: {requests} requests, {} purchases paid, {} failed",
        names.len(),
        observed.paid.len(),
        failed + observed.broken
    );
    assert_eq!((failed, observed.broken), (0, 0), "{:?}", observed.errors);
    wait_until_consistent(&cluster, IDLE_TIMEOUT).await;
    let late = assert_paid_orders_completed(&observed, &users).await;
    assert_eq!(late, 0, "no event was delayed");
}
