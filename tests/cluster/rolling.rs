//! Two of everything: they share the work, and one of them can always be replaced.

use super::load::{Load, everybody_has_what_they_paid};
use super::{audited, cluster, stranger};
use std::time::Duration;
use xtask::cluster::Cluster;
use xtask::tidy::SERVICES;

/// How long everything may take to come to rest.
const REST_TIMEOUT: Duration = Duration::from_secs(200);

/// How many requests a process has answered, by what it says itself.
async fn answered(cluster: &mut Cluster, name: &str) -> f64 {
    let url = format!("http://127.0.0.1:{}/metrics", cluster.member(name).port());
    let text = reqwest::get(url).await.expect("it is up").text().await.expect("it is a text");
    let counts = text.lines().filter(|line| line.starts_with("requests_total{"));
    counts.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok()).sum()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rolling_restart_of_all_processes_fails_no_request_and_two_share_the_work() {
    let mut cluster = cluster(2, 4, false);
    let load = Load::begin(&stranger(&cluster), 30, Duration::from_millis(100)).await;
    tokio::time::sleep(Duration::from_secs(5)).await;

    for service in SERVICES.iter().filter(|service| **service != "expiration") {
        let (one, other) = (
            answered(&mut cluster, &format!("{service}-1")).await,
            answered(&mut cluster, &format!("{service}-2")).await,
        );
        println!("figure: {service}: its two processes answered {one} and {other} requests");
        assert!(one > 0.0 && other > 0.0, "{service} does not share: {one} and {other}");
    }
    let names: Vec<String> = cluster.members().iter().map(|member| member.name().to_owned()).collect();
    for name in &names {
        let member = cluster.member(name);
        assert!(member.stop(), "{name} does not stop by itself");
        member.start().expect("it starts again");
        member.gets_ready().expect("it gets ready again");
        tokio::time::sleep(Duration::from_millis(300)).await;
    }

    let (told, people) = load.end().await;
    let requests: usize = told.statuses.values().sum();
    let failed: usize = told.statuses.iter().filter(|(status, _)| **status >= 500).map(|(_, count)| count).sum();
    println!(
        "figure: rolling restart of {} processes: {requests} requests, {} purchases paid, {} failed",
        names.len(),
        told.paid.len(),
        failed + told.broken
    );
    assert_eq!((failed, told.broken), (0, 0), "{:?}", told.odd);
    audited(&cluster, REST_TIMEOUT).await;
    let late = everybody_has_what_they_paid(&told, &people).await;
    assert_eq!(late, 0, "nothing was held up");
}
