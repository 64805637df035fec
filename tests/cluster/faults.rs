//! Everything fails under load. Afterwards every acknowledged purchase is complete, without manual repair.

use super::load::{Load, assert_paid_orders_completed};
use crate::harness::cluster::{anonymous, layout, start, wait_until_consistent};
use crate::harness::http_user::HttpUser;
use servers::cluster::{Cluster, Layout, Network};
use shared::Service;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::Instant;

/// How often each process is killed.
const KILLS: usize = 5;
/// How often the broker, and the database server, is killed.
const CRASHES: usize = 3;
/// How long orders cannot reach the broker.
const DISCONNECT_DURATION: Duration = Duration::from_secs(10);
/// How long it may take until a purchase succeeds again.
const RECOVERY_TIMEOUT: Duration = Duration::from_secs(60);
/// How long the cluster may take to become idle.
const IDLE_TIMEOUT: Duration = Duration::from_secs(200);

/// How long it took after each fault, by its kind, until a purchase succeeded again.
#[derive(Default)]
struct Recoveries(BTreeMap<&'static str, Vec<Duration>>);

impl Recoveries {
    fn record(&mut self, kind: &'static str, duration: Duration) {
        self.0.entry(kind).or_default().push(duration);
    }
}

/// Measures when a purchase succeeds again.
struct Prober {
    user: HttpUser,
    tickets: Vec<String>,
}

impl Prober {
    /// How long it takes from now until a whole purchase succeeds.
    async fn measure_recovery(&mut self) -> Duration {
        let started = Instant::now();
        loop {
            assert!(started.elapsed() < RECOVERY_TIMEOUT, "no purchase succeeds any more");
            let ticket = self.tickets.pop().expect("there are enough tickets");
            if self.buy(&ticket).await {
                return started.elapsed();
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn buy(&self, ticket: &str) -> bool {
        let Ok(held) = self.user.hold(ticket).await else { return false };
        let Some(order) = held.json()["id"].as_str().map(str::to_owned) else { return false };
        let Ok(paid) = self.user.pay(&order, "pm_card_visa").await else { return false };
        paid.status.is_success()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_acknowledged_purchase_survives_the_failure_of_any_process() {
    let mut cluster = start(&Layout { isolate_orders: Network::is_possible(), ..layout(8) });
    let anonymous = anonymous(&cluster);
    let mut prober = prober(&anonymous).await;
    let load = Load::start(&anonymous, 90, Duration::from_millis(100)).await;
    prober.measure_recovery().await;
    let mut recoveries = Recoveries::default();

    let mut paid = load.paid();
    kill_every_process(&mut cluster, &mut prober, &mut recoveries).await;
    paid = load.wait_for_payments_after(paid, RECOVERY_TIMEOUT).await;
    crash_the_broker(&mut cluster, &mut prober, &mut recoveries).await;
    paid = load.wait_for_payments_after(paid, RECOVERY_TIMEOUT).await;
    for _ in 0..CRASHES {
        cluster.postgres.crash().expect("PostgreSQL runs");
        cluster.postgres.restart().expect("it starts again");
        recoveries.record("PostgreSQL crashed and restarted", prober.measure_recovery().await);
    }
    paid = load.wait_for_payments_after(paid, RECOVERY_TIMEOUT).await;
    match &cluster.network {
        Some(network) => {
            network.disconnect().expect("the network can be disconnected");
            tokio::time::sleep(DISCONNECT_DURATION).await;
            network.reconnect().expect("the network can be reconnected");
            recoveries.record("orders disconnected from NATS for 10 s", prober.measure_recovery().await);
        }
        None => println!("figure: no network was disconnected: that needs ip and root"),
    }

    load.wait_for_payments_after(paid, RECOVERY_TIMEOUT).await;
    let (observed, users) = load.stop().await;
    let report = wait_until_consistent(&cluster, IDLE_TIMEOUT).await;
    let late = assert_paid_orders_completed(&observed, &users).await;
    let count: usize = recoveries.0.values().map(Vec::len).sum();
    println!(
        "figure: {} purchases started, {} paid, {count} faults, 0 violations",
        observed.started,
        observed.paid.len()
    );
    println!("figure: {late} authorizations arrived after their hold expired and were voided");
    for (kind, durations) in &recoveries.0 {
        let seconds = |duration: &Duration| duration.as_secs_f64();
        let (mean, longest) =
            (durations.iter().map(seconds).sum::<f64>() / durations.len() as f64, durations.iter().max());
        let longest = longest.map_or(0.0, seconds);
        println!("figure: {kind}: {} times, recovered after {mean:.2} s, at most {longest:.2} s", durations.len());
    }
    println!("statuses {:?}, {} without response, {:?}\n{report}", observed.statuses, observed.broken, observed.errors);
}

async fn prober(anonymous: &HttpUser) -> Prober {
    let seller = anonymous.sign_up("seller").await;
    let mut tickets = Vec::new();
    // A user may have at most eight tickets of a show, so there are many shows.
    for number in 0..60 {
        let show = seller.create_show(&format!("Probe {number}")).await;
        tickets.extend(seller.list_tickets(&show, 8).await);
    }
    Prober { user: anonymous.sign_up("prober").await, tickets }
}

async fn kill_every_process(cluster: &mut Cluster, prober: &mut Prober, recoveries: &mut Recoveries) {
    let services: Vec<String> = Service::ALL.iter().map(|service| format!("{service}-1")).collect();
    for name in services.iter().map(String::as_str).chain(["web-1", "web-2"]) {
        for _ in 0..KILLS {
            let member = cluster.member(name);
            member.kill().expect("it runs");
            member.start().expect("it starts again");
            let back = prober.measure_recovery().await;
            cluster.member(name).wait_until_ready().expect("it becomes ready");
            recoveries.record(if name.starts_with("web") { "web process killed" } else { "service killed" }, back);
        }
    }
}

async fn crash_the_broker(cluster: &mut Cluster, prober: &mut Prober, recoveries: &mut Recoveries) {
    for _ in 0..CRASHES {
        cluster.nats.kill().expect("it runs");
        cluster.nats.restart().expect("it starts again");
        recoveries.record("nats-server killed and restarted", prober.measure_recovery().await);
    }
    cluster.nats.kill().expect("it runs");
    cluster.nats.delete_store().expect("it has stored events");
    cluster.nats.restart().expect("it starts again");
    let back = prober.measure_recovery().await;
    let replayed = cluster.command(&["replay"]).output().expect("the command can be started");
    assert!(replayed.status.success(), "{}", String::from_utf8_lossy(&replayed.stderr));
    println!("figure: replayed:\n{}", String::from_utf8_lossy(&replayed.stdout));
    recoveries.record("nats-server's store deleted and replayed", back);
}
